import type { Span } from "../diagnostics/index.ts";

/** One cause, once: what it brings about is listed below it. */
export interface Finding {
  /** Of `RULES`, such as `CERT_STALE`. */
  readonly rule: string;
  readonly severity: "error" | "warning" | "info";
  /** Such as `revenue@1`, `orders` (a model), `governance/policy.yaml`. */
  readonly subject: string;
  readonly message: string;
  /** Where the cause stands: the changed line where there is one. */
  readonly span: Span | null;
  /** What of the definitions changed: `model orders: filter`; null: no definition did. */
  readonly cause: string | null;
  /** Metrics that are affected because of it, such as `net_revenue@1`, sorted. */
  readonly effects: readonly string[];
  /** A command or an edit. */
  readonly fix: string | null;
}
