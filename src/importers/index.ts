/**
 * Definitions of other tools become ours, with a report of what could not be carried over; ours become Ossie's.
 * Imports std, diagnostics, expression, definition, catalog, compile. See ARCHITECTURE.md.
 */
export type { Converted } from "./metricflow/convert.ts";
export { convert } from "./metricflow/convert.ts";
export { importMetricflow } from "./metricflow/import.ts";
export type { OssieCode } from "./ossie/codes.ts";
export { convertOssie } from "./ossie/convert.ts";
export type { Version as OssieVersion } from "./ossie/document.ts";
export { VERSIONS as OSSIE_VERSIONS } from "./ossie/document.ts";
export type { OssieExport } from "./ossie/export.ts";
export { exportOssie } from "./ossie/export.ts";
export { importOssie } from "./ossie/import.ts";
export type { Imported } from "./output.ts";
export type { ReportCode, ReportEntry } from "./report.ts";
