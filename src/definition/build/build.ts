import type { z } from "zod";
import {
  type Diagnostic,
  type DiagnosticCode,
  type ParamsOf,
  report,
  type SourceFile,
} from "../../diagnostics/index.ts";
import type { Located, OwnerDefinition } from "../definition.ts";
import { at, find, keyAt, type MapTree, type Path, spanOf, type Tree, textOf, textsOf } from "../tree.ts";
import { validate } from "../validate.ts";

/** What the builders of one document share. */
export interface Build {
  readonly tree: MapTree;
  /** The document in words: `Metric "revenue"`. */
  readonly owner: string;
  readonly file: SourceFile;
  /** Every file of the run by path, for `sql_file`. */
  readonly files: Pick<ReadonlyMap<string, SourceFile>, "get" | "keys">;
  readonly diagnostics: Diagnostic[];
}

/** Checks the shape of the document, then builds the definition from it; null where it cannot be. */
export function buildWith<S extends z.ZodType, T>(
  schema: S,
  buildKind: (shape: z.infer<S>, build: Build) => T | null,
  build: Build,
): T | null {
  const shape = validate(schema, build.tree, build.owner, build.diagnostics);
  return shape === null ? null : buildKind(shape, build);
}

export function complain<C extends DiagnosticCode>(build: Build, place: Tree, code: C, params: ParamsOf[C]): void {
  build.diagnostics.push(report(code, params, spanOf(place)));
}

/** Notes that two keys of the mapping at `path` exclude each other, at the second one. */
export function contradiction(build: Build, path: Path, keys: readonly [string, string], because: string): void {
  const owner = path.length === 0 ? build.owner : `"${path.join(".")}"`;
  complain(build, keyAt(build.tree, ...path, keys[1]), "definition/contradiction", { owner, keys, because });
}

/** Notes that the mapping at `path`, because it has the key `present`, needs another. */
export function missing(build: Build, path: Path, present: string, key: string, expected: string): void {
  const owner = path.length === 0 ? build.owner : `"${path.join(".")}"`;
  complain(build, keyAt(build.tree, ...path, present), "definition/missing-key", { owner, key, expected });
}

/** The text at a path that validation has found to be there. */
export function textAt(build: Build, ...path: Path): Located {
  return textOf(at(build.tree, ...path));
}

/** The text at a path; null where nothing is written. */
export function optionalText(build: Build, ...path: Path): Located | null {
  const node = find(build.tree, ...path);
  return node && textOf(node);
}

/** The text, or the list of texts, at a path; empty where nothing is written. */
export function texts(build: Build, ...path: Path): readonly Located[] {
  return textsOf(find(build.tree, ...path));
}

/** The key that ends a path, as a name. */
export function nameAt(build: Build, ...path: Path): Located {
  return textOf(keyAt(build.tree, ...path));
}

export function buildOwner(owner: string | OwnerDefinition | undefined): OwnerDefinition | null {
  if (owner === undefined) return null;
  return typeof owner === "string" ? { business: owner, technical: owner } : owner;
}
