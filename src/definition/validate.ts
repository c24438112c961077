import type { z } from "zod";
import { type Diagnostic, quote, report, type Span } from "../diagnostics/index.ts";
import { nearest } from "../std/index.ts";
import { NAME, RESERVED_NAMES } from "./schema/parts.ts";
import { at, find, keyAt, type MapTree, type Path, spanOf, type Tree, textOf } from "./tree.ts";

/**
 * The plain data of a document if it has the shape of its kind; else null, and every difference as a diagnostic.
 *
 * @param owner The document in words, such as `Metric "revenue"`.
 */
export function validate<S extends z.ZodType>(
  schema: S,
  tree: MapTree,
  owner: string,
  diagnostics: Diagnostic[],
): z.infer<S> | null {
  const result = schema.safeParse(tree.data);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, { tree, owner, path: [] }));
  const unknown = problems.filter((problem) => problem.code === "definition/unknown-key");
  diagnostics.push(...problems.filter((problem) => !isMisspelt(problem, unknown)).map((problem) => problem.diagnostic));
  return null;
}

interface Problem {
  readonly code: string;
  /** Where in the tree, and the key that is unknown or missing. */
  readonly path: Path;
  readonly key: string | null;
  readonly diagnostic: Diagnostic;
}

interface Scene {
  readonly tree: Tree;
  readonly owner: string;
  /** Of the value that the issue's own path starts from. */
  readonly path: Path;
}

type Issue = z.core.$ZodIssue;

function problemsOf(issue: Issue, scene: Scene): readonly Problem[] {
  const path = [...scene.path, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(key, issue.message.split(" "), path, scene));
    case "invalid_key": {
      const name = String(path.at(-1));
      return [problem("definition/invalid-name", path, badName(name, spanOf(keyAt(scene.tree, ...path))))];
    }
    case "invalid_union":
      return unionProblems(issue, path, scene);
    case "invalid_value":
      return [unknownValue(issue, path, scene)];
    case "invalid_format":
      if (issue.format === "regex" && issue.pattern === String(NAME)) {
        const name = textOf(at(scene.tree, ...path));
        return [problem("definition/invalid-name", path, badName(name.value, name.span))];
      }
      return [wrongType(issue.message, path, scene)];
    default:
      return [wrongType(issue.message, path, scene)];
  }
}

/** The problems of the branch that the author meant: the one that takes such a value at all. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, path: Path, scene: Scene): readonly Problem[] {
  const isText = typeof find(scene.tree, ...path)?.data === "string";
  const [meant] = issue.errors
    .filter((branch) => branch.every((inner) => inner.path.length > 0 || agreesOnType(inner.code, isText)))
    .sort((a, b) => a.length - b.length);
  return meant
    ? meant.flatMap((inner) => problemsOf(inner, { ...scene, path }))
    : [wrongType(issue.message, path, scene)];
}

/** What is wrong is a part of the value, or which word it is, not what kind of value it is. */
function agreesOnType(code: Issue["code"], isText: boolean): boolean {
  return (
    code === "unrecognized_keys" ||
    code === "invalid_union" ||
    (isText && (code === "invalid_value" || code === "invalid_format"))
  );
}

function unknownKey(key: string, known: readonly string[], path: Path, { tree, owner }: Scene): Problem {
  const span = spanOf(keyAt(tree, ...path, key));
  const params = { key, known, owner: ownerOf(owner, path), hasValue: at(tree, ...path, key).data !== null };
  return problem("definition/unknown-key", path, report("definition/unknown-key", params, span), key);
}

function unknownValue(issue: z.core.$ZodIssueInvalidValue, path: Path, scene: Scene): Problem {
  const node = find(scene.tree, ...path);
  if (typeof node?.data !== "string") return wrongType(issue.message, path, scene);
  const params = { owner: subjectOf(path), value: node.data, known: issue.values.map(String) };
  return problem("definition/unknown-value", path, report("definition/unknown-value", params, spanOf(node)));
}

function wrongType(expected: string, path: Path, { tree, owner }: Scene): Problem {
  const node = find(tree, ...path);
  const key = String(path.at(-1));
  if (!node) {
    const params = { owner: ownerOf(owner, path.slice(0, -1)), key, expected };
    const parent = headOf(tree, path.slice(0, -1));
    return problem("definition/missing-key", path.slice(0, -1), report("definition/missing-key", params, parent), key);
  }
  const isNumberForText = typeof node.data === "number" && /^an? (?!.*number)/.test(expected);
  const params = {
    owner: subjectOf(path),
    expected,
    found: inWords(node),
    help: isNumberForText && node.kind === "scalar" ? `put quotes around it: "${node.source}"` : null,
  };
  const place = node.end > node.start ? node : keyAt(tree, ...path);
  return problem("definition/wrong-type", path, report("definition/wrong-type", params, spanOf(place)));
}

/** The name of what lacks a key: its own key, or the first key of the document. */
function headOf(tree: Tree, path: Path): Span {
  if (path.length > 0) return spanOf(keyAt(tree, ...path));
  const [first] = tree.kind === "map" ? tree.entries.values() : [];
  return spanOf(first && first.value.end > first.value.start ? first.value : (first?.key ?? tree));
}

/** Why a text cannot be a name. */
function badName(name: string, span: Span): Diagnostic {
  return report(RESERVED_NAMES.has(name) ? "definition/reserved-name" : "definition/invalid-name", { name }, span);
}

/** A key that is missing only because it was misspelt is told once, as the unknown key. */
function isMisspelt({ code, path, key }: Problem, unknown: readonly Problem[]): boolean {
  if (code !== "definition/missing-key" || key === null) return false;
  return unknown.some((other) => other.path.join(".") === path.join(".") && nearest(other.key ?? "", [key]).length > 0);
}

export function inWords(node: Tree): string {
  if (node.kind === "map") return "a mapping";
  if (node.kind === "list") return "a list";
  switch (typeof node.data) {
    case "string":
      return node.data === "" ? "an empty text" : `the text ${quote(node.data)}`;
    case "number":
      return `the number ${node.source}`;
    case "boolean":
      return node.source;
    default:
      return "nothing";
  }
}

/** `"entities.seller"` within the document, or the document itself. */
function ownerOf(owner: string, path: Path): string {
  return path.length === 0 ? owner : subjectOf(path);
}

function subjectOf(path: Path): string {
  const parts = path.map((part, n) => (typeof part === "number" ? `[${part + 1}]` : n === 0 ? part : `.${part}`));
  return quote(parts.join(""));
}

function problem(code: string, path: Path, diagnostic: Diagnostic, key: string | null = null): Problem {
  return { code, path, key, diagnostic };
}
