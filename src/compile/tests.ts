import type { MetricTest, PolicyTest, TestRow } from "../catalog/index.ts";
import type {
  MetricDefinition,
  MetricTestDefinition,
  PolicyDefinition,
  PolicyTestDefinition,
  TestRowDefinition,
} from "../definition/index.ts";

/** The tests of the metrics that have any, by metric. */
export function buildTests(metrics: readonly MetricDefinition[]): ReadonlyMap<string, readonly MetricTest[]> {
  return new Map(
    metrics.filter(({ tests }) => tests.length > 0).map(({ name, tests }) => [name.value, tests.map(buildTest)]),
  );
}

/** The tests of the policies that have any, by model. */
export function buildPolicyTests(policies: readonly PolicyDefinition[]): ReadonlyMap<string, readonly PolicyTest[]> {
  return new Map(
    policies.filter(({ tests }) => tests.length > 0).map(({ name, tests }) => [name.value, tests.map(buildPolicyTest)]),
  );
}

function buildPolicyTest({ name, roles, claims, given, ask, expect }: PolicyTestDefinition): PolicyTest {
  return {
    name: name.value,
    roles: roles.map(({ value }) => value),
    claims: new Map(claims.map((claim) => [claim.name.value, claim.value])),
    given: buildGiven(given),
    ask,
    expect: expect.kind === "rows" ? { kind: "rows", rows: expect.rows.map(buildRow) } : expect,
    span: name.span,
  };
}

function buildTest({ name, given, ask, expect, covers }: MetricTestDefinition): MetricTest {
  return {
    name: name.value,
    given: buildGiven(given),
    ask,
    expect: expect.map(buildRow),
    covers,
    span: name.span,
  };
}

function buildGiven(given: MetricTestDefinition["given"]): MetricTest["given"] {
  return new Map(given.map(({ of, rows }) => [of.value, rows.map(buildRow)]));
}

function buildRow(row: TestRowDefinition): TestRow {
  return new Map(row.map(({ column, value }) => [column.value, value.value]));
}
