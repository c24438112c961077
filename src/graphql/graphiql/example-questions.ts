/** A question that the page opens with. */
export interface Example {
  /** Metrics and models it names. */
  readonly needs: readonly string[];
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Rows, conditions, totals: one for each kind of question, over the sample company. */
export const EXAMPLES: readonly Example[] = [
  {
    needs: ["mrr_monthly", "mrr", "new_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr"],
    query: `# Monthly recurring revenue: what subscriptions bring in a
# month, and what moved it. Press the triangle, or Ctrl-Enter.
#
# Every model with metrics has a field like this one: groupBy
# says what a row is, the fields of nodes say which metrics are
# computed. Amounts are text, so that no cent is lost.
query MRR {
  mrrMonthly(
    groupBy: [{ time: METRIC_TIME, grain: MONTH }]
    orderBy: [{ time: METRIC_TIME, direction: DESC }]
    first: 12
  ) {
    ... on MrrMonthlyConnection {
      nodes {
        key { metricTime { label } }
        mrr
        newMrr
        expansionMrr
        contractionMrr
        churnedMrr
      }
      # The argument after: "…" continues at endCursor.
      pageInfo { hasNextPage endCursor }
    }
    # A question without an honest answer says why.
    ... on QueryRefused { code message suggestions }
  }
}
`,
  },
  {
    needs: ["mrr_monthly", "nrr", "grr"],
    query: `# Net revenue retention by month and customer segment: of the
# MRR that customers had when the month began, how much do the
# same customers bring at its end? Above 1 they grew.
#
# The warehouse computes it for every row. It is never added up
# from others: an average of ratios would be wrong.
# The segments stand in the variables below.
query NRR($segments: [CustomersSegment!]) {
  mrrMonthly(
    groupBy: [{ time: METRIC_TIME, grain: MONTH }, { dimension: CUSTOMER__SEGMENT }]
    where: { customerSegment: { in: $segments } }
    timeRange: { start: "2026-01-01" }
  ) {
    ... on MrrMonthlyConnection {
      nodes {
        key { metricTime { label } customerSegment }
        nrr
        grr
        openingMrr
      }
    }
    ... on QueryRefused { code message suggestions }
  }
}
`,
    variables: { segments: ["ENTERPRISE", "MID_MARKET", "SMB"] },
  },
  {
    needs: ["customer_acquisition_cost", "marketing_spend", "new_customers"],
    query: `# Customer acquisition cost by channel: spend divided by new
# customers. Its two sides come from two models, campaigns and
# customers.
#
# The field query answers any metrics by any groups they share,
# as plain rows: the door for BI tools and scripts.
query CAC {
  query(
    input: {
      metrics: ["marketing_spend", "new_customers", "customer_acquisition_cost"]
      groupBy: [{ name: "acquisition_channel__label" }]
      timeRange: { start: "2025-11-01", end: "2026-10-31" }
      orderBy: [{ name: "customer_acquisition_cost", direction: DESC }]
    }
  ) {
    columns { name type label metric { unit } }
    rows
    refusal { code message path suggestions }
    provenance { metrics { name version certification } warnings sql }
  }
}
`,
  },
  {
    needs: ["order_lines", "revenue", "gross_margin", "units_sold"],
    query: `# Revenue, asked in both ways. The typed field knows its
# dimensions and metrics: try Ctrl-Space. Below it the same
# numbers through query, where names are text and conditions
# are written in the filter language.
query Revenue {
  typed: orderLines(
    groupBy: [{ dimension: PRODUCT__CATEGORY }]
    where: { customerRegion: { eq: EMEA } }
    timeRange: { start: "2026-01-01", end: "2026-03-31" }
    having: { revenue: { gt: "1000" } }
    orderBy: [{ metric: REVENUE, direction: DESC }]
  ) {
    ... on OrderLinesConnection {
      nodes { id key { productCategory } revenue grossMargin unitsSold }
    }
    ... on QueryRefused { code message suggestions }
  }
  generic: query(
    input: {
      metrics: ["revenue", "gross_margin", "units_sold"]
      groupBy: [{ name: "product__category" }]
      where: ["customer__region = 'EMEA'", "revenue > 1000"]
      timeRange: { start: "2026-01-01", end: "2026-03-31" }
      orderBy: [{ name: "revenue", direction: DESC }]
    }
  ) {
    rows
    refusal { code message path suggestions }
  }
}
`,
  },
  {
    needs: ["order_lines", "revenue", "orders"],
    query: `# Filters. Conditions on dimensions say which rows count for
# every metric: and, or, not, in, ranges. A condition of one
# metric alone stands at that metric, under a name of its own.
query Filters {
  orderLines(
    groupBy: [{ dimension: PRODUCT__CATEGORY }]
    where: {
      or: [
        { customerRegion: { eq: EMEA } }
        { customerRegion: { eq: APAC }, customerSegment: { in: [ENTERPRISE, SMB] } }
      ]
      not: { productCategory: { isNull: true } }
    }
    timeRange: { start: "2026-01-01", end: "2026-06-30" }
  ) {
    ... on OrderLinesConnection {
      nodes {
        key { productCategory }
        revenue
        enterprise: revenue(where: { customerSegment: { eq: ENTERPRISE } })
      }
    }
    ... on QueryRefused { code message suggestions }
  }
}
`,
  },
  {
    needs: ["order_lines", "revenue", "units_sold"],
    query: `# Conditions on finished values (having), and an order: the
# categories that brought in more than 100,000 dollars.
query Having {
  orderLines(
    groupBy: [{ dimension: PRODUCT__CATEGORY }, { time: METRIC_TIME, grain: QUARTER }]
    timeRange: { start: "2026-01-01", end: "2026-09-30" }
    having: { revenue: { gt: "100000" } }
    orderBy: [{ metric: REVENUE, direction: DESC }]
  ) {
    ... on OrderLinesConnection {
      nodes { key { metricTime { label } productCategory } revenue unitsSold }
    }
    ... on QueryRefused { code message suggestions }
  }
}
`,
  },
  {
    needs: ["order_lines", "revenue", "products"],
    query: `# The five products with the most revenue, and one row more for
# all others: evaluated by the warehouse, not subtracted.
query TopAndOther {
  orderLines(
    groupBy: [{ dimension: PRODUCT__NAME }]
    timeRange: { start: "2026-01-01", end: "2026-09-30" }
    top: { n: 5, by: REVENUE, other: true }
  ) {
    ... on OrderLinesConnection {
      nodes {
        isOther
        key { productName }
        revenue
        share: revenue(calc: SHARE_OF_TOTAL)
      }
    }
    ... on QueryRefused { code message suggestions }
  }
}
`,
  },
  {
    needs: ["order_lines", "revenue", "gross_margin"],
    query: `# Totals. Each is asked of the warehouse at its own groups, so
# that a ratio such as the margin is right in them too.
query Totals {
  orderLines(
    groupBy: [{ dimension: CUSTOMER__REGION }, { dimension: PRODUCT__CATEGORY }]
    timeRange: { start: "2026-01-01", end: "2026-09-30" }
  ) {
    ... on OrderLinesConnection {
      nodes { key { customerRegion productCategory } revenue grossMargin }
      byRegion: totals(by: [{ dimension: CUSTOMER__REGION }]) {
        key { customerRegion }
        revenue
        grossMargin
      }
      totals { revenue grossMargin }
      totalCount # counted only because it is asked for
    }
    ... on QueryRefused { code message suggestions }
  }
}
`,
  },
  {
    needs: ["order_lines", "revenue", "products"],
    query: `# A breakdown: inside each region its three best categories.
# Their shares and ranks are within the region.
query Breakdown {
  orderLines(
    groupBy: [{ dimension: CUSTOMER__REGION }]
    timeRange: { start: "2026-01-01", end: "2026-09-30" }
    orderBy: [{ metric: REVENUE, direction: DESC }]
  ) {
    ... on OrderLinesConnection {
      nodes {
        key { customerRegion }
        revenue
        breakdown(groupBy: [{ dimension: PRODUCT__CATEGORY }], top: { n: 3, by: REVENUE }) {
          key { productCategory }
          revenue
          share: revenue(calc: SHARE_OF_TOTAL)
        }
      }
    }
    ... on QueryRefused { code message suggestions }
  }
}
`,
  },
];
