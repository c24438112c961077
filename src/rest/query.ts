import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Refusal } from "../diagnostics/index.ts";
import type { AnswerStream, Engine, Span } from "../engine/index.ts";
import { FORMATS, type Format } from "../export/index.ts";
import {
  type Admission,
  allowOrigin,
  answerPreflight,
  begin,
  type HttpDoor,
  isJson,
  isPreflight,
  readBody,
  refuse,
  type Target,
  tell,
} from "../http/index.ts";
import { digestOf, type Principal } from "../identity/index.ts";
import type { QueryRequest } from "../request/index.ts";
import { describeError, type RequestWatch } from "../telemetry/index.ts";
import { type BulkQuestion, readBulkQuestion } from "./question.ts";

export interface QueryDoorOptions {
  /** Web sites whose pages may ask and read, such as `https://bi.example.com`. */
  readonly corsOrigins?: readonly string[];
  /** Longest time from the question to the last byte; a quarter of an hour when missing. */
  readonly timeoutMs?: number;
  /** How long a reader may take nothing; half a minute when missing. */
  readonly stallMs?: number;
  /** Answers on their way at once, half of them for one person; 6 when missing. */
  readonly maxStreams?: number;
}

/** Where nothing else bounds a question. */
const LONGEST_MS = 15 * 60_000;
/** A reader that has stopped reading holds its statement no longer. */
const STALL_MS = 30_000;

/** Answers one question at `/v1/query` with all its rows, in a format of the caller's choice. */
export function createQueryDoor(engine: Engine, admission: Admission, options: QueryDoorOptions): HttpDoor {
  const streams = createStreams(options.maxStreams ?? MAX_STREAMS);

  async function respond(
    req: IncomingMessage,
    res: ServerResponse,
    watch: RequestWatch,
    { search }: Target,
  ): Promise<void> {
    const isForeign = allowOrigin(req, res, options.corsOrigins);
    if (isPreflight(req, res)) return answerPreflight(res);
    if (req.method !== "GET" && req.method !== "POST") {
      const message = "Ask with GET, or with POST and a JSON body.";
      return refuse(res, 405, "METHOD_NOT_ALLOWED", message, { allow: "GET, POST" });
    }
    if (isForeign) return refuse(res, 403, "FORBIDDEN", "Pages of other sites may not ask.");
    const consumer = admission.consumerOf(req, "export");
    const principal = await admission.admit(req, res, watch, refuse, consumer);
    if (!principal) return;
    watch.step("read");
    const question = await read(req, res, watch, search);
    if (!question || !(await admission.canRecord(res, refuse))) return;
    const close = streams.open(principal);
    if (!close) {
      const message = "As many answers are being read as there may be at once. Ask again when one has ended.";
      return tell(res, watch, new Refusal("OVERLOADED", message));
    }
    const end = new AbortController();
    res.once("close", () => end.abort());
    const endWith = (message: string) => () => end.abort(new Refusal("TIMEOUT", message));
    const timer = setTimeout(endWith("The answer took longer than it was given."), options.timeoutMs ?? LONGEST_MS);
    const untilRead = stallTimer(endWith("The answer was not read any further."), options.stallMs ?? STALL_MS);
    watch.step("bulk");
    try {
      await answer(res, engine, question, principal, { signal: end.signal, consumer, trace: watch.trace, untilRead });
    } catch (thrown) {
      const { reason } = end.signal;
      if (reason instanceof Refusal) breakOff(res, watch, reason);
      else if (!end.signal.aborted) breakOff(res, watch, thrown);
    } finally {
      clearTimeout(timer);
      close();
    }
  }

  return { claims: (_req, { pathname }) => (pathname === "/v1/query" ? "bulk" : null), answer: respond };
}

type Question = BulkQuestion & { readonly format: Format };

