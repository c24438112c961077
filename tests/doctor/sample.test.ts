import { expect, test } from "vitest";
import { loadCatalog } from "../../src/compile/index.ts";
import { examine, type Finding } from "../../src/doctor/index.ts";
import { ensureSample } from "../../src/sample/index.ts";
import { openWarehouse } from "../../src/warehouse/index.ts";
import { samplePostgres } from "../support/postgres.ts";
import { problems } from "./support.ts";

/** What the sample company gets wrong on purpose: customers, products and campaigns were deleted that facts still name. */
const ORPHANS = [
  ["campaign_spend.campaign_id", 60],
  ["events.customer_id", 217],
  ["order_lines.product_id", 109],
  ["order_lines.customer_id", 218],
  ["orders.customer_id", 114],
  ["returns.product_id", 12],
  ["returns.customer_id", 8],
  ["sessions.customer_id", 78],
] as const;

test.each([
  ["DuckDB", async () => `duckdb:${await ensureSample()}`],
  ["PostgreSQL", samplePostgres],
])("the sample on %s is as the definitions say, but for what was deleted", async (_, urlOf) => {
  const { catalog } = loadCatalog("metrics");
  if (!catalog) throw new Error("The sample's definitions do not load.");
  const warehouse = await openWarehouse(await urlOf());
  const found = await examine(catalog, warehouse, { now: Date.parse("2026-11-01T00:00:00Z") });
  await warehouse.close();
  // The tests' PostgreSQL is asked as its owner.
  const doubted = problems(found).filter(({ code }) => code !== "grant/can-write");
  expect(doubted.map((finding) => [finding.code, finding.subject, rowsOf(finding)])).toEqual(
    ORPHANS.map(([subject, rows]) => ["join/orphans", subject, rows]),
  );
  expect(found.filter(({ severity }) => severity === "ok").length).toBeGreaterThan(60);
});

function rowsOf({ evidence }: Finding): number | undefined {
  return evidence["orphanRows"];
}
