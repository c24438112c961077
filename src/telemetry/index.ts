/**
 * What a server tells those who run it: logs, traces and numbers, joined by the id of each request.
 * Imports catalog, identity, warehouse, engine. Owns pino, prom-client and OpenTelemetry. See ARCHITECTURE.md.
 */
export { bufferedStandardError, createLog, describeError, type Log, type LogLevel, type Sink } from "./log.ts";
export type { OtlpOptions } from "./otlp.ts";
export type { Door, RequestWatch } from "./request.ts";
export { createTelemetry, openTracer, type Telemetry, type TelemetryOptions } from "./telemetry.ts";
export type { Tracer } from "./tracer.ts";
