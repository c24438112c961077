/**
 * Definitions of other tools become ours, with a report of what could not be carried over.
 * Imports std, diagnostics, expression, definition, compile. See ARCHITECTURE.md.
 */
export type { Converted } from "./metricflow/convert.ts";
export { convert } from "./metricflow/convert.ts";
export type { Imported } from "./metricflow/import.ts";
export { importMetricflow } from "./metricflow/import.ts";
export type { ReportCode, ReportEntry } from "./report.ts";
