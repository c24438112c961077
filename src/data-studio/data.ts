import { randomBytes } from "node:crypto";
import { createMemoryStore } from "../cache/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { Answer, Engine, Pending, QueryOptions } from "../engine/index.ts";
import { identityDigestOf, type Principal } from "../identity/index.ts";
import type { QueryRequest } from "../request/index.ts";
import { cacheSecondsOf } from "./cache-seconds.ts";
import { parseCancelRequest, parseDataRequest } from "./data-request.ts";
import { ANSWER_BYTES, createPages, type PageLimits, tooLarge } from "./pages.ts";
import type { DataQuestion, DataReply } from "./protocol.ts";
import { type AskedQuestion, questionOf } from "./question.ts";
import { dataRows } from "./values.ts";

export type DataOptions = Pick<QueryOptions, "consumer" | "trace" | "signal">;

/** Answers what charts ask. */
export interface DataAnswerer {
  /**
   * A new question, word of one that is pending, or the next page of an answer.
   *
   * @param body Of a request, not yet looked at.
   * @throws Refusal in words for whoever looks at the chart; WarehouseError
   */
  answer(body: unknown, principal: Principal, options: DataOptions): Promise<DataReply>;
  /** @returns whether there was something to cancel. @throws Refusal INVALID_REQUEST */
  cancel(body: unknown, principal: Principal): boolean;
}

export interface DataSettings extends PageLimits {
  /** How long a request waits before its answer is pending: less than the minute that Apps Script gives a fetch. */
  readonly waitMs?: number;
  /** What the age of an answer is told by: milliseconds since 1970. */
  readonly now?: () => number;
}

const WAIT_MS = 25_000;
/** As long as an answer can be fetched that has ended, and longer than a script runs. */
const KEEP_PENDING_MS = 20 * 60_000;
const PENDING_BYTES = 16_000_000;
/** Of one pending question: its fields belong to the catalog. */
const EACH_BYTES = 4_096;

export function createDataAnswerer(engine: Engine, settings: DataSettings = {}): DataAnswerer {
  const { waitMs = WAIT_MS, answerBytes = ANSWER_BYTES, now = Date.now } = settings;
  const pages = createPages(settings);
  /** What answers that are not there yet are to be made of, by who asked and the id. */
  const asked = createMemoryStore<Waiting>(PENDING_BYTES, settings.clock);

  /** One catalog from the first look to the last cell. */
  async function ask(question: DataQuestion, principal: Principal, options: DataOptions): Promise<DataReply> {
    const pinned = engine.pinned();
    const layout = { question: await read(pinned, question, principal, options), principal, id: null };
    const [told] = await pinned.askAll([layout.question.request], principal, { ...options, waitMs });
    if (told instanceof Error || !told) throw forCharts(told) ?? new Error("A question got lost.");
    return reply(pinned, told, layout);
  }

  async function read(
    pinned: Engine,
    question: DataQuestion,
    principal: Principal,
    options: DataOptions,
  ): Promise<AskedQuestion> {
    const seen = pinned.catalogFor(principal);
    try {
      return await questionOf(pinned, seen, question, Math.ceil(answerBytes / LEAST_ROW_BYTES));
    } catch (thrown) {
      // Who tries names that are not theirs is on record, as at every other door.
      throw thrown instanceof Refusal ? await pinned.refused(namedIn(question), principal, options, thrown) : thrown;
    }
  }

  /** Waits on, so that who asks for word need not ask often. */
  async function look(id: string, principal: Principal, { signal }: DataOptions): Promise<DataReply> {
    const pinned = engine.pinned();
    const known = waiting(id, principal);
    if (!known) throw forCharts(new Refusal("UNKNOWN_QUERY", ""));
    const until = performance.now() + waitMs;
    const told = await lastOf(pinned.jobs.watch(known.queryId, principal), (one) => {
      return !isPending(one) || performance.now() >= until || signal?.aborted === true;
    }).catch((thrown: unknown) => {
      throw forCharts(thrown);
    });
    if (!told) throw forCharts(new Refusal("UNKNOWN_QUERY", ""));
    return reply(pinned, told, { question: known.question, principal, id });
  }

  /** null: none of theirs, asked at another door, or too long ago. */
  function waiting(id: string, principal: Principal): Waiting | null {
    const known = asked.get(keyOf(principal, id));
    return known && !(known instanceof Promise) ? known : null;
  }

  async function reply(pinned: Engine, told: Answer | Pending, layout: Layout): Promise<DataReply> {
    const { question, principal } = layout;
    if (isPending(told)) {
      const { queryId, pollAfterMs, stage } = told;
      // Equal questions wait for one answer; their charts may want its columns in another order.
      const id = layout.id ?? `${queryId}.${randomBytes(9).toString("base64url")}`;
      asked.set(keyOf(principal, id), { queryId, question }, { bytes: EACH_BYTES, ttlMs: KEEP_PENDING_MS });
      return { status: "pending", queryId: id, pollAfterMs, stage };
    }
    if (told.hasNextPage && !question.isSample) throw tooLarge(told.rows.length, answerBytes);
    const { catalog } = pinned;
    return pages.cut(
      { identity: identityDigestOf(principal), catalogVersion: catalog.version },
      {
        schema: question.fields.map(({ field }) => field),
        rows: dataRows(told, question.fields),
        cacheSeconds: cacheSecondsOf(catalog, question, told.provenance.dataAsOf, now()),
      },
    );
  }

  return {
    async answer(body, principal, options) {
      const request = parseDataRequest(body);
      if ("queryId" in request) return look(request.queryId, principal, options);
      if (!("page" in request)) return ask(request, principal, options);
      const owner = { identity: identityDigestOf(principal), catalogVersion: engine.catalog.version };
      return pages.read(owner, request.page);
    },
    cancel(body, principal) {
      const { queryId: id } = parseCancelRequest(body);
      const known = waiting(id, principal);
      return known !== null && engine.jobs.cancel(known.queryId, principal);
    },
  };
}

