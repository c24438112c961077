import { gql, type TypedDocumentNode } from "@apollo/client";

export interface Variables {
  readonly timeRange: {
    readonly start?: string;
    readonly end?: string;
    readonly last?: { readonly n: number; readonly unit: "DAY" | "MONTH" | "QUARTER" };
    readonly toDate?: "MONTH" | "QUARTER" | "YEAR";
  };
  readonly where: { readonly customerRegion: { readonly eq: "AMER" | "APAC" | "EMEA" } } | null;
}

export interface Dashboard {
  readonly cards: Answer<CardRow>;
  readonly months: Answer<MonthRow>;
  readonly customers: Answer<TableRow>;
  readonly regions: Answer<TableRow>;
}

export type Answer<Row> =
  | { readonly __typename: "OrderLinesConnection"; readonly nodes: readonly Row[]; readonly totals?: readonly Row[] }
  | {
      readonly __typename: "QueryPending";
      readonly queryId: string;
      readonly pollAfterMs: number;
      readonly stage: string;
    }
  | { readonly __typename: "QueryRefused"; readonly code: string; readonly message: string };

/** DECIMAL and INT are text, so that no digit is lost. */
export interface CardRow {
  readonly id: string;
  readonly revenue: string | null;
  readonly revenueGrowth: string | number | null;
  readonly unitsSold: string | null;
  readonly unitsGrowth: string | number | null;
  readonly grossMargin: number | null;
  readonly marginDelta: number | null;
}

/** A chart draws no digit beyond those of a number. */
export interface MonthRow {
  readonly id: string;
  readonly key: { readonly metricTime: { readonly label: string } | null };
  readonly revenue: number | null;
  readonly lastYear: number | null;
}

export interface TableRow {
  readonly id: string;
  readonly isOther: boolean;
  readonly key: { readonly customerName?: string | null; readonly customerRegion?: string | null };
  readonly revenue: string | null;
  readonly share: string | number | null;
  readonly growth: string | number | null;
}

/** Fragments name what an answer can be, one by one, so that the cache need not be told what a union holds. */
export const DASHBOARD: TypedDocumentNode<Dashboard, Variables> = gql`
  query Dashboard($timeRange: TimeRange!, $where: OrderLinesFilter) {
    cards: orderLines(timeRange: $timeRange, where: $where) {
      ...Pending
      ...Refused
      ... on OrderLinesConnection {
        nodes {
          id
          revenue
          revenueGrowth: revenue(shift: { by: "P1Y" }, calc: DELTA_RATIO)
          unitsSold
          unitsGrowth: unitsSold(shift: { by: "P1Y" }, calc: DELTA_RATIO)
          grossMargin
          marginDelta: grossMargin(shift: { by: "P1Y" }, calc: DELTA)
        }
      }
    }
    months: orderLines(
      groupBy: [{ time: METRIC_TIME, grain: MONTH, fill: true }]
      timeRange: $timeRange
      where: $where
    ) {
      ...Pending
      ...Refused
      ... on OrderLinesConnection {
        nodes {
          id
          key {
            metricTime {
              label
            }
          }
          revenue(numbers: JSON)
          lastYear: revenue(shift: { by: "P1Y" }, numbers: JSON)
        }
      }
    }
    customers: orderLines(
      groupBy: [{ dimension: CUSTOMER__NAME }]
      timeRange: $timeRange
      where: $where
      top: { n: 5, by: REVENUE, other: true }
    ) {
      ...Pending
      ...Refused
      ... on OrderLinesConnection {
        nodes {
          key {
            customerName
          }
          ...Cells
        }
        totals {
          key {
            __typename
          }
          ...Cells
        }
      }
    }
    regions: orderLines(
      groupBy: [{ dimension: CUSTOMER__REGION }]
      timeRange: $timeRange
      where: $where
      orderBy: [{ metric: REVENUE, direction: DESC }]
    ) {
      ...Pending
      ...Refused
      ... on OrderLinesConnection {
        nodes {
          key {
            customerRegion
          }
          ...Cells
        }
        totals {
          key {
            __typename
          }
          ...Cells
        }
      }
    }
  }
  fragment Cells on OrderLinesRow {
    id
    isOther
    revenue
    share: revenue(calc: SHARE_OF_TOTAL)
    growth: revenue(shift: { by: "P1Y" }, calc: DELTA_RATIO)
  }
  fragment Pending on QueryPending {
    queryId
    pollAfterMs
    stage
  }
  fragment Refused on QueryRefused {
    code
    message
  }
`;
