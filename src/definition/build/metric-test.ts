import type { MetricTestDefinition, TestRowDefinition } from "../definition.ts";
import type { MetricTestsShape } from "../schema/metric-test.ts";
import { at, located, type Path, textOf } from "../tree.ts";
import { type Build, nameAt, textAt } from "./build.ts";

export function buildTests(shape: MetricTestsShape | undefined, build: Build): readonly MetricTestDefinition[] {
  return (shape ?? []).map((test, n) => ({
    name: textAt(build, "tests", n, "test"),
    given: buildGiven(test.given, build, n),
    ask: test.ask ?? {},
    expect: test.expect.map((_, row) => buildRow(build, "tests", n, "expect", row)),
    covers: test.covers ?? [],
  }));
}

/** The rows that the test of that number gives. */
export function buildGiven(
  shape: MetricTestsShape[number]["given"],
  build: Build,
  test: number,
): MetricTestDefinition["given"] {
  return Object.entries(shape ?? {}).map(([model, rows]) => {
    const path = ["tests", test, "given", model];
    return { of: nameAt(build, ...path), rows: rows.map((_, row) => buildRow(build, ...path, row)) };
  });
}

export function buildRow(build: Build, ...path: Path): TestRowDefinition {
  const row = at(build.tree, ...path);
  if (row.kind !== "map") throw new Error("A row is no mapping though it passed validation");
  return [...row.entries.values()].map(({ key, value }) => {
    if (value.kind !== "scalar") throw new Error("A cell is no scalar though it passed validation");
    const isExact = typeof value.data !== "number" || value.source.length <= EXACT_DIGITS;
    return { column: textOf(key), value: located(value, isExact ? value.data : value.source) };
  });
}

/** So many digits survive in a JavaScript number; longer numbers are kept as they are written. */
const EXACT_DIGITS = 15;
