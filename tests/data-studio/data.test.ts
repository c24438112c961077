import { describe, expect, test } from "vitest";
import { createDataAnswerer } from "../../src/data-studio/data.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { createEngine } from "../../src/engine/index.ts";
import { certification } from "../support/certification.ts";
import { ANALYST, bodyOf, CLERK, readyOf, refusalOf, rowsOf, shopCatalog, useShops } from "./fixture.ts";

const shops = useShops();

describe("the columns of an answer", () => {
  test("are the fields in their order, with metrics of every kind as SQL by hand has them", async () => {
    const fields = [
      "buyers",
      "order__region",
      "cost_share",
      "median_amount",
      "metric_time__month",
      "revenue",
      "mean_amount",
      "top_amount",
      "orders",
      "gifts",
    ];
    const expected = await shops.sql(`
      select count(distinct customer_id), region, sum(cost) / cast(nullif(sum(amount), 0) as double precision),
        percentile_cont(0.5) within group (order by cast(amount as double precision)), {month:{ordered}}, sum(amount),
        avg(cast(amount as double precision)), max(amount), count(*), sum(case when is_gift then 1 else 0 end)
      from orders group by region, {month:{ordered}}`);
    expect(expected.length).toBeGreaterThan(15);
    expect(await rowsOf(shops, { fields })).toEqual(expected);
  });

  test("leave out what is for filters only, and repeat what is asked for twice", async () => {
    const fields = ["orders", { name: "order__channel", forFilterOnly: true }, "order__region", "orders"];
    for (const engine of shops.engines) {
      const reply = readyOf(await createDataAnswerer(engine).answer(bodyOf({ fields }), ANALYST, {}));
      expect(reply.schema?.map(({ name }) => name)).toEqual(["orders", "order__region", "orders"]);
      expect(reply).toMatchObject({ filtersApplied: true, page: null });
      expect(reply.rows.every(({ values }) => values.length === 3 && values[0] === values[2])).toBe(true);
      expect(reply.rows).toHaveLength(4);
    }
  });

  test("hold numbers as texts with all their digits, and null where there is nothing", async () => {
    const values = await shops.both(async (engine) => {
      const chart = { fields: ["order__is_gift", "order__priority", "orders", "revenue"] };
      const { rows } = readyOf(await createDataAnswerer(engine).answer(bodyOf(chart), ANALYST, {}));
      return rows.map((row) => row.values).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    });
    const kinds = new Set(values.flatMap(([gift, priority]) => [typeof gift, `priority ${typeof priority}`]));
    expect(kinds).toEqual(new Set(["boolean", "object", "priority string", "priority object"]));
    expect(values.every(([, , orders, revenue]) => typeof orders === "string" && typeof revenue !== "number")).toBe(
      true,
    );
    expect(values.some(([, , , revenue]) => typeof revenue === "string" && /^\d+\.\d\d$/.test(revenue))).toBe(true);
  });

  test("a ratio of nothing and a sum of nothing are null, not 0", async () => {
    const filters = [[["order__channel", "EQUALS", ["no such channel"]]]] as const;
    expect(await rowsOf(shops, { fields: ["revenue", "cost_share", "buyers", "orders"], filters })).toEqual([
      ["␀", "␀", "0", "␀"],
    ]);
    expect(await rowsOf(shops, { fields: ["order__region", "revenue"], filters })).toEqual([]);
  });

  test("a scorecard is one row, computed over everything and not added up", async () => {
    const expected = await shops.sql(`
      select count(distinct customer_id), percentile_cont(0.5) within group (order by cast(amount as double precision)), sum(amount)
      from orders`);
    expect(await rowsOf(shops, { fields: ["buyers", "median_amount", "revenue"] })).toEqual(expected);
  });
});

describe("times", () => {
  test.each([
    ["year", "{year:{ordered}}"],
    ["month", "{month:{ordered}}"],
    ["week", "{week:{ordered}}"],
    ["day", "{day:{ordered}}"],
  ])("by %s are written as Data Studio reads them, in the time zone of the catalog", async (grain, written) => {
    const expected = await shops.sql(`select ${written}, count(*), sum(amount) from orders group by 1`);
    expect(await rowsOf(shops, { fields: [`metric_time__${grain}`, "orders", "revenue"] })).toEqual(expected);
  });

  test("weeks at the ends of years belong to their ISO year", async () => {
    const weeks = await rowsOf(shops, { fields: ["metric_time__week", "orders"], range: ["2026-12-28", "2027-01-10"] });
    expect(weeks.map(([week]) => week)).toEqual(["202653", "202701"]);
    const sunday = await rowsOf(shops, {
      fields: ["metric_time__week", "metric_time__extract_dow"],
      range: ["2027-01-03", "2027-01-03"],
    });
    expect(sunday).toEqual([["202653", "0"]]);
  });

  test("parts have the numbers of Data Studio", async () => {
    const expected = await shops.sql(`
      select extract(dow from {ordered}), {monthpart:{ordered}}, {daypart:{ordered}}, extract(quarter from {ordered}), count(*)
      from orders group by 1, 2, 3, 4`);
    const fields = ["dow", "month", "day", "quarter"].map((part) => `metric_time__extract_${part}`);
    expect(await rowsOf(shops, { fields: [...fields, "orders"] })).toEqual(expected);
  });

  test("a grain of a calendar is the first day of its period", async () => {
    const expected = await shops.sql(`
      select {isoday:d.fiscal_quarter}, count(*) from orders o join days d on d.day = cast({ordered} as date) group by 1`);
    expect(await rowsOf(shops, { fields: ["metric_time__fiscal_quarter", "orders"] })).toEqual(expected);
  });
});