/** @returns null: it has been answered */
async function read(
  req: IncomingMessage,
  res: ServerResponse,
  watch: RequestWatch,
  search: string,
): Promise<Question | null> {
  let body: string | null = null;
  if (req.method === "POST") {
    if (!isJson(req.headers["content-type"])) {
      refuse(res, 415, "UNSUPPORTED_MEDIA_TYPE", "The body must be JSON: content-type application/json.");
      return null;
    }
    body = await readBody(req);
    if (body === null) {
      refuse(res, 413, "LIMIT_EXCEEDED", "A request is at most 256 KB.", { connection: "close" });
      return null;
    }
  }
  try {
    const { format, ...question } = readBulkQuestion(search, body, req.headers.accept);
    if (format) return { ...question, format };
    const types = FORMATS.map(({ mediaType }) => mediaType).join(", ");
    refuse(res, 406, "NOT_ACCEPTABLE", `Accept one of ${types}, or name one with format=.`);
  } catch (thrown) {
    tell(res, watch, thrown);
  }
  return null;
}

/**
 * Writes the rows as they come and no faster than they are read. Whoever asks was let in when the question began: their
 * rows are those of that moment, and end with the time that a question may take.
 *
 * @throws whatever goes wrong, before the first byte or after it
 */
async function answer(
  res: ServerResponse,
  engine: Engine,
  { request, format, options }: Question,
  principal: Principal,
  { untilRead, ...asked }: { signal: AbortSignal; consumer: string; trace: Span; untilRead: UntilRead },
): Promise<void> {
  const rows = await engine.stream(request, principal, asked);
  const headers = headersOf(request, rows, format);
  for await (const chunk of format.write(rows, options)) {
    if (!res.headersSent) begin(res, headers);
    if (!res.write(chunk)) await untilRead(once(res, "drain", { signal: asked.signal }));
  }
  if (!res.headersSent) begin(res, headers);
  res.end();
}

/** Waits for a reader, and tells when that takes too long. */
type UntilRead = (drained: Promise<unknown>) => Promise<void>;

function stallTimer(onStall: () => void, stallMs: number): UntilRead {
  return async (drained) => {
    const timer = setTimeout(onStall, stallMs);
    try {
      await drained;
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Each holds a statement, and with it a connection of the warehouse, for as long as its reader likes. */
const MAX_STREAMS = 6;
/** Of those, for one person. */
const OWN_SHARE = 0.5;

/** Counts the answers that are on their way, in all and of each principal. */
function createStreams(most: number): { readonly open: (principal: Principal) => (() => void) | null } {
  const open: string[] = [];
  return {
    open(principal) {
      const owner = digestOf(principal);
      const own = open.filter((one) => one === owner);
      const mostOwn = principal.kind === "operator" ? most : Math.ceil(most * OWN_SHARE);
      if (open.length >= most || own.length >= mostOwn) return null;
      open.push(owner);
      return () => void open.splice(open.indexOf(owner), 1);
    },
  };
}

/** Before the first byte the caller is told; after it the connection is reset, so that a part never looks like the whole. */
function breakOff(res: ServerResponse, watch: RequestWatch, thrown: unknown): void {
  if (!res.headersSent) return tell(res, watch, thrown);
  watch.log("error", "A bulk answer broke off.", { error: describeError(thrown) });
  res.socket?.resetAndDestroy();
}

function headersOf(
  request: QueryRequest,
  { provenance }: AnswerStream,
  { name, mediaType, parameters, extension }: Format,
): Readonly<Record<string, string>> {
  const disposition = name === "json" ? "inline" : "attachment";
  return {
    "content-type": mediaType + parameters,
    "content-disposition": `${disposition}; filename="${fileName(request)}.${extension}"`,
    "assay-query-id": provenance.queryId,
    "assay-data-as-of": provenance.dataAsOf,
    ...(provenance.warnings.length > 0 && { "assay-warnings": asciiJson(provenance.warnings) }),
  };
}

/** `revenue-by-metric_time-month`: names only, and only what every file system takes. */
function fileName({ metrics = [], groupBy = [], savedQuery }: QueryRequest): string {
  const names = metrics.map((metric) => (typeof metric === "string" ? metric : (metric.as ?? metric.name)));
  const groups = groupBy.map(
    ({ name, grain, datePart, as }) => as ?? [name, grain ?? datePart].filter(Boolean).join("-"),
  );
  const parts = [...(savedQuery ? [savedQuery] : []), ...names, ...(groups.length > 0 ? ["by", ...groups] : [])];
  return parts
    .join("-")
    .replace(/[^A-Za-z0-9_-]+/g, "_")
    .slice(0, 100);
}

/** Headers hold no other characters. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
