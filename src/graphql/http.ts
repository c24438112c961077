import type { IncomingMessage, ServerResponse } from "node:http";
import { type AuditLog, refusedCredential } from "../audit/index.ts";
import type { Engine, Quotas } from "../engine/index.ts";
import { AuthenticationError, type Authenticator, OPERATOR, type Principal } from "../identity/index.ts";
import type { Telemetry } from "../telemetry/index.ts";
import { createDoors } from "./doors.ts";
import { describe, log } from "./errors.ts";
import { createFailedAttempts } from "./failed-attempts.ts";
import { createGraphiql } from "./graphiql/page.ts";
import { whoAsks } from "./graphiql/whoami.ts";
import { readBody } from "./http-body.ts";
import { allowOrigin, answerPreflight, isPreflight } from "./http-cors.ts";
import { isHostAllowed } from "./http-host.ts";
import { fail, json, redirect, send } from "./http-reply.ts";
import { engineForRequest } from "./limits.ts";
import { createFrameLoader } from "./loader.ts";
import { askedDocument, NO_DOCUMENTS, type PersistedDocuments, paramsOf, type SentRequest } from "./persisted.ts";

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
  /** What `GET /metrics` answers with; without it there is no such page. */
  readonly telemetry?: Telemetry;
  /** Where refused credentials are recorded; while it cannot be written and must be, nothing is answered. */
  readonly audit?: AuditLog;
  /** Documents that a request may name instead of sending one; without them there are none. */
  readonly persisted?: PersistedDocuments;
  /** Web sites whose pages may ask and read, such as `https://bi.example.com`. */
  readonly corsOrigins?: readonly string[];
  /** How many requests each principal may make; the same that the engine counts questions with. */
  readonly quotas?: Quotas;
}

export type HttpHandler = (req: IncomingMessage, res: ServerResponse) => void;

/**
 * Answers `POST /graphql`, `GET /graphql?id=…` for persisted documents, GraphiQL at `GET /graphql`, `GET /health/live`, `GET /health/ready`
 * and `GET /metrics`.
 *
 * Only requests meant for this host are answered. Who asks is told by the Authorization header alone, before anything
 * else of a request is read; everybody gets the schema of what they may see.
 */