/** Names as they were written, those of filters too: what is refused may be none that there is. */
function namedIn({ fields = [], dimensionsFilters }: DataQuestion): QueryRequest {
  const tested = (dimensionsFilters ?? []).flat().map(({ fieldName }) => fieldName);
  const names = [...new Set([...fields.map(({ name }) => name), ...tested])];
  return { metrics: [], groupBy: names.map((name) => ({ name })) };
}

/** A question under way, and who asked it. */
interface Layout {
  readonly question: AskedQuestion;
  readonly principal: Principal;
  /** Under which word of it was asked for; null: it is new. */
  readonly id: string | null;
}

/** One chart's share in a question under way. */
interface Waiting {
  readonly queryId: string;
  readonly question: AskedQuestion;
}

/** `{"values":[]},`: more rows than of these fit into no answer. */
const LEAST_ROW_BYTES = 14;

function keyOf(principal: Principal, id: string): string {
  return `${identityDigestOf(principal)} ${id}`;
}

/** The first that will do, or else the last. */
async function lastOf<T>(items: AsyncIterable<T>, isEnough: (item: T) => boolean): Promise<T | null> {
  let last: T | null = null;
  for await (const item of items) {
    last = item;
    if (isEnough(item)) break;
  }
  return last;
}

function isPending(told: Answer | Pending): told is Pending {
  return "pollAfterMs" in told;
}

/** The engine's advice is for who writes queries; a chart has filters, a date range and fields. */
function forCharts(thrown: unknown): unknown {
  if (!(thrown instanceof Refusal)) return thrown;
  switch (thrown.code) {
    case "LIMIT_EXCEEDED": {
      const [what = ""] = thrown.message.split(". ");
      const message = `The chart asks for more than this server gives at once. ${what}. Add a filter, shorten the date range, or use fewer or coarser fields.`;
      return new Refusal("LIMIT_EXCEEDED", message);
    }
    case "TIME_GROUP_BY_REQUIRED":
    case "PART_NOT_ALLOWED": {
      const [what = ""] = thrown.message.split("; ");
      const message = `${what}. Add a field such as Time, day or Time, month to the chart.`;
      return new Refusal(thrown.code, message, { path: ["fields"] });
    }
    case "UNKNOWN_QUERY":
      return new Refusal("UNKNOWN_QUERY", "This question is no longer known to the server: refresh the chart.");
    default:
      return thrown;
  }
}
