/** Spans, diagnostics, refusals and their printers. Imports std. See ARCHITECTURE.md. */
export type * from "./diagnostic.ts";
export type { Position } from "./position.ts";
export { placeOf, positionOf } from "./position.ts";
export { printJson } from "./print-json.ts";
export { printText } from "./print-text.ts";
export type { RefusalCode } from "./refusal.ts";
export { REFUSAL_CODES, Refusal } from "./refusal.ts";
export type { DiagnosticCode, ParamsOf } from "./report.ts";
export { report } from "./report.ts";
export { quote } from "./words.ts";