describe("a chart without a metric", () => {
  test("has each combination once, hostile texts and NULL included", async () => {
    const expected = await shops.sql("select distinct region, channel from orders");
    expect(expected.length).toBeGreaterThan(30);
    expect(await rowsOf(shops, { fields: ["order__region", "order__channel"] })).toEqual(expected);
  });

  test("has those of the date range, and of the filters", async () => {
    const expected = await shops.sql(`
      select distinct o.channel, c.segment from orders o left join customers c on c.customer_id = o.customer_id
      where cast({ordered} as date) between date '2026-03-08' and date '2026-03-20' and o.region = 'EMEA'`);
    expect(expected.length).toBeGreaterThan(1);
    const chart = {
      fields: ["order__channel", "customer__segment"],
      range: ["2026-03-08", "2026-03-20"],
      filters: [[["order__region", "EQUALS", ["EMEA"]]]],
    } as const;
    expect(await rowsOf(shops, chart)).toEqual(expected);
  });

  test("of times has the periods in which there is something", async () => {
    const expected = await shops.sql("select distinct {month:{ordered}} from orders");
    expect(await rowsOf(shops, { fields: ["metric_time__month"] })).toEqual(expected);
  });
});

describe("a saved query as the data source", () => {
  const model = "saved:emea";

  test("narrows every chart, and neither orders nor cuts it", async () => {
    const charts: readonly (readonly [fields: readonly string[], sql: (where: string) => string])[] = [
      [
        ["order__channel", "buyers", "revenue"],
        (where) => `select channel, count(distinct customer_id), sum(amount) from orders ${where} group by 1`,
      ],
      [
        ["metric_time__month", "order__channel"],
        (where) => `select distinct {month:{ordered}}, channel from orders ${where}`,
      ],
    ];
    for (const [fields, sql] of charts) {
      const expected = await shops.sql(sql("where region = 'EMEA'"));
      expect(expected.length).toBeGreaterThan(3);
      expect(await shops.sql(sql(""))).not.toEqual(expected);
      expect(await rowsOf(shops, { model, fields })).toEqual(expected);
    }
  });

  test("of several models has the values of all of them", async () => {
    const expected = await shops.sql(`
      select distinct {month:x} from (select {ordered} as x from orders where amount is not null
        union select cast(day as timestamp) from balances) t`);
    expect(await rowsOf(shops, { model: "saved:board", fields: ["metric_time__month"] })).toEqual(expected);
  });
});

describe("what cannot be asked", () => {
  test("nothing, or only what is for filters", async () => {
    const only = { fields: [{ name: "orders", forFilterOnly: true }] };
    for (const chart of [{ fields: [] }, only, { body: { configParams: { model: "orders" } } }]) {
      expect(await refusalOf(shops, chart)).toMatchObject({
        code: "EMPTY_QUERY",
        message: expect.stringMatching("add a dimension"),
      });
    }
  });

  test("a field that was removed and one that is hidden from who asks, in the same words", async () => {
    const removed = await refusalOf(shops, { fields: ["orders", "order__colour"] }, CLERK);
    const hidden = await refusalOf(shops, { fields: ["orders", "order__region"] }, CLERK);
    const metric = await refusalOf(shops, { fields: ["cost_share"] }, CLERK);
    expect(removed.message).toContain('There is no field "order__colour" in this data source for you.');
    expect(hidden.message).toBe(removed.message.replace("order__colour", "order__region"));
    expect(metric.message).toBe(removed.message.replace("order__colour", "cost_share"));
    const filters = [[["order__region", "IS_NULL"]]] as const;
    expect((await refusalOf(shops, { fields: ["orders"], filters }, CLERK)).message).toBe(hidden.message);
    const only = { fields: ["orders", { name: "order__region", forFilterOnly: true }] };
    expect((await refusalOf(shops, only, CLERK)).message).toBe(hidden.message);
  });
});

test("a sample is small, and made of rows of the whole", async () => {
  const all = await rowsOf(shops, {
    fields: ["metric_time__second", "order__channel", "order__region", "order__priority", "order__discount", "orders"],
  });
  const some = await rowsOf(shops, {
    fields: ["metric_time__second", "order__channel", "order__region", "order__priority", "order__discount", "orders"],
    sample: true,
  });
  expect(all.length).toBeGreaterThan(100);
  expect(some).toHaveLength(100);
  expect(all).toEqual(expect.arrayContaining([...some]));
});

test("certified metrics alone are answered where the data source is for them", async () => {
  const catalog = { ...shopCatalog(), certifications: new Map([["revenue", certification("certified")]]) };
  const chart = (...fields: string[]): unknown => bodyOf({ fields, config: { certifiedOnly: true } });
  for (const warehouse of shops.warehouses) {
    const engine = createEngine({ catalog, warehouse: { ...warehouse, close: async () => {} } });
    const door = createDataAnswerer(engine);
    expect(await door.answer(chart("revenue", "order__region"), ANALYST, {})).toMatchObject({ status: "ready" });
    await expect(door.answer(chart("revenue", "orders"), ANALYST, {})).rejects.toThrow('no field "orders"');
    const orders = createDataAnswerer(createEngine({ catalog: shopCatalog(), warehouse }));
    await expect(orders.answer(chart("revenue"), ANALYST, {})).rejects.toThrow(Refusal);
    await engine.close();
  }
});
