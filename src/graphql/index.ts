/**
 * The GraphQL door: the catalog becomes a schema, resolvers ask the engine.
 * Imports every room above it. See ARCHITECTURE.md.
 */
export { createGraphqlDoor, type DefinitionsProblem, type GraphqlOptions } from "./door.ts";
export { checkDocuments, loadDocuments, type PersistedDocuments } from "./persisted.ts";
export { buildSchema } from "./schema.ts";
