import type { IncomingMessage, ServerResponse } from "node:http";
import { Refusal } from "../diagnostics/index.ts";
import type { Engine } from "../engine/index.ts";
import {
  type Admission,
  EVENT_STREAM,
  fail,
  type Headers,
  isJson,
  jsonIn,
  readBody,
  send,
  sendOnce,
  stream,
  tagOf,
} from "../http/index.ts";
import { identityDigestOf, type Principal } from "../identity/index.ts";
import { once } from "../std/index.ts";
import type { RequestWatch } from "../telemetry/index.ts";
import type { AnswerCache, KeptAnswer } from "./answer-cache.ts";
import { createHeldAnswers } from "./held-answers.ts";
import { isTooDeep, LIMITS } from "./limits.ts";
import { createFrameLoader } from "./loader.ts";
import { askedDocument, type PersistedDocuments, paramsOf, type SentRequest } from "./persisted.ts";
import { createReport, type Report, requiresCertified } from "./report.ts";
import { engineForRequest } from "./request-engine.ts";
import { createResponseBudget } from "./response-budget.ts";
import type { createSchemas } from "./schemas.ts";

/** What answers are made with. */
export interface AnswererParts {
  readonly admission: Admission;
  readonly schemaOf: ReturnType<typeof createSchemas>;
  readonly persisted: PersistedDocuments;
  readonly answers: AnswerCache;
  /** Told of each request whether its answer was there. */
  readonly onLooked: (isHit: boolean) => void;
}

/** Answers a POST with a request, or a GET that names a document: from the bytes of an answer that is kept, or by executing it. */
export function createAnswerer(engine: Engine, parts: AnswererParts) {
  const { admission, persisted, answers } = parts;
  const held = createHeldAnswers();

  async function answer(req: IncomingMessage, res: ServerResponse, watch: RequestWatch): Promise<void> {
    const consumer = admission.consumerOf(req, "graphql");
    const principal = await admission.admit(req, res, watch, fail, consumer);
    if (!principal) return;
    watch.step("read");
    const text = await read(req, res);
    if (text === null) return;
    const accept = accepted(req.headers.accept);
    const asked: Asked = { principal, consumer, accept, text, watch };
    const key = accept === EVENT_STREAM ? null : answers.keyOf({ ...asked, method: req.method ?? "" });
    const known = key === null ? null : await answers.find(key);
    if (known && !(await admission.canRecord(res, fail))) return;
    const isGiven = known !== null && (await giveAgain(res, known, asked));
    if (key !== null) parts.onLooked(isGiven);
    if (!isGiven) await execute(req, res, asked, key);
  }

  /** What each question would leave is left here too. @returns false: it has to be executed, which tells why */
  async function giveAgain(res: ServerResponse, known: KeptAnswer, { principal, consumer, watch }: Asked) {
    watch.step("graphql.execute");
    try {
      await known.repeat.told(principal, { consumer, trace: watch.trace });
    } catch (thrown) {
      if (thrown instanceof Refusal) return false;
      throw thrown;
    }
    watch.step("write");
    const { body, type, tag } = known;
    if (tag === null) send(res, 200, body, { "content-type": type });
    else sendOnce(res, body, tag, type);
    return true;
  }

  async function execute(req: IncomingMessage, res: ServerResponse, sent: Asked, key: string | null): Promise<void> {
    const { principal, consumer, accept, watch } = sent;
    const request = requestIn(req, sent.text);
    if (typeof request === "string") return fail(res, 400, "BAD_REQUEST", request);
    if (isTooDeep(variablesOf(request))) {
      const message = `Variables are nested deeper than ${LIMITS.valueDepth} levels.`;
      return fail(res, 400, "LIMIT_EXCEEDED", message);
    }
    const asked = askedDocument(request, persisted, principal);
    if ("code" in asked) return fail(res, asked.status, asked.code, asked.message);
    if (!(await admission.canRecord(res, fail))) return;
    // Whatever is swapped meanwhile, all of a request is about one catalog.
    const pinned = engine.pinned();
    const catalog = pinned.catalogFor(principal);
    const report = createReport(catalog);
    const requireCertified = requiresCertified(extensionsOf(request));
    // What only questions need is made for the first of them.
    const signal = once(() => signalOf(res));
    const followed = once(() => answers.follow(pinned));
    const labels = { consumer, body: asked.body, report, watch, requireCertified };
    const bounded = once(() => engineForRequest({ ...followed().engine, catalog }, labels));
    const frames = once(() => createFrameLoader(bounded(), principal, signal()));
    const context = {
      get engine() {
        return bounded();
      },
      get frames() {
        return frames();
      },
      get signal() {
        return signal();
      },
      principal,
      watch,
      report,
      requireCertified,
      held,
      budget: createResponseBudget(),
    };
    const { direct, server } = parts.schemaOf(catalog);
    const json = accept === EVENT_STREAM ? null : await direct(asked.params, context);
    const type = `${accept}; charset=utf-8`;
    if (json) {
      watch.step("write");
      const isWhole = report.retryAfterSeconds() === null && !hasErrors(json);
      if (!isWhole) return send(res, statusOf(report, 200), json, { "content-type": type, ...retryAfter(report) });
      const extensions = report.extensions();
      const isRefused = refuses(extensions);
      // Why there is none stands beside the data, which may be the same for another reason, or for none.
      const data = req.method === "GET" && !isRefused ? withoutExtensions(json, extensions) : null;
      const tag = data && tagOf(identityDigestOf(principal), data);
      if (tag === null) send(res, 200, json, { "content-type": type });
      else sendOnce(res, json, tag, type);
      if (key !== null && !isRefused) answers.keep(key, { body: json, type, tag, followed: followed() });
      return;
    }
    const headers = { "content-type": "application/json", accept };
    const posted = new Request("http://localhost/graphql", {
      method: "POST",
      headers,
      body: asked.body,
      signal: signal(),
    });
    const response = await server.fetch(posted, context);
    const given = response.headers.get("content-type") ?? "application/json";
    if (given.startsWith(EVENT_STREAM)) return stream(res, response);
    const text = await response.text();
    watch.step("write");
    const status = statusOf(report, response.status);
    send(res, status, withExtensions(text, report.extensions()), { "content-type": given, ...retryAfter(report) });
  }

  return answer;
}

