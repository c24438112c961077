import { compileCatalog } from "../../compile/index.ts";
import { parseDefinitions, pathAt, printYaml, readForeignYaml, type YamlMap } from "../../definition/index.ts";
import type { Diagnostic, SourceFile } from "../../diagnostics/index.ts";
import type { ReportCode } from "../report.ts";
import { type OurDocument, SECTIONS } from "./document.ts";
import { type Reading, tell } from "./reading.ts";

/**
 * The documents as text, without what does not load: names that lead nowhere, paths that are ambiguous. What is left
 * out is reported, and so is whatever used it, until the rest has no error.
 */
export function settle(documents: readonly OurDocument[], reading: Reading): readonly SourceFile[] {
  let left = documents;
  for (;;) {
    const files = left.map(({ path, data }) => ({ path, text: printYaml(data, SECTIONS) }));
    const errors = errorsOf(files);
    if (errors.length === 0) return files;
    const [first] = errors;
    const before = left;
    left = left.flatMap((document) => withoutErrors(document, errors, reading) ?? []);
    if (left.every((document, i) => document === before[i]) && left.length === before.length) {
      throw new Error(`The import wrote what does not load: ${first?.code} ${first?.message}`);
    }
  }
}

/** Of definitions that cannot be read at all first; whatever refers to them would only seem to be wrong. */
function errorsOf(files: readonly SourceFile[]): readonly Diagnostic[] {
  const isError = ({ severity }: Diagnostic) => severity === "error";
  const { definitions, diagnostics } = parseDefinitions(files);
  const unreadable = diagnostics.filter(isError);
  return unreadable.length > 0 ? unreadable : compileCatalog(definitions).diagnostics.filter(isError);
}

/** The document without the parts that are wrong; null where that is all of it. */
function withoutErrors(document: OurDocument, errors: readonly Diagnostic[], reading: Reading): OurDocument | null {
  let left: OurDocument | null = document;
  const done = new Set<string>();
  for (const { code, message, span } of errors) {
    if (span?.file.path !== document.path) continue;
    const [tree] = readForeignYaml(span.file).trees;
    const [section = "", name] = tree ? pathAt(tree, span.start) : [];
    const part =
      isPart(document, section) && name !== undefined ? `${section}.${name}` : isPart(document, section) ? section : "";
    if (done.has(part)) continue;
    done.add(part);
    const origin = document.parts.get(part) ?? document.origin;
    const written = part === "" ? null : `the model without it`;
    tell(reading, codeFor(code, section), origin, message, written);
    left = part === "" || left === null ? null : { ...left, data: without(left.data, part) };
  }
  return left;
}

/** A part of a model that the rest can do without. */
function isPart({ data }: OurDocument, section: string | number): section is string {
  return "model" in data && (section === "time" || SECTIONS.some((known) => known === section));
}

function without(data: YamlMap, part: string): YamlMap {
  const [section = "", name] = part.split(".");
  const entries = data[section];
  if (name === undefined || typeof entries !== "object" || entries === null || Array.isArray(entries)) {
    return { ...data, [section]: undefined };
  }
  const left = Object.fromEntries(Object.entries(entries).filter(([key]) => key !== name));
  return { ...data, [section]: Object.keys(left).length > 0 ? left : undefined };
}

function codeFor(code: string, section: string | number): ReportCode {
  if (code === "filter/ambiguous-name") return "AMBIGUOUS_PATH";
  if (/\/unknown-(name|metric|input|model|measure|property|time-dimension|grouping|grain)$/.test(code))
    return "UNKNOWN_REFERENCE";
  if (code === "metric/conversion-entity") return "UNKNOWN_REFERENCE";
  if (code.startsWith("filter/")) return "UNSUPPORTED_FILTER";
  if (code.startsWith("expression/")) return section === "filter" ? "UNSUPPORTED_FILTER" : "UNSUPPORTED_EXPRESSION";
  return "INVALID_VALUE";
}
