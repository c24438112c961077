import type { SourceFile } from "../diagnostics/index.ts";
import { isYaml, KINDS, type Kind } from "./parse.ts";
import type { MapTree } from "./tree.ts";
import { parseYaml } from "./yaml.ts";

/** A definition as its author wrote it, every key and shorthand kept. */
export interface DefinitionDocument {
  readonly kind: Kind;
  readonly name: string;
  readonly tree: MapTree;
}

/** The documents of files that are known to be sound, for whoever passes definitions on. */
export function documentsOf(files: readonly SourceFile[]): readonly DefinitionDocument[] {
  const trees = files.filter(({ path }) => isYaml(path)).flatMap((file) => parseYaml(file, []));
  return trees.flatMap((tree) => {
    const [key = ""] = tree.kind === "map" ? tree.entries.keys() : [];
    const kind = KINDS.find((known) => known === key);
    return kind && tree.kind === "map" ? [{ kind, name: String(tree.data[kind]), tree }] : [];
  });
}
