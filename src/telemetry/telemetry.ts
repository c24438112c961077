import { Counter, Histogram, Registry } from "prom-client";
import type { QueryEvent } from "../engine/index.ts";

/** Counts questions, and writes the counts in the text format of Prometheus. */
export interface Telemetry {
  record(event: QueryEvent): void;
  /** Counts decisions that the audit log could not take. */
  auditLost(count: number): void;
  text(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/**
 * Labels are bounded: names of consumers and codes are ours, and metrics go by their names in the catalog, so that
 * nothing a caller types becomes a label. No principal is named.
 */
export function createTelemetry(): Telemetry {
  const registry = new Registry();
  const registers = [registry];
  const queries = new Counter({
    name: "assay_queries_total",
    help: "Questions, by who asked and how they ended; code is that of a refusal.",
    labelNames: ["consumer", "outcome", "code"],
    registers,
  });
  const seconds = new Histogram({
    name: "assay_query_seconds",
    help: "Seconds that answered questions took, by stage: plan (to SQL text) and warehouse (waiting and reading).",
    labelNames: ["consumer", "stage"],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300],
    registers,
  });
  const rows = new Counter({
    name: "assay_rows_total",
    help: "Rows of answers.",
    labelNames: ["consumer"],
    registers,
  });
  const gaps = new Counter({
    name: "assay_audit_gaps_total",
    help: "Decisions that stand in no line of the audit log, because it could not be written.",
    registers,
  });
  const cost = {
    bytesProcessed: costCounter("assay_warehouse_bytes_processed_total", "Bytes that the warehouse read"),
    bytesBilled: costCounter("assay_warehouse_bytes_billed_total", "Bytes that the warehouse charges for"),
  };

  function costCounter(name: string, what: string) {
    const help = `${what}; a statement's bytes are shared evenly among the metrics asked.`;
    return new Counter({ name, help, labelNames: ["metric", "consumer"], registers });
  }

  return {
    record({ consumer, outcome, code, metrics, planMs, warehouseMs, ...event }) {
      queries.inc({ consumer, outcome, code: code ?? "" });
      const paidBy = metrics.length > 0 ? metrics : [NO_METRIC];
      for (const kind of ["bytesProcessed", "bytesBilled"] as const) {
        const bytes = event[kind];
        if (bytes !== null) for (const metric of paidBy) cost[kind].inc({ metric, consumer }, bytes / paidBy.length);
      }
      if (outcome !== "answered") return;
      rows.inc({ consumer }, event.rows);
      seconds.observe({ consumer, stage: "plan" }, planMs / 1000);
      seconds.observe({ consumer, stage: "warehouse" }, warehouseMs / 1000);
    },
    auditLost: (count) => gaps.inc(count),
    async text() {
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

/** Distinct values of dimensions are asked for without a metric. */
const NO_METRIC = "none";
