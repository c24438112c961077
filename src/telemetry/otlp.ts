import { type Context, type Span as OtelSpan, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Span, SpanAttributes } from "../engine/index.ts";
import { parentOf, type Tracer } from "./tracer.ts";

export interface OtlpOptions {
  /** The address that takes traces: `http://127.0.0.1:4318/v1/traces`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The share of traces that are kept, from 0 to 1, where the caller has not decided. */
  readonly ratio: number;
}

/**
 * Traces for an OpenTelemetry collector, sent aside in portions. One that is out of reach costs nothing but the traces:
 * at most some thousand steps wait for it, further ones are dropped.
 */
export function openOtlp({ url, headers, ratio }: OtlpOptions): Tracer {
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: SEND_MS });
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ "service.name": "assay" })),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: SEND_MS, scheduledDelayMillis: 1_000 })],
  });
  const tracer = provider.getTracer("assay");

  function wrap(door: string, span: OtelSpan, within: Context): Span {
    const requestId = span.spanContext().traceId;
    const context = trace.setSpan(within, span);
    return {
      requestId,
      door,
      begin: (name, attributes) => wrap(door, tracer.startSpan(name, given(attributes), context), context),
      set: (attributes) => void span.setAttributes(mutable(attributes)),
      end(isFailed = false) {
        if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  }

  return {
    request(door, traceparent) {
      const parent = parentOf(traceparent);
      const context = parent
        ? trace.setSpanContext(ROOT_CONTEXT, {
            traceId: parent.traceId,
            spanId: parent.spanId,
            traceFlags: parent.flags,
            isRemote: true,
          })
        : ROOT_CONTEXT;
      return wrap(door, tracer.startSpan("request", { kind: SpanKind.SERVER }, context), context);
    },
    async close() {
      await Promise.race([provider.shutdown().catch(() => {}), patience()]);
    },
  };
}

const SEND_MS = 5_000;

/** A collector that does not answer does not keep a server from ending. */
function patience(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, SEND_MS).unref());
}

function given(attributes: SpanAttributes | undefined) {
  return attributes ? { attributes: mutable(attributes) } : {};
}

/** The library's own type takes no readonly lists. */
function mutable(attributes: SpanAttributes) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, typeof value === "object" ? [...value] : value]),
  );
}
