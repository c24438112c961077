import type { SourceFile, Span } from "../diagnostics/index.ts";
import type { Located } from "./definition.ts";

/**
 * A YAML document as we take it: mappings with text keys, lists, and four kinds of scalars. Every node knows its place,
 * and holds the same value as plain data (mappings without a prototype).
 */
export type Tree = MapTree | ListTree | ScalarTree;

interface Place {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

export interface MapTree extends Place {
  readonly kind: "map";
  readonly data: Readonly<Record<string, unknown>>;
  readonly entries: ReadonlyMap<string, { readonly key: ScalarTree; readonly value: Tree }>;
}

export interface ListTree extends Place {
  readonly kind: "list";
  readonly data: readonly unknown[];
  readonly items: readonly Tree[];
}

export interface ScalarTree extends Place {
  readonly kind: "scalar";
  readonly data: string | number | boolean | null;
  /** The letters of a number or boolean as written; the value of a text. */
  readonly source: string;
}

export type Path = readonly (string | number)[];

/** The node at a path, or null where there is none. */
export function find(tree: Tree, ...path: Path): Tree | null {
  let node: Tree | undefined = tree;
  for (const part of path) {
    if (node.kind === "map") node = node.entries.get(String(part))?.value;
    else if (node.kind === "list") node = node.items[Number(part)];
    else node = undefined;
    if (!node) return null;
  }
  return node;
}

/** The node at a path that validation has found to exist. */
export function at(tree: Tree, ...path: Path): Tree {
  const node = find(tree, ...path);
  if (!node) throw new Error(`No value at ${path.join(".")} though it passed validation`);
  return node;
}

/** The path to the innermost value that an offset in the file stands in, keys of a mapping being part of their values. */
export function pathAt(tree: Tree, offset: number): Path {
  if (tree.kind === "list") {
    const index = tree.items.findIndex((item) => item.start <= offset && offset <= item.end);
    const item = tree.items[index];
    return item ? [index, ...pathAt(item, offset)] : [];
  }
  if (tree.kind !== "map") return [];
  for (const [name, { key, value }] of tree.entries) {
    if (key.start <= offset && offset <= Math.max(key.end, value.end)) return [name, ...pathAt(value, offset)];
  }
  return [];
}

/** The key that the last part of a path is written as; the node itself in a list or at the root. */
export function keyAt(tree: Tree, ...path: Path): Tree {
  const parent = at(tree, ...path.slice(0, -1));
  const last = path.at(-1);
  const key = parent.kind === "map" && last !== undefined ? parent.entries.get(String(last))?.key : undefined;
  return key ?? at(tree, ...path);
}

export function spanOf({ file, start, end }: Place): Span {
  return { file, start, end };
}

/** The text of a scalar; a number or boolean as the letters that were written. */
export function textOf(tree: Tree): Located {
  if (tree.kind !== "scalar") throw new Error(`A ${tree.kind} is not a text though it passed validation`);
  const span = spanOf(tree);
  return { value: tree.source, span, within: (start, end) => spanWithin(span, tree.source, start, end) };
}

/** Any value with the place it was written at, such as a checked number. */
export function located<T>(tree: Tree, value: T): Located<T> {
  const span = spanOf(tree);
  return { value, span, within: () => span };
}

/** One text or a list of them: the texts. */
export function textsOf(tree: Tree | null): readonly Located[] {
  if (!tree) return [];
  return tree.kind === "list" ? tree.items.map(textOf) : [textOf(tree)];
}

/** Where the letters `start` to `end` of a scalar's value stand in the file; the whole span if that cannot be told. */
function spanWithin(span: Span, value: string, start: number, end: number): Span {
  const source = span.file.text.slice(span.start, span.end);
  const move = offsetMap(source, value);
  if (!move || start < 0 || end > value.length || start > end) return span;
  const from = move(start);
  // The end of a part is the place after its last letter, which may be on an earlier line than the next letter.
  const to = end > start ? move(end - 1) + 1 : from;
  return { file: span.file, start: span.start + from, end: span.start + to };
}

/** From an offset in the value to the offset in its source; null where folding or escapes moved letters. */
function offsetMap(source: string, value: string): ((offset: number) => number) | null {
  if (source === value) return (offset) => offset;
  const inner = source.slice(1, -1);
  if (source.startsWith('"')) return inner === value ? (offset) => offset + 1 : null;
  if (source.startsWith("'")) {
    if (inner.replaceAll("''", "'") !== value) return null;
    // Every quote in the value is written twice.
    return (offset) => 1 + offset + (value.slice(0, offset).split("'").length - 1);
  }
  return /^[|>]/.test(source) ? blockMap(source, value) : null;
}

/** In a block, line n of the value is line n below the header, less its indentation. A folded line does not match. */
function blockMap(source: string, value: string): ((offset: number) => number) | null {
  const lines = source.split("\n");
  const wanted = value.split("\n");
  const valueLine = wanted.findIndex((line) => line !== "");
  const indent = (lines[valueLine + 1] ?? "").replace(/\r$/, "").length - (wanted[valueLine] ?? "").length;
  const starts: number[] = [];
  let place = (lines[0] ?? "").length + 1;
  for (const [n, line] of wanted.entries()) {
    const written = (lines[n + 1] ?? "").replace(/\r$/, "");
    if (written.slice(Math.max(indent, 0)) !== line) return null;
    starts.push(place + Math.min(indent, written.length));
    place += (lines[n + 1] ?? "").length + 1;
  }
  return (offset) => {
    const line = value.slice(0, offset).split("\n").length - 1;
    const lineStart = line === 0 ? 0 : value.lastIndexOf("\n", offset - 1) + 1;
    return (starts[line] ?? 0) + offset - lineStart;
  };
}
