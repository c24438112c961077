import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/index.ts";
import { createEngine, type Engine } from "../../src/engine/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { openWarehouse, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { catalogFrom, shopCatalog } from "../support/shop.ts";
import { SHOPS, type Watched, watched } from "./support.ts";

let inner: Warehouse;
beforeAll(async () => {
  inner = await SHOPS.duckdb();
});
afterAll(() => inner.close());

function opened(): Watched & { readonly engine: Engine } {
  const watch = watched(inner);
  return { ...watch, engine: createEngine({ catalog: shopCatalog(), warehouse: watch.warehouse }) };
}

describe("definitions that change under a running engine", () => {
  const other = catalogFrom(`project: other
---
model: orders
description: The same table, told otherwise.
owner: data
table: shop.orders
primary_key: order_id
columns: { order_id: int, amount: int }
entities: { order: { type: primary, key: order_id } }
measures:
  amount: { agg: max, expr: amount }
---
metric: revenue
description: The greatest amount.
owner: data
model: orders
measure: amount
`);

  test("questions under way end with the ones they began with, later ones have the new ones", async () => {
    const watch = opened();
    const { engine } = watch;
    const before = engine.catalog;
    const letGo = watch.hold();
    const old = [
      engine.query({ metrics: ["revenue"] }, OPERATOR),
      engine.queryAll([{ metrics: ["revenue"] }, { metrics: ["orders"] }], OPERATOR).then(([one]) => one),
    ];
    await expect.poll(() => watch.texts.length).toBe(2);
    engine.swap(other);
    expect(engine.catalog).toBe(other);
    expect(engine.catalogFor(OPERATOR)).toBe(other);
    const later = engine.query({ metrics: ["revenue"] }, OPERATOR);
    letGo();
    for (const asked of old) {
      expect(await asked).toMatchObject({ rows: [["280"]], provenance: { catalogVersion: before.version } });
    }
    expect(await later).toMatchObject({ rows: [["70"]], provenance: { catalogVersion: other.version } });
    await expect(engine.query({ metrics: ["orders"] }, OPERATOR)).rejects.toMatchObject({ code: "UNKNOWN_METRIC" });
  });

  test("a request that has begun keeps one catalog for all its questions", async () => {
    const { engine } = opened();
    const request = engine.pinned();
    engine.swap(other);
    expect(request.catalogFor(OPERATOR).metrics.has("orders")).toBe(true);
    expect(await request.query({ metrics: ["revenue"] }, OPERATOR)).toMatchObject({ rows: [["280"]] });
    expect(await engine.pinned().query({ metrics: ["revenue"] }, OPERATOR)).toMatchObject({ rows: [["70"]] });
  });

  test("are let go of when others are served, with all that was kept, promised and planned under them", async () => {
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    const watch = watched(inner);
    const engine = createEngine({ catalog: keptForADay(), warehouse: watch.warehouse });
    const former = await asked(engine, watch);
    expect(engine.kept.entries).toBe(2);
    engine.swap(other);
    expect(engine.kept.entries).toBe(0);
    await expect(engine.jobs.result(former.late, OPERATOR)).rejects.toMatchObject({ code: "UNKNOWN_QUERY" });
    await expect
      .poll(() => {
        collect();
        return former.catalog.deref() === undefined;
      })
      .toBe(true);
    expect(await engine.query({ metrics: ["revenue"] }, OPERATOR)).toMatchObject({ rows: [["70"]] });
  });

  test("come back without what was read while others were served, to which word of its source meant nothing", async () => {
    const watch = watched(inner);
    const former = keptForADay();
    const engine = createEngine({ catalog: former, warehouse: watch.warehouse });
    const letGo = watch.hold();
    const late = engine.query({ metrics: ["refunded"] }, OPERATOR);
    await expect.poll(() => watch.texts.length).toBe(1);
    engine.swap(other);
    expect(engine.refreshed({ source: "refunds" }).names).toEqual([]);
    letGo();
    await late;
    expect(engine.kept.entries).toBe(0);
    engine.swap(former);
    expect((await engine.query({ metrics: ["refunded"] }, OPERATOR)).provenance.cache).toBe("miss");
    expect((await engine.query({ metrics: ["refunded"] }, OPERATOR)).provenance.cache).toBe("hit");
  });

  test("swapped a hundred times while questions run, each answer is of one of them and none fails", async () => {
    const { engine } = opened();
    const both = [engine.catalog, other] as const;
    const asked = Array.from({ length: 100 }, async (_, i) => {
      engine.swap(both[i % 2] ?? other);
      return engine.queryAll([{ metrics: ["revenue"] }], OPERATOR);
    });
    const answers = (await Promise.all(asked)).flat();
    const expected = new Map([
      [both[0].version, "280"],
      [both[1].version, "70"],
    ]);
    for (const answer of answers) {
      if (answer instanceof Error) throw answer;
      expect(answer.rows).toEqual([[expected.get(answer.provenance.catalogVersion)]]);
    }
    expect(new Set(answers.map((answer) => "provenance" in answer && answer.provenance.catalogVersion)).size).toBe(2);
  });
});

