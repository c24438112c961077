import { posix } from "node:path";
import { type Metric, versionsOf } from "../../catalog/index.ts";
import { type DefinitionDocument, documentsOf } from "../../definition/index.ts";
import type { GovernedTree } from "../tree.ts";
import { ActError, definedAs } from "./draft.ts";

/** Files to write, and the version that the metric has next. */
export interface NextVersion {
  readonly files: ReadonlyMap<string, string>;
  readonly version: number;
}

/** The file with the version of a metric raised by one, all else as its author wrote it: the version before it is gone. */
export function raiseVersion(tree: GovernedTree, metric: string): NextVersion {
  const { defined, document, version } = definitionOf(tree, metric);
  const { path, text } = document.tree.file;
  if (versionsOf(tree.catalog ?? NOTHING, defined.id).length > 1) {
    throw new ActError(`${defined.id} lives in several versions.`, `assay version ${metric} --keep adds the next one`);
  }
  return { version, files: new Map([[path, withKey(text, document, "version", version)]]) };
}

/**
 * A file with the next version of a metric, a copy of the one that is named, which stays what the bare name means: until a
 * change of `default_version`, nobody who asks for it is concerned.
 */
export function addVersion(tree: GovernedTree, metric: string): NextVersion {
  const { defined, document, version } = definitionOf(tree, metric);
  const { id } = defined;
  const { path, text } = document.tree.file;
  const others = versionsOf(tree.catalog ?? NOTHING, id);
  const live = others.filter(({ lifecycle }) => lifecycle !== "retired");
  if (live.length >= MOST_LIVE) {
    throw new ActError(
      `${id} lives in ${live.length} versions already.`,
      `assay deprecate ${id}@${live.at(-1)?.version}`,
    );
  }
  const added = posix.join(posix.dirname(path), `${id}@${version}.yaml`);
  if (tree.files.has(added)) throw new ActError(`There is a file ${added} already.`, "rename it");
  const { start, end } = document.tree;
  const own = documentsOf([{ path: added, text: `${text.slice(start, end).trimEnd()}\n` }])[0];
  if (!own) throw new Error(`The metric ${id} is not where it was read.`);
  const copy = withKey(own.tree.file.text, own, "version", version);
  const standard = others.find(({ name }) => name === id)?.version ?? defined.version;
  const said = others.some(({ span }) => span && saysDefault(span.file, id));
  const kept = said ? [] : [[path, withKey(text, document, "default_version", standard)] as const];
  return { version, files: new Map([...kept, [added, copy]]) };
}

const MOST_LIVE = 3;
const NOTHING = { metrics: new Map<string, Metric>() };

function definitionOf(tree: GovernedTree, metric: string) {
  if (!tree.catalog) throw new ActError("The definitions do not load.", "assay check shows why");
  const defined = definedAs(tree, metric);
  const file = defined?.span?.file;
  if (!defined || !file) throw new ActError(`There is no metric "${metric}".`, "assay lock lists the metrics");
  const document = documentsOf([file]).find(
    ({ kind, name, tree: { data } }) =>
      kind === "metric" && name === defined.id && (data["version"] ?? 1) === defined.version,
  );
  if (!document) throw new Error(`The metric ${metric} is not where it was read.`);
  const newest = versionsOf(tree.catalog, defined.id)[0] ?? defined;
  return { defined, document, version: newest.version + 1 };
}

function saysDefault(file: DefinitionDocument["tree"]["file"], id: string): boolean {
  return documentsOf([file]).some(
    ({ kind, name, tree }) => kind === "metric" && name === id && tree.entries.has("default_version"),
  );
}

/** The text in which a document has another number at a key: in the place of the one that is written, or below the name. */
function withKey(
  text: string,
  { tree }: DefinitionDocument,
  key: "version" | "default_version",
  value: number,
): string {
  const name = tree.entries.get("metric");
  if (!name) throw new Error("A document of a metric begins with its name.");
  const written = tree.entries.get(key)?.value;
  const replace = (start: number, end: number, by: string): string => text.slice(0, start) + by + text.slice(end);
  if (written) return replace(written.start, written.end, String(value));
  if (text[tree.start] === "{") return replace(name.value.end, name.value.end, `, ${key}: ${value}`);
  const lineEnd = text.indexOf("\n", name.value.end);
  const indent = " ".repeat(name.key.start - (text.lastIndexOf("\n", name.key.start - 1) + 1));
  const lineBreak = text.includes("\r\n") ? "\r\n" : "\n";
  if (lineEnd < 0) return `${text}${lineBreak}${indent}${key}: ${value}${lineBreak}`;
  return replace(lineEnd + 1, lineEnd + 1, `${indent}${key}: ${value}${lineBreak}`);
}
