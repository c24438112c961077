import type { IncomingMessage, ServerResponse } from "node:http";
import { type AuditLog, refusedCredential } from "../audit/index.ts";
import type { Engine } from "../engine/index.ts";
import { createFailedAttempts, type HttpDoor, isJson, json, jsonIn, readBody, refuse } from "../http/index.ts";
import { isObject, signedAt } from "../std/index.ts";
import type { RequestWatch } from "../telemetry/index.ts";

export interface EventsOptions {
  /** What pipelines sign with. */
  readonly secret: string;
  readonly audit?: AuditLog;
}

const MAX_BYTES = 16 * 1024;
const MAX_SOURCES = 100;
const MAX_TEXT = 255;
const TOLERANCE_SECONDS = 300;

/** `POST /v1/events/refreshed`: word of pipelines that tables have been refreshed, each signed, recent and said once. */
export function createEventsDoor(engine: Engine, { secret, audit }: EventsOptions): HttpDoor {
  const failedAttempts = createFailedAttempts();
  const isFirst = createOnce();

  async function answer(req: IncomingMessage, res: ServerResponse, watch: RequestWatch): Promise<void> {
    if (req.method !== "POST") {
      return refuse(res, 405, "METHOD_NOT_ALLOWED", "Events are sent with POST.", { allow: "POST" });
    }
    if (!isJson(req.headers["content-type"])) {
      return refuse(res, 415, "BAD_REQUEST", "Send JSON with content-type application/json.");
    }
    const body = await readBody(req, MAX_BYTES);
    if (body === null) {
      const tooLong = `An event is at most ${MAX_BYTES / 1024} KiB.`;
      return refuse(res, 413, "REQUEST_TOO_LARGE", tooLong, { connection: "close" });
    }
    const signature = String(req.headers["assay-signature"] ?? "");
    const nowSeconds = Date.now() / 1_000;
    const at = signedAt(signature, body, secret);
    if (at === null) return distrust(req, res, watch);
    if (Math.abs(nowSeconds - at) > TOLERANCE_SECONDS) {
      const way = "Sign events when they are sent, and set the clocks of both machines.";
      return refuse(res, 401, "SIGNATURE_EXPIRED", `The signature is not of the last five minutes. ${way}`);
    }
    const event = eventIn(body);
    if (typeof event === "string") return refuse(res, 400, "BAD_REQUEST", event);
    if (!isFirst(signature, nowSeconds)) {
      const way = "Sign each event anew; a key id makes two events of one second differ.";
      return refuse(res, 409, "REPLAYED", `This event was sent before. ${way}`);
    }
    const { sources, ...more } = event;
    const told = sources.map((source) => ({ source, ...engine.refreshed({ source, partition: event.partition }) }));
    const answers = told.reduce((sum, one) => sum + one.answers, 0);
    const warnings = told.flatMap(({ source, warnings: some = [] }) => some.map((one) => ({ source, ...one })));
    watch.log("info", "Sources were refreshed.", {
      sources,
      ...more,
      answers,
      ...(warnings.length > 0 && { warnings: warnings.map(({ source, code }) => ({ source, code })) }),
    });
    const refreshed = told.map(({ source, names }) => ({ source, models: names }));
    return json(res, 200, { refreshed, ...(warnings.length > 0 && { warnings }), answers });
  }

  async function distrust(req: IncomingMessage, res: ServerResponse, watch: RequestWatch): Promise<void> {
    const retryAfterSeconds = failedAttempts.count(req.socket.remoteAddress ?? "");
    if (retryAfterSeconds !== null) {
      const headers = { "retry-after": String(retryAfterSeconds) };
      return refuse(res, 429, "RATE_LIMITED", "Too many signatures were refused.", headers);
    }
    const reason = "the signature of an event is missing or wrong";
    watch.log("warn", "An event was refused.", { reason });
    await audit?.append(refusedCredential(reason)).catch(() => {});
    return refuse(
      res,
      401,
      "UNAUTHENTICATED",
      "The header Assay-Signature is missing, or not of this text and secret.",
    );
  }

  return { claims: (_req, { pathname }) => (pathname === "/v1/events/refreshed" ? "events" : null), answer };
}

interface Refreshed {
  readonly sources: readonly string[];
  readonly partition: string | null;
  /** An instant. */
  readonly at: string | null;
}

const KEYS = ["source", "partition", "at", "id"];

/** What was sent, or what is wrong with it: nothing of it is repeated. */
function eventIn(body: string): Refreshed | string {
  const data = jsonIn(body);
  if (!isObject(data)) return 'Send one JSON object, such as {"source": "shop.orders"}.';
  const { source, partition = null, at = null, id = null, ...others } = Object.fromEntries(Object.entries(data));
  if (Object.keys(others).length > 0) return `An event has the keys ${KEYS.join(", ")} and no others.`;
  const sources: readonly unknown[] = Array.isArray(source) ? source : [source];
  if (sources.length === 0 || sources.length > MAX_SOURCES || !sources.every(isName)) {
    return `"source" is the name of a model, of a calendar or of its table, or a list of at most ${MAX_SOURCES}.`;
  }
  if (partition !== null && !isName(partition)) return `"partition" is a text of at most ${MAX_TEXT} characters.`;
  if (id !== null && !isName(id)) return `"id" is a text of at most ${MAX_TEXT} characters.`;
  if (at !== null && !(isName(at) && INSTANT.test(at) && !Number.isNaN(Date.parse(at)))) {
    return '"at" is an instant, such as 2026-11-20T06:00:00Z.';
  }
  return { sources: [...new Set(sources)], partition, at };
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= MAX_TEXT;
}

/**
 * Whether a signature comes for the first time. Each is remembered for as long as it would be believed: a server that has
 * started anew has no answers that an old one could end.
 */
function createOnce(): (signature: string, nowSeconds: number) => boolean {
  /** Until when, in the order in which they came. */
  const seen = new Map<string, number>();
  return (signature, nowSeconds) => {
    for (const [old, until] of seen) {
      if (until >= nowSeconds) break;
      seen.delete(old);
    }
    if (seen.has(signature)) return false;
    seen.set(signature, nowSeconds + 2 * TOLERANCE_SECONDS);
    return true;
  };
}
