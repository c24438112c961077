/**
 * A server: its doors, definitions that change under it, readiness, and its end.
 * Imports every room above it. See ARCHITECTURE.md.
 */
export { type DefinitionsState, keepDefinitions, type LiveDefinitions } from "./definitions.ts";
export { createHttpHandler, type HttpHandler, type HttpOptions } from "./handler.ts";
export { loadAside } from "./load-aside.ts";
export { createReadiness, type Readiness } from "./readiness.ts";
export { drain, type StopOptions, stopSignal } from "./stop.ts";
