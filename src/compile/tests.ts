import type { MetricTest, TestRow } from "../catalog/index.ts";
import type { MetricDefinition, MetricTestDefinition, TestRowDefinition } from "../definition/index.ts";

/** The tests of the metrics that have any, by metric. */
export function buildTests(metrics: readonly MetricDefinition[]): ReadonlyMap<string, readonly MetricTest[]> {
  return new Map(
    metrics.filter(({ tests }) => tests.length > 0).map(({ name, tests }) => [name.value, tests.map(buildTest)]),
  );
}

function buildTest({ name, given, ask, expect }: MetricTestDefinition): MetricTest {
  return {
    name: name.value,
    given: new Map(given.map(({ of, rows }) => [of.value, rows.map(buildRow)])),
    ask,
    expect: expect.map(buildRow),
    span: name.span,
  };
}

function buildRow(row: TestRowDefinition): TestRow {
  return new Map(row.map(({ column, value }) => [column.value, value.value]));
}
