import type { Engine } from "../engine/index.ts";
import type { Principal } from "../identity/index.ts";
import type { RequestWatch } from "../telemetry/index.ts";
import type { HeldAnswers } from "./held-answers.ts";
import type { FrameLoader } from "./loader.ts";
import type { Report } from "./report.ts";
import type { ResponseBudget } from "./response-budget.ts";

/** What one HTTP request's resolvers share. Never kept beyond it, never shared between callers. */
export interface Context {
  readonly engine: Engine;
  readonly principal: Principal;
  readonly watch: RequestWatch;
  readonly frames: FrameLoader;
  readonly budget: ResponseBudget;
  /** Parts of answers whose other parts are pending. */
  readonly held: HeldAnswers;
  /** Goes into `extensions` of the response. */
  readonly report: Report;
  /** Every metric must be certified, whatever the arguments say. */
  readonly requireCertified: boolean;
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
}
