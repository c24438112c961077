import type { Catalog, TestRow } from "../catalog/index.ts";
import { readForeignYaml } from "../definition/index.ts";
import type { SourceFile } from "../diagnostics/index.ts";
import { canonicalJson, sha256 } from "../std/index.ts";

/**
 * Digest of the tests beside a metric, as `evidence.tests` of a certification holds it: rows, questions and answers, in the author's
 * order; neither their places in files nor how they are laid out. null: it has none.
 */
export function testsDigest({ tests }: Catalog, metric: string): string | null {
  const own = tests.get(metric) ?? [];
  if (own.length === 0) return null;
  const documents = own.map(({ name, given, ask, expect }) => ({
    name,
    given: Object.fromEntries([...given].map(([model, rows]) => [model, rows.map(rowDocument)])),
    ask: withoutNumbers(ask),
    expect: expect.map(rowDocument),
  }));
  return `sha256:${sha256(canonicalJson(documents))}`;
}

/** Digest of a contract with a source, as `evidence.contract_<source>` holds it: what it says, not how it is written. */
export function contractDigest(file: SourceFile): string {
  const { trees, problem } = readForeignYaml(file);
  const said = problem ? file.text.replaceAll("\r\n", "\n") : canonicalJson(trees.map(({ data }) => data));
  return `sha256:${sha256(said)}`;
}

function rowDocument(row: TestRow): object {
  return withoutNumbers(Object.fromEntries(row));
}

/** Numbers as texts, which every reader of JSON takes for the same. */
function withoutNumbers(value: object): object {
  return JSON.parse(JSON.stringify(value, (_, item: unknown) => (typeof item === "number" ? String(item) : item)));
}
