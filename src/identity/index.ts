/** Credentials to principal. Imports std, diagnostics. See ARCHITECTURE.md. */
export type { Principal } from "./principal.ts";
export { OPERATOR } from "./principal.ts";
