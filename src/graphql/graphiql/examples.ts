import type { Catalog, Metric } from "../../catalog/index.ts";
import { COMPARISONS } from "./example-comparisons.ts";
import { EXAMPLES } from "./example-questions.ts";

/** A tab that GraphiQL opens with. */
export interface ExampleTab {
  readonly query: string;
  readonly variables?: string;
}

/** The worked examples whose metrics the catalog has; for other catalogs, one question about its first metric. */
export function exampleTabs(catalog: Catalog): readonly ExampleTab[] {
  const known = [...EXAMPLES, ...COMPARISONS].filter(({ needs }) =>
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
