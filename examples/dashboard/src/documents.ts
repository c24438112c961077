import { graphql } from "./gql/gql.ts";

/** Fragments name what an answer can be, one by one, so that the cache need not be told what a union holds. */
export const DASHBOARD = graphql(`
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
`);
