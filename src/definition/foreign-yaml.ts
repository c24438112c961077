import { isAlias, isMap, isNode, isScalar, isSeq, parseAllDocuments, type YAMLMap } from "yaml";
import type { SourceFile, Span } from "../diagnostics/index.ts";
import type { MapTree, ScalarTree, Tree } from "./tree.ts";
import { MAX_LEVELS } from "./yaml-rules.ts";

/** The documents of a file that another tool owns; `problem` is the first thing that is wrong with its text. */
export interface ForeignYaml {
  readonly trees: readonly Tree[];
  readonly problem: { readonly message: string; readonly span: Span } | null;
}

/**
 * YAML as Python's tools read it: version 1.1, with anchors, aliases, merge keys and tags. JSON is YAML too. Of a key
 * that is written twice the last one counts. What is no text, number or boolean, such as a date, is its letters.
 */
export function readForeignYaml(file: SourceFile): ForeignYaml {
  const trees: Tree[] = [];
  for (const document of parseAllDocuments(file.text, OPTIONS)) {
    const [error] = document.errors;
    if (error) return { trees, problem: { message: error.message, span: clamped(file, ...error.pos) } };
    const growth: Growth = { file, anchors: new Map(), nodes: 0, isBroken: false };
    const tree = document.contents ? grow(document.contents, growth, 1) : null;
    if (growth.isBroken) {
      const message = "It is too large or nested too deeply, or an alias leads nowhere or to itself";
      return { trees: [], problem: { message, span: clamped(file, 0, 0) } };
    }
    if (tree) trees.push(tree);
  }
  return { trees, problem: null };
}

const OPTIONS = {
  version: "1.1",
  uniqueKeys: false,
  stringKeys: true,
  merge: false,
  prettyErrors: false,
  logLevel: "silent",
} as const;

/** Of a document, with aliases followed. */
const MAX_NODES = 1_000_000;

interface Growth {
  readonly file: SourceFile;
  /** What stands at each anchor so far, and how many nodes it has. */
  readonly anchors: Map<string, { readonly tree: Tree; readonly nodes: number }>;
  nodes: number;
  isBroken: boolean;
}

function grow(node: unknown, growth: Growth, level: number): Tree {
  const before = growth.nodes;
  const target = isAlias(node) ? growth.anchors.get(node.source) : null;
  growth.nodes += target?.nodes ?? 1;
  if (target === undefined || growth.nodes > MAX_NODES || level > MAX_LEVELS) growth.isBroken = true;
  if (growth.isBroken) return { kind: "scalar", ...clamped(growth.file, 0, 0), data: null, source: "" };
  const tree = target?.tree ?? growNode(node, growth, level);
  if (isNode(node) && !isAlias(node) && node.anchor !== undefined) {
    growth.anchors.set(node.anchor, { tree, nodes: growth.nodes - before });
  }
  return tree;
}

function growNode(node: unknown, growth: Growth, level: number): Tree {
  if (isMap(node)) return growMap(node, growth, level);
  if (isSeq(node)) {
    const items = node.items.map((item) => grow(item, growth, level + 1));
    return { kind: "list", ...placeOf(node.range, growth), items, data: items.map((item) => item.data) };
  }
  if (!isScalar(node)) return { kind: "scalar", ...clamped(growth.file, 0, 0), data: null, source: "" };
  const source = node.source ?? "";
  const { value } = node;
  const isPlain = value === null || typeof value === "number" || typeof value === "boolean";
  const data = typeof value === "bigint" ? Number(value) : isPlain || typeof value === "string" ? value : source;
  return { kind: "scalar", ...placeOf(node.range, growth), data, source: typeof value === "string" ? value : source };
}

function growMap(node: YAMLMap, growth: Growth, level: number): MapTree {
  const entries = new Map<string, { key: ScalarTree; value: Tree }>();
  const merged = new Map<string, { key: ScalarTree; value: Tree }>();
  for (const pair of node.items) {
    if (!isScalar(pair.key)) continue;
    const name = String(pair.key.value);
    const key: ScalarTree = { kind: "scalar", ...placeOf(pair.key.range, growth), data: name, source: name };
    const value: Tree = pair.value
      ? grow(pair.value, growth, level + 1)
      : { kind: "scalar", file: key.file, start: key.end, end: key.end, data: null, source: "" };
    if (name !== "<<") entries.set(name, { key, value });
    else for (const [from, entry] of mergedEntries(value)) if (!merged.has(from)) merged.set(from, entry);
  }
  for (const [name, entry] of merged) if (!entries.has(name)) entries.set(name, entry);
  const data: Record<string, unknown> = Object.create(null);
  for (const [name, { value }] of entries) data[name] = value.data;
  return { kind: "map", ...placeOf(node.range, growth), entries, data };
}

/** `<<: *defaults`, or a list of them, of which earlier ones win. */
function mergedEntries(tree: Tree): readonly [string, { key: ScalarTree; value: Tree }][] {
  if (tree.kind === "map") return [...tree.entries];
  return tree.kind === "list" ? tree.items.flatMap(mergedEntries) : [];
}

function placeOf(range: readonly number[] | null | undefined, { file }: Growth): Span {
  return clamped(file, range?.[0] ?? 0, range?.[1] ?? 0);
}

function clamped(file: SourceFile, start: number, end: number): Span {
  const limit = file.text.length;
  return { file, start: Math.min(start, limit), end: Math.min(end, limit) };
}
