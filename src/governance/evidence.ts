import { type Catalog, coordinateOf, type TestRow } from "../catalog/index.ts";
import { readForeignYaml } from "../definition/index.ts";
import type { SourceFile } from "../diagnostics/index.ts";
import { canonicalJson, sha256 } from "../std/index.ts";
import { policyTestsOf } from "../testing/index.ts";

/**
 * Digest of the tests of a metric, as `evidence.tests` of a certification holds it: those beside it, and those beside policies
 * that ask for it. Rows, questions, answers and what they say they show, in the author's order; neither their places in files
 * nor how they are laid out. null: it has none.
 */
export function testsDigest(catalog: Catalog, metric: string): string | null {
  const tested = testedAs(catalog, metric);
  const { own: called, beside: asked } = renamings(catalog, metric);
  const own = (catalog.tests.get(tested) ?? []).map(({ name, given, ask, expect, covers }) => ({
    name,
    given: rowsByModel(given),
    ask: withoutNumbers(ask),
    expect: renamedRows(expect, called),
    covers,
  }));
  const beside = policyTestsOf(catalog, tested).map(([policy, { name, roles, claims, given, ask, expect }]) => ({
    policy,
    name,
    roles,
    claims: withoutNumbers(Object.fromEntries(claims)),
    given: rowsByModel(given),
    ask: withoutNumbers({ ...ask, metrics: metricsIn(ask["metrics"], asked) }),
    expect: expect.kind === "rows" ? renamedRows(expect.rows, asked) : expect,
  }));
  return own.length + beside.length === 0 ? null : `sha256:${sha256(canonicalJson([...own, ...beside]))}`;
}

/** Whose tests show what a metric computes: of a former name, those of the metric that it is. */
export function testedAs({ metrics }: Catalog, metric: string): string {
  return metrics.get(metric)?.aliasOf ?? metric;
}

type Renaming = (word: string) => string;

/**
 * What tests call the metric, as they called it when its name was its own and meant it: who renames it, or moves the default
 * version, changes no test. A test beside a version calls it by the bare name, which beside a policy means another one.
 */
function renamings({ metrics }: Catalog, name: string): { readonly own: Renaming; readonly beside: Renaming } {
  const metric = metrics.get(name);
  if (!metric) return { own: (word) => word, beside: (word) => word };
  const { id, aliasOf } = metric;
  const target = metrics.get(aliasOf ?? name) ?? metric;
  const same = new Set([target.name, coordinateOf(target)]);
  return {
    own: (word) => (word === target.id ? id : word),
    beside: (word) => (same.has(word) ? id : word === id ? `${id}@another` : word),
  };
}

function renamedRows(rows: readonly TestRow[], renamed: Renaming): readonly object[] {
  return rows.map((row) => rowDocument(new Map([...row].map(([column, value]) => [renamed(column), value]))));
}

function metricsIn(asked: unknown, renamed: Renaming): unknown {
  if (typeof asked === "string") return renamed(asked);
  return Array.isArray(asked) ? asked.map((one: unknown) => (typeof one === "string" ? renamed(one) : one)) : asked;
}

/** What the digest of a contract with a source is called in an event. */
export function contractKind(model: string): string {
  return `contract_${model}`;
}

/** Digest of a contract with a source, as `evidence.contract_<source>` holds it: what it says, not how it is written. */
export function contractDigest(file: SourceFile): string {
  const { trees, problem } = readForeignYaml(file);
  const said = problem ? file.text.replaceAll("\r\n", "\n") : canonicalJson(trees.map(({ data }) => data));
  return `sha256:${sha256(said)}`;
}

function rowsByModel(given: ReadonlyMap<string, readonly TestRow[]>): object {
  return Object.fromEntries([...given].map(([model, rows]) => [model, rows.map(rowDocument)]));
}

function rowDocument(row: TestRow): object {
  return withoutNumbers(Object.fromEntries(row));
}

/** Numbers as texts, which every reader of JSON takes for the same. */
function withoutNumbers(value: object): object {
  return JSON.parse(JSON.stringify(value, (_, item: unknown) => (typeof item === "number" ? String(item) : item)));
}
