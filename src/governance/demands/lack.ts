import type { Span } from "../../diagnostics/index.ts";
import type { RuleCode } from "../check/rules.ts";

/** What a metric has to have to be certified, and has not. */
export interface Lack {
  readonly rule: RuleCode;
  /** Completes "It lacks …". */
  readonly what: string;
  /** null: nowhere but at the metric. */
  readonly span: Span | null;
  readonly fix: string;
}
