/**
 * Compiling: definitions become the catalog, or every reason why they do not.
 * Imports std, diagnostics, expression, definition, catalog. See ARCHITECTURE.md.
 */
export type { Compiled } from "./compile.ts";
export { compileCatalog, compileParsed, loadCatalog } from "./compile.ts";
