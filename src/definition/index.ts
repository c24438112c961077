/**
 * YAML text becomes a definition tree in which every value knows its place; nothing is looked up yet.
 * Imports std, diagnostics, expression. Owns yaml and zod. See ARCHITECTURE.md.
 */
export type * from "./definition.ts";
