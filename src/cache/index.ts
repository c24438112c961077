/** Keeps results by bytes, for as long as they may be given again. Owns lru-cache. See ARCHITECTURE.md. */
export { createMemoryStore } from "./memory.ts";
export type * from "./store.ts";
