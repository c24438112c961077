/** The pipeline in one readable function, and `explain`. See ARCHITECTURE.md. */
export type * from "./engine.ts";
