import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { CacheRule } from "../../src/catalog/index.ts";
import { createEngine, createQuotas, type Engine, type QueryEvent } from "../../src/engine/index.ts";
import type { EngineParts } from "../../src/engine/parts.ts";
import { OPERATOR, type Principal } from "../../src/identity/index.ts";
import type { QueryRequest } from "../../src/request/index.ts";
import {
  guarded,
  openWarehouse,
  readAll,
  type Warehouse,
  WarehouseError,
  type WarehouseErrorKind,
} from "../../src/warehouse/index.ts";
import { principal, shopWith } from "../policy/support.ts";
import { type Watched, watched } from "./support.ts";

const POLICY = "policy: orders\nroles: { analyst: { rows: tenant = claim('tenant'), fields: all } }";
const RULE: CacheRule = { ttlMs: 60_000, staleMs: 0, refresh: "time", isDeterministic: false, span: null };
const catalog = shopWith(POLICY);
const ann = principal(["analyst"], { tenant: "T1" });
const bob: Principal = {
  ...ann,
  kind: "user",
  issuer: "i",
  subject: "bob",
  name: "b",
  roles: ["analyst"],
  claims: { tenant: "T1" },
};
const eve = principal(["analyst"], { tenant: "T2" });
const revenue: QueryRequest = { metrics: ["revenue"] };

let inner: Warehouse;
let watch: Watched;
let time: { now: number };
let events: QueryEvent[];
const opened: Engine[] = [];

beforeAll(async () => {
  inner = await openWarehouse("duckdb::memory:");
  await run(
    "create table orders (id int, tenant text, region text, buyer text, state text, day date, amount int, cost int)",
  );
  await run("create table buyers (buyer text, tenant text, mail text, tier text, born date)");
});
afterAll(() => inner.close());

beforeEach(async () => {
  await run("delete from orders");
  await run(
    "insert into orders values (1, 'T1', 'EMEA', 'ann', 'open', '2026-01-01', 10, 4), (2, 'T2', 'APAC', 'bob', 'done', '2026-01-02', 20, 5)",
  );
  watch = watched({ ...inner, close: async () => {} });
  time = { now: 1_000 };
  events = [];
  return () => Promise.all(opened.splice(0).map((engine) => engine.close()));
});

async function run(text: string): Promise<void> {
  await readAll(await inner.execute({ text, values: [] }));
}

/** @param rule Of the project; null: none. */
function engineWith(rule: Partial<CacheRule> | null, more: Partial<EngineParts> = {}): Engine {
  const engine = createEngine({
    catalog: { ...catalog, cache: rule && { ...RULE, ...rule } },
    warehouse: watch.warehouse,
    onQuery: (event) => events.push(event),
    cache: { clock: () => time.now },
    ...more,
  });
  opened.push(engine);
  return engine;
}

async function ask(engine: Engine, who: Principal = ann, request = revenue) {
  const { rows, provenance } = await engine.query(request, who);
  return [provenance.cache, ...rows.flat()];
}

/** The whole shop is sold once more. */
const grow = () => run("update orders set amount = amount * 10");

