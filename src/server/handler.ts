import type { IncomingMessage, ServerResponse } from "node:http";
import { createDataStudioDoor, type DataSettings } from "../data-studio/index.ts";
import type { Engine } from "../engine/index.ts";
import { createGraphqlDoor, type GraphqlOptions } from "../graphql/index.ts";
import {
  type Admission,
  type AdmissionOptions,
  createAdmission,
  fail,
  type HttpDoor,
  isHostAllowed,
  isRead,
  json,
  MONITORING,
  mayMonitor,
  repeatsHeader,
  send,
  targetOf,
} from "../http/index.ts";
import { createEventsDoor, createQueryDoor, type QueryDoorOptions } from "../rest/index.ts";
import { createTelemetry, describeError, type Telemetry } from "../telemetry/index.ts";

export interface HttpOptions extends AdmissionOptions, GraphqlOptions, QueryDoorOptions {
  /** The name or address the server is known by, besides the loopback names; a wildcard address allows every name. */
  readonly host?: string;
  /** Watches requests, and is what `GET /metrics` answers with; without it there is no such page, and only faults are logged. */
  readonly telemetry?: Telemetry;
  /** Whether to send it requests; without it the warehouse's sign of life decides. */
  readonly readiness?: () => Promise<{ readonly status: string; readonly reasons: readonly string[] }>;
  /** How long charts wait and how large their answers may be. */
  readonly dataStudio?: DataSettings;
  /** What pipelines sign with that tell at `/v1/events/refreshed` which tables are new; without it nothing is there. */
  readonly eventSecret?: string;
}

export type HttpHandler = (req: IncomingMessage, res: ServerResponse) => void;

/**
 * Answers at every door of the server.
 *
 * Only requests meant for this host are answered. Who asks is told by the Authorization header alone, before anything
 * else of a request is read; everybody gets what they may see.
 */
export function createHttpHandler(engine: Engine, options: HttpOptions): HttpHandler {
  const telemetry = options.telemetry ?? createTelemetry({ logLevel: "warn" });
  const admission = createAdmission(options);
  const { eventSecret: secret } = options;
  const doors = [
    createGraphqlDoor(engine, admission, telemetry, options),
    createQueryDoor(engine, admission, options),
    createDataStudioDoor(engine, admission, options.dataStudio),
    ...(secret === undefined ? [] : [createEventsDoor(engine, { ...options, secret })]),
    createHealthDoor(engine, options),
    ...(options.telemetry ? [createMetricsDoor(admission, options.telemetry)] : []),
  ];

  return (req, res) => {
    const { traceparent } = req.headers;
    const target = targetOf(req);
    const [door, name] = claimed(doors, (one) => one.claims(req, target)) ?? [NOWHERE, "other"];
    const watch = telemetry.request(name, {
      method: req.method ?? "",
      traceparent: typeof traceparent === "string" ? traceparent : undefined,
    });
    res.setHeader("x-request-id", watch.id);
    res.once("close", () => watch.ended(res.statusCode, res.writableFinished));
    if (repeatsHeader(req)) return fail(res, 400, "BAD_REQUEST", "Host and Content-Type stand once.");
    if (!isHostAllowed(req.headers.host, options.host)) {
      return fail(res, 403, "FORBIDDEN_HOST", "This server does not answer for that Host.");
    }
    door.answer(req, res, watch, target).catch((error: unknown) => {
      if (res.destroyed) return;
      watch.log("error", "A request failed.", { error: describeError(error) });
      if (!res.headersSent) fail(res, 500, "INTERNAL", "Something went wrong in the server.");
      else res.destroy();
    });
  };
}

/** The first of them that answers to something, and what. */
function claimed<One, Name>(many: readonly One[], nameOf: (one: One) => Name | null): readonly [One, Name] | null {
  for (const one of many) {
    const name = nameOf(one);
    if (name !== null) return [one, name];
  }
  return null;
}

const NOWHERE: Pick<HttpDoor, "answer"> = {
  answer: async (_req, res) => fail(res, 404, "NOT_FOUND", "Nothing is here. GraphQL is at /graphql."),
};

/** `GET /health/live` and `GET /health/ready`, for whatever starts and stops servers. */
function createHealthDoor(engine: Engine, { readiness }: HttpOptions): HttpDoor {
  return {
    claims: (req, { pathname }) => (isRead(req) && HEALTH.includes(pathname) ? "health" : null),
    async answer(_req, res, _watch, { pathname }) {
      if (pathname === LIVE) return json(res, 200, { status: "live" });
      if (readiness) {
        const found = await readiness();
        return json(res, found.status === "ready" ? 200 : 503, found);
      }
      try {
        await engine.ping();
        json(res, 200, { status: "ready" });
      } catch {
        json(res, 503, { status: "unavailable" });
      }
    },
  };
}

const LIVE = "/health/live";
const HEALTH = [LIVE, "/health/ready"];

/** Names of metrics and what they cost are not for everybody: the operator's, or of a role made for it. */
function createMetricsDoor(admission: Admission, telemetry: Telemetry): HttpDoor {
  return {
    claims: (req, { pathname }) => (isRead(req) && pathname === "/metrics" ? "metrics" : null),
    async answer(req, res, watch) {
      const principal = await admission.principalOf(req, res, watch);
      if (!principal) return;
      if (!mayMonitor(principal)) {
        return fail(res, 403, "FORBIDDEN", `Role "${MONITORING}" may read this.`);
      }
      const { body, contentType } = await telemetry.text();
      send(res, 200, body, { "content-type": contentType });
    },
  };
}
