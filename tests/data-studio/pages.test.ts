import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDataAnswerer, type DataAnswerer, type DataSettings } from "../../src/data-studio/data.ts";
import { createPages, type PageOwner, type ReadyReply } from "../../src/data-studio/pages.ts";
import type { DataReply, DataValue } from "../../src/data-studio/protocol.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { createEngine, type Engine } from "../../src/engine/index.ts";
import type { Principal } from "../../src/identity/index.ts";
import type { Warehouse } from "../../src/warehouse/index.ts";
import { type Watched, watched } from "../engine/support.ts";
import { ANALYST, bodyOf, type Chart, CLERK, filled, person, readyOf, shopCatalog } from "./fixture.ts";

const OWNER: PageOwner = { identity: "a".repeat(64), catalogVersion: "1" };
const FRAME = { schema: [], cacheSeconds: 7 };

/** Rows of about 100 bytes each. */
function manyRows(count: number): readonly (readonly DataValue[])[] {
  return Array.from({ length: count }, (_, i) => [`${i} ${"é".repeat(44)}`, null]);
}

async function refusal(work: () => unknown): Promise<Refusal> {
  try {
    await work();
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
  throw new Error("It was not refused.");
}

describe("an answer that is larger than a page", () => {
  test("is read page by page: each row once, in order, and no page beyond its size", async () => {
    const pages = createPages({ pageBytes: 5_000 });
    const rows = manyRows(500);
    const read: ReadyReply[] = [await pages.cut(OWNER, { ...FRAME, rows })];
    for (let next = read[0]?.page ?? null; next !== null; next = read.at(-1)?.page ?? null)
      read.push(pages.read(OWNER, next));
    expect(read.length).toBeGreaterThan(8);
    expect(read.flatMap((page) => page.rows.map(({ values }) => values))).toEqual(rows);
    for (const page of read) expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThanOrEqual(5_000);
    expect(read.map((page) => [page.schema !== undefined, page.cacheSeconds, page.filtersApplied])).toEqual([
      [true, 7, true],
      ...read.slice(1).map(() => [false, 7, true]),
    ]);
    // A fetch that broke off is made once more.
    expect(pages.read(OWNER, read[0]?.page ?? "")).toEqual(read[1]);
  });

  test("an answer without rows is one page", async () => {
    expect(await createPages().cut(OWNER, { ...FRAME, rows: [] })).toMatchObject({ rows: [], page: null });
  });

  test("is refused beyond what Data Studio takes, and says what to do", async () => {
    const pages = createPages({ pageBytes: 5_000, answerBytes: 20_000 });
    const { code, message } = await refusal(() => pages.cut(OWNER, { ...FRAME, rows: manyRows(500) }));
    expect(code).toBe("LIMIT_EXCEEDED");
    expect(message).toMatch(
      /^The chart asks for at least \d+ rows, more than the .* that can be handed to Data Studio\. Add a filter, shorten the date range/,
    );
    const one = [["x".repeat(6_000)]];
    expect((await refusal(() => pages.cut(OWNER, { ...FRAME, rows: one }))).code).toBe("LIMIT_EXCEEDED");
  });

  test("is cut at 5 MB, and refused at 48 MB", async () => {
    const row = ["x".repeat(1_000_000)];
    const first = await createPages().cut(OWNER, { ...FRAME, rows: Array.from({ length: 47 }, () => row) });
    expect(first.rows).toHaveLength(4);
    expect(
      (await refusal(() => createPages().cut(OWNER, { ...FRAME, rows: Array.from({ length: 48 }, () => row) })))
        .message,
    ).toContain("48 MB");
  });
});

describe("a page", () => {
  let pages: ReturnType<typeof createPages>;
  let now = 0;
  let handle = "";
  beforeEach(async () => {
    now = 1_000;
    pages = createPages({ pageBytes: 5_000, keptBytes: 40_000, clock: () => now });
    handle = (await pages.cut(OWNER, { ...FRAME, rows: manyRows(100) })).page ?? "";
  });

  test("goes by a name that nobody can guess", () => {
    expect(handle).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(pages.read(OWNER, handle).page).not.toBe(handle);
  });

  test("is nobody else's, of no other definitions, and gone after five minutes; all look the same", async () => {
    const words = async (owner: PageOwner, page: string) => (await refusal(() => pages.read(owner, page))).message;
    const unknown = await words(OWNER, "AAAA");
    expect(unknown).toContain("refresh the chart");
    expect(await words({ ...OWNER, identity: "b".repeat(64) }, handle)).toBe(unknown);
    expect(await words({ ...OWNER, catalogVersion: "2" }, handle)).toBe(unknown);
    now += 5 * 60_000 - 1;
    expect(pages.read(OWNER, handle).rows.length).toBeGreaterThan(0);
    now += 2;
    expect(await words(OWNER, handle)).toBe(unknown);
  });

  test("is not made of an answer that could never be kept whole", async () => {
    const { code } = await refusal(() => pages.cut(OWNER, { ...FRAME, rows: manyRows(400) }));
    expect(code).toBe("LIMIT_EXCEEDED");
  });

  test("makes room for those of others where memory is bounded", async () => {
    for (let i = 0; i < 5; i++) await pages.cut(OWNER, { ...FRAME, rows: manyRows(100) });
    expect((await refusal(() => pages.read(OWNER, handle))).code).toBe("UNKNOWN_QUERY");
  });
});

describe("at the door", () => {
  let warehouse: Warehouse;
  let watch: Watched;
  let engine: Engine;
  beforeAll(async () => {
    warehouse = await filled("duckdb");
  });
  afterAll(() => warehouse.close());
  beforeEach(() => {
    watch = watched({ ...warehouse, close: async () => {} });
    engine = createEngine({ catalog: shopCatalog(), warehouse: watch.warehouse });
    return () => engine.close();
  });

  const chart: Chart = { fields: ["metric_time__second", "order__channel", "orders"] };
  const answerer = (settings: DataSettings = {}): DataAnswerer => createDataAnswerer(engine, settings);
  const ask = (door: DataAnswerer, body: unknown, who: Principal = ANALYST): Promise<DataReply> =>
    door.answer(body, who, {});
  function pending(reply: DataReply): string {
    if (reply.status === "pending") return reply.queryId;
    throw new Error("It was answered at once.");
  }

  test("a page is asked for by its name, by who asked the question alone", async () => {
    const door = answerer({ pageBytes: 4_000 });
    const first = readyOf(await ask(door, bodyOf(chart)));
    const body = { page: first.page };
    expect(readyOf(await ask(door, body)).rows.length).toBeGreaterThan(0);
    for (const other of [CLERK, person("ann@example.com", "clerk")]) {
      expect((await refusal(() => ask(door, body, other))).code).toBe("UNKNOWN_QUERY");
    }
    engine.swap(shopCatalog("\n---\nmetric: later\ndescription: Later.\nowner: data\nmodel: orders\nmeasure: cost"));
    expect((await refusal(() => ask(door, body))).code).toBe("UNKNOWN_QUERY");
  });

  test("more rows than the server gives at once are refused in words for a dashboard", async () => {
    for (const [limits, size] of [
      [{ maxRows: 20 }, "20 rows"],
      [{ maxBytes: 500 }, "500 bytes"],
    ] as const) {
      const small = createEngine({
        catalog: shopCatalog(),
        warehouse: { ...warehouse, close: async () => {} },
        limits,
      });
      const { code, message } = await refusal(() => createDataAnswerer(small).answer(bodyOf(chart), ANALYST, {}));
      expect(code).toBe("LIMIT_EXCEEDED");
      expect(message).toBe(
        `The chart asks for more than this server gives at once. The answer is more than ${size}, which is the limit. Add a filter, shorten the date range, or use fewer or coarser fields.`,
      );
      await small.close();
    }
    const door = answerer({ answerBytes: 400 });
    expect((await refusal(() => ask(door, bodyOf(chart)))).message).toContain("more than the");
  });

  test("a slow answer is pending, and fetched by its id in the columns that were asked for", async () => {
    const letGo = watch.hold();
    const door = answerer({ waitMs: 50 });
    const queryId = pending(await ask(door, bodyOf({ fields: ["orders", "order__region", "orders"] })));
    expect(await ask(door, { queryId })).toMatchObject({ status: "pending", queryId, stage: "running" });
    letGo();
    const patient = await expect
      .poll(async () => (await ask(door, { queryId })).status)
      .toBe("ready")
      .then(() => ask(door, { queryId }));
    expect(readyOf(patient).schema?.map(({ name }) => name)).toEqual(["orders", "order__region", "orders"]);
    expect(readyOf(patient).rows).toHaveLength(4);
    expect(watch.texts).toHaveLength(1);
  });

  test("a question waits for less than the minute that Apps Script gives a fetch", async () => {
    const waits: (number | undefined)[] = [];
    const asking: Engine = {
      ...engine,
      pinned() {
        const pinned = engine.pinned();
        return {
          ...pinned,
          askAll(requests, principal, options) {
            waits.push(options?.waitMs);
            return pinned.askAll(requests, principal, options);
          },
        };
      },
    };
    await ask(createDataAnswerer(asking), bodyOf({ fields: ["orders"] }));
    expect(waits).toEqual([expect.any(Number)]);
    expect(waits[0]).toBeLessThan(50_000);
  });

  test("two charts of one question have each its own columns, though they wait for one answer", async () => {
    const letGo = watch.hold();
    const door = answerer({ waitMs: 0 });
    const charts = [
      ["orders", "order__region"],
      ["order__region", "orders"],
      ["orders", "order__region", "orders"],
    ];
    const ids: string[] = [];
    for (const fields of charts) ids.push(pending(await ask(door, bodyOf({ fields }))));
    letGo();
    for (const [i, fields] of charts.entries()) {
      const queryId = ids[i] ?? "";
      await expect.poll(async () => (await ask(door, { queryId })).status).toBe("ready");
      const { schema, rows } = readyOf(await ask(door, { queryId }));
      expect(schema?.map(({ name }) => name)).toEqual(fields);
      for (const { values } of rows) expect(Number(values[fields.indexOf("orders")])).toBeGreaterThan(0);
    }
    expect(watch.texts).toHaveLength(1);
  });

  test("word of a question comes when it has ended, without asking again", async () => {
    const letGo = watch.hold();
    const door = answerer({ waitMs: 2_000 });
    const queryId = pending(await ask(door, bodyOf({ fields: ["orders"] })));
    const told = ask(door, { queryId });
    letGo();
    expect(await told).toMatchObject({ status: "ready" });
    // Known to the answerer that was asked alone.
    expect(await refusal(() => ask(answerer(), { queryId }))).toMatchObject({ code: "UNKNOWN_QUERY" });
  });

  test("somebody else's id is one that never was, and so is one after the definitions changed", async () => {
    const letGo = watch.hold();
    const door = answerer({ waitMs: 0 });
    const queryId = pending(await ask(door, bodyOf({ fields: ["orders"] })));
    const unknown = await refusal(() => ask(door, { queryId: "00000000-0000-0000-0000-000000000000" }));
    expect(unknown.message).toContain("refresh the chart");
    for (const other of [CLERK, person("ann@example.com", "clerk"), person("eve@example.com", "analyst")]) {
      expect((await refusal(() => ask(door, { queryId }, other))).message).toBe(unknown.message);
      expect(door.cancel({ queryId }, other)).toBe(false);
    }
    expect(pending(await ask(door, { queryId }))).toBe(queryId);
    engine.swap(shopCatalog("\n---\nmetric: later\ndescription: Later.\nowner: data\nmodel: orders\nmeasure: cost"));
    expect((await refusal(() => ask(door, { queryId }))).message).toBe(unknown.message);
    letGo();
  });

  test("a question is cancelled by its id, and its statement ends", async () => {
    watch.hold();
    const door = answerer({ waitMs: 0 });
    const queryId = pending(await ask(door, bodyOf({ fields: ["orders"] })));
    expect(door.cancel({ queryId }, ANALYST)).toBe(true);
    expect(door.cancel({ queryId }, ANALYST)).toBe(false);
    await expect.poll(() => watch.aborted()).toBe(1);
    expect((await refusal(() => ask(door, { queryId }))).code).toBe("CANCELLED");
  });

  test("equal questions of one viewer share a statement", async () => {
    const letGo = watch.hold();
    const door = answerer();
    const asked = Array.from({ length: 5 }, () => ask(door, bodyOf({ fields: ["orders"] })));
    letGo();
    await Promise.all(asked);
    expect(watch.texts).toHaveLength(1);
  });
});

describe("for how long the connector may give an answer again", () => {
  let warehouse: Warehouse;
  beforeAll(async () => {
    warehouse = await filled("duckdb");
  });
  afterAll(() => warehouse.close());

  async function secondsOf(chart: Chart, ageMs = 0, more = ""): Promise<number> {
    const engine = createEngine({ catalog: shopCatalog(more), warehouse: { ...warehouse, close: async () => {} } });
    const now = Date.now();
    const door = createDataAnswerer(engine, { now: () => now + ageMs });
    const { cacheSeconds } = readyOf(await door.answer(bodyOf(chart), ANALYST, {}));
    await engine.close();
    return cacheSeconds;
  }

  test("is what every metric of it allows by time alone, and five minutes at the most", async () => {
    expect(await secondsOf({ fields: ["revenue"] })).toBe(300);
    expect(await secondsOf({ fields: ["revenue", "orders"] })).toBeLessThanOrEqual(60);
    expect(await secondsOf({ fields: ["revenue", "orders"] })).toBeGreaterThan(30);
    expect(await secondsOf({ fields: ["revenue_so_far", "order__region"] })).toBe(300);
  });

  test("is less the age that it has", async () => {
    expect(await secondsOf({ fields: ["orders"] }, 40_000)).toBeLessThanOrEqual(20);
    expect(await secondsOf({ fields: ["orders"] }, 61_000)).toBe(0);
  });

  test("is nothing where a definition says nothing, joined and filtered ones too", async () => {
    expect(await secondsOf({ fields: ["cost"] })).toBe(0);
    expect(await secondsOf({ fields: ["revenue", "cost"] })).toBe(0);
    expect(await secondsOf({ fields: ["cost_share"] })).toBe(0);
    expect(await secondsOf({ fields: ["revenue", "customer__segment"] })).toBe(0);
    const filters = [[["customer__segment", "EQUALS", ["big"]]]] as const;
    expect(await secondsOf({ fields: ["revenue"], filters })).toBe(0);
    expect(await secondsOf({ fields: ["order__region"] })).toBe(0);
  });

  test("is nothing where a metric's own filter reads what says nothing", async () => {
    const metric = (filter: string): string =>
      `\n---\nmetric: own\ndescription: Own.\nowner: data\nmodel: orders\nmeasure: cost\ncache: { ttl: 10 min }\nfilter: ${filter}`;
    expect(await secondsOf({ fields: ["own"] }, 0, metric("region = 'EMEA'"))).toBe(300);
    expect(await secondsOf({ fields: ["own"] }, 0, metric("customer__segment = 'big'"))).toBe(0);
    expect(await secondsOf({ fields: ["own"] }, 0, metric("metric('cost', 'customer') > 10"))).toBe(0);
  });

  test("is nothing where word of a change may come before its time", async () => {
    const metric =
      "\n---\nmetric: told\ndescription: Told.\nowner: data\nmodel: orders\nmeasure: cost\ncache: { ttl: 10 min, refresh: event }";
    expect(await secondsOf({ fields: ["told"] }, 0, metric)).toBe(0);
  });
});