describe("an answer that is kept", () => {
  test("is given again until its time is over, to whoever has equal rights", async () => {
    const engine = engineWith({});
    expect(await ask(engine)).toEqual(["miss", "10"]);
    await grow();
    time.now += 59_999;
    expect(await ask(engine)).toEqual(["hit", "10"]);
    expect(await ask(engine, bob)).toEqual(["hit", "10"]);
    expect(await ask(engine, eve)).toEqual(["miss", "200"]);
    expect(await ask(engine, OPERATOR)).toEqual(["miss", "300"]);
    time.now += 1;
    expect(await ask(engine)).toEqual(["miss", "100"]);
    expect(watch.texts).toHaveLength(4);
  });

  test("is a hit, too, for who comes along with another that is given it", async () => {
    const engine = engineWith({ staleMs: 60_000 });
    const herd = async () => {
      const told = await Promise.all([1, 2, 3].map(() => engine.askAll([revenue], ann, { waitMs: 30_000 })));
      return told.flat().map((one) => ("provenance" in one ? one.provenance.cache : one));
    };
    expect(await ask(engine)).toEqual(["miss", "10"]);
    expect(await herd()).toEqual(["hit", "hit", "hit"]);
    expect(watch.texts).toHaveLength(1);
    time.now += 60_000;
    expect(await herd()).toEqual(["stale", "stale", "stale"]);
    await expect.poll(herd).toEqual(["hit", "hit", "hit"]);
    expect(watch.texts).toHaveLength(2);
  });

  test("takes memory for its columns, too, however few its rows are", async () => {
    const engine = engineWith({});
    await ask(engine, ann, revenue);
    const narrow = engine.kept.bytes;
    await ask(engine, ann, { metrics: ["revenue", "cost"] });
    expect(engine.kept.bytes - 2 * narrow).toBeGreaterThan(256);
  });

  test("is told by each question in its own names and order", async () => {
    const engine = engineWith({});
    const first = await engine.query({ metrics: ["revenue", "cost"], groupBy: [{ name: "order__region" }] }, OPERATOR);
    const second = await engine.query(
      {
        metrics: [
          { name: "cost", as: "spent" },
          { name: "revenue", as: "earned" },
        ],
        groupBy: [{ name: "order__region" }],
      },
      OPERATOR,
    );
    expect(first.rows).toEqual([
      ["APAC", "20", "5"],
      ["EMEA", "10", "4"],
    ]);
    expect(second.provenance.cache).toBe("hit");
    expect(second.columns.map(({ name }) => name)).toEqual(["order__region", "spent", "earned"]);
    expect(second.rows).toEqual([
      ["APAC", "5", "20"],
      ["EMEA", "4", "10"],
    ]);
  });

  test("costs nothing, has an id of its own, and tells how current its rows are", async () => {
    const engine = engineWith({});
    const first = await engine.query(revenue, ann);
    const second = await engine.query(revenue, ann);
    expect(second.provenance.queryId).not.toBe(first.provenance.queryId);
    expect(Date.parse(second.provenance.dataAsOf)).toBeLessThanOrEqual(Date.now());
    expect(events.map(({ cache, rows }) => [cache, rows])).toEqual([
      ["miss", 1],
      ["hit", 1],
    ]);
  });

  test("counts its rows to the quotas, and nothing else", async () => {
    const quotas = createQuotas({ everybody: { rowsPerHour: 2 }, byRole: new Map() });
    const engine = engineWith({}, { quotas });
    await ask(engine);
    expect(await ask(engine)).toEqual(["hit", "10"]);
    await expect(ask(engine)).rejects.toMatchObject({ code: "QUOTA_EXCEEDED" });
  });

  test.each([
    ["no rule says how long", null],
    ["its time is nothing", { ttlMs: 0 }],
  ])("there is none where %s", async (_, rule) => {
    const engine = engineWith(rule);
    await ask(engine);
    await grow();
    expect(await ask(engine)).toEqual(["miss", "100"]);
  });

  test("is kept by the operator's rule where no definition says anything, and never where that is switched off", async () => {
    const clock = () => time.now;
    const short = engineWith(null, { cache: { ttlMs: 1_000, clock } });
    const off = engineWith({}, { cache: { isEnabled: false, clock } });
    for (const engine of [short, off]) await ask(engine);
    await grow();
    expect([await ask(short), await ask(off)]).toEqual([
      ["hit", "10"],
      ["miss", "100"],
    ]);
    time.now += 1_000;
    expect(await ask(short)).toEqual(["miss", "100"]);
  });

  test("makes room for others where memory is short", async () => {
    const engine = engineWith({}, { cache: { maxBytes: 2_000, clock: () => time.now } });
    await ask(engine);
    await ask(engine, eve);
    await grow();
    expect([await ask(engine, eve), await ask(engine)]).toEqual([
      ["hit", "20"],
      ["miss", "100"],
    ]);
  });

  test("there is none of a question that fails", async () => {
    const engine = engineWith({}, { limits: { maxRows: 0 } });
    for (let i = 0; i < 2; i++) await expect(ask(engine)).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    expect(watch.texts).toHaveLength(2);
  });

  test("definitions that have changed have none", async () => {
    const engine = engineWith({});
    await ask(engine);
    await grow();
    const other = shopWith(POLICY.replace("analyst:", "boss: { rows: all, fields: all }, analyst:"));
    engine.swap({ ...other, cache: RULE });
    expect(await ask(engine)).toEqual(["miss", "100"]);
  });

  test("the metric's rule stands before the model's, and the strictest of several metrics holds", async () => {
    const metrics = new Map(catalog.metrics);
    const cost = metrics.get("cost");
    if (!cost) throw new Error("There is no such metric.");
    metrics.set("cost", { ...cost, cache: { ...RULE, ttlMs: 1_000 } });
    const engine = engineWith({}, { catalog: { ...catalog, cache: RULE, metrics } });
    const both: QueryRequest = { metrics: ["revenue", "cost"] };
    await ask(engine, ann, both);
    await ask(engine);
    time.now += 1_000;
    expect(await ask(engine, ann, both)).toEqual(["miss", "10", "4"]);
    expect(await ask(engine)).toEqual(["hit", "10"]);
  });
});

