import { once } from "node:events";
import { createServer } from "node:http";
import type { QueryEvent } from "../../src/engine/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import type { Sink } from "../../src/telemetry/index.ts";

export interface Lines extends Sink {
  /** Everything that was logged, as text and as data. */
  readonly written: string[];
  entries(): readonly Readonly<Record<string, unknown>>[];
}

export function lines(): Lines {
  const written: string[] = [];
  return {
    written,
    write: (line) => written.push(line),
    entries: () => written.map((line) => JSON.parse(line)),
  };
}

export interface TracedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface Collector {
  readonly url: string;
  readonly spans: TracedSpan[];
  readonly bodies: string[];
  readonly headers: Record<string, unknown>[];
  close(): Promise<void>;
}

/** Takes traces as a collector of OpenTelemetry does, by OTLP with JSON over HTTP. */
export async function startCollector(): Promise<Collector> {
  const spans: TracedSpan[] = [];
  const bodies: string[] = [];
  const headers: Record<string, unknown>[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      bodies.push(body);
      headers.push({ ...req.headers, path: req.url });
      for (const resource of JSON.parse(body).resourceSpans) {
        for (const scope of resource.scopeSpans) for (const span of scope.spans) spans.push(readSpan(span));
      }
      res.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/v1/traces`,
    spans,
    bodies,
    headers,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface OtlpSpan extends Omit<TracedSpan, "attributes"> {
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

function readSpan({ attributes, ...span }: OtlpSpan): TracedSpan {
  return {
    ...span,
    attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
  };
}

export const NO_SINK: Sink = { write() {} };

export const EVENT: QueryEvent = {
  queryId: "q1",
  requestId: null,
  door: "graphql",
  principal: OPERATOR,
  consumer: "finance-app",
  metrics: ["revenue", "orders"],
  outcome: "answered",
  code: null,
  rows: 12,
  cache: "miss",
  bytesProcessed: 4_000,
  bytesBilled: 10_485_760,
  planMs: 2,
  warehouseMs: 150,
};
