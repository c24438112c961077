import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { type Catalog, CERTIFICATION_STATUSES, certificationOf } from "../catalog/index.ts";
import type { Kept, QueryEvent } from "../engine/index.ts";
import type { GateHooks, GateStats } from "../warehouse/index.ts";
import type { Door, Step } from "./request.ts";

/** What is not told as it happens is read when the numbers are asked for. What is missing is not shown. */
export interface Observed {
  readonly catalog?: () => Catalog;
  readonly gate?: () => GateStats;
  /** How often a warehouse was told once more to end a statement. */
  readonly cancelRetries?: () => number;
  /** Of the rows that are kept in memory to be answered with again. */
  readonly cache?: () => Kept;
  /** Of the whole answers that are. */
  readonly answers?: () => Kept;
  /** Questions that are being answered. */
  readonly questions?: () => number;
}

export interface Metrics {
  requestBegan(door: Door): void;
  requestEnded(door: Door, status: number, isWhole: boolean, ms: number): void;
  stage(door: Door, step: Step, ms: number): void;
  record(event: QueryEvent): void;
  /** A request of GraphQL came. @param isHit Whether its whole answer was there. */
  wholeAnswer(isHit: boolean): void;
  auditLost(count: number): void;
  /** How many persisted documents do not fit the definitions that are served. */
  documentsBroken(count: number): void;
  /** The definitions were read again. @param isSound Whether they are those that are served now. */
  reloaded(isSound: boolean): void;
  /** How current a model's source is, by a probe. */
  probed(model: string, dataAsOf: Date): void;
  readonly gateHooks: GateHooks;
  observe(observed: Observed): void;
  text(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/**
 * Labels are bounded: names of consumers and codes are ours, and metrics and models go by their names in the catalog, so
 * that nothing a caller types becomes a label. No principal is named.
 *
 * @param ofProcess Whether the process itself is measured: its memory, descriptors and event loop.
 */
export function createMetrics({ ofProcess }: { readonly ofProcess: boolean }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  let observed: Observed = {};
  const probes = new Map<string, Date>();

  const counter = <L extends string>(name: string, help: string, ...labelNames: readonly L[]) =>
    new Counter<L>({ name, help, labelNames, registers });
  /** @param collect Sets what is so at the moment. */
  const gauge = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    collect?: (self: Gauge<L>) => void,
  ) => {
    const made: Gauge<L> = new Gauge<L>({ name, help, labelNames, registers, collect: () => collect?.(made) });
    return made;
  };
  const gateGauge = (name: string, help: string, read: (stats: GateStats) => number) =>
    gauge(name, help, [], (self) => observed.gate && self.set(read(observed.gate())));

  const requests = new Histogram({
    name: "assay_request_seconds",
    help: "Seconds from the first header of a request to the last byte of its answer, by door and class of status.",
    labelNames: ["door", "status"],
    buckets: FAST,
    registers,
  });
  const running = new Map<Door, number>();
  gauge("assay_requests_running", "Requests under way.", ["door"], (self) => {
    for (const [door, count] of running) self.set({ door }, count);
  });
  const stages = new Histogram({
    name: "assay_stage_seconds",
    help: "Seconds of a part of the work: auth, read, prepare, execute, bulk, data-studio and write of a request; plan and warehouse of an answered question.",
    labelNames: ["door", "stage"],
    buckets: FAST,
    registers,
  });
  const queries = counter(
    "assay_queries_total",
    "Questions, by who asked and how they ended; code is that of a refusal.",
    "consumer",
    "outcome",
    "code",
  );
  const answers = counter("assay_answers_total", "Answered questions, by where the rows came from.", "cache");
  const lookups = counter(
    "assay_cache_lookups_total",
    "Requests of GraphQL, by whether their whole answer was kept: hit, miss.",
    "cache",
  );
  const rows = counter("assay_rows_total", "Rows of answers.", "consumer");
  const gaps = counter(
    "assay_audit_gaps_total",
    "Decisions that stand in no line of the audit log, because it could not be written.",
  );
  const broken = gauge(
    "assay_documents_broken",
    "Persisted documents that do not fit the definitions that are served.",
  );
  const SHARED = "a statement's bytes are shared evenly among the metrics asked.";
  const cost = {
    bytesProcessed: counter(
      "assay_warehouse_bytes_processed_total",
      `Bytes that the warehouse read; ${SHARED}`,
      "metric",
      "consumer",
    ),
    bytesBilled: counter(
      "assay_warehouse_bytes_billed_total",
      `Bytes that the warehouse charges for; ${SHARED}`,
      "metric",
      "consumer",
    ),
  };

  const waited = new Histogram({
    name: "assay_queue_wait_seconds",
    help: "Seconds that statements waited for their turn.",
    buckets: FAST,
    registers,
  });
  const shed = counter("assay_queue_shed_total", "Statements that were refused as too much.", "reason");
  const retries = counter("assay_warehouse_retries_total", "Statements that were asked once more.");
  new Counter({
    name: "assay_cancel_retries_total",
    help: "How often the warehouse had to be told once more to end a statement.",
    registers,
    collect() {
      this.reset();
      this.inc(observed.cancelRetries?.() ?? 0);
    },
  });
  const opened = counter("assay_breaker_opened_total", "How often the warehouse was found out of reach.");
  gateGauge("assay_queue_depth", "Statements that wait for their turn.", ({ waiting }) => waiting);
  gateGauge("assay_statements_running", "Statements that run or are read.", (stats) => stats.running);
  gateGauge("assay_statements_limit", "Statements that may run at once now.", ({ limit }) => limit);
  gateGauge("assay_breaker_open", "1 while nothing is sent to the warehouse.", (stats) => Number(stats.isBreakerOpen));

  gauge(
    "assay_questions_running",
    "Questions that are being answered: planned, and not yet at their last row.",
    [],
    (self) => {
      if (observed.questions) self.set(observed.questions());
    },
  );
  const keptGauge = (name: string, help: string, read: (kept: Kept) => number) =>
    gauge(name, help, ["kind"], (self) => {
      const { cache, answers: whole } = observed;
      if (cache) self.set({ kind: "rows" }, read(cache()));
      if (whole) self.set({ kind: "answers" }, read(whole()));
    });
  keptGauge("assay_cache_entries", "Results and whole answers that are kept.", ({ entries }) => entries);
  keptGauge("assay_cache_bytes", "Bytes of what is kept.", ({ bytes }) => bytes);
  const reloads = counter("assay_reloads_total", "How often definitions were read again.", "outcome");
  const reloaded = gauge("assay_last_good_reload_timestamp_seconds", "When the definitions that are served were read.");
  gauge("assay_catalog_info", "1 for the version of the definitions that is served.", ["version"], (self) => {
    self.reset();
    if (observed.catalog) self.set({ version: observed.catalog().version }, 1);
  });
  gauge("assay_metrics_by_certification", "Metrics of the catalog, by state.", ["status"], (self) => {
    if (!observed.catalog) return;
    for (const [status, count] of certificationsOf(observed.catalog())) self.set({ status }, count);
  });
  gauge("assay_data_age_seconds", "How long ago a model's source last changed, by its probe.", ["model"], (self) => {
    self.reset();
    for (const [model, at] of probes) {
      // Of one that the definitions no longer have nothing is looked for any more.
      const isKnown = observed.catalog?.().models.has(model) ?? true;
      if (isKnown) self.set({ model }, Math.max(0, (Date.now() - at.getTime()) / 1000));
    }
  });
  if (ofProcess) measureProcess(registry);

  return {
    requestBegan: (door) => void running.set(door, (running.get(door) ?? 0) + 1),
    requestEnded(door, status, isWhole, ms) {
      running.set(door, (running.get(door) ?? 0) - 1);
      requests.observe({ door, status: isWhole ? `${Math.floor(status / 100)}xx` : "broken" }, ms / 1000);
    },
    stage: (door, step, ms) => stages.observe({ door, stage: step.replace("graphql.", "") }, ms / 1000),
    record({ consumer, outcome, code, metrics, planMs, warehouseMs, ...event }) {
      queries.inc({ consumer, outcome, code: code ?? "" });
      const paidBy = metrics.length > 0 ? metrics : [NO_METRIC];
      for (const kind of ["bytesProcessed", "bytesBilled"] as const) {
        const bytes = event[kind];
        if (bytes !== null) for (const metric of paidBy) cost[kind].inc({ metric, consumer }, bytes / paidBy.length);
      }
      if (outcome !== "answered") return;
      rows.inc({ consumer }, event.rows);
      if (event.cache !== null) answers.inc({ cache: event.cache });
      const door = event.door ?? NO_DOOR;
      stages.observe({ door, stage: "plan" }, planMs / 1000);
      stages.observe({ door, stage: "warehouse" }, warehouseMs / 1000);
    },
    wholeAnswer: (isHit) => lookups.inc({ cache: isHit ? "hit" : "miss" }),
    auditLost: (count) => gaps.inc(count),
    documentsBroken: (count) => broken.set(count),
    reloaded(isSound) {
      reloads.inc({ outcome: isSound ? "served" : "refused" });
      if (isSound) reloaded.setToCurrentTime();
    },
    probed: (model, dataAsOf) => void probes.set(model, dataAsOf),
    gateHooks: {
      onTurn: (ms) => waited.observe(ms / 1000),
      onShed: (reason) => shed.inc({ reason }),
      onRetry: () => retries.inc(),
      onBreaker: (isOpen) => isOpen && opened.inc(),
    },
    observe(more) {
      observed = { ...observed, ...more };
      if (more.catalog) reloaded.setToCurrentTime();
    },
    async text() {
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

/** Distinct values of dimensions are asked for without a metric. */
const NO_METRIC = "none";
/** Questions of programs that use the engine without a server. */
const NO_DOOR = "engine";

/** Seconds: answers from memory take tenths of a millisecond, others minutes. */
const FAST = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30, 120];

/** With its inputs, as callers see it. */
function certificationsOf(catalog: Catalog): ReadonlyMap<string, number> {
  const counts = new Map<string, number>(CERTIFICATION_STATUSES.map((status) => [status, 0]));
  for (const metric of catalog.metrics.values()) {
    const status = certificationOf(catalog, metric);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return counts;
}

/** Of what the library can measure, what an alert or a picture is made of. */
const OF_PROCESS: ReadonlySet<string> = new Set([
  "process_cpu_user_seconds_total",
  "process_cpu_system_seconds_total",
  "process_cpu_seconds_total",
  "process_start_time_seconds",
  "process_resident_memory_bytes",
  "process_open_fds",
  "process_max_fds",
  "nodejs_eventloop_lag_seconds",
  "nodejs_eventloop_lag_mean_seconds",
  "nodejs_eventloop_lag_p99_seconds",
  "nodejs_heap_size_total_bytes",
  "nodejs_heap_size_used_bytes",
  "nodejs_external_memory_bytes",
  "nodejs_gc_duration_seconds",
]);

function measureProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const { name } of registry.getMetricsAsArray()) {
    if (!name.startsWith("assay_") && !OF_PROCESS.has(name)) registry.removeSingleMetric(name);
  }
}
