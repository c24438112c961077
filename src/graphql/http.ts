import type { IncomingMessage, ServerResponse } from "node:http";
import { type AuditLog, refusedCredential } from "../audit/index.ts";
import type { Engine, Quotas } from "../engine/index.ts";
import { AuthenticationError, type Authenticator, OPERATOR, type Principal } from "../identity/index.ts";
import { createTelemetry, type Door, describeError, type RequestWatch, type Telemetry } from "../telemetry/index.ts";
import { createAnswerCache } from "./answer-cache.ts";
import { createDoors } from "./doors.ts";
import { createFailedAttempts } from "./failed-attempts.ts";
import { createGraphiql } from "./graphiql/page.ts";
import { whoAsks } from "./graphiql/whoami.ts";
import { createBulkDoor } from "./http-bulk.ts";
import { allowOrigin, answerPreflight, isPreflight } from "./http-cors.ts";
import { createEventsDoor } from "./http-events.ts";
import { createGraphqlDoor } from "./http-graphql.ts";
import { isHostAllowed, repeatsHeader } from "./http-host.ts";
import { type Fail, fail, json, redirect, send } from "./http-reply.ts";
import { NO_DOCUMENTS, type PersistedDocuments, tellOfBroken } from "./persisted.ts";

export interface HttpOptions {
  /** Whether `GET /graphql` in a browser shows GraphiQL. */
  readonly graphiql: boolean;
  /** Whether GraphiQL opens with example questions, which name metrics to whoever opens the page. Default true. */
  readonly examples?: boolean;
  /** The name or address the server is known by, besides the loopback names; a wildcard address allows every name. */
  readonly host?: string;
  /** Tells who asks; without it everybody is the operator, and a credential is refused instead of being taken for none. */
  readonly authenticator?: Authenticator;
  /** Applications that may name themselves in the header `Assay-Consumer`, for counts and costs; others are `graphql`. */
  readonly consumers?: readonly string[];
  /** Watches requests, and is what `GET /metrics` answers with; without it there is no such page, and only faults are logged. */
  readonly telemetry?: Telemetry;
  /** Where refused credentials are recorded; while it cannot be written and must be, nothing is answered. */
  readonly audit?: AuditLog;
  /** Documents that a request may name instead of sending one; without them there are none. */
  readonly persisted?: PersistedDocuments;
  /** Web sites whose pages may ask and read, such as `https://bi.example.com`. */
  readonly corsOrigins?: readonly string[];
  /** How many requests each principal may make; the same that the engine counts questions with. */
  readonly quotas?: Quotas;
  /** Whether to send it requests; without it the warehouse's sign of life decides. */
  readonly readiness?: () => Promise<{ readonly status: string; readonly reasons: readonly string[] }>;
  /** Why the definitions that lie there are not those that are served; null: they are. Told to the operator in GraphiQL. */
  readonly definitionsProblem?: () => string | null;
  /** What pipelines sign with that tell at `/v1/events/refreshed` which tables are new; without it nothing is there. */
  readonly eventSecret?: string;
  /** Longest time from a question at `/v1/query` to the last byte of its answer; a quarter of an hour when missing. */
  readonly timeoutMs?: number;
  /** How long a reader of `/v1/query` may take nothing; half a minute when missing. */
  readonly stallMs?: number;
  /** Answers of `/v1/query` on their way at once, half of them for one person; 6 when missing. */
  readonly maxStreams?: number;
  /** Memory for whole answers of GraphQL, to be sent again as they are; 64 MiB when missing, 0: none are kept. */
  readonly answerBytes?: number;
}

export type HttpHandler = (req: IncomingMessage, res: ServerResponse) => void;

/**
 * Answers `POST /graphql`, `GET /graphql?documentId=…` for persisted documents, GraphiQL at `GET /graphql`, `GET /health/live`, `GET /health/ready`
 * and `GET /metrics`, whole answers as files at `/v1/query`, and pipelines at `POST /v1/events/refreshed`.
 *
 * Only requests meant for this host are answered. Who asks is told by the Authorization header alone, before anything
 * else of a request is read; everybody gets the schema of what they may see.
 */
