/**
 * Compares what the definitions say with what the warehouse holds.
 * Imports std, diagnostics, expression, catalog, sql, warehouse. See ARCHITECTURE.md.
 */
export type { ExamineOptions } from "./examine.ts";
export { examine } from "./examine.ts";
export type { Finding, FindingCode, FindingSeverity } from "./finding.ts";
