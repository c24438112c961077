import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadCatalog } from "../../src/compile/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { createTelemetry, type Telemetry } from "../../src/telemetry/index.ts";
import { EVENT, NO_SINK } from "./support.ts";

/** Everything that can be counted, once. */
function used(): Telemetry {
  const { catalog } = loadCatalog("metrics");
  if (!catalog) throw new Error("The sample does not compile");
  const telemetry = createTelemetry({ sink: NO_SINK, ofProcess: true });
  telemetry.observe({
    catalog: () => catalog,
    cache: () => ({ entries: 2, bytes: 4_096 }),
    answers: () => ({ entries: 1, bytes: 2_048 }),
    questions: () => 4,
    cancelRetries: () => 3,
    gate: () => ({
      running: 3,
      waiting: 2,
      limit: 8,
      concurrency: 10,
      isBreakerOpen: true,
      statements: 9,
      retries: 1,
      shed: { full: 1, late: 0, waited: 0 },
    }),
  });
  const request = telemetry.request("graphql", { method: "POST", traceparent: undefined });
  request.asks(OPERATOR, "graphql");
  request.step("auth");
  request.step("write");
  request.ended(200, true);
  telemetry.request("bulk", { method: "GET", traceparent: undefined }).ended(200, false);
  telemetry.record(EVENT);
  telemetry.record({ ...EVENT, outcome: "refused", code: "UNKNOWN_METRIC" });
  telemetry.wholeAnswer(true);
  telemetry.auditLost(1);
  telemetry.reloaded(false);
  telemetry.probed("orders", new Date());
  telemetry.probed("dropped", new Date());
  telemetry.gateHooks.onTurn?.(5);
  telemetry.gateHooks.onShed?.("full");
  telemetry.gateHooks.onRetry?.();
  telemetry.gateHooks.onBreaker?.(true);
  return telemetry;
}

/** Of each metric its labels, as they are shown; buckets aside. */
async function shown(): Promise<ReadonlyMap<string, readonly string[]>> {
  const { body } = await used().text();
  const names = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = ""]) => name);
  const labels = new Map(names.map((name) => [name, new Set<string>()]));
  for (const [, sample = "", written = ""] of body.matchAll(/^([a-z_0-9]+)\{([^}]*)\}/gm)) {
    const name = labels.has(sample) ? sample : sample.replace(/_(bucket|sum|count)$/, "");
    for (const [, label = ""] of written.matchAll(/([a-z_]+)="/g)) if (label !== "le") labels.get(name)?.add(label);
  }
  return new Map([...labels].map(([name, found]) => [name, [...found].toSorted()]));
}

test("the guide lists every metric that /metrics shows with all its labels, and no other", async () => {
  const guide = readFileSync("docs/telemetry.md", "utf8");
  const rows = [...guide.matchAll(/^\| `((?:assay|process|nodejs)_\w+)` \|([^|]*)\|/gm)];
  const listed = rows.map(([, name, labels = ""]) => [
    name,
    [...labels.matchAll(/`(\w+)`/g)].map(([, label = ""]) => label).toSorted(),
  ]);
  const ofOurs = [...(await shown())].map(([name, labels]) => [name, name.startsWith("assay_") ? labels : []]);
  expect(new Map(listed.map(([name, labels]) => [name, labels]))).toEqual(new Map(ofOurs.map(([n, l]) => [n, l])));
});

test("no label is free text, a tenant or a user", async () => {
  const labels = new Set([...(await shown())].filter(([name]) => name.startsWith("assay_")).flatMap(([, all]) => all));
  expect([...labels].toSorted()).toEqual([
    "cache",
    "code",
    "consumer",
    "door",
    "kind",
    "metric",
    "model",
    "outcome",
    "reason",
    "stage",
    "status",
    "version",
  ]);
});

test("alerts and the dashboard are made of metrics that exist", async () => {
  const known = await shown();
  for (const file of ["examples/prometheus/alerts.yaml", "examples/grafana/dashboard.json"]) {
    const text = readFileSync(file, "utf8");
    const named = [...text.matchAll(/\b(?:assay|process|nodejs)_[a-z0-9_]+/g)].map(([name]) => name);
    expect(named.length, file).toBeGreaterThan(5);
    for (const name of named)
      expect(known.has(name.replace(/_(bucket|sum|count)$/, "")) || known.has(name), name).toBe(true);
  }
});

test("what is so at the moment is read when it is asked for", async () => {
  const { body } = await used().text();
  expect(body).toContain("assay_queue_depth 2\n");
  expect(body).toContain("assay_cancel_retries_total 3\n");
  expect(body).toContain("assay_statements_running 3\n");
  expect(body).toContain("assay_breaker_open 1\n");
  expect(body).toContain("assay_questions_running 4\n");
  expect(body).toContain('assay_cache_bytes{kind="rows"} 4096\n');
  expect(body).toContain('assay_cache_bytes{kind="answers"} 2048\n');
  expect(body).toContain('assay_cache_lookups_total{cache="hit"} 1\n');
  expect(body).toContain('assay_requests_running{door="graphql"} 0\n');
  expect(body).toMatch(/assay_catalog_info\{version="[0-9a-f]{16}"\} 1\n/);
  expect(body).toContain('assay_request_seconds_count{door="bulk",status="broken"} 1\n');
  expect(body).toContain('assay_reloads_total{outcome="refused"} 1\n');
});

test("no age is told of a model that the definitions no longer have", async () => {
  const { body } = await used().text();
  expect(body).toMatch(/assay_data_age_seconds\{model="orders"\} \d/);
  expect(body).not.toContain("dropped");
});