export function createHttpHandler(engine: Engine, options: HttpOptions): HttpHandler {
  const telemetry = options.telemetry ?? createTelemetry({ logLevel: "warn" });
  const persisted = options.persisted ?? NO_DOCUMENTS;
  const doorOf = createDoors((catalog) => setImmediate(() => tellOfBroken(telemetry, persisted.documents, catalog)));
  doorOf(engine.catalog);
  const graphiql = options.graphiql ? createGraphiql(() => (options.examples === false ? null : engine.catalog)) : null;
  const failedAttempts = createFailedAttempts();
  const bulk = createBulkDoor(engine, {
    admit,
    canRecord,
    consumerOf: (req) => consumerOf(req, options.consumers, "export"),
    ...options,
  });
  const { eventSecret: secret } = options;
  const events = secret === undefined ? null : createEventsDoor(engine, { ...options, secret });
  const answers = createAnswerCache(engine, { maxBytes: options.answerBytes ?? ANSWER_BYTES });
  telemetry.observe({ answers: () => answers.kept });
  const answer = createGraphqlDoor(engine, {
    admit,
    canRecord,
    consumerOf: (req) => consumerOf(req, options.consumers),
    doorOf,
    persisted,
    answers,
    onLooked: (isHit) => telemetry.wholeAnswer(isHit),
  });

  async function route(req: IncomingMessage, res: ServerResponse, watch: RequestWatch, target: Target): Promise<void> {
    const { pathname, search } = target;
    if (repeatsHeader(req)) return fail(res, 400, "BAD_REQUEST", "Host and Content-Type stand once.");
    if (!isHostAllowed(req.headers.host, options.host)) {
      return fail(res, 403, "FORBIDDEN_HOST", "This server does not answer for that Host.");
    }
    if (pathname === "/health/live" && isRead(req)) return json(res, 200, { status: "live" });
    if (pathname === "/health/ready" && isRead(req)) return ready(res);
    if (pathname === "/metrics" && options.telemetry && isRead(req)) return metrics(req, res, watch);
    if (pathname === "/v1/events/refreshed" && events) return events(req, res, watch);
    if (pathname === "/v1/query") return bulk(req, res, watch, search);
    if (pathname === "/graphql") {
      const isForeign = allowOrigin(req, res, options.corsOrigins);
      if (isPreflight(req, res)) return answerPreflight(res);
      if (req.method === "POST") return answer(req, res, watch);
      // No script has to ask before a page of another site sends this.
      const isNamed = req.method === "GET" && NAMED.test(search) && persisted.mode !== "off";
      if (isNamed && isForeign) return fail(res, 403, "FORBIDDEN", "Pages of other sites may not ask.");
      if (isNamed) return answer(req, res, watch);
    }
    if (graphiql && isRead(req)) {
      if (pathname === "/") return redirect(res, "/graphql");
      if (pathname === "/graphql/whoami") return whoami(req, res, watch);
      const isPage = pathname === "/graphql";
      const file = isPage && !wantsHtml(req) ? null : graphiql.file(pathname);
      if (file) return send(res, 200, file.body, file.headers);
    }
    if (pathname === "/graphql") {
      return fail(res, 405, "METHOD_NOT_ALLOWED", "Ask with POST and a JSON body.", { allow: "POST" });
    }
    return fail(res, 404, "NOT_FOUND", "Nothing is here. GraphQL is at /graphql.");
  }

  async function ready(res: ServerResponse): Promise<void> {
    if (options.readiness) {
      const found = await options.readiness();
      return json(res, found.status === "ready" ? 200 : 503, found);
    }
    try {
      await engine.ping();
      json(res, 200, { status: "ready" });
    } catch {
      json(res, 503, { status: "unavailable" });
    }
  }

  /** Who asks, if they may now; null: they have been answered. */
  async function admit(
    req: IncomingMessage,
    res: ServerResponse,
    watch: RequestWatch,
    say: Fail,
    consumer: string,
  ): Promise<Principal | null> {
    watch.step("auth");
    const principal = await principalOf(req, res, watch, say);
    if (principal) watch.asks(principal, consumer);
    const refused = principal && options.quotas?.refuseRequest(principal);
    if (!refused) return principal;
    const { refusal, retryAfterSeconds } = refused;
    say(res, 429, refusal.code, refusal.message, { "retry-after": String(retryAfterSeconds) });
    return null;
  }

  /** false: it has been answered. */
  async function canRecord(res: ServerResponse, say: Fail): Promise<boolean> {
    try {
      await options.audit?.ready();
      return true;
    } catch {
      say(res, 503, "AUDIT_UNAVAILABLE", "The audit log cannot be written now.", { "retry-after": "10" });
      return false;
    }
  }

  async function whoami(req: IncomingMessage, res: ServerResponse, watch: RequestWatch): Promise<void> {
    const principal = await principalOf(req, res, watch);
    if (!principal) return;
    const problem = principal.kind === "operator" ? (options.definitionsProblem?.() ?? null) : null;
    json(res, 200, whoAsks(principal, engine.catalogFor(principal).version, problem));
  }

  /** null: answered with 401. */
  async function principalOf(
    req: IncomingMessage,
    res: ServerResponse,
    watch: RequestWatch,
    say: Fail = fail,
  ): Promise<Principal | null> {
    const { authorization } = req.headers;
    if (!options.authenticator && authorization === undefined) return OPERATOR;
    try {
      // Looked at only where there is one: this takes all headers apart once more.
      const [, another] = authorization === undefined ? [] : (req.headersDistinct["authorization"] ?? []);
      // Whatever stands in front of us may have looked at the other one.
      if (another !== undefined) throw new AuthenticationError("there are several credentials");
      if (!options.authenticator) throw new AuthenticationError("No identity is configured.");
      return await options.authenticator.authenticate(authorization);
    } catch (thrown) {
      if (!(thrown instanceof AuthenticationError)) throw thrown;
      const retryAfterSeconds = failedAttempts.count(req.socket.remoteAddress ?? "");
      if (retryAfterSeconds !== null) {
        say(res, 429, "RATE_LIMITED", "Too many credentials were refused.", {
          "retry-after": String(retryAfterSeconds),
        });
        return null;
      }
      watch.log("warn", "A credential was refused.", { reason: thrown.reason });
      await options.audit?.append(refusedCredential(thrown.reason)).catch(() => {});
      say(res, 401, "UNAUTHENTICATED", thrown.message, { "www-authenticate": "Bearer" });
      return null;
    }
  }

  /** Names of metrics and what they cost are not for everybody: the operator's, or of a role made for it. */
  async function metrics(req: IncomingMessage, res: ServerResponse, watch: RequestWatch): Promise<void> {
    const principal = await principalOf(req, res, watch);
    if (!principal) return;
    if (principal.kind === "user" && !principal.roles.includes(MONITORING)) {
      return fail(res, 403, "FORBIDDEN", `Role "${MONITORING}" may read this.`);
    }
    const { body, contentType } = await telemetry.text();
    send(res, 200, body, { "content-type": contentType });
  }

  return (req, res) => {
    const { traceparent } = req.headers;
    const target = targetOf(req);
    const watch = telemetry.request(doorFor(req, target), {
      method: req.method ?? "",
      traceparent: typeof traceparent === "string" ? traceparent : undefined,
    });
    res.setHeader("x-request-id", watch.id);
    res.once("close", () => watch.ended(res.statusCode, res.writableFinished));
    route(req, res, watch, target).catch((error: unknown) => {
      if (res.destroyed) return;
      watch.log("error", "A request failed.", { error: describeError(error) });
      if (!res.headersSent) fail(res, 500, "INTERNAL", "Something went wrong in the server.");
      else res.destroy();
    });
  };
}