describe("word of a refreshed source", () => {
  test("ends the answers from it, and no others", async () => {
    const engine = engineWith({ refresh: "event", ttlMs: null });
    await ask(engine);
    await grow();
    expect(engine.refreshed({ source: "buyers" })).toEqual({ names: ["buyers"], answers: 0 });
    expect(await ask(engine)).toEqual(["hit", "10"]);
    const told = engine.refreshed({ source: "orders" });
    expect(told.names).toContain("orders");
    expect(told.answers).toBe(1);
    expect(engine.refreshed({ source: "orders" }).answers).toBe(0);
    expect(await ask(engine)).toEqual(["miss", "100"]);
    const warnings = [expect.objectContaining({ code: "UNKNOWN_SOURCE" })];
    expect(engine.refreshed({ source: "nothing" })).toEqual({ names: [], answers: 0, warnings });
    expect(await ask(engine)).toEqual(["hit", "100"]);
  });

  test("that comes while the statement runs keeps its answer from being kept, and from who asks later", async () => {
    const engine = engineWith({ refresh: "event", ttlMs: null });
    const letGo = watch.hold();
    const before = ask(engine);
    await expect.poll(() => watch.texts.length).toBe(1);
    engine.refreshed({ source: "orders" });
    const after = ask(engine);
    await expect.poll(() => watch.texts.length).toBe(2);
    letGo();
    expect([await before, await after]).toEqual([
      ["miss", "10"],
      ["miss", "10"],
    ]);
    await grow();
    expect(await ask(engine)).toEqual(["hit", "10"]);
    engine.refreshed({ source: "orders" });
    expect(await ask(engine)).toEqual(["miss", "100"]);
  });
});

test("a change that is looked for ends an answer, and one look serves all for some seconds", async () => {
  let [token, looks] = ["a", 0];
  const warehouse = { ...watch.warehouse, freshness: async () => (looks++, token) };
  const engine = engineWith({ refresh: "probe", ttlMs: null }, { warehouse });
  await ask(engine);
  await grow();
  expect(await ask(engine)).toEqual(["hit", "10"]);
  expect(looks).toBe(1);
  token = "b";
  expect(await ask(engine)).toEqual(["hit", "10"]);
  time.now += 5_000;
  expect(await ask(engine)).toEqual(["miss", "100"]);
  expect(looks).toBe(2);
});

test("a source of several models is looked at by the column that one of them names", async () => {
  const orders = catalog.models.get("orders");
  if (!orders) throw new Error("There are no orders.");
  const freshness = { column: "day", warnAfterMs: null, errorAfterMs: null, span: null };
  const promising = { ...orders, freshness: { ...freshness, column: null } };
  const models = new Map(catalog.models).set("orders", promising).set("dated", { ...orders, name: "dated", freshness });
  const warehouse: Warehouse = { ...watch.warehouse, freshness: async ({ column }) => column };
  const cache: CacheRule = { ...RULE, refresh: "probe" };
  const engine = engineWith({}, { warehouse, catalog: { ...catalog, models, cache } });
  expect(await ask(engine)).toEqual(["miss", "10"]);
  expect(await ask(engine)).toEqual(["hit", "10"]);
});

