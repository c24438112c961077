import { Refusal } from "../diagnostics/index.ts";
import type { Answer } from "../engine/index.ts";
import { bytesOf } from "../warehouse/index.ts";

/** What one HTTP response may hold, however many fields it comes of: all of it is in memory at once. */
export interface ResponseBudget {
  /** @throws Refusal LIMIT_EXCEEDED when the response would be too large with the answer in it. */
  spend(answer: Answer): void;
}

const MAX_ROWS = 250_000;
const MAX_BYTES = 64 * 2 ** 20;

export function createResponseBudget(): ResponseBudget {
  let [rows, bytes] = [0, 0];
  return {
    spend(answer) {
      rows += answer.rows.length;
      if (rows <= MAX_ROWS) bytes += bytesOf(answer.rows);
      if (rows <= MAX_ROWS && bytes <= MAX_BYTES) return;
      const limit = rows > MAX_ROWS ? `${MAX_ROWS.toLocaleString("en")} rows` : "64 MB of values";
      const message = `The answers of one request would come to more than ${limit}; ask for some in another, or at /v1/query.`;
      throw new Refusal("LIMIT_EXCEEDED", message);
    },
  };
}
