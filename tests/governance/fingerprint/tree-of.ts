import { compileCatalog } from "../../../src/compile/index.ts";
import { parseDefinitions, printYaml } from "../../../src/definition/index.ts";
import type { SourceFile } from "../../../src/diagnostics/index.ts";
import { fingerprintsOf } from "../../../src/governance/fingerprint/fingerprints.ts";
import type { GovernedTree } from "../../../src/governance/tree.ts";
import type { Documents } from "./shop.ts";

/** A tree of nothing but definitions; they must be free of errors. */
export function treeOf(files: readonly SourceFile[]): GovernedTree {
  const { definitions, diagnostics } = parseDefinitions(files);
  const compiled = compileCatalog(definitions);
  const errors = [...diagnostics, ...compiled.diagnostics].filter(({ severity }) => severity === "error");
  if (!compiled.catalog || errors.length > 0) throw new Error(errors.map(({ message }) => message).join("\n"));
  return {
    revision: "test",
    files: new Map(files.map((file) => [file.path, file])),
    catalog: compiled.catalog,
    diagnostics: [],
    fingerprints: fingerprintsOf(compiled.catalog),
    rules: null,
    rulesByDigest: new Map(),
    signers: "",
    events: new Map(),
    brokenEvents: [],
  };
}

/** One file a document: `metrics/metric_revenue.yaml`. */
export function filesOf(documents: Documents, others: Readonly<Record<string, string>> = {}): readonly SourceFile[] {
  return [
    ...Object.entries(documents).map(([name, document]) => ({
      path: `metrics/${name.replaceAll(" ", "_")}.yaml`,
      text: printYaml(document),
    })),
    ...Object.entries(others).map(([path, text]) => ({ path: `metrics/${path}`, text })),
  ].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

export function fileOf(path: string, text: string): SourceFile {
  return { path: `metrics/${path}`, text };
}