test("a source that cannot be looked at is told once, with the reason; one that is out of reach is not", async () => {
  const told: string[] = [];
  const given = { onUnprobed: (model: string, why: string) => void told.push(`${model}: ${why}`) };
  const failing = (kind: WarehouseErrorKind) => async () => {
    throw new WarehouseError(kind, "It holds no times.");
  };
  const forgetful = engineWith({ refresh: "probe", ttlMs: null }, { ...given, warehouse: watch.warehouse });
  for (let i = 0; i < 3; i++) {
    expect((await ask(forgetful))[0]).toBe("miss");
    time.now += 5_000;
  }
  expect(told).toEqual([
    "orders: the warehouse does not remember when its table changed: name a column, as in freshness: { column: updated_at }",
  ]);
  await ask(
    engineWith({ refresh: "probe" }, { ...given, warehouse: { ...watch.warehouse, freshness: failing("busy") } }),
  );
  expect(told).toHaveLength(1);
  await ask(
    engineWith({ refresh: "probe" }, { ...given, warehouse: { ...watch.warehouse, freshness: failing("statement") } }),
  );
  expect(told.slice(1)).toEqual(["orders: It holds no times."]);
});

test("a look that does not end holds up nobody beyond their deadline", async () => {
  const warehouse = { ...watch.warehouse, freshness: () => new Promise<never>(() => {}) };
  const engine = engineWith({ refresh: "probe", ttlMs: null }, { warehouse, limits: { timeoutMs: 200 } });
  await expect(ask(engine)).rejects.toMatchObject({ code: "TIMEOUT" });
  expect(engine.kept.entries).toBe(0);
});

test("who leaves while a source is looked at has no statement run for them", async () => {
  const leaving = new AbortController();
  const freshness = async () => (leaving.abort(), "a");
  const engine = engineWith({ refresh: "probe" }, { warehouse: { ...watch.warehouse, freshness } });
  const asked = engine.query(revenue, ann, { signal: leaving.signal });
  await expect(asked).rejects.toMatchObject({ kind: "aborted" });
  await engine.close();
  // What is told to run has been told to end before.
  expect(watch.texts).toHaveLength(watch.aborted());
});

describe("what a replica answers that may lag behind", () => {
  const minutesFromNow = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  let dataAsOf: string;
  const replica = (): Warehouse => ({
    ...watch.warehouse,
    freshness: async () => "a",
    execute: async (...asked) => {
      const result = await watch.warehouse.execute(...asked);
      return { ...result, run: { ...result.run, dataAsOf } };
    },
  });

  test("is kept after word of its source only once it has come as far", async () => {
    const engine = engineWith({ refresh: "event" }, { warehouse: replica() });
    dataAsOf = minutesFromNow(-1);
    expect(await ask(engine)).toEqual(["miss", "10"]);
    expect(await ask(engine)).toEqual(["hit", "10"]);
    engine.refreshed({ source: "orders" });
    expect(await ask(engine)).toEqual(["miss", "10"]);
    await grow();
    expect(await ask(engine)).toEqual(["miss", "100"]);
    dataAsOf = minutesFromNow(1);
    expect(await ask(engine)).toEqual(["miss", "100"]);
    expect(await ask(engine)).toEqual(["hit", "100"]);
  });

  test("is kept after a look at its source only once it has come as far", async () => {
    const engine = engineWith({ refresh: "probe" }, { warehouse: replica() });
    dataAsOf = minutesFromNow(-1);
    expect(await ask(engine)).toEqual(["miss", "10"]);
    await grow();
    expect(await ask(engine)).toEqual(["miss", "100"]);
    dataAsOf = minutesFromNow(1);
    expect(await ask(engine)).toEqual(["miss", "100"]);
    expect(await ask(engine)).toEqual(["hit", "100"]);
  });
});

