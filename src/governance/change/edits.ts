import { posix } from "node:path";
import type { DefinitionDocument, ListTree, MapTree, Tree } from "../../definition/index.ts";
import { documentsOf, spanOf } from "../../definition/index.ts";
import type { SourceFile, Span } from "../../diagnostics/index.ts";
import { sameData } from "../../std/index.ts";
import { canonicalSql } from "../fingerprint/sql-text.ts";
import { classOfKey, type KeyClass } from "../keys.ts";
import type { Edit } from "./change.ts";

/** An edit with where in its document it stands, and what it can change. */
export interface PlacedEdit extends Edit {
  readonly keys: readonly string[];
  readonly part: KeyClass["part"];
}

/** What became of one document: of a renamed one, under its later name. */
export interface DocumentChange {
  /** Its kind and name, of a metric with the version: of a later one where both are. */
  readonly key: string;
  readonly kind: DefinitionDocument["kind"];
  readonly name: string;
  readonly before: DefinitionDocument | null;
  readonly after: DefinitionDocument | null;
  readonly edits: readonly PlacedEdit[];
}

type Files = ReadonlyMap<string, SourceFile>;

/** Every document that changed or moved, with its edits in the order of the later text. */
export function documentChanges(base: Files, head: Files): readonly DocumentChange[] {
  // What stands unchanged where it stood needs no reading, unless a file of SQL that it may name has changed.
  const sqlChanged = [...head.values()].some((file) => isSql(file) && base.get(file.path)?.text !== file.text);
  const differs = (file: SourceFile, other: Files): boolean =>
    other.get(file.path)?.text !== file.text || (sqlChanged && /^\s*sql_file\s*:/m.test(file.text));
  const read = (files: Files, other: Files) =>
    new Map(
      documentsOf([...files.values()].filter((file) => isDefinitions(file) && differs(file, other))).map((document) => [
        keyOf(document),
        document,
      ]),
    );
  const before = read(base, head);
  const after = read(head, base);
  const gone = [...before.values()].filter((document) => !after.has(keyOf(document)));
  const changes = [...after.values()].flatMap((document): readonly DocumentChange[] => {
    const known = before.get(keyOf(document)) ?? takeNamesake(document, gone);
    const edits = known ? editsOf(known, document, { base, head }) : [wholeEdit(document, null, document)];
    const { kind, name } = document;
    return edits.length > 0
      ? [{ key: keyOf(document), kind, name, before: known ?? null, after: document, edits }]
      : [];
  });
  const removed = gone.map((document): DocumentChange => {
    const { kind, name } = document;
    return {
      key: keyOf(document),
      kind,
      name,
      before: document,
      after: null,
      edits: [wholeEdit(document, document, null)],
    };
  });
  return [...changes, ...removed];
}

function isDefinitions({ path }: SourceFile): boolean {
  return /\.ya?ml$/.test(path) && !/^(governance|contracts|\.github)\//.test(path);
}

function isSql({ path }: SourceFile): boolean {
  return path.endsWith(".sql");
}

function keyOf({ kind, name, tree }: DefinitionDocument): string {
  if (kind === "metric") return `${kind} ${name}@${Number(tree.data["version"] ?? 1)}`;
  return kind === "project" ? kind : `${kind} ${name}`;
}

/**
 * A document that is gone and was the same but for its name; metrics are told by what they come to. Of a metric, the
 * version that this one took the place of.
 */
function takeNamesake(document: DefinitionDocument, gone: DefinitionDocument[]): DefinitionDocument | null {
  if (document.kind === "metric") {
    const index = gone.findIndex(({ kind, name }) => kind === "metric" && name === document.name);
    return index < 0 ? null : (gone.splice(index, 1)[0] ?? null);
  }
  const rest = ({ tree, kind }: DefinitionDocument) => ({ ...tree.data, [kind]: null });
  const index = gone.findIndex((other) => other.kind === document.kind && sameData(rest(other), rest(document)));
  return index < 0 ? null : (gone.splice(index, 1)[0] ?? null);
}

function wholeEdit(
  { kind, name, tree }: DefinitionDocument,
  before: DefinitionDocument | null,
  after: DefinitionDocument | null,
): PlacedEdit {
  const key = tree.entries.get(kind)?.value ?? tree;
  const { part } = classOfKey(kind, [kind]);
  return {
    subject: subjectOf(kind, name),
    key: kind,
    category: after === null && kind === "metric" ? "breaking" : kind === "metric" ? "additive" : categoryOfWhole(kind),
    before: before && name,
    after: after && name,
    span: spanOf(key),
    keys: [],
    part: kind === "calendar" ? "value" : part,
  };
}

function categoryOfWhole(kind: DefinitionDocument["kind"]): Edit["category"] {
  if (kind === "policy") return "access-changing";
  return kind === "calendar" ? "value-changing" : kind === "model" ? "additive" : "cosmetic";
}

export function subjectOf(kind: string, name: string): string {
  return kind === "project" ? kind : `${kind.replace("_", " ")} ${name}`;
}

interface Sides {
  readonly base: Files;
  readonly head: Files;
}

