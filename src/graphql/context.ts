import type { Engine } from "../engine/index.ts";
import type { Principal } from "../identity/index.ts";
import type { FrameLoader } from "./loader.ts";

/** What one HTTP request's resolvers share. Never kept beyond it, never shared between callers. */
export interface Context {
  readonly engine: Engine;
  readonly principal: Principal;
  readonly frames: FrameLoader;
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
}
