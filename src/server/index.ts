/** The life of a server: definitions that change under it, readiness, and its end. Imports compile, governance. See ARCHITECTURE.md. */
export { type DefinitionsState, keepDefinitions, type LiveDefinitions } from "./definitions.ts";
export { loadAside } from "./load-aside.ts";
export { createReadiness, type Readiness } from "./readiness.ts";
export { drain, type StopOptions, stopSignal } from "./stop.ts";
