/** Word that a part of a source was refreshed: which answers are not given again. */
import { assert, asyncProperty, constantFrom, date, record } from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { CacheRule, Catalog } from "../../src/catalog/index.ts";
import { sourceKey } from "../../src/engine/cache-rule.ts";
import { createEngine, type Engine } from "../../src/engine/index.ts";
import { createRefreshes } from "../../src/engine/refreshes.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import type { QueryRequest } from "../../src/request/index.ts";
import { openWarehouse, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { catalogFrom } from "../support/shop.ts";

const DEFINITIONS = `
calendar: days
table: days
column: day
grain: day
custom_grains: { season: season }
---
model: orders
description: One row an order.
owner: data
table: shop.orders
primary_key: id
time: ordered_on
columns: { id: int, buyer: string, ordered_on: date, paid_at: timestamptz, amount: int }
entities: { order: { type: primary, key: id }, buyer: { type: foreign, key: buyer } }
dimensions: { ordered_on: { type: time, grain: day, partition: true }, paid_at: { type: time, grain: hour }, name: { expr: buyer } }
measures: { amount: sum, count: { agg: count, expr: 1 } }
---
model: buyers
description: One row a buyer.
owner: data
table: shop.buyers
primary_key: buyer
columns: { buyer: string, tier: string }
entities: { buyer: { type: primary, key: buyer } }
dimensions: { tier: }
measures: { members: { agg: count, expr: 1 } }
---
model: chosen
description: One row an order that somebody chose.
owner: data
sql: select * from shop.orders
primary_key: id
primary_entity: choice
time: ordered_on
cache: { ttl: 1 h, deterministic: true }
columns: { id: int, ordered_on: date, amount: int }
dimensions: { ordered_on: day }
measures: { chosen: { agg: sum, expr: amount } }
---
metric: revenue
description: Money.
owner: data
model: orders
measure: amount
---
metric: paid
description: Money by the moment it came in.
owner: data
model: orders
measure: amount
time: paid_at
---
metric: so_far
description: Money since the first day.
owner: data
type: cumulative
input: revenue
---
metric: earlier
description: Money of a month before.
owner: data
expr: before
inputs: [{ metric: revenue, as: before, offset_window: 1 month }]
---
metric: members
description: Buyers.
owner: data
model: buyers
measure: members
---
metric: chosen
description: Money that somebody chose.
owner: data
model: chosen
measure: chosen
`;
const RULE: CacheRule = { ttlMs: Infinity, staleMs: 0, refresh: "time", isDeterministic: false, span: null };

let warehouse: Warehouse;
let engine: Engine;
let catalog: Catalog;
beforeAll(async () => {
  catalog = { ...catalogFrom(DEFINITIONS), cache: RULE };
  warehouse = await openWarehouse("duckdb::memory:");
  for (const text of [
    "create schema shop",
    "create table shop.buyers as select 'ann' as buyer, 'gold' as tier",
    `create table shop.orders as select row_number() over ()::int as id, 'ann' as buyer, day::date as ordered_on,
       day::timestamptz + interval 12 hour as paid_at, 1 as amount
       from generate_series(date '2025-01-01', date '2026-12-31', interval 1 day) t(day)`,
    "create table days as select day::date as day, date_trunc('quarter', day)::date as season from generate_series(date '2024-01-01', date '2027-12-31', interval 1 day) t(day)",
  ]) {
    await readAll(await warehouse.execute({ text, values: [] }));
  }
});
afterAll(() => warehouse.close());
beforeEach(() => {
  engine = createEngine({ catalog, warehouse });
});

const during = (start: string, end: string, metric = "revenue"): QueryRequest => ({
  metrics: [metric],
  timeRange: { start, end },
});
const march = during("2026-03-01", "2026-03-31");

/** Whether the answer is given again after the word. */
async function stays(request: QueryRequest, partition: string | null, source = "orders"): Promise<boolean> {
  await engine.query(request, OPERATOR);
  engine.refreshed({ source, partition });
  return (await engine.query(request, OPERATOR)).provenance.cache === "hit";
}

describe("an answer of March", () => {
  test.each([
    "2026-04-01",
    "2026-02-28",
    "20260401",
    "2026-02",
    "202604",
    "2025",
    "2026-04-01T05",
    "ordered_on=2026-04-01",
  ])("stays where %s was refreshed", async (partition) => expect(await stays(march, partition)).toBe(true));

  test.each([
    "2026-03-01",
    "2026-03-31",
    "20260315",
    "2026-03",
    "202603",
    "2026",
    "2026-03-15T05",
    "ordered_on=2026-03-01",
  ])("goes where %s was", async (partition) => expect(await stays(march, partition)).toBe(false));

  test.each([
    null,
    "",
    "eu-west",
    "2026-13",
    "2026-04-31",
    "ordered_on=2026-02-29",
    "2026-04-01/x",
    "ordered_on=",
    "ordered_on=eu",
    "amount=2026-04-01",
    "no_such=2026-04-01",
    "=2026-04-01",
  ])("goes where nobody can tell which part was: %s", async (partition) =>
    expect(await stays(march, partition)).toBe(false),
  );
});

describe("the parts that an answer rests on", () => {
  test("are all of it where its question has no bounds, or only one", async () => {
    expect(await stays({ metrics: ["revenue"] }, "2024-01-01")).toBe(false);
    expect(await stays({ metrics: ["revenue"], timeRange: { start: "2026-03-01" } }, "2026-12-01")).toBe(false);
    expect(await stays({ metrics: ["revenue"], timeRange: { start: "2026-03-01" } }, "2026-02-01")).toBe(true);
    expect(await stays({ metrics: ["revenue"], timeRange: { end: "2026-03-31" } }, "2026-02-01")).toBe(false);
    expect(await stays({ metrics: ["revenue"], timeRange: { end: "2026-03-31" } }, "2026-04-01")).toBe(true);
  });

  test("are those of what it looks back on", async () => {
    expect(await stays(during("2026-03-01", "2026-03-31", "so_far"), "2025-01-01")).toBe(false);
    const grouped = {
      ...during("2026-03-01", "2026-03-31", "earlier"),
      groupBy: [{ name: "metric_time", grain: "day" }],
    };
    expect(await stays(grouped, "2026-02-10")).toBe(false);
  });

  test("are those of another column than its range is of", async () => {
    const paid = during("2026-03-01", "2026-03-31", "paid");
    expect(await stays(paid, "2026-09-01")).toBe(false);
    expect(await stays(paid, "paid_at=2026-09-01")).toBe(true);
    expect(await stays(march, "paid_at=2026-09-01")).toBe(false);
  });

  test("end a day or two around a moment, which is another date in another zone", async () => {
    const paid = { ...during("2026-03-01", "2026-03-31", "paid"), timeZone: "Pacific/Auckland" };
    for (const day of ["2026-02-28", "2026-04-01"]) expect(await stays(paid, `paid_at=${day}`)).toBe(false);
    for (const day of ["2026-02-20", "2026-04-10"]) expect(await stays(paid, `paid_at=${day}`)).toBe(true);
  });

  test("reach as far as dates do", async () => {
    for (const end of ["9999-12-29", "9999-12-30", "9999-12-31"]) {
      expect(await stays(during("2026-03-01", end, "paid"), "paid_at=2026-09-01")).toBe(false);
    }
  });

  test("are unknown of what looks like a date and is none", async () => {
    for (const operator of ["=", "<", ">"]) {
      const request = { metrics: ["revenue"], where: [`order__name ${operator} '2026-99-99'`] };
      expect(await stays(request, "buyer=2026-09-01")).toBe(false);
    }
  });

  test("are unknown of what an author's SELECT reads", async () => {
    const chosen = during("2026-03-01", "2026-03-31", "chosen");
    expect(await stays(chosen, "2026-09-01")).toBe(false);
    expect(await stays(chosen, "ordered_on=2026-09-01", "chosen")).toBe(false);
  });

  test("are none of another source", async () => {
    expect(await stays({ metrics: ["members"] }, "2026-03-01")).toBe(true);
    const joined = { ...march, groupBy: [{ name: "buyer__tier" }] };
    expect(await stays(joined, "2026-09-01", "shop.buyers")).toBe(false);
    expect(await stays(joined, "2026-09-01", "shop.orders")).toBe(true);
  });
});

test("periods of a calendar are looked up again after word of it", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-11-21T12:00:00Z") });
  const request: QueryRequest = { metrics: ["revenue"], timeRange: { last: { n: 1, unit: "season" } } };
  const ask = async () => (await engine.query(request, OPERATOR)).rows;
  const seasonsAre = async (period: string) => {
    const text = `update days set season = date_trunc('${period}', day)::date`;
    await readAll(await warehouse.execute({ text, values: [] }));
  };
  expect(await ask()).toEqual([["92"]]);
  // Nor are bytes of it kept, which would not be asked for them.
  expect(
    engine.repeat([await engine.query(march, OPERATOR), await engine.query(march, OPERATOR)].slice(1)),
  ).not.toBeNull();
  expect(engine.repeat([await engine.query(request, OPERATOR)])).toBeNull();
  await seasonsAre("month");
  expect(await ask()).toEqual([["92"]]);
  engine.refreshed({ source: "orders" });
  expect(await ask()).toEqual([["92"]]);
  engine.refreshed({ source: "days" });
  expect(await ask()).toEqual([["31"]]);
  await seasonsAre("quarter");
  vi.useRealTimers();
});

