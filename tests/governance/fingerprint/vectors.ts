import { PARTS, type Part } from "../../../src/governance/fingerprint/fingerprint.ts";
import { partsOf } from "../../../src/governance/fingerprint/fingerprints.ts";
import { KEYS } from "../../../src/governance/keys.ts";
import { canonicalJson } from "../../../src/std/index.ts";
import { edited, KEY_EDITS } from "./key-edits.ts";
import { NOISE, type TextEdit } from "./noise.ts";
import { SHOP } from "./shop.ts";
import { filesOf, treeOf } from "./tree-of.ts";

/** What `schema/fingerprint-vectors.json` holds: whoever computes `fp/1` must get these. */
export interface Vectors {
  readonly spec: "fp/1";
  /** Text by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly metrics: readonly {
    readonly metric: string;
    /** What is hashed for each part, in RFC 8785. */
    readonly canonical: Readonly<Record<Part, string>>;
    readonly parts: Readonly<Record<Part, string>>;
    readonly fingerprint: string;
  }[];
  /** Each is the files above with some of them changed. */
  readonly pairs: readonly {
    readonly name: string;
    readonly metric: string;
    /** The new text; null: the file is gone. */
    readonly files?: Readonly<Record<string, string | null>>;
    /** Lines to put in place of others, from a line (the first is 1). */
    readonly edits?: readonly LineEdit[];
    readonly agrees: boolean;
    /** Parts that differ. */
    readonly differs: readonly Part[];
    readonly fingerprint: string;
  }[];
}

export interface LineEdit {
  readonly file: string;
  readonly line: number;
  readonly was: readonly string[];
  readonly is: readonly string[];
}

type Texts = Readonly<Record<string, string>>;

/** Everything of the file, computed anew. */
export function vectorsNow(): Vectors {
  const files = textsOf(filesOf(SHOP));
  const tree = treeOfTexts(files);
  const metrics = [...tree.fingerprints.values()].map(({ metric, parts, certified }) => {
    if (!tree.catalog) throw new Error("unreachable: the tree has a catalog");
    const documents = partsOf(tree.catalog, metric);
    const canonical = mapParts((part) => canonicalJson(documents[part]));
    return { metric, canonical, parts: mapParts((part) => parts[part]), fingerprint: certified };
  });
  const noise = NOISE.map((edit) => ({ name: edit.name, metric: edit.metric, files: changedFiles(files, edit) }));
  const keys = [...KEYS].flatMap(([key, { part }]) => {
    const edit = KEY_EDITS[key];
    if (!edit || edit.isNoise || (part !== "value" && part !== "access")) return [];
    const after = filesOf(edited(SHOP, edit), edit.others);
    const there = treeOf(after).fingerprints;
    const metric = [...tree.fingerprints.values()].find(
      (of) => there.has(of.metric) && there.get(of.metric)?.parts[part] !== of.parts[part],
    );
    return metric ? [{ name: `${part}: ${key}`, metric: metric.metric, edits: lineEdits(files, textsOf(after)) }] : [];
  });
  return {
    spec: "fp/1",
    files,
    metrics,
    pairs: [...noise, ...keys].map((pair) => ({ ...pair, ...outcomeOf(files, pair) })),
  };
}

/** What a pair comes to. */
export function outcomeOf(base: Texts, pair: Pick<Vectors["pairs"][number], "metric" | "files" | "edits">) {
  const before = treeOfTexts(base).fingerprints.get(pair.metric);
  const after = treeOfTexts(applied(base, pair)).fingerprints.get(pair.metric);
  if (!before || !after) throw new Error(`Metric ${pair.metric} is not on both sides`);
  const differs = PARTS.filter((part) => before.parts[part] !== after.parts[part]);
  return { agrees: before.certified === after.certified, differs, fingerprint: after.certified };
}

function applied(base: Texts, { files = {}, edits = [] }: Pick<Vectors["pairs"][number], "files" | "edits">): Texts {
  const texts = new Map(Object.entries(base));
  for (const [path, text] of Object.entries(files)) {
    if (text === null) texts.delete(path);
    else texts.set(path, text);
  }
  for (const { file, line, was, is } of edits) {
    const lines = (texts.get(file) ?? "").split("\n");
    const gone = lines.splice(line - 1, was.length, ...is);
    if (gone.join("\n") !== was.join("\n")) throw new Error(`${file}:${line} does not read ${was.join("\n")}`);
    texts.set(file, lines.join("\n"));
  }
  return Object.fromEntries(texts);
}

function treeOfTexts(texts: Texts) {
  return treeOf(
    Object.entries(texts)
      .map(([path, text]) => ({ path, text }))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  );
}

function textsOf(files: readonly { readonly path: string; readonly text: string }[]): Texts {
  return Object.fromEntries(files.map(({ path, text }) => [path, text]));
}

function changedFiles(base: Texts, { change }: TextEdit): Readonly<Record<string, string | null>> {
  const after = change(base);
  const paths = [...new Set([...Object.keys(base), ...Object.keys(after)])];
  return Object.fromEntries(
    paths.filter((path) => base[path] !== after[path]).map((path) => [path, after[path] ?? null]),
  );
}

/** The lines between what is the same before and after them. */
function lineEdits(base: Texts, after: Texts): readonly LineEdit[] {
  return Object.entries(after).flatMap(([file, text]): readonly LineEdit[] => {
    const [old, now] = [(base[file] ?? "").split("\n"), text.split("\n")];
    if (base[file] === text) return [];
    let start = 0;
    while (start < Math.min(old.length, now.length) && old[start] === now[start]) start++;
    let end = 0;
    while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end++;
    return [{ file, line: start + 1, was: old.slice(start, old.length - end), is: now.slice(start, now.length - end) }];
  });
}

function mapParts(of: (part: Part) => string): Readonly<Record<Part, string>> {
  return { value: of("value"), access: of("access"), shape: of("shape"), meta: of("meta") };
}
