import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadCatalog } from "../../src/compile/index.ts";
import { examine } from "../../src/doctor/index.ts";
import type { Warehouse } from "../../src/warehouse/index.ts";
import { openTwoShops, type TwoShops } from "../support/bigquery-shop.ts";

let shops: TwoShops;

beforeAll(async () => {
  shops = await openTwoShops();
});
afterAll(() => shops?.close());

test("the doctor finds in BigQuery what it finds in DuckDB", async () => {
  const { catalog } = loadCatalog(join(import.meta.dirname, "../../metrics"));
  if (!catalog) throw new Error("metrics/ does not load.");
  const examined = async (warehouse: Warehouse) => {
    const findings = await examine(catalog, warehouse, { now: Date.UTC(2026, 10, 7) });
    // Its name differs, and the emulator knows no grants.
    return findings.filter(({ code }) => code !== "warehouse/connected" && !code.startsWith("grant/"));
  };
  const found = await examined(shops.bigQuery);
  expect(found.length).toBeGreaterThan(50);
  expect(found).toEqual(await examined(shops.duckDb));
});
