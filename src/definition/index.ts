/**
 * YAML text becomes a definition tree in which every value knows its place; nothing is looked up yet.
 * Imports std, diagnostics, expression. Owns yaml and zod. See ARCHITECTURE.md.
 */
export type * from "./definition.ts";
export type { DocumentSchema, ShapeOf } from "./document.ts";
export { checkData, jsonSchemaOf, readDocument, validateDocument } from "./document.ts";
export type { DefinitionDocument } from "./documents.ts";
export { documentsOf } from "./documents.ts";
export type { ForeignYaml } from "./foreign-yaml.ts";
export { readForeignYaml } from "./foreign-yaml.ts";
export { definitionsJsonSchema } from "./json-schema.ts";
export type { Contents, Parsed } from "./parse.ts";
export { parseDefinitions } from "./parse.ts";
export { printForeignYaml } from "./print-foreign-yaml.ts";
export type { YamlMap, YamlValue } from "./print-yaml.ts";
export { printYaml } from "./print-yaml.ts";
export { readDefinitions, readFileText } from "./read.ts";
export type { SemanticType } from "./schema/model.ts";
export {
  constants,
  flag,
  isName,
  listOf,
  mapping,
  mappingTo,
  oneOrMore,
  text,
  wholeNumber,
  word,
} from "./schema/parts.ts";
export { duration, size } from "./schema/quantity.ts";
export type { ListTree, MapTree, Path, ScalarTree, Tree } from "./tree.ts";
export { find, pathAt, spanOf } from "./tree.ts";