test("it is told how many answers went", async () => {
  for (const month of ["03", "04", "05"]) await engine.query(during(`2026-${month}-01`, `2026-${month}-28`), OPERATOR);
  expect(engine.refreshed({ source: "shop.orders", partition: "2026-04-02" })).toEqual({
    names: ["orders", "chosen"],
    answers: 1,
  });
  expect(engine.refreshed({ source: "shop.orders" }).answers).toBe(2);
});

test("however many parts are told of, an answer stays that rests on none of them", async () => {
  await engine.query(march, OPERATOR);
  for (let i = 0; i < 1_000; i++) engine.refreshed({ source: "orders", partition: `2026-${i % 2 ? "05" : "06"}-10` });
  expect(await stays(march, "2026-05-10")).toBe(true);
  expect(await stays(march, "2026-03-10")).toBe(false);
});

test("what was told of very many parts counts for all of them to who began before", () => {
  const refreshes = createRefreshes();
  const orders = catalog.models.get("orders");
  if (!orders) throw new Error("There are no orders.");
  const ofMarch = { from: "2026-03-01", to: "2026-03-31" };
  const readings = [{ source: sourceKey(orders.source), within: new Map([["ordered_on", ofMarch]]) }];
  for (let i = 0; i < 400; i++) refreshes.tell(catalog, { source: "orders", partition: "2026-05-10" });
  expect(refreshes.since(readings, 0)).toBe(false);
  refreshes.tell(catalog, { source: "orders", partition: "2026-05-10" });
  expect(refreshes.since(readings, 0)).toBe(true);
  expect(refreshes.since(readings, 2)).toBe(false);
});

test("an answer that stays is what the warehouse says, whichever day has changed", async () => {
  const days = { min: new Date("2025-12-01"), max: new Date("2026-05-31"), noInvalidDate: true };
  const asked = record({
    start: date(days),
    end: date(days),
    changed: date(days),
    metric: constantFrom("revenue", "earlier", "so_far"),
  });
  await assert(
    asyncProperty(asked, async ({ metric, ...at }) => {
      const [start = "", end = "", changed = ""] = [at.start, at.end, at.changed].map((one) =>
        one.toISOString().slice(0, 10),
      );
      const request = {
        ...during(start < end ? start : end, start < end ? end : start, metric),
        groupBy: [{ name: "metric_time", grain: "month" }],
      };
      await engine.query(request, OPERATOR);
      const text = `update shop.orders set amount = amount + 1 where ordered_on = date '${changed}'`;
      await readAll(await warehouse.execute({ text, values: [] }));
      engine.refreshed({ source: "orders", partition: changed });
      const kept = await engine.query(request, OPERATOR);
      const fresh = await createEngine({ catalog: { ...catalog, cache: null }, warehouse }).query(request, OPERATOR);
      expect(kept.rows).toEqual(fresh.rows);
    }),
    { numRuns: 60 },
  );
});
