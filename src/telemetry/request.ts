import type { Span } from "../engine/index.ts";
import { digestOf, type Principal } from "../identity/index.ts";
import type { Log, LogLevel } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Tracer } from "./tracer.ts";

/** Where requests come in. `persisted`: GraphQL by the id of a document; `events`: word of pipelines; `page`: GraphiQL and its files. */
export type Door =
  | "graphql"
  | "persisted"
  | "bulk"
  | "data-studio"
  | "events"
  | "page"
  | "health"
  | "metrics"
  | "other";

/** What the time of a request goes into, besides the planning and the warehouse of its questions. */
export type Step = "auth" | "read" | "graphql.prepare" | "graphql.execute" | "bulk" | "data-studio" | "write";

/** One request, from its first header to its last byte: one line in the log, one trace, counted once. */
export interface RequestWatch {
  /** 32 hexadecimal digits: in the header `x-request-id` of the answer, and wherever the request is spoken of. */
  readonly id: string;
  /** The step that is under way, for what happens within. */
  readonly trace: Span;
  asks(principal: Principal, consumer: string): void;
  /** A step begins; the one before it has ended, whatever became of it. */
  step(step: Step): void;
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** @param isWhole Whether the answer was sent to its end. */
  ended(status: number, isWhole: boolean): void;
}

export interface RequestParts {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
}

export function watchRequest(
  { log, metrics, tracer }: RequestParts,
  door: Door,
  asked: { readonly method: string; readonly traceparent: string | undefined },
): RequestWatch {
  const began = performance.now();
  const root = tracer.request(door, asked.traceparent);
  const { requestId } = root;
  let who: { readonly consumer: string; readonly principal: string } | null = null;
  let current: { readonly step: Step; readonly span: Span; readonly since: number } | null = null;

  const leave = (now: number, isFailed: boolean): void => {
    if (!current) return;
    current.span.end(isFailed);
    metrics.stage(door, current.step, now - current.since);
    current = null;
  };

  metrics.requestBegan(door);
  return {
    id: requestId,
    get trace() {
      return current?.span ?? root;
    },
    asks(principal, consumer) {
      who = { consumer, principal: digestOf(principal) };
    },
    step(step) {
      const now = performance.now();
      leave(now, false);
      current = { step, span: root.begin(step), since: now };
    },
    log: (level, message, fields) => log.write(level, message, { requestId, ...fields }),
    ended(status, isWhole) {
      const now = performance.now();
      leave(now, !isWhole);
      const ms = Math.round((now - began) * 1_000) / 1_000;
      metrics.requestEnded(door, status, isWhole, ms);
      root.set({
        "http.request.method": METHODS.has(asked.method) ? asked.method : "_OTHER",
        "http.response.status_code": status,
        "assay.door": door,
        ...(who && { "assay.consumer": who.consumer, "assay.principal": who.principal }),
      });
      root.end(status >= 500 || !isWhole);
      // Whoever is asked to slow down could fill a disk with lines; they are counted.
      const isQuiet = door === "health" || door === "metrics" || status === 429;
      const level = isQuiet ? "debug" : "info";
      log.write(level, isWhole ? "request" : "request broke off", { requestId, door, status, ms, ...who });
    },
  };
}

const METHODS: ReadonlySet<string> = new Set(["GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"]);
