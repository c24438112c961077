import type { Calendar, Catalog, ClaimType, Column } from "../../catalog/index.ts";
import type { Located, MetricTestDefinition, PolicyTestDefinition, TestRowDefinition } from "../../definition/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import { placeOf, report } from "../../diagnostics/index.ts";
import type { ScalarType } from "../../expression/index.ts";
import { compareGrains, numberLiteral, timeLiteral } from "../../expression/index.ts";
import { assertNever } from "../../std/index.ts";
import type { Draft } from "../draft.ts";

/** The rows that tests give fit the models and calendars they are given for; those of policies name roles and claims. */
export function* checkTests(draft: Draft): Iterable<Diagnostic> {
  for (const { definition } of draft.metrics) {
    yield* common(draft.catalog, definition.tests);
  }
  const roles = new Set(draft.policies.flatMap(({ policy }) => [...policy.roles.keys()]));
  for (const { definition } of draft.policies) {
    yield* common(draft.catalog, definition.tests);
    for (const test of definition.tests) yield* asker(draft.catalog, roles, test);
  }
}

type Test = MetricTestDefinition | PolicyTestDefinition;

function* common(catalog: Catalog, tests: readonly Test[]): Iterable<Diagnostic> {
  yield* names(tests);
  for (const { of, rows } of tests.flatMap((test) => test.given)) yield* given(catalog, of, rows);
}

/** A misspelt role or claim grants nothing, and a test that expects nothing would pass. */
function* asker(catalog: Catalog, known: ReadonlySet<string>, test: PolicyTestDefinition): Iterable<Diagnostic> {
  for (const role of test.roles) {
    if (!known.has(role.value)) yield report("test/unknown-role", { role: role.value, known }, role.span);
  }
  for (const { name, value } of test.claims) {
    const claim = catalog.claims.get(name.value);
    if (!claim) {
      yield report("test/unknown-claim", { claim: name.value, known: catalog.claims.keys() }, name.span);
    } else if (!isOfType(claim, value)) {
      const type = claim.isList ? `list of ${claim.type}` : claim.type;
      yield report("test/claim-type", { claim: name.value, type }, name.span);
    }
  }
}

function isOfType({ type, isList }: ClaimType, value: PolicyTestDefinition["claims"][number]["value"]): boolean {
  if ((typeof value === "object") !== isList) return false;
  return [value].flat().every((item) => {
    if (type === "int") return Number.isSafeInteger(item);
    return typeof item === type;
  });
}

function* names(tests: readonly Test[]): Iterable<Diagnostic> {
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
