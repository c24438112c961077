import { Refusal } from "../diagnostics/index.ts";
import { WarehouseError } from "../warehouse/index.ts";

/** What the caller can do something about is a refusal; null: the warehouse failed, which is the operator's to see. */
export function refusalOf(thrown: unknown): Refusal | null {
  if (!(thrown instanceof WarehouseError)) return null;
  switch (thrown.kind) {
    case "timeout":
      return new Refusal("TIMEOUT", `${thrown.message} Ask for less: a shorter time range, fewer groups.`);
    case "too-large":
      return new Refusal("LIMIT_EXCEEDED", `${thrown.message} Ask for less, or page with limit and offset.`);
    case "busy":
      return new Refusal("OVERLOADED", thrown.message, { retryAfterMs: thrown.retryAfterMs ?? RETRY_AFTER_MS });
    case "statement":
    case "missing":
    case "denied":
    case "aborted":
    case "unavailable":
    case "out-of-range":
    case "not-convertible":
      return null;
  }
}

/** Where the warehouse does not say. */
const RETRY_AFTER_MS = 1_000;
