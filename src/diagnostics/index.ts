/** Spans, diagnostics, refusals and their printers. Imports std. See ARCHITECTURE.md. */
export type * from "./diagnostic.ts";
export type { RefusalCode } from "./refusal.ts";
export { REFUSAL_CODES, Refusal } from "./refusal.ts";
