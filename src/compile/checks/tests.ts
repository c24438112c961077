import type { Calendar, Catalog, Column } from "../../catalog/index.ts";
import type { Located, MetricDefinition, TestRowDefinition } from "../../definition/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import { placeOf, report } from "../../diagnostics/index.ts";
import type { ScalarType } from "../../expression/index.ts";
import { compareGrains, numberLiteral, timeLiteral } from "../../expression/index.ts";
import { assertNever } from "../../std/index.ts";
import type { Draft } from "../draft.ts";

/** The rows that a metric's tests give fit the models and calendars they are given for. */
export function* checkTests(draft: Draft): Iterable<Diagnostic> {
  for (const { definition } of draft.metrics) {
    yield* names(definition);
    for (const { of, rows } of definition.tests.flatMap(({ given }) => given)) yield* given(draft.catalog, of, rows);
  }
}

function* names({ tests }: MetricDefinition): Iterable<Diagnostic> {
  const seen = new Map<string, Located>();
  for (const { name } of tests) {
    const first = seen.get(name.value);
    if (first) yield report("test/duplicate-name", { test: name.value, other: placeOf(first.span) }, name.span);
    else seen.set(name.value, name);
  }
}

function* given(catalog: Catalog, of: Located, rows: readonly TestRowDefinition[]): Iterable<Diagnostic> {
  const model = catalog.models.get(of.value);
  const calendar = catalog.calendars.find(({ name }) => name === of.value);
  if (!model && !calendar) {
    const known = [...catalog.models.keys(), ...catalog.calendars.map(({ name }) => name)];
    yield report("test/unknown-model", { name: of.value, known }, of.span);
    return;
  }
  const types = model ? declared(model.columns) : calendar ? columnsOf(calendar) : null;
  if (!types) return;
  for (const { column, value } of rows.flat()) {
    const type = types.get(column.value);
    if (!type) {
      const params = { model: of.value, column: column.value, known: types.keys() };
      yield report("test/unknown-column", params, column.span);
    } else if (!fits(type, value.value)) {
      yield report("test/wrong-value", { column: column.value, type, value: String(value.value) }, value.span);
    }
  }
}

function declared(columns: ReadonlyMap<string, Column> | null): ReadonlyMap<string, ScalarType> | null {
  return columns && new Map([...columns.values()].map(({ name, type }) => [name, type]));
}

function columnsOf({ column, grain, customGrains }: Calendar): ReadonlyMap<string, ScalarType> {
  const own: ScalarType = compareGrains(grain, "day") >= 0 ? "date" : "timestamp";
  return new Map([[column, own], ...[...customGrains.values()].map((custom) => [custom.column, "date"] as const)]);
}

function fits(type: ScalarType, value: string | number | boolean | null): boolean {
  if (value === null) return true;
  switch (type) {
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "int":
      return /^-?\d+$/.test(String(value));
    case "decimal":
    case "float":
      return typeof value !== "boolean" && numberLiteral(String(value)) !== null;
    case "date":
    case "timestamp":
    case "timestamptz":
      return typeof value === "string" && timeLiteral(type, value) !== null;
    case "interval":
    case "unknown":
      return true;
    default:
      return assertNever(type);
  }
}
