/** Credentials to principal. Imports std, diagnostics. See ARCHITECTURE.md. */
export { digestOf } from "./digest.ts";
export type { Principal } from "./principal.ts";
export { OPERATOR } from "./principal.ts";
