import type { Catalog } from "../../catalog/index.ts";
import { type Doc, textOf } from "./doc.ts";
import { PARTS, type Part } from "./fingerprint.ts";
import { fingerprintsOf, partsOf } from "./fingerprints.ts";

/** Where two documents of one part differ first. */
export interface Difference {
  readonly part: Part;
  /** The inputs on the way there, the outermost first, by their later names; empty: the metric itself. */
  readonly through: readonly string[];
  /** Key by key: `aggregate.value.column`. */
  readonly path: string;
  /** null: there was no such node. */
  readonly before: Doc;
  readonly after: Doc;
}

/** For each part of a metric that differs between two catalogs, the first node that does; both have the metric. */
export function firstDifferences(base: Catalog, head: Catalog, metric: string): readonly Difference[] {
  const [before, after] = [partsOf(base, metric), partsOf(head, metric)];
  const names = { before: namesByValue(base), after: namesByValue(head) };
  return PARTS.flatMap((part) => {
    const node = firstNode(before[part], after[part], []);
    return node ? [explained({ base, head, names, part }, node, [])] : [];
  });
}

interface Node {
  readonly path: readonly string[];
  readonly before: Doc;
  readonly after: Doc;
}

interface Explaining {
  readonly base: Catalog;
  readonly head: Catalog;
  readonly names: Readonly<Record<"before" | "after", ReadonlyMap<string, string>>>;
  readonly part: Part;
}

/** Follows the hash of an input to what differs in that input. */
function explained(of: Explaining, node: Node, through: readonly string[]): Difference {
  const old = typeof node.before === "string" ? of.names.before.get(node.before) : undefined;
  const now = typeof node.after === "string" ? of.names.after.get(node.after) : undefined;
  if (old !== undefined && now !== undefined && of.part === "value") {
    const below = firstNode(partsOf(of.base, old).value, partsOf(of.head, now).value, []);
    if (below) return explained(of, below, [...through, now]);
  }
  return { part: of.part, through, path: node.path.join("."), before: node.before, after: node.after };
}

function namesByValue(catalog: Catalog): ReadonlyMap<string, string> {
  return new Map([...fingerprintsOf(catalog).values()].map(({ metric, parts }) => [parts.value, metric]));
}

function firstNode(before: Doc, after: Doc, path: readonly string[]): Node | null {
  if (textOf(before) === textOf(after)) return null;
  if (isList(before) && isList(after)) return firstItem(before, after, path);
  if (!isMapping(before) || !isMapping(after)) return { path, before, after };
  // An expression names its inputs by their hashes: the inputs themselves say more.
  const inputs = isMapping(before["inputs"]) && isMapping(after["inputs"]) ? inputsOf(before, after, path) : null;
  if (inputs) return inputs;
  for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
    const found = firstNode(before[key] ?? null, after[key] ?? null, [...path, key]);
    if (found) return found;
  }
  return null;
}

function inputsOf(before: Mapping, after: Mapping, path: readonly string[]): Node | null {
  const values = (doc: Doc | undefined): readonly Doc[] => (isMapping(doc) ? Object.values(doc) : []);
  return firstItem(values(before["inputs"]), values(after["inputs"]), [...path, "inputs"]);
}

/** Items that stand on both sides are passed over, wherever they stand. */
function firstItem(before: readonly Doc[], after: readonly Doc[], path: readonly string[]): Node | null {
  const there = new Set(after.map(textOf));
  const here = new Set(before.map(textOf));
  const [old] = before.filter((item) => !there.has(textOf(item)));
  const [now] = after.filter((item) => !here.has(textOf(item)));
  if (old !== undefined && now !== undefined) return firstNode(old, now, path);
  if (old !== undefined || now !== undefined) return { path, before: old ?? null, after: now ?? null };
  return textOf(before) === textOf(after) ? null : { path, before, after };
}

type Mapping = { readonly [key: string]: Doc };

function isMapping(doc: Doc | undefined): doc is Mapping {
  return typeof doc === "object" && doc !== null && !Array.isArray(doc);
}

function isList(doc: Doc): doc is readonly Doc[] {
  return Array.isArray(doc);
}
