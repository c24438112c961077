import { expect, test } from "vitest";
import type { QueryEvent } from "../../src/engine/index.ts";
import { createTelemetry } from "../../src/telemetry/index.ts";
import { EVENT } from "./support.ts";

async function after(...events: readonly QueryEvent[]): Promise<readonly string[]> {
  const telemetry = createTelemetry();
  for (const event of events) telemetry.record(event);
  return (await telemetry.text()).body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

test("the bytes of a statement are shared by the metrics that were asked, so that they add up", async () => {
  const lines = await after(EVENT, { ...EVENT, metrics: ["revenue"], bytesBilled: 100, bytesProcessed: null });
  expect(lines.filter((line) => line.startsWith("assay_warehouse_bytes_billed_total"))).toEqual([
    'assay_warehouse_bytes_billed_total{metric="revenue",consumer="finance-app"} 5242980',
    'assay_warehouse_bytes_billed_total{metric="orders",consumer="finance-app"} 5242880',
  ]);
  expect(lines).toContain('assay_warehouse_bytes_processed_total{metric="revenue",consumer="finance-app"} 2000');
});

test("distinct values have no metric to be charged to, and are counted all the same", async () => {
  const lines = await after({ ...EVENT, metrics: [] });
  expect(lines).toContain('assay_warehouse_bytes_billed_total{metric="none",consumer="finance-app"} 10485760');
});

test("a refusal is counted by its code, and what its statement cost all the same", async () => {
  const lines = await after({ ...EVENT, metrics: ["revenue"], outcome: "refused", code: "LIMIT_EXCEEDED", rows: 0 });
  expect(lines).toContain('assay_queries_total{consumer="finance-app",outcome="refused",code="LIMIT_EXCEEDED"} 1');
  expect(lines).toContain('assay_warehouse_bytes_billed_total{metric="revenue",consumer="finance-app"} 10485760');
  expect(lines.filter((line) => line.startsWith("assay_stage_seconds_count"))).toEqual([]);
});

test("times are told in seconds and by stage", async () => {
  const lines = await after(EVENT);
  expect(lines).toContain('assay_stage_seconds_sum{door="graphql",stage="warehouse"} 0.15');
  expect(lines).toContain('assay_stage_seconds_bucket{le="0.0025",door="graphql",stage="plan"} 1');
  expect(lines).toContain('assay_rows_total{consumer="finance-app"} 12');
});
