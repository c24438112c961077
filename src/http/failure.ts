import type { ServerResponse } from "node:http";
import { Refusal, type RefusalCode } from "../diagnostics/index.ts";
import { describeError, type RequestWatch } from "../telemetry/index.ts";
import { WarehouseError } from "../warehouse/index.ts";
import { json } from "./reply.ts";

/** What a caller may know of something that failed in here. */
export interface Masked {
  readonly code: "WAREHOUSE_ERROR" | "INTERNAL";
  readonly message: string;
  /** Under which the log holds the whole of it. */
  readonly id: string;
}

/** Keeps what the caller may read; everything else is logged under the id of the request, and the caller gets the id. */
export function maskFailure(thrown: unknown, { id, log }: Pick<RequestWatch, "id" | "log">): Masked {
  const isWarehouse = thrown instanceof WarehouseError;
  // A caller who went away ended the statement; nobody reads the answer, and nothing is wrong.
  if (!(isWarehouse && thrown.kind === "aborted")) log("error", "A question failed.", { error: describeError(thrown) });
  const words = isWarehouse ? wordsFor(thrown) : "Something went wrong in the server.";
  return { code: isWarehouse ? "WAREHOUSE_ERROR" : "INTERNAL", message: `${words} Error id: ${id}.`, id };
}

/** What lies in the question or in the data is the caller's to know, the rest the operator's. */
function wordsFor({ kind, message }: WarehouseError): string {
  switch (kind) {
    case "out-of-range":
    case "not-convertible":
      return message;
    default:
      return "The warehouse could not answer.";
  }
}

/** Says why one question has no answer, in the shape of the command line. */
export function tell(res: ServerResponse, watch: RequestWatch, thrown: unknown): void {
  if (thrown instanceof Refusal) {
    const { code, message, path, suggestions, retryAfterMs } = thrown;
    const status = statusOf(code);
    const seconds = Math.ceil((retryAfterMs ?? 10_000) / 1_000);
    const headers = status === 503 || status === 429 ? { "retry-after": String(seconds) } : {};
    return json(res, status, { error: { code, message, path, suggestions } }, headers);
  }
  const masked = maskFailure(thrown, watch);
  const status = masked.code === "WAREHOUSE_ERROR" ? 502 : 500;
  json(res, status, { error: { ...masked, path: [], suggestions: [] } });
}

function statusOf(code: RefusalCode): number {
  switch (code) {
    case "UNKNOWN_METRIC":
    case "UNKNOWN_GROUP_BY":
    case "UNKNOWN_SAVED_QUERY":
      return 404;
    case "MASKED_FIELD":
    case "NOT_ALLOWED_TOGETHER":
    case "GROUP_TOO_SMALL":
    case "EXPLAIN_NOT_ALLOWED":
    case "METRIC_NOT_CERTIFIED":
      return 403;
    case "QUOTA_EXCEEDED":
      return 429;
    case "OVERLOADED":
    case "AUDIT_UNAVAILABLE":
      return 503;
    case "TIMEOUT":
      return 504;
    case "WAREHOUSE_ERROR":
      return 502;
    case "INTERNAL":
      return 500;
    default:
      return 400;
  }
}
