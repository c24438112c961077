import type { Catalog, TestRow } from "../catalog/index.ts";
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
  const own = (catalog.tests.get(metric) ?? []).map(({ name, given, ask, expect, covers }) => ({
    name,
    given: rowsByModel(given),
    ask: withoutNumbers(ask),
    expect: expect.map(rowDocument),
    covers,
  }));
  const beside = policyTestsOf(catalog, metric).map(([policy, { name, roles, claims, given, ask, expect }]) => ({
    policy,
    name,
    roles,
    claims: withoutNumbers(Object.fromEntries(claims)),
    given: rowsByModel(given),
    ask: withoutNumbers(ask),
    expect: expect.kind === "rows" ? expect.rows.map(rowDocument) : expect,
  }));
  return own.length + beside.length === 0 ? null : `sha256:${sha256(canonicalJson([...own, ...beside]))}`;
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
