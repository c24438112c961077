/**
 * Why a question was not answered. The codes are what programs switch on: `docs/refusals.md` lists them, and
 * `metric-semantics` and the API page name them.
 */
export const REFUSAL_CODES = [
  "INVALID_REQUEST",
  "UNKNOWN_METRIC",
  "UNKNOWN_GROUP_BY",
  "UNKNOWN_SAVED_QUERY",
  "NO_PATH",
  "AMBIGUOUS_PATH",
  "FAN_OUT",
  "GRAIN_TOO_FINE",
  "NO_CALENDAR",
  "PART_NOT_ALLOWED",
  "TIME_GROUP_BY_REQUIRED",
  "INVALID_FILTER",
  "MIXED_FILTER_LEVEL",
  "UNGROUPED_METRIC_FILTER",
  "DUPLICATE_OUTPUT",
  "ORDER_NOT_QUERIED",
  "EMPTY_QUERY",
  "INVALID_RANGE",
  "INVALID_LIMIT",
  "INVALID_MIN_MAX",
  "UNSUPPORTED_IN_DIALECT",
  "NOT_SUPPORTED",
  "MASKED_FIELD",
  "FILTER_REQUIRED",
  "NOT_ALLOWED_TOGETHER",
  "GROUP_TOO_SMALL",
  "EXPLAIN_NOT_ALLOWED",
  "METRIC_NOT_CERTIFIED",
  "CURSOR_MISMATCH",
  "LIMIT_EXCEEDED",
  "COST_EXCEEDED",
  "QUOTA_EXCEEDED",
  "UNKNOWN_QUERY",
  "CANCELLED",
  "TIMEOUT",
  "OVERLOADED",
  "AUDIT_UNAVAILABLE",
  "WAREHOUSE_ERROR",
  "INTERNAL",
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** A typed "no" to a question: nothing ran wrong, nothing was guessed. Safe to show to the caller. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: RefusalCode;
  /** What to write instead, best first: names, or whole join paths for AMBIGUOUS_PATH. */
  readonly suggestions: readonly string[];
  /** Where in the request: `["groupBy", "0", "name"]`. */
  readonly path: readonly string[];
  /** When it may be worth asking again; null: not by waiting. */
  readonly retryAfterMs: number | null;

  constructor(
    code: RefusalCode,
    message: string,
    more: { suggestions?: readonly string[]; path?: readonly string[]; retryAfterMs?: number } = {},
  ) {
    super(message);
    this.code = code;
    this.suggestions = more.suggestions ?? [];
    this.path = more.path ?? [];
    this.retryAfterMs = more.retryAfterMs ?? null;
  }
}
