import { isObject } from "../../std/index.ts";
import { WarehouseError, type WarehouseErrorKind } from "../warehouse.ts";
import { type JsonObject } from "./json.ts";

/** What BigQuery refused, in its own words: a request, or within the job that a request began. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  /** Of HTTP; null: the job failed. */
  readonly status: number | null;
  readonly reason: string;

  constructor(status: number | null, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** No answer came, or only a part of one. Keeps nothing of the request, which carries our credentials. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** @param body `{"error": {"message", "errors": [{"reason", "message"}]}}`, or whatever a proxy answers. */
export function refusalOf(status: number, body: unknown): Refusal {
  const error = isObject(body) && isObject(body["error"]) ? body["error"] : {};
  const errors: readonly unknown[] = Array.isArray(error["errors"]) ? error["errors"] : [];
  const first = errors.find(isObject) ?? {};
  return new Refusal(status, wordOf(first["reason"]), wordOf(error["message"] ?? first["message"]) || `HTTP ${status}`);
}

/** @param result `status.errorResult` of a job. */
export function jobFailure(result: JsonObject): Refusal {
  return new Refusal(null, wordOf(result["reason"]), wordOf(result["message"]));
}

function wordOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Whether the same request may well succeed a little later. */
export function isPassing(cause: unknown): boolean {
  if (cause instanceof NoAnswer) return true;
  if (!(cause instanceof Refusal) || cause.status === null) return false;
  return [408, 429, 500, 502, 503, 504].includes(cause.status) || isRateLimit(cause);
}

/** Too many at once, unlike a quota that is used up. */
export function isRateLimit(cause: unknown): boolean {
  return cause instanceof Refusal && /^(rateLimit|userRateLimit|jobRateLimit)Exceeded$/.test(cause.reason);
}

/** Whether the job failed by no fault of its statement; another job may succeed. */
export function isPassingJobFailure(cause: unknown): boolean {
  if (!(cause instanceof Refusal) || (cause.status !== null && cause.status !== 400)) return false;
  return /^(backendError|jobBackendError|internalError)$/.test(cause.reason);
}

/** BigQuery's words name objects and quote data, and stay in `cause`. */
export function warehouseError(cause: unknown): WarehouseError {
  if (cause instanceof WarehouseError) return cause;
  const kind = cause instanceof Refusal ? kindOf(cause) : "unavailable";
  const message = (cause instanceof Refusal && specialMessage(cause)) || messageOf(kind);
  return new WarehouseError(kind, message, { cause });
}

function specialMessage({ status, reason }: Refusal): string | null {
  if (status === 401) return "Google Cloud does not accept our credentials.";
  return reason === "quotaExceeded"
    ? "A quota of the warehouse is used up. Whoever runs it sees which one, and when it is filled again."
    : null;
}

/** @see https://cloud.google.com/bigquery/docs/error-messages */
function kindOf({ reason, status, message }: Refusal): WarehouseErrorKind {
  switch (reason) {
    case "notFound":
      return "missing";
    case "accessDenied":
    case "billingNotEnabled":
    case "blocked":
      return "denied";
    case "bytesBilledLimitExceeded":
    case "billingTierLimitExceeded":
    case "resourcesExceeded":
    case "responseTooLarge":
      return "too-large";
    case "rateLimitExceeded":
    case "userRateLimitExceeded":
    case "jobRateLimitExceeded":
    case "quotaExceeded":
      return "busy";
    case "stopped":
      return /timed out/i.test(message) ? "timeout" : "aborted"; // jobTimeoutMs, or an operator
    case "timeout":
      return "timeout";
    case "invalidQuery":
      return kindOfQueryError(message);
    case "invalid":
      return "statement";
  }
  if (status === null || status >= 500) return "unavailable";
  if (status === 401 || status === 403) return "denied";
  if (status === 404) return "missing";
  if (status === 429) return "busy";
  return reason === "" || /internal|backend/i.test(reason) ? "unavailable" : "statement";
}

/** One reason covers all that a statement may do wrong; only the words tell the cases apart. */
function kindOfQueryError(message: string): WarehouseErrorKind {
  if (/^(Unrecognized name|Table not found|Name \S+ not found inside)/.test(message)) return "missing";
  // A table may demand that not all of its partitions are read.
  if (/^Cannot query over table .* without a filter/.test(message)) return "too-large";
  if (/overflow|out of range/i.test(message)) return "out-of-range";
  if (
    /^(Bad \w+ value|Could not (cast|parse)|Failed to parse|Invalid (date|datetime|time|timestamp|(big)?numeric)\b)/i.test(
      message,
    )
  ) {
    return "not-convertible";
  }
  return "statement";
}

function messageOf(kind: WarehouseErrorKind): string {
  switch (kind) {
    case "statement":
      return "The warehouse refused the statement.";
    case "missing":
      return "The warehouse has no such table or column.";
    case "denied":
      return "The warehouse does not let us read this.";
    case "aborted":
      return "Somebody ended the statement in the warehouse.";
    case "timeout":
      return "The statement took longer than the warehouse allows.";
    case "unavailable":
      return "The warehouse could not run the statement.";
    case "busy":
      return "The warehouse has too much to do now. Try again in a moment.";
    case "too-large":
      return "The statement would read, or be charged for, more than is allowed.";
    case "out-of-range":
      return "A value became larger than its type can hold.";
    case "not-convertible":
      return "A value cannot be converted to the type that it is cast to.";
  }
}

export function aborted(reason: unknown): WarehouseError {
  return new WarehouseError("aborted", "The statement was ended before it had finished.", { cause: reason });
}

export function closed(): WarehouseError {
  return new WarehouseError("unavailable", "The warehouse is closed.");
}