function keptForADay(): Catalog {
  const cache = { ttlMs: 86_400_000, staleMs: 0, refresh: "time", isDeterministic: false, span: null } as const;
  return { ...shopCatalog(), cache };
}

/** Once answered and kept, once for who fetches it later. Holds neither the definitions nor the answers. */
async function asked(
  engine: Engine,
  watch: Watched,
): Promise<{ readonly catalog: WeakRef<Catalog>; readonly late: string }> {
  await engine.query({ metrics: ["revenue"] }, OPERATOR);
  const letGo = watch.hold();
  const [pending] = await engine.askAll([{ metrics: ["orders"] }], OPERATOR, { waitMs: 0 });
  if (!pending || !("pollAfterMs" in pending)) throw new Error("It was answered at once.");
  letGo();
  await expect.poll(() => engine.jobs.result(pending.queryId, OPERATOR)).toHaveProperty("rows");
  return { catalog: new WeakRef(engine.catalog), late: pending.queryId };
}

describe("the periods of a calendar", () => {
  test("each end where the next one starts; of the last it is not known", async () => {
    const { engine } = opened();
    const periods = await engine.periodsOf("sprint");
    expect(periods.length).toBeGreaterThan(10);
    expect(periods.find(({ start }) => start === "2024-01-01")).toEqual({ start: "2024-01-01", end: "2024-01-11" });
    periods.forEach(({ end }, i) => expect(end).toBe(periods[i + 1]?.start ?? null));
    expect(periods.map(({ start }) => start)).toEqual(periods.map(({ start }) => start).toSorted());
  });

  test("are read once, and read again for other definitions", async () => {
    const { engine, texts } = opened();
    await Promise.all([engine.periodsOf("sprint"), engine.periodsOf("sprint")]);
    await engine.periodsOf("sprint");
    expect(texts).toHaveLength(1);
    engine.swap(shopCatalog());
    await engine.periodsOf("sprint");
    expect(texts).toHaveLength(2);
  });

  test("are read within the time that a question has", async () => {
    const deadlines: (number | undefined)[] = [];
    const execute: Warehouse["execute"] = (statement, options) => {
      deadlines.push(options?.deadline);
      return inner.execute(statement, options);
    };
    const parts = { catalog: shopCatalog(), warehouse: { ...inner, execute } };
    const latest = performance.now() + 60_000;
    await createEngine({ ...parts, limits: { timeoutMs: 60_000 } }).periodsOf("sprint");
    await createEngine(parts).periodsOf("sprint");
    expect(deadlines).toEqual([expect.any(Number), undefined]);
    expect(deadlines[0]).toBeGreaterThanOrEqual(latest);
  });

  test("tell the ends of a range of so many of them before today", async () => {
    const warehouse = await openWarehouse("duckdb::memory:");
    for (const text of [
      "create table days as select current_date + n as day, current_date + n - (n + 1003) % 10 as decade from (select cast(n as int) as n from range(-100, 100) as numbers(n)) as days",
      "create table sales as select row_number() over () as id, day, 1 as amount from days",
    ]) {
      await readAll(await warehouse.execute({ text, values: [] }));
    }
    const catalog = catalogFrom(`project: decades
---
calendar: days
table: days
column: day
grain: day
custom_grains: { decade: { column: decade, label: Ten days } }
---
model: sales
description: One a day.
owner: data
table: sales
primary_key: id
time: sold_on
columns: { id: int, day: date, amount: int }
entities: { sale: { type: primary, key: id } }
dimensions:
  sold_on: { type: time, grain: day, expr: day }
measures:
  amount: { agg: sum, expr: amount }
---
metric: sales
description: One a day.
owner: data
model: sales
measure: amount
`);
    const engine = createEngine({ catalog, warehouse });
    const periods = await engine.periodsOf("decade");
    const today = new Date().toISOString().slice(0, 10);
    const current = periods.findIndex(({ start, end }) => start <= today && (end === null || today < end));
    const groupBy = [{ name: "metric_time", grain: "day" }];
    const request = { metrics: ["sales"], groupBy, timeRange: { last: { n: 3, unit: "decade" } } };
    const [answer] = await engine.queryAll([request], OPERATOR);
    if (!answer || answer instanceof Error) throw answer ?? new Error("There is no answer.");
    expect(answer.rows).toHaveLength(30);
    expect(answer.rows[0]?.[0]).toBe(periods[current - 3]?.start);
    expect(engine.explain(request, OPERATOR).statement.values).toEqual(answer.provenance.statement.values);
    await engine.close();
  });

  test("of a grain that no calendar has are refused", async () => {
    await expect(opened().engine.periodsOf("moon")).rejects.toMatchObject({ name: "Refusal" });
  });
});
