/** Counters of what was asked and what it cost, as Prometheus reads them. Imports engine. Owns prom-client. See ARCHITECTURE.md. */
export { createTelemetry, type Telemetry } from "./telemetry.ts";
