import { z } from "zod";
import { type Diagnostic, report, type SourceFile } from "../diagnostics/index.ts";
import { type MapTree, spanOf } from "./tree.ts";
import { inWords, validate } from "./validate.ts";
import { parseYaml } from "./yaml.ts";

/** A shape that documents of another kind than definitions can have; made of the pieces that this room exports. */
export type DocumentSchema = z.ZodType;
/** What a document holds when it has the shape: plain data, quantities as numbers. */
export type ShapeOf<S extends DocumentSchema> = z.infer<S>;

/**
 * The one mapping of a file, every value with its place; null for an empty file, and where there are problems, which are
 * added.
 *
 * @param owner The document in words: `The settings file`.
 */
export function readDocument(file: SourceFile, owner: string, diagnostics: Diagnostic[]): MapTree | null {
  const before = diagnostics.length;
  const [tree, second] = parseYaml(file, diagnostics);
  if (!tree || diagnostics.length > before) return null;
  if (second) diagnostics.push(report("document/second", { owner }, spanOf(second)));
  if (tree.kind !== "map")
    diagnostics.push(report("document/not-a-mapping", { owner, found: inWords(tree) }, spanOf(tree)));
  return tree.kind === "map" && !second ? tree : null;
}

/** The document's data if it has the shape; else null, and every difference, with its place, is added. */
export function validateDocument<S extends DocumentSchema>(
  schema: S,
  tree: MapTree,
  owner: string,
  diagnostics: Diagnostic[],
): ShapeOf<S> | null {
  return validate(schema, tree, owner, diagnostics);
}

/** Data that was not written as YAML: what it comes to, or what the first wrong value must be. */
export function checkData<S extends DocumentSchema>(
  schema: S,
  data: unknown,
): { readonly ok: true; readonly value: ShapeOf<S> } | { readonly ok: false; readonly expected: string } {
  const result = schema.safeParse(data);
  return result.success
    ? { ok: true, value: result.data }
    : { ok: false, expected: result.error.issues[0]?.message ?? "another value" };
}

/** JSON Schema (draft 2020-12) of what authors write. */
export function jsonSchemaOf(schema: DocumentSchema): object {
  return z.toJSONSchema(schema, { target: "draft-2020-12", io: "input" });
}
