import { createLog, type Log, type LogLevel, type Sink } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import type { OtlpOptions } from "./otlp.ts";
import { type Door, type RequestWatch, watchRequest } from "./request.ts";
import { NO_TRACES, type Tracer } from "./tracer.ts";

/** What a server tells those who run it: lines, traces and numbers, joined by the id of each request. */
export interface Telemetry extends Omit<Metrics, "requestBegan" | "requestEnded" | "stage"> {
  readonly log: Log;
  /** @param asked.traceparent The header, as it came. */
  request(door: Door, asked: { readonly method: string; readonly traceparent: string | undefined }): RequestWatch;
  /** What is still to be sent is sent, within some seconds. */
  close(): Promise<void>;
}

export interface TelemetryOptions {
  /** Default `info`: a line for each request. */
  readonly logLevel?: LogLevel;
  /** Where lines go; default standard error. */
  readonly sink?: Sink;
  /** Default: nobody reads traces. */
  readonly tracer?: Tracer;
  /** Whether the process itself is measured too. Default false. */
  readonly ofProcess?: boolean;
}

export function createTelemetry(options: TelemetryOptions = {}): Telemetry {
  const { logLevel = "info", sink, tracer = NO_TRACES, ofProcess = false } = options;
  const log = createLog(logLevel, sink);
  const metrics = createMetrics({ ofProcess });
  const parts = { log, metrics, tracer };
  return {
    ...metrics,
    log,
    request: (door, asked) => watchRequest(parts, door, asked),
    async close() {
      await tracer.close();
      log.flush();
    },
  };
}

/** Traces that a collector takes. The library is loaded here, so that who has no collector does not wait for it. */
export async function openTracer(options: OtlpOptions): Promise<Tracer> {
  const { openOtlp } = await import("./otlp.ts");
  return openOtlp(options);
}
