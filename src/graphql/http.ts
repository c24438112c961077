import type { IncomingMessage, ServerResponse } from "node:http";
import type { Engine } from "../engine/index.ts";
import { AuthenticationError, type Authenticator, OPERATOR, type Principal } from "../identity/index.ts";
import type { Telemetry } from "../telemetry/index.ts";
import { createDoors } from "./doors.ts";
import { describe, log } from "./errors.ts";
import { createGraphiql } from "./graphiql/page.ts";
import { readBody } from "./http-body.ts";
import { isHostAllowed } from "./http-host.ts";
import { engineForRequest } from "./limits.ts";
import { createFrameLoader } from "./loader.ts";

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
}

export type HttpHandler = (req: IncomingMessage, res: ServerResponse) => void;

/**
 * Answers `POST /graphql`, GraphiQL at `GET /graphql`, `GET /health/live`, `GET /health/ready`
 * and `GET /metrics`.
 *
 * Only requests meant for this host are answered. Who asks is told by the Authorization header alone, before anything
 * else of a request is read; everybody gets the schema of what they may see.
 */
export function createHttpHandler(engine: Engine, options: HttpOptions): HttpHandler {
  const doorOf = createDoors();
  doorOf(engine.catalog);
  const graphiql = options.graphiql
    ? createGraphiql(options.examples === false ? engine.catalogFor(NOBODY) : engine.catalog)
    : null;

  async function route(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const [pathname = "/"] = (req.url ?? "/").split("?", 1);
    if (!isHostAllowed(req.headers.host, options.host)) {
      return fail(res, 403, "FORBIDDEN_HOST", "This server does not answer for that Host.");
    }
    if (pathname === "/health/live" && isRead(req)) return json(res, 200, { status: "live" });
    if (pathname === "/health/ready" && isRead(req)) return ready(res);
    if (pathname === "/metrics" && options.telemetry && isRead(req)) return metrics(req, res, options.telemetry);
    if (pathname === "/graphql" && req.method === "POST") return answer(req, res);
    if (graphiql && isRead(req)) {
      if (pathname === "/") return redirect(res, "/graphql");
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

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const principal = await principalOf(req, res);
    if (!principal) return;
    if (!isJson(req.headers["content-type"])) {
      return fail(res, 415, "UNSUPPORTED_MEDIA_TYPE", "The body must be JSON: content-type application/json.");
    }
    const body = await readBody(req);
    if (body === null) {
      return fail(res, 413, "LIMIT_EXCEEDED", "A request is at most 256 KB.", { connection: "close" });
    }
    if (!isJsonObject(body)) {
      return fail(res, 400, "BAD_REQUEST", 'The body must be one JSON object: {"query": "…", "variables": {…}}.');
    }
    const gone = new AbortController();
    res.once("close", () => gone.abort());
    const request = new Request("http://localhost/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", accept: accepted(req.headers.accept) },
      body,
      signal: gone.signal,
    });
    const catalog = engine.catalogFor(principal);
    const bounded = engineForRequest({ ...engine, catalog }, consumerOf(req, options.consumers));
    const response = await doorOf(catalog).fetch(request, {
      engine: bounded,
      principal,
      signal: gone.signal,
      frames: createFrameLoader(bounded, principal, gone.signal),
    });
    const type = response.headers.get("content-type") ?? "application/json";
    send(res, response.status, await response.text(), { "content-type": type });
  }

  /** null: answered with 401. */
  async function principalOf(req: IncomingMessage, res: ServerResponse): Promise<Principal | null> {
    const { authorization } = req.headers;
    if (!options.authenticator && authorization === undefined) return OPERATOR;
    try {
      if (!options.authenticator) throw new AuthenticationError("No identity is configured.");
      return await options.authenticator.authenticate(authorization);
    } catch (thrown) {
      if (!(thrown instanceof AuthenticationError)) throw thrown;
      log({ level: "warn", message: "A credential was refused.", reason: thrown.reason });
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

const NOBODY: Principal = { kind: "user", issuer: "", subject: "", name: "nobody", roles: [], claims: {} };

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

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** One of the two media types of GraphQL over HTTP; anything else gets plain JSON. */
function accepted(accept: string | undefined): string {
  return accept?.includes("application/graphql-response+json")
    ? "application/graphql-response+json"
    : "application/json";
}

type Headers = Readonly<Record<string, string>>;

/** Nothing may be kept by a cache between us and the caller, framed, or read as another type. */
const EVERY_ANSWER: Headers = {
  "cache-control": "private, no-store",
  vary: "Authorization, Accept",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

function send(res: ServerResponse, status: number, body: string | Uint8Array, headers: Headers): void {
  res.writeHead(status, { ...EVERY_ANSWER, ...headers, "content-length": String(Buffer.byteLength(body)) });
  res.end(res.req.method === "HEAD" ? undefined : body);
}

function json(res: ServerResponse, status: number, body: unknown, headers: Headers = {}): void {
  send(res, status, JSON.stringify(body), { "content-type": "application/json; charset=utf-8", ...headers });
}

function fail(res: ServerResponse, status: number, code: string, message: string, headers: Headers = {}): void {
  json(res, status, { errors: [{ message, extensions: { code } }] }, headers);
}

function redirect(res: ServerResponse, location: string): void {
  send(res, 302, "", { location });
}
