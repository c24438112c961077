import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { QueryRequest } from "../../src/request/index.ts";
import { TRADE, tradeCatalog } from "./trade.ts";
import { openWarehouses, SETTINGS, type Warehouses } from "./two-warehouses.ts";

let warehouses: Warehouses;
beforeAll(async () => {
  warehouses = await openWarehouses(tradeCatalog(), TRADE);
});
afterAll(() => warehouses.close());

const EVERYTHING = ["sales", "income", "pieces", "mean_weight", "regions", "last_region", "top_rate"];
const BY_REGION: QueryRequest = { metrics: EVERYTHING, groupBy: [{ name: "sale__region" }] };

/** Frames of one page: rows, their totals, the rest, how many, what stands behind them, and other tables. */
const FRAMES: readonly QueryRequest[] = [
  BY_REGION,
  { ...BY_REGION, orderBy: [{ name: "income", direction: "desc" }], limit: 3, offset: 1 },
  { metrics: EVERYTHING },
  { ...BY_REGION, top: { n: 2, by: "income", part: "rest" } },
  { ...BY_REGION, countOnly: true },
  { ...BY_REGION, limit: 0 },
  {
    metrics: ["top_rate", "income"],
    groupBy: [{ name: "sale__region" }, { name: "metric_time", grain: "month" }],
    top: { n: 1, by: "income", within: ["sale__region"] },
    parent: { ...BY_REGION, orderBy: [{ name: "income", direction: "desc" }], limit: 3 },
  },
  { metrics: ["sales"], groupBy: [{ name: "metric_time", grain: "month", fill: true }], orderBy: [{ name: "sales" }] },
  ...["is_new", "units", "weight", "price"].map((name) => ({
    metrics: ["top_rate"],
    groupBy: [{ name: `sale__${name}` }],
  })),
  {
    groupBy: [
      { name: "sale__booked_at", grain: "second" },
      { name: "sale__sold_at", grain: "second" },
    ],
  },
  {
    metrics: [
      { name: "income", as: "part" },
      { name: "sales", as: "place" },
    ],
    groupBy: [{ name: "sale__is_new", as: "slot_1" }],
  },
];

describe("questions asked together are answered as when they are asked apart", () => {
  test.each(SETTINGS)("on $engine, optimised: $isOptimized", async (settings) => {
    const together = await warehouses.askTogether(FRAMES, settings);
    const apart = await Promise.all(FRAMES.map((request) => warehouses.askAlone(request, settings)));
    expect(together).toEqual(apart);
    expect(apart.map((rows) => rows.length)).toEqual([7, 3, 1, 1, 1, 0, 3, 6, 3, 7, 8, 6, 8, 3]);
  });
});

test("frames of one table read it once", async () => {
  const frames = FRAMES.filter((request) => request.groupBy?.every(({ fill }) => !fill) ?? true).slice(0, 5);
  const explained = await warehouses.explainTogether(frames);
  expect(explained.match(/Scan on sales\b/g)).toHaveLength(1);
});

test("rows under different conditions are read apart", async () => {
  const explained = await warehouses.explainTogether([BY_REGION, { ...BY_REGION, where: ["sale__is_new"] }]);
  expect(explained.match(/Scan on sales\b/g)).toHaveLength(2);
});