describe("a stale answer", () => {
  test("is given at once within its window while one new one is asked for, and says how old it is", async () => {
    const engine = engineWith({ staleMs: 600_000 });
    await ask(engine);
    await grow();
    time.now += 65_000;
    const answers = await Promise.all(Array.from({ length: 200 }, () => engine.query(revenue, ann)));
    expect(new Set(answers.map(({ provenance, rows }) => `${provenance.cache} ${String(rows)}`))).toEqual(
      new Set(["stale 10"]),
    );
    expect(answers[0]?.provenance.warnings[0]).toContain("65 s ago");
    await expect.poll(() => ask(engine)).toEqual(["hit", "100"]);
    expect(watch.texts).toHaveLength(2);
  });

  test("is called so by everybody who asks at the same moment, however they share it", async () => {
    const engine = engineWith({ staleMs: 600_000 });
    await ask(engine);
    time.now += 65_000;
    const told = await Promise.all([1, 2, 3].map(() => engine.askAll([revenue], ann, { waitMs: 60_000 })));
    for (const answer of told.flat()) {
      expect(answer).toMatchObject({ provenance: { cache: "stale", warnings: [expect.stringContaining("65 s ago")] } });
    }
  });

  test("does not stand in when its window has passed before the warehouse fails", async () => {
    const failing = Promise.withResolvers<never>();
    let statements = 0;
    const warehouse: Warehouse = {
      ...watch.warehouse,
      execute: (...asked) => (++statements > 1 ? failing.promise : watch.warehouse.execute(...asked)),
    };
    const engine = engineWith({ refresh: "event", staleMs: 10_000 }, { warehouse });
    await ask(engine);
    engine.refreshed({ source: "orders" });
    const asked = ask(engine);
    await expect.poll(() => statements).toBe(2);
    time.now += 10_000;
    failing.reject(new WarehouseError("unavailable", "Down."));
    await expect(asked).rejects.toMatchObject({ kind: "unavailable" });
  });

  test("stands in where the warehouse fails though it is known to be outdated, and never for a refusal", async () => {
    let isDown = false;
    const warehouse: Warehouse = {
      ...watch.warehouse,
      execute: (...asked) =>
        isDown ? Promise.reject(new WarehouseError("unavailable", "Down.")) : watch.warehouse.execute(...asked),
    };
    const engine = engineWith({ refresh: "event", staleMs: 600_000 }, { warehouse });
    await ask(engine);
    isDown = true;
    engine.refreshed({ source: "orders" });
    expect(await ask(engine)).toEqual(["stale", "10"]);
    await expect(ask(engine, eve)).rejects.toMatchObject({ kind: "unavailable" });
    await expect(ask(engine, principal([]))).rejects.toMatchObject({ code: "UNKNOWN_METRIC" });
    time.now += 660_001;
    await expect(ask(engine)).rejects.toMatchObject({ kind: "unavailable" });
  });
});

