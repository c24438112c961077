import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  type ParsedNode,
  parseAllDocuments,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from "yaml";
import { type Diagnostic, type DiagnosticCode, type ParamsOf, report, type SourceFile } from "../diagnostics/index.ts";
import { readSimpleYaml } from "./simple-yaml.ts";
import { type MapTree, type ScalarTree, spanOf, type Tree } from "./tree.ts";
import { FORBIDDEN, FORBIDDEN_KEYS, MAX_LEVELS, NUMBER } from "./yaml-rules.ts";

/**
 * The documents of a file, one tree each, in order. A document with problems is left out, and so is an empty one; the
 * others are kept. What is not refused here has one meaning: no aliases, own tags, hidden letters or special numbers.
 */
export function parseYaml(file: SourceFile, diagnostics: Diagnostic[]): readonly Tree[] {
  const control = FORBIDDEN.exec(file.text);
  if (control) {
    const start = control.index;
    diagnostics.push(
      report("yaml/forbidden-character", { codePoint: codePoint(control[0]) }, { file, start, end: start + 1 }),
    );
    return [];
  }
  return readSimpleYaml(file) ?? readAnyYaml(file, diagnostics);
}

/** All of YAML, by the package. */
export function readAnyYaml(file: SourceFile, diagnostics: Diagnostic[]): readonly Tree[] {
  const documents = parseAllDocuments(file.text, OPTIONS);
  return [...documents].flatMap((document) => treeOf(document, file, diagnostics) ?? []);
}

/**
 * Duplicate keys are found in `growMap`: the package compares every pair of keys, which takes minutes for a file of 1 MiB
 * that holds nothing but keys.
 */
const OPTIONS = {
  version: "1.2",
  schema: "core",
  strict: true,
  uniqueKeys: false,
  stringKeys: true,
  merge: false,
  intAsBigInt: true,
  prettyErrors: false,
  logLevel: "silent",
} as const;

function treeOf(document: Document.Parsed, file: SourceFile, diagnostics: Diagnostic[]): Tree | null {
  const problem = problemOf(document, file);
  if (problem) {
    diagnostics.push(problem);
    return null;
  }
  if (!document.contents || (isScalar(document.contents) && document.contents.value === null)) return null;
  const found: Diagnostic[] = [];
  const tree = grow(document.contents, { file, found }, 1);
  diagnostics.push(...found);
  return found.length === 0 ? tree : null;
}

/** The first thing that is wrong with the text; what follows from it would only confuse. Warnings count as errors. */
function problemOf(document: Document.Parsed, file: SourceFile): Diagnostic | null {
  const [first] = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  if (first) {
    const { code, message, pos } = document.errors.find(isTooDeep) ?? first;
    const span = { file, start: Math.min(pos[0], file.text.length), end: Math.min(pos[1], file.text.length) };
    if (code === "RESOURCE_EXHAUSTION")
      return report("yaml/too-deep", { levels: MAX_LEVELS }, { file, start: 0, end: 0 });
    if (code === "TAG_RESOLVE_FAILED") return report("yaml/tag", { tag: file.text.slice(span.start, span.end) }, span);
    if (code === "NON_STRING_KEY") return report("yaml/key-not-text", {}, span);
    // The package points at the first letter only; here the rest of the line is what needs quotes.
    const rest = code === "BLOCK_AS_IMPLICIT_KEY" ? (/^.*\S/.exec(file.text.slice(span.start))?.[0].length ?? 1) : 0;
    return report("yaml/syntax", { code, problem: message }, { ...span, end: Math.max(span.end, span.start + rest) });
  }
  if (!document.directives.yaml.explicit) return null;
  // "%YAML 1.1" would bring back the old meanings of yes, no and 010.
  const start = file.text.search(/^%YAML/m);
  return report("yaml/directive", {}, { file, start, end: start + "%YAML".length });
}

/** The package recurses once a level and has no limit but the stack's. */
function isTooDeep({ code }: YAMLError): boolean {
  return code === "RESOURCE_EXHAUSTION";
}

interface Growth {
  readonly file: SourceFile;
  readonly found: Diagnostic[];
}