/** Aborts when the caller goes away before the answer is sent. */
function signalOf(res: ServerResponse): AbortSignal {
  const gone = new AbortController();
  // Once it is answered, nobody listens, and making the reason costs as much as a small answer.
  const close = (): void => void (res.writableFinished || gone.abort());
  if (res.closed) close();
  else res.once("close", close);
  return gone.signal;
}

/** A request as it came, and from whom. */
interface Asked {
  readonly principal: Principal;
  readonly consumer: string;
  /** The type of the answer. */
  readonly accept: string;
  /** The body, or the address with its parameters. */
  readonly text: string;
  readonly watch: RequestWatch;
}

/** @returns null: it has been answered */
async function read(req: IncomingMessage, res: ServerResponse): Promise<string | null> {
  if (req.method === "GET") return req.url ?? "";
  if (!isJson(req.headers["content-type"])) {
    fail(res, 415, "UNSUPPORTED_MEDIA_TYPE", "The body must be JSON: content-type application/json.");
    return null;
  }
  const body = await readBody(req);
  if (body === null) fail(res, 413, "LIMIT_EXCEEDED", "A request is at most 256 KB.", { connection: "close" });
  return body;
}

/** @returns what is wrong with it, as text */
function requestIn({ method }: IncomingMessage, text: string): SentRequest | string {
  if (method === "GET") {
    const params = paramsOf(text);
    return params ? { params, body: null } : "Each parameter stands once, and variables is one JSON object.";
  }
  const params = jsonObject(text);
  return params ? { params, body: text } : 'The body must be one JSON object: {"query": "…", "variables": {…}}.';
}

function jsonObject(text: string): object | null {
  const value = jsonIn(text);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
}

/** Events for who reads nothing else, else one of the two media types of GraphQL over HTTP. */
function accepted(accept: string | undefined): string {
  if (accept?.trim() === EVENT_STREAM) return EVENT_STREAM;
  return accept?.includes("application/graphql-response+json")
    ? "application/graphql-response+json"
    : "application/json";
}

function variablesOf({ params }: SentRequest): unknown {
  return "variables" in params ? params.variables : undefined;
}

function extensionsOf({ params }: SentRequest): unknown {
  return "extensions" in params ? params.extensions : undefined;
}

/** Where there was no room for a single question or its line, what is sent is no answer to whoever only sees the status. */
function statusOf(report: Report, status: number): number {
  return report.retryAfterSeconds() === null ? status : 503;
}

function retryAfter(report: Report): Headers {
  const seconds = report.retryAfterSeconds();
  return seconds === null ? {} : { "retry-after": String(seconds) };
}

/** A response as text, with one more key at its end: whoever wrote it has not to know of it. */
function withExtensions(response: string, extensions: object | null): string {
  return extensions && response.endsWith("}")
    ? `${response.slice(0, -1)},"extensions":${JSON.stringify(extensions)}}`
    : response;
}

/** What the answer is, without what it rests on. */
function withoutExtensions(response: Buffer, extensions: object | null): Buffer {
  const end = extensions ? Buffer.byteLength(`,"extensions":${JSON.stringify(extensions)}}`) : 0;
  return response.subarray(0, response.length - end);
}

/** Whether some question has no answer, though nothing is an error. */
function refuses(extensions: object | null): boolean {
  return extensions !== null && "refusals" in extensions && !isEmpty(extensions.refusals);
}

function isEmpty(list: unknown): boolean {
  return Array.isArray(list) && list.length === 0;
}

/** They stand first. */
function hasErrors(response: Buffer): boolean {
  return response.subarray(0, ERRORS.length).equals(ERRORS);
}

const ERRORS = Buffer.from('{"errors"');