describe("equal questions at one moment", () => {
  test("are one statement for all of equal rights, and one for each other right", async () => {
    const engine = engineWith(null);
    const letGo = watch.hold();
    const asked = Array.from({ length: 99 }, (_, i) => ask(engine, [ann, bob, eve][i % 3]));
    await expect.poll(() => watch.texts.length).toBe(2);
    letGo();
    const answers = await Promise.all(asked);
    expect(answers.filter(([, value]) => value === "10")).toHaveLength(66);
    expect(answers.filter(([cache]) => cache === "miss")).toHaveLength(2);
    expect(watch.texts).toHaveLength(2);
  });

  test("go on when whoever asked first leaves, and end with the last who waits", async () => {
    const engine = engineWith(null);
    watch.hold();
    const [first, second] = [new AbortController(), new AbortController()];
    const asked = [
      engine.query(revenue, ann, { signal: first.signal }),
      engine.query(revenue, bob, { signal: second.signal }),
    ];
    await expect.poll(() => watch.texts.length).toBe(1);
    first.abort();
    await expect(asked[0]).rejects.toMatchObject({ kind: "aborted" });
    expect(watch.aborted()).toBe(0);
    second.abort();
    await expect(asked[1]).rejects.toMatchObject({ kind: "aborted" });
    expect(watch.aborted()).toBe(1);
  });

  test("are asked again where the time of whoever asked first was over", async () => {
    let timedOut = 0;
    const warehouse: Warehouse = {
      ...watch.warehouse,
      async execute(...asked) {
        const result = await watch.warehouse.execute(...asked);
        if (timedOut++ === 0) throw new WarehouseError("timeout", "The statement took longer than it was given.");
        return result;
      },
    };
    const engine = engineWith(null, { warehouse });
    const letGo = watch.hold();
    const asked = [ask(engine), ask(engine, bob), ask(engine, bob)];
    await expect.poll(() => watch.texts.length).toBe(1);
    letGo();
    await expect(asked[0]).rejects.toMatchObject({ code: "TIMEOUT" });
    expect((await Promise.all(asked.slice(1))).map(([, value]) => value)).toEqual(["10", "10"]);
    expect(watch.texts).toHaveLength(2);
  });

  test("are not held to the quota of whoever asked first", async () => {
    const quotas = createQuotas({ everybody: { concurrentQuestions: 1 }, byRole: new Map() });
    const engine = engineWith(null, { quotas });
    const letGo = watch.hold();
    const other = ask(engine, ann, { metrics: ["cost"] });
    await expect.poll(() => watch.texts.length).toBe(1);
    const asked = [ask(engine), ask(engine, bob)];
    await expect(asked[0]).rejects.toMatchObject({ code: "QUOTA_EXCEEDED" });
    letGo();
    expect((await Promise.all([other, asked[1]])).map((answer) => answer?.at(-1))).toEqual(["4", "10"]);
  });
});

test("nor do they lose their place with whoever asked first, whose line was too long", async () => {
  const warehouse = guarded(watch.warehouse, { concurrency: 1, queue: 3 });
  const engine = engineWith(null, { warehouse });
  const letGo = watch.hold();
  const limited = (limit: number) => ask(engine, ann, { ...revenue, limit });
  const running = limited(1);
  await expect.poll(() => watch.texts.length).toBe(1);
  const waiting = Promise.allSettled([limited(2), limited(3)]);
  const ofAnn = ask(engine);
  const ofBob = ask(engine, bob);
  await expect.poll(() => warehouse.gate.stats().waiting).toBe(3);
  const ofEve = ask(engine, eve);
  await expect(ofAnn).rejects.toMatchObject({ code: "OVERLOADED" });
  letGo();
  expect((await Promise.all([running, ofBob, ofEve])).map(([, value]) => value)).toEqual(["10", "10", "20"]);
  await waiting;
});

test("a plan that is remembered is of its own principal, claims, hash key and definitions", async () => {
  const rows = async (engine: Engine, who: Principal) => (await engine.query(revenue, who)).rows.flat();
  const engine = engineWith(null);
  for (let i = 0; i < 2; i++) {
    expect([await rows(engine, ann), await rows(engine, eve), await rows(engine, OPERATOR)]).toEqual([
      ["10"],
      ["20"],
      ["30"],
    ]);
    await expect(engine.query(revenue, principal(["analyst"]))).rejects.toMatchObject({ code: "UNKNOWN_METRIC" });
  }
  engine.swap(shopWith(POLICY.replace("tenant = claim('tenant')", "tenant <> claim('tenant')")));
  expect([await rows(engine, ann), await rows(engine, eve)]).toEqual([["20"], ["10"]]);
});

test("what is relative to now is another question tomorrow", async () => {
  const engine = engineWith({});
  const yesterday: QueryRequest = { ...revenue, timeRange: { last: { n: 1, unit: "day" } } };
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-01-02T12:00:00Z") });
  try {
    expect(await ask(engine, OPERATOR, yesterday)).toEqual(["miss", "10"]);
    vi.setSystemTime(new Date("2026-01-02T23:00:00Z"));
    expect(await ask(engine, OPERATOR, yesterday)).toEqual(["hit", "10"]);
    vi.setSystemTime(new Date("2026-01-03T00:00:00Z"));
    expect(await ask(engine, OPERATOR, yesterday)).toEqual(["miss", "20"]);
  } finally {
    vi.useRealTimers();
  }
});
