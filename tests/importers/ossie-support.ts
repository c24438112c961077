import type { Catalog, Dialect } from "../../src/catalog/index.ts";
import { compileCatalog } from "../../src/compile/index.ts";
import { type Definitions, parseDefinitions, readDefinitions, readForeignYaml } from "../../src/definition/index.ts";
import { convertOssie, exportOssie, type OssieExport, type OssieVersion } from "../../src/importers/index.ts";
import { inShort, type Outcome } from "./support.ts";

export const VERSIONS: readonly OssieVersion[] = ["0.1.1", "0.2.0.dev0"];

export function importedOssie(
  text: string,
  dialect: Dialect = "duckdb",
): Outcome & { readonly messages: readonly string[] } {
  const converted = convertOssie({ path: "shop.yaml", text }, dialect);
  return {
    ...converted,
    text: (path) => converted.files.find((file) => file.path === path)?.text,
    paths: converted.files.map(({ path }) => path),
    told: converted.report.map(inShort),
    messages: converted.report.map(({ message }) => message),
  };
}

interface Loaded {
  readonly definitions: Definitions;
  readonly catalog: Catalog;
}

/** Definitions of a folder, or of texts by path; throws where they do not load. */
export function loaded(from: string | Readonly<Record<string, string>>): Loaded {
  const read =
    typeof from === "string"
      ? readDefinitions(from)
      : parseDefinitions(Object.entries(from).map(([path, text]) => ({ path, text })));
  const compiled = compileCatalog(read.definitions);
  const errors = [...read.diagnostics, ...compiled.diagnostics].filter(({ severity }) => severity === "error");
  if (!compiled.catalog || errors.length > 0) throw new Error(errors.map(({ message }) => message).join("\n"));
  return { definitions: read.definitions, catalog: compiled.catalog };
}

export function exported(from: string | Readonly<Record<string, string>>, version: OssieVersion): OssieExport {
  const { definitions, catalog } = loaded(from);
  return exportOssie(definitions, catalog, version);
}

/** What an export makes again of what an import made of the text. */
export function thereAndBack(text: string, version: OssieVersion): string {
  return exported(filesOf(text), version).text;
}

export function filesOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(importedOssie(text).files.map((file) => [file.path, file.text]));
}

/** The plain data of an Ossie text, as Python's tools read it. */
export function dataOf(text: string): unknown {
  const { trees, problem } = readForeignYaml({ path: "shop.yaml", text });
  if (problem) throw new Error(problem.message);
  return structuredClone(trees[0]?.data);
}

/** The expression of each metric of an export. */
export function expressionsOf({ document }: OssieExport): Readonly<Record<string, string>> {
  const [model] = listOf(document["semantic_model"]);
  return Object.fromEntries(
    listOf(at(model, "metrics")).map((metric) => {
      const [text] = listOf(at(at(metric, "expression"), "dialects"));
      return [String(at(metric, "name")), String(at(text, "expression"))];
    }),
  );
}

/** The value at a key of plain data. */
export function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
