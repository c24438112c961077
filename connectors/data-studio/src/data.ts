import { fromCache, keyOf, toCache } from "./cache.ts";
import { endpointOf } from "./endpoints.ts";
import { buildFields, readFields } from "./fields.ts";
import { badAnswer, Problem } from "./problem.ts";
import { ask, deadline } from "./server.ts";
import { isObject, utf8Length } from "./text.ts";
import { questionFrom } from "./wire.ts";

/** Data Studio takes 50 MB and says nothing of use beyond. */
const MAX_BYTES = 50_000_000;
/** How often at most and at least a pending question is asked after. */
const SHORTEST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;

export interface Data {
  readonly schema: readonly object[];
  readonly rows: readonly object[];
  readonly filtersApplied: true;
}

/** The rows of a chart: all of them, filtered and added up by the server, or a problem. */
export function dataFor(request: unknown): Data {
  const until = deadline();
  const question = questionFrom(request);
  const endpoint = endpointOf(isObject(request) ? request["configParams"] : null);
  const key = keyOf(endpoint, question, until);
  const kept = fromCache(key);
  if (kept) return kept;

  const first = untilReady(endpoint, question, until);
  const described = readFields(first.body["schema"]);
  checkColumns(described, question["fields"]);
  const rows = rowsOf(first, described.length);
  let bytes = first.bytes;
  for (let last = first; last.body["page"] !== null; ) {
    const next = nextPage(endpoint, last, until);
    bytes += next.bytes;
    if (bytes > MAX_BYTES) throw tooLarge();
    for (const row of rowsOf(next, described.length)) rows.push(row);
    last = next;
  }
  const data: Data = { schema: buildFields(described), rows, filtersApplied: true };
  toCache(key, data, Number(first.body["cacheSeconds"]));
  return data;
}

interface Ready {
  readonly body: Readonly<Record<string, unknown>>;
  /** Of its JSON. */
  readonly bytes: number;
}

/** Asks, and asks after it while the warehouse works. What takes too long is ended there too. */
function untilReady(endpoint: string, question: object, until: number): Ready {
  let { body, text } = ask(endpoint, "data", question, until);
  while (body["status"] === "pending") {
    const { queryId, pollAfterMs } = body;
    if (typeof queryId !== "string" || typeof pollAfterMs !== "number") throw badAnswer("pending without an id");
    const pauseMs = Math.min(Math.max(pollAfterMs, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS);
    if (Date.now() + pauseMs > until) throw tooSlow(endpoint, queryId);
    Utilities.sleep(pauseMs);
    ({ body, text } = ask(endpoint, "data", { queryId }, until));
  }
  return ready(body, text);
}

function tooSlow(endpoint: string, queryId: string): Problem {
  try {
    ask(endpoint, "cancel", { queryId }, Date.now());
  } catch {
    // It ends by itself when nobody asks after it; that it took too long is what matters here.
  }
  return new Problem(
    "The answer took longer than the five minutes that Data Studio gives. Choose a shorter date range, add a filter or take fewer fields.",
    "TIMEOUT",
  );
}

function nextPage(endpoint: string, { body: { page } }: Ready, until: number): Ready {
  if (typeof page !== "string") throw badAnswer("no page");
  if (Date.now() > until) {
    throw new Problem(
      "To fetch the whole answer took longer than the five minutes that Data Studio gives. Add a filter or take fewer fields.",
      "TIMEOUT",
    );
  }
  const { body, text } = ask(endpoint, "data", { page }, until);
  if (body["page"] === page) throw badAnswer("the same page again");
  return ready(body, text);
}

function ready(body: Readonly<Record<string, unknown>>, text: string): Ready {
  // An answer without its filters would be a wrong number.
  if (body["status"] !== "ready" || body["filtersApplied"] !== true) throw badAnswer("neither ready nor pending");
  const bytes = utf8Length(text);
  if (bytes > MAX_BYTES) throw tooLarge();
  return { body, bytes };
}

function tooLarge(): Problem {
  return new Problem(
    "The answer is larger than the 50 MB that Data Studio takes, and is not shown in part. Add a filter or take fewer fields.",
    "TOO_LARGE",
  );
}

/** Data Studio reads rows by the order of the fields that it asked for. */
function checkColumns(described: readonly { readonly name: string }[], fields: unknown): void {
  if (!Array.isArray(fields)) return;
  const asked = fields.filter((field: unknown) => isObject(field) && field["forFilterOnly"] !== true);
  const isSame = asked.length === described.length && asked.every(({ name }, i) => name === described[i]?.name);
  if (!isSame) throw badAnswer("other columns than those asked for");
}

function rowsOf({ body: { rows } }: Ready, columns: number): object[] {
  const isRow = (row: unknown): boolean =>
    isObject(row) && Array.isArray(row["values"]) && row["values"].length === columns;
  if (!Array.isArray(rows) || !rows.every(isRow)) throw badAnswer("rows of another shape");
  return rows;
}