export function createHttpHandler(engine: Engine, options: HttpOptions): HttpHandler {
  const doorOf = createDoors();
  doorOf(engine.catalog);
  const graphiql = options.graphiql ? createGraphiql(options.examples === false ? null : engine.catalog) : null;
  const persisted = options.persisted ?? NO_DOCUMENTS;
  const failedAttempts = createFailedAttempts();

  async function route(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const [pathname = "/", search = ""] = (req.url ?? "/").split("?", 2);
    if (!isHostAllowed(req.headers.host, options.host)) {
      return fail(res, 403, "FORBIDDEN_HOST", "This server does not answer for that Host.");
    }
    if (pathname === "/health/live" && isRead(req)) return json(res, 200, { status: "live" });
    if (pathname === "/health/ready" && isRead(req)) return ready(res);
    if (pathname === "/metrics" && options.telemetry && isRead(req)) return metrics(req, res, options.telemetry);
    if (pathname === "/graphql") {
      const isForeign = allowOrigin(req, res, options.corsOrigins);
      if (isPreflight(req, res)) return answerPreflight(res);
      if (req.method === "POST") return answer(req, res, readPosted);
      // No script has to ask before a page of another site sends this.
      const isNamed = req.method === "GET" && /(^|&)id=/.test(search) && persisted.mode !== "off";
      if (isNamed && isForeign) return fail(res, 403, "FORBIDDEN", "Pages of other sites may not ask.");
      if (isNamed) return answer(req, res, readNamed);
    }
    if (graphiql && isRead(req)) {
      if (pathname === "/") return redirect(res, "/graphql");
      if (pathname === "/graphql/whoami") return whoami(req, res);
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
    try {
      await engine.ping();
      json(res, 200, { status: "ready" });
    } catch {
      json(res, 503, { status: "unavailable" });
    }
  }

  async function answer(req: IncomingMessage, res: ServerResponse, read: ReadRequest): Promise<void> {
    const principal = await principalOf(req, res);
    if (!principal) return;
    const refused = options.quotas?.refuseRequest(principal);
    if (refused) {
      const { refusal, retryAfterSeconds } = refused;
      return fail(res, 429, refusal.code, refusal.message, { "retry-after": String(retryAfterSeconds) });
    }
    const request = await read(req, res);
    if (!request) return;
    const asked = askedDocument(request, persisted);
    if ("code" in asked) return fail(res, asked.status, asked.code, asked.message);
    const gone = new AbortController();
    res.once("close", () => gone.abort());
    if (!(await canRecord())) {
      return fail(res, 503, "AUDIT_UNAVAILABLE", "The audit log cannot be written now.", { "retry-after": "10" });
    }
    const catalog = engine.catalogFor(principal);
    const bounded = engineForRequest({ ...engine, catalog }, consumerOf(req, options.consumers), asked.body);
    const context = {
      engine: bounded,
      principal,
      signal: gone.signal,
      frames: createFrameLoader(bounded, principal, gone.signal),
    };
    const { direct, server } = doorOf(catalog);
    const accept = accepted(req.headers.accept);
    const text = await direct(asked.params, context);
    if (text !== null) return send(res, 200, text, { "content-type": `${accept}; charset=utf-8` });
    const headers = { "content-type": "application/json", accept };
    const posted = new Request("http://localhost/graphql", {
      method: "POST",
      headers,
      body: asked.body,
      signal: gone.signal,
    });
    const response = await server.fetch(posted, context);
    const type = response.headers.get("content-type") ?? "application/json";
    send(res, response.status, await response.text(), { "content-type": type });
  }

  async function canRecord(): Promise<boolean> {
    try {
      await options.audit?.ready();
      return true;
    } catch {
      return false;
    }
  }

  async function whoami(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const principal = await principalOf(req, res);
    if (principal) json(res, 200, whoAsks(principal, engine.catalogFor(principal).version));
  }

  /** null: answered with 401. */
  async function principalOf(req: IncomingMessage, res: ServerResponse): Promise<Principal | null> {
    const [authorization, another] = req.headersDistinct["authorization"] ?? [];
    if (!options.authenticator && authorization === undefined) return OPERATOR;
    try {
      // Whatever stands in front of us may have looked at the other one.
      if (another !== undefined) throw new AuthenticationError("there are several credentials");
      if (!options.authenticator) throw new AuthenticationError("No identity is configured.");
      return await options.authenticator.authenticate(authorization);
    } catch (thrown) {
      if (!(thrown instanceof AuthenticationError)) throw thrown;
      const retryAfterSeconds = failedAttempts.count(req.socket.remoteAddress ?? "");
      if (retryAfterSeconds !== null) {
        fail(res, 429, "RATE_LIMITED", "Too many credentials were refused.", {
          "retry-after": String(retryAfterSeconds),
        });
        return null;
      }
      log({ level: "warn", message: "A credential was refused.", reason: thrown.reason });
      await options.audit?.append(refusedCredential(thrown.reason)).catch(() => {});
      fail(res, 401, "UNAUTHENTICATED", thrown.message, { "www-authenticate": "Bearer" });
      return null;
    }
  }

  /** Names of metrics and what they cost are not for everybody: the operator's, or of a role made for it. */
  async function metrics(req: IncomingMessage, res: ServerResponse, telemetry: Telemetry): Promise<void> {
    const principal = await principalOf(req, res);
    if (!principal) return;
    if (principal.kind === "user" && !principal.roles.includes(MONITORING)) {
      return fail(res, 403, "FORBIDDEN", `Role "${MONITORING}" may read this.`);
    }
    const { body, contentType } = await telemetry.text();
    send(res, 200, body, { "content-type": contentType });
  }

  return (req, res) => {
    route(req, res).catch((error: unknown) => {
      if (res.destroyed) return;
      log(describe(error));
      if (!res.headersSent) fail(res, 500, "INTERNAL", "Something went wrong in the server.");
      else res.destroy();
    });
  };
}

/** Only names that are known, so that callers cannot make labels. */
function consumerOf(req: IncomingMessage, known: readonly string[] = []): string {
  const named = req.headers["assay-consumer"];
  return typeof named === "string" && known.includes(named) ? named : "graphql";
}

const MONITORING = "monitoring";

function isRead(req: IncomingMessage): boolean {
  return req.method === "GET" || req.method === "HEAD";
}

function wantsHtml(req: IncomingMessage): boolean {
  return req.headers.accept?.includes("text/html") === true;
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/(graphql-response\+)?json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(contentType ?? "");
}

/** @returns null: it has been answered */
type ReadRequest = (req: IncomingMessage, res: ServerResponse) => Promise<SentRequest | null>;

async function readPosted(req: IncomingMessage, res: ServerResponse): Promise<SentRequest | null> {
  if (!isJson(req.headers["content-type"])) {
    fail(res, 415, "UNSUPPORTED_MEDIA_TYPE", "The body must be JSON: content-type application/json.");
    return null;
  }
  const body = await readBody(req);
  if (body === null) {
    fail(res, 413, "LIMIT_EXCEEDED", "A request is at most 256 KB.", { connection: "close" });
    return null;
  }
  const params = jsonObject(body);
  if (params) return { params, body };
  fail(res, 400, "BAD_REQUEST", 'The body must be one JSON object: {"query": "…", "variables": {…}}.');
  return null;
}

async function readNamed(req: IncomingMessage, res: ServerResponse): Promise<SentRequest | null> {
  const params = paramsOf(req.url ?? "");
  if (params) return { params, body: null };
  fail(res, 400, "BAD_REQUEST", "Each parameter stands once, and variables is one JSON object.");
  return null;
}

function jsonObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** One of the two media types of GraphQL over HTTP; anything else gets plain JSON. */
function accepted(accept: string | undefined): string {
  return accept?.includes("application/graphql-response+json")
    ? "application/graphql-response+json"
    : "application/json";
}
