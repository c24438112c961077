import type { Catalog, Metric } from "../../catalog/index.ts";

/** A tab that GraphiQL opens with. */
export interface ExampleTab {
  readonly query: string;
  readonly variables?: string;
}

/** The worked examples whose metrics the catalog has; for other catalogs, one question about its first metric. */
export function exampleTabs(catalog: Catalog): readonly ExampleTab[] {
  const known = EXAMPLES.filter(({ needs }) =>
    needs.every((name) => catalog.metrics.has(name) || catalog.models.has(name)),
  );
  const worked = known.map(({ query, variables }) => ({
    query,
    ...(variables && { variables: JSON.stringify(variables, null, 2) }),
  }));
  const queryable = [...catalog.metrics.values()].filter((metric) => !metric.isPrivate);
  const first = queryable.find(({ name }) => name === "revenue") ?? queryable[0];
  if (!first) return [];
  return [...worked, ...(worked.length === 0 ? [{ query: anyMetric(first) }] : []), catalogueTab(first)];
}

interface Example extends Pick<ExampleTab, "query"> {
  /** Metrics and models it names. */
  readonly needs: readonly string[];
  readonly variables?: Readonly<Record<string, unknown>>;
}

const EXAMPLES: readonly Example[] = [
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
];

/** The catalogue: no warehouse is asked but for the values. */
function catalogueTab({ name }: Metric): ExampleTab {
  const query = `# The catalogue: which metrics there are, what each means, who
# answers for it, and what it can be grouped by. Change the
# variables below: a metric's name, and words to search for.
query Catalogue($name: String!, $search: String) {
  metrics(search: $search, first: 100) {
    totalCount
    nodes {
      name
      label
      unit
      businessOwner
      technicalOwner
      certification { status claim }
    }
  }
  metric(name: $name) {
    description
    upstream(depth: 3) # its inputs: metrics, models, columns
    dimensions { # add values(first: 5) to see some
      name
      type
      grains
    }
  }
  savedQueries { name description }
}
`;
  return { query, variables: JSON.stringify({ name, search: "" }, null, 2) };
}

/** A question that every catalog can answer. */
function anyMetric({ name, label }: Metric): string {
  return `# ${label.replaceAll(/\s+/g, " ")}, as one number.
query FirstQuestion {
  query(input: { metrics: [${JSON.stringify(name)}] }) {
    columns { name type label }
    rows
    refusal { code message path suggestions }
  }
}
`;
}