interface Target {
  readonly pathname: string;
  readonly search: string;
}

function targetOf({ url = "/" }: IncomingMessage): Target {
  if (!url.includes("?")) return { pathname: url, search: "" };
  const [pathname = "/", search = ""] = url.split("?", 2);
  return { pathname, search };
}

/** For counts: what the address tells before anything is checked. */
function doorFor(req: IncomingMessage, { pathname, search }: Target): Door {
  if (pathname === "/graphql" && req.method === "POST") return "graphql";
  if (pathname === "/graphql" && NAMED.test(search)) return "persisted";
  if (pathname === "/" || pathname.startsWith("/graphql")) return "page";
  if (pathname === "/v1/query") return "bulk";
  if (pathname === "/v1/events/refreshed") return "events";
  if (pathname.startsWith("/health/")) return "health";
  return pathname === "/metrics" ? "metrics" : "other";
}

const NAMED = /(^|&)(id|documentId)=/;

/** Only names that are known, so that callers cannot make labels. */
function consumerOf(req: IncomingMessage, known: readonly string[] = [], door = "graphql"): string {
  const named = req.headers["assay-consumer"];
  return typeof named === "string" && known.includes(named) ? named : door;
}

/** Of whole answers, unless the operator sets it. */
const ANSWER_BYTES = 64 * 2 ** 20;

const MONITORING = "monitoring";

function isRead(req: IncomingMessage): boolean {
  return req.method === "GET" || req.method === "HEAD";
}

function wantsHtml(req: IncomingMessage): boolean {
  return req.headers.accept?.includes("text/html") === true;
}
