import type { Example } from "./example-questions.ts";

/** Comparisons, times relative to now, pages, and the field for programs: over the sample company, too. */
export const COMPARISONS: readonly Example[] = [
  {
    needs: ["order_lines", "revenue"],
    query: `# Year on year. shift goes back in time, calc says what to make
# of both values; every name before a colon is a column.
query YearOnYear {
  orderLines(
    groupBy: [{ time: METRIC_TIME, grain: MONTH }]
    timeRange: { start: "2026-01-01", end: "2026-09-30" }
  ) {
    ... on OrderLinesConnection {
      nodes {
        key { metricTime { start label } }
        revenue
        lastYear: revenue(shift: { by: "P1Y" })
        change: revenue(shift: { by: "P1Y" }, calc: DELTA)
        growth: revenue(shift: { by: "P1Y" }, calc: DELTA_RATIO)
        monthBefore: revenue(calc: PREVIOUS)
      }
    }
    ... on QueryRefused { code message suggestions }
  }
}
`,
  },
  {
    needs: ["order_lines", "revenue"],
    query: `# Shares and ranks range over all groups, before top and paging;
# within makes them those of a coarser group.
query SharesAndRanks {
  orderLines(
    groupBy: [{ dimension: CUSTOMER__REGION }, { dimension: PRODUCT__CATEGORY }]
    timeRange: { start: "2026-01-01", end: "2026-09-30" }
  ) {
    ... on OrderLinesConnection {
      nodes {
        key { customerRegion productCategory }
        revenue
        share: revenue(calc: SHARE_OF_TOTAL)
        shareOfRegion: revenue(calc: SHARE_OF_TOTAL, within: [{ dimension: CUSTOMER__REGION }])
        rank: revenue(calc: RANK)
        rankInRegion: revenue(calc: RANK, within: [{ dimension: CUSTOMER__REGION }])
      }
    }
    ... on QueryRefused { code message suggestions }
  }
}
`,
  },
  {
    needs: ["order_lines", "revenue"],
    query: `# A running total along the time, for each region of its own.
query RunningTotal {
  orderLines(
    groupBy: [{ time: METRIC_TIME, grain: MONTH }, { dimension: CUSTOMER__REGION }]
    timeRange: { start: "2026-01-01", end: "2026-09-30" }
  ) {
    ... on OrderLinesConnection {
      nodes {
        key { metricTime { start label } customerRegion }
        soFar: revenue(calc: RUNNING_TOTAL)
        revenue
      }
    }
    ... on QueryRefused { code message suggestions }
  }
}
`,
  },
  {
    needs: ["order_lines", "revenue"],
    query: `# The last twelve complete months, whenever it is asked. fill
# makes a row of every month, those without an order too.
query LastMonths {
  orderLines(
    groupBy: [{ time: METRIC_TIME, grain: MONTH, fill: true }]
    timeRange: { last: { n: 12, unit: MONTH } }
  ) {
    ... on OrderLinesConnection {
      nodes { key { metricTime { start label complete } } revenue }
    }
    ... on QueryRefused { code message suggestions }
  }
}
`,
  },
  {
    needs: ["order_lines", "revenue"],
    query: `# This month until today, by day, beside the year before. With
# YEAR or FISCAL_QUARTER in the place of MONTH: year to date …
query MonthToDate {
  orderLines(
    groupBy: [{ time: METRIC_TIME, grain: DAY, fill: true }]
    timeRange: { toDate: MONTH }
  ) {
    ... on OrderLinesConnection {
      nodes {
        key { metricTime { start label complete } }
        revenue
        lastYear: revenue(shift: { by: "P1Y" })
      }
    }
    ... on QueryRefused { code message suggestions }
  }
}
`,
  },
  {
    needs: ["order_lines", "revenue", "products"],
    query: `# Pages. Ask again with endCursor in the variable after, until
# hasNextPage is false.
query Pages($after: String) {
  orderLines(
    groupBy: [{ dimension: PRODUCT__NAME }]
    timeRange: { start: "2026-01-01", end: "2026-09-30" }
    orderBy: [{ metric: REVENUE, direction: DESC }]
    first: 10
    after: $after
  ) {
    ... on OrderLinesConnection {
      nodes { key { productName } revenue }
      pageInfo { hasNextPage endCursor }
      totalCount
    }
    ... on QueryRefused { code message suggestions }
  }
}
`,
    variables: { after: null },
  },
  {
    needs: ["order_lines", "revenue"],
    query: `# All of it through the field query: names are text, conditions
# are of the filter language, and rows are lists. This is what
# BI tools, scripts and the command line ask.
query Generic {
  query(
    input: {
      metrics: [
        "revenue"
        { name: "revenue", as: "last_year", shift: { by: "P1Y" } }
        { name: "revenue", as: "growth", shift: { by: "P1Y" }, calc: DELTA_RATIO }
      ]
      groupBy: [{ name: "customer__region" }, { name: "product__category" }]
      where: ["customer__segment = 'enterprise'"]
      having: ["revenue > 10000"]
      timeRange: { start: "2026-01-01", end: "2026-06-30" }
      totals: [[], ["customer__region"]]
      orderBy: [{ name: "revenue", direction: DESC }]
      limit: 10
    }
  ) {
    columns { name type label metric { unit } }
    rows
    totals { by rows }
    pageInfo { hasNextPage }
    refusal { code message path suggestions }
    provenance { metrics { name version certification } warnings }
  }
}
`,
  },
  {
    needs: ["order_lines", "revenue"],
    query: `# A question that takes longer than waitMs goes on without you.
# Its answer is then pending: ask for it by its id,
#
#   { queryResult(queryId: "…") { columns { name } rows } }
#
# or ask the same again, which joins what runs already.
query Pending {
  query(
    input: {
      metrics: ["revenue"]
      groupBy: [{ name: "metric_time", grain: DAY }]
      orderBy: [{ name: "metric_time", direction: DESC }]
      limit: 100
    }
    waitMs: 10000
  ) {
    columns { name type metric { unit } }
    rows
    pending { queryId pollAfterMs stage elapsedMs }
    refusal { code message suggestions }
  }
}
`,
  },
];
