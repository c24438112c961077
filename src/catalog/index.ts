/**
 * The immutable semantic graph and the questions one may ask of it.
 * Imports std, diagnostics, expression. See ARCHITECTURE.md.
 */
export type * from "./catalog.ts";
export * from "./metric.ts";
export type * from "./model.ts";
