/**
 * YAML text becomes a definition tree in which every value knows its place; nothing is looked up yet.
 * Imports std, diagnostics, expression. Owns yaml and zod. See ARCHITECTURE.md.
 */
export type * from "./definition.ts";
export { definitionsJsonSchema } from "./json-schema.ts";
export type { Parsed } from "./parse.ts";
export { parseDefinitions } from "./parse.ts";
export { readDefinitions } from "./read.ts";