function grow(node: ParsedNode, growth: Growth, level: number): Tree {
  const [start, end] = node.range;
  const place = { file: growth.file, start, end };
  if (isAlias(node) || node.anchor !== undefined) return refuse(growth, place, "yaml/alias", {});
  if (node.tag !== undefined) return refuse(growth, place, "yaml/tag", { tag: node.tag });
  if (isScalar(node)) return growScalar(node, growth, place);
  if (level > MAX_LEVELS) return refuse(growth, place, "yaml/too-deep", { levels: MAX_LEVELS });
  if (isMap(node)) return growMap(node, growth, place, level);
  const items = node.items.map((item) => grow(item, growth, level + 1));
  const last = node.flow ? undefined : items.at(-1);
  return { kind: "list", ...place, end: last?.end ?? end, items, data: items.map((item) => item.data) };
}

/** A block ends with its last value: the package counts the empty lines and comments below it too. */
function growMap(node: YAMLMap.Parsed, growth: Growth, place: Place, level: number): MapTree {
  const entries = new Map<string, { key: ScalarTree; value: Tree }>();
  const data: Record<string, unknown> = Object.create(null);
  let last = 0;
  for (const pair of node.items) {
    const [start, end] = pair.key.range;
    const keyPlace = { file: growth.file, start, end };
    const name = isScalar(pair.key) ? pair.key.value : null;
    if (typeof name !== "string" || pair.key.tag !== undefined) {
      refuse(growth, keyPlace, "yaml/key-not-text", {});
      continue;
    }
    if (FORBIDDEN_KEYS.has(name)) refuse(growth, keyPlace, "yaml/forbidden-key", { key: name });
    const first = entries.get(name);
    if (first) {
      const related = [{ message: "it stands first at", span: spanOf(first.key) }];
      growth.found.push(report("yaml/duplicate-key", { key: name }, keyPlace, related));
      continue;
    }
    const key = textScalar(name, keyPlace);
    const value = isWritten(pair.value) ? grow(pair.value, growth, level + 1) : { ...nothing, ...keyPlace, start: end };
    entries.set(name, { key, value });
    data[name] = value.data;
    last = value.end;
  }
  return { kind: "map", ...place, end: node.flow ? place.end : last, entries, data };
}

/** A key may stand alone: `region:`. */
function isWritten(value: ParsedNode | null): value is ParsedNode {
  if (value === null || !isScalar(value) || value.value !== null) return value !== null;
  return value.range[0] < value.range[1] || value.anchor !== undefined || value.tag !== undefined;
}

function growScalar(node: Scalar.Parsed, growth: Growth, place: Place): ScalarTree {
  const value = node.value;
  switch (typeof value) {
    case "string": {
      // Only an escape in double quotes can hide a character that the file itself does not hold.
      const hidden = node.type === "QUOTE_DOUBLE" ? FORBIDDEN.exec(value) : null;
      return hidden
        ? refuse(growth, place, "yaml/forbidden-character", { codePoint: codePoint(hidden[0]) })
        : textScalar(value, place);
    }
    case "boolean":
      return { kind: "scalar", ...place, data: value, source: node.source };
    case "number":
    case "bigint": {
      const number = Number(value);
      const isExact = typeof value === "number" ? Number.isFinite(value) : Number.isSafeInteger(number);
      return isExact && NUMBER.test(node.source)
        ? { kind: "scalar", ...place, data: number, source: node.source }
        : refuse(growth, place, "yaml/number", { source: node.source });
    }
    default:
      return { ...nothing, ...place };
  }
}

type Place = Pick<Tree, "file" | "start" | "end">;

const nothing = { kind: "scalar", data: null, source: "" } as const;

function textScalar(value: string, place: Place): ScalarTree {
  return { kind: "scalar", ...place, data: value, source: value };
}

/** Notes the problem; what stands in for the value is never seen, since its document is left out. */
function refuse<C extends DiagnosticCode>(growth: Growth, place: Place, code: C, params: ParamsOf[C]): ScalarTree {
  growth.found.push(report(code, params, place));
  return { ...nothing, ...place };
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0;
}