function editsOf(before: DefinitionDocument, after: DefinitionDocument, sides: Sides): readonly PlacedEdit[] {
  const edits: PlacedEdit[] = [];
  const add = (keys: readonly string[], old: Tree | null, now: Tree | null, span: Span, isNoise = false): void => {
    const of = classOfKey(after.kind, keys);
    edits.push({
      subject: subjectOf(after.kind, after.name),
      key: keys.join("."),
      category: isNoise ? "cosmetic" : categoryOf(of, old, now),
      before: old && shortened(old),
      after: now && shortened(now),
      span,
      keys,
      part: isNoise ? null : of.part,
    });
  };
  compare(before.tree, after.tree, [], add);
  const sql = sqlEdit(before, after, sides);
  const moved = before.tree.file.path === after.tree.file.path ? [] : [moveEdit(before, after)];
  return [...edits, ...(sql ? [sql] : []), ...moved];
}

/** What is left out of a mapping takes more than what is put in. */
function categoryOf(of: KeyClass, before: Tree | null, after: Tree | null): Edit["category"] {
  if (of.category === "additive" && before !== null && (after === null || before.kind === "scalar")) return "breaking";
  if (of.category === "additive" && before?.kind === "list" && after?.kind === "list") {
    const kept = new Set(after.data);
    return before.data.every((item) => kept.has(item)) ? "additive" : "breaking";
  }
  return of.category;
}

type Add = (keys: readonly string[], old: Tree | null, now: Tree | null, span: Span, isNoise?: boolean) => void;

function compare(before: Tree, after: Tree, keys: readonly string[], add: Add): void {
  if (before.kind === "map" && after.kind === "map") {
    compareMaps(before, after, keys, add);
  } else if (before.kind === "list" && after.kind === "list" && [before, after].some(holdsMappings)) {
    compareItems(before.items, after.items, keys, add);
  } else if (!sameData(before.data, after.data)) {
    add(keys, before, after, changedPart(before, after), isSameText(before, after));
  }
}

function holdsMappings({ items }: ListTree): boolean {
  return items.some(({ kind }) => kind !== "scalar");
}

function compareMaps(before: MapTree, after: MapTree, keys: readonly string[], add: Add): void {
  for (const [key, { key: place, value }] of after.entries) {
    const old = before.entries.get(key)?.value;
    if (old) compare(old, value, [...keys, key], add);
    else add([...keys, key], null, value, { ...spanOf(place), end: Math.max(place.end, value.end) });
  }
  for (const [key, { key: place, value }] of before.entries) {
    if (!after.entries.has(key)) {
      add([...keys, key], value, null, { ...spanOf(place), end: Math.max(place.end, value.end) });
    }
  }
}

/** Items that are the same on both sides are passed over; the others are compared one by one. */
function compareItems(before: readonly Tree[], after: readonly Tree[], keys: readonly string[], add: Add): void {
  const gone = [...before];
  const come = after.filter((item) => {
    const index = gone.findIndex((other) => sameData(other.data, item.data));
    if (index >= 0) gone.splice(index, 1);
    return index < 0;
  });
  for (const [i, item] of come.entries()) {
    const old = gone[i];
    if (old) compare(old, item, keys, add);
    else add(keys, null, item, spanOf(item));
  }
  for (const item of gone.slice(come.length)) add(keys, item, null, spanOf(item));
}

/** Of a list the first item that is new, so that a mark stands on the changed line. */
function changedPart(before: Tree, after: Tree): Span {
  if (before.kind !== "list" || after.kind !== "list") return spanOf(after);
  const old = new Set(before.data);
  return spanOf(after.items.find((item) => !old.has(item.data)) ?? after);
}

function isSameText(before: Tree, after: Tree): boolean {
  if (typeof before.data !== "string" || typeof after.data !== "string") return false;
  return canonicalSql(before.data) === canonicalSql(after.data);
}

/** The file that a model's SQL stands in has changed, under the same name or another. */
function sqlEdit(before: DefinitionDocument, after: DefinitionDocument, { base, head }: Sides): PlacedEdit | null {
  const old = sqlFileOf(before, base);
  const now = sqlFileOf(after, head);
  if (!old || !now || old.text === now.text) return null;
  const isNoise = canonicalSql(old.text) === canonicalSql(now.text);
  const [lines, wanted] = [old.text.split("\n"), now.text.split("\n")];
  const index = wanted.findIndex((line, i) => line !== lines[i]);
  const line = index < 0 ? wanted.length - 1 : index;
  const start = wanted.slice(0, line).join("\n").length + (line > 0 ? 1 : 0);
  const of = classOfKey(after.kind, ["sql_file"]);
  return {
    subject: subjectOf(after.kind, after.name),
    key: "sql_file",
    category: isNoise ? "cosmetic" : of.category,
    before: cut(lines[line]?.trim() ?? ""),
    after: cut(wanted[line]?.trim() ?? ""),
    span: { file: now, start, end: start + (wanted[line]?.length ?? 0) },
    keys: ["sql_file"],
    part: isNoise ? null : of.part,
  };
}

function sqlFileOf({ tree }: DefinitionDocument, files: Files): SourceFile | undefined {
  const named = tree.data["sql_file"];
  if (typeof named !== "string") return undefined;
  return files.get(posix.join(posix.dirname(tree.file.path), named));
}

function moveEdit(before: DefinitionDocument, after: DefinitionDocument): PlacedEdit {
  return {
    subject: subjectOf(after.kind, after.name),
    key: "file",
    category: "cosmetic",
    before: before.tree.file.path,
    after: after.tree.file.path,
    span: spanOf(after.tree.entries.get(after.kind)?.value ?? after.tree),
    keys: [],
    part: null,
  };
}

/** As written, on one line. */
function shortened(tree: Tree): string {
  return cut(tree.file.text.slice(tree.start, tree.end).replaceAll(/\s+/g, " ").trim());
}

const SHOWN = 120;

function cut(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
}
