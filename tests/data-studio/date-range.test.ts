import { describe, expect, test } from "vitest";
import { createDataAnswerer } from "../../src/data-studio/data.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { compareText } from "../../src/std/index.ts";
import { ANALYST, bodyOf, type Chart, normal, refusalOf, rowsOf, useShops } from "./fixture.ts";

const shops = useShops();

const DAY = "cast({ordered} as date)";
const WINDOWS = [
  ["2026-02-15", "2026-03-14"],
  ["2026-03-01", "2026-03-31"],
  ["2026-12-29", "2027-01-03"],
  ["2026-03-08", "2026-03-08"],
] as const;

describe.each(WINDOWS)("from %s to %s, both days included", (start, end) => {
  const range = [start, end] as const;
  const inRange = (day: string): string => `${day} between date '${start}' and date '${end}'`;

  test.each(["year", "month", "week", "day"] as const)(
    "sums and what does not add up by %s are of these days alone",
    async (grain) => {
      const expected = await shops.sql(`
      select {${grain}:{ordered}}, sum(amount), count(distinct customer_id), sum(cost) / cast(nullif(sum(amount), 0) as double precision),
        percentile_cont(0.5) within group (order by cast(amount as double precision)), avg(cast(amount as double precision)), max(amount)
      from orders where ${inRange(DAY)} group by 1`);
      expect(expected.length).toBeGreaterThan(0);
      const fields = [
        `metric_time__${grain}`,
        "revenue",
        "buyers",
        "cost_share",
        "median_amount",
        "mean_amount",
        "top_amount",
      ];
      expect(await rowsOf(shops, { fields, range })).toEqual(expected);
    },
  );

  test("a scorecard is of these days alone", async () => {
    const expected = await shops.sql(`
      select sum(amount), count(distinct customer_id), percentile_cont(0.5) within group (order by cast(amount as double precision))
      from orders where ${inRange(DAY)}`);
    expect(await rowsOf(shops, { fields: ["revenue", "buyers", "median_amount"], range })).toEqual(expected);
  });

  test("a balance is that of the last of these days with rows, in each period", async () => {
    const expected = await shops.sql(`
      select {month:day}, sum(amount) from balances b where ${inRange("day")} and day =
        (select max(day) from balances l where ${inRange("l.day")} and {month:l.day} = {month:b.day}) group by 1`);
    expect(expected.length).toBeGreaterThan(0);
    expect(
      await rowsOf(shops, { model: "balances", fields: ["metric_time__month", "closing_balance"], range }),
    ).toEqual(expected);
    const last = await shops.sql(
      `select sum(amount) from balances where day = (select max(day) from balances where ${inRange("day")})`,
    );
    expect(await rowsOf(shops, { model: "balances", fields: ["closing_balance"], range })).toEqual(last);
  });

  test("a running value counts what was before, and is that of the last of these days", async () => {
    const byMonth = await shops.sql(`
      select {month:d.last}, (select sum(amount) from orders where ${DAY} <= d.last)
      from (select max(day) as last from days where ${inRange("day")} group by {month:day}) d`);
    expect(await rowsOf(shops, { fields: ["metric_time__month", "revenue_so_far"], range })).toEqual(byMonth);
    const byDay = await shops.sql(`
      select {day:d.day}, sum(amount) from days d join orders on ${DAY} <= d.day and ${DAY} > d.day - interval '7 days'
      where ${inRange("d.day")} group by 1`);
    expect(await rowsOf(shops, { fields: ["metric_time__day", "revenue_7d"], range })).toEqual(byDay);
  });

  test("a scorecard of a running value is what it has come to by the last day", async () => {
    const expected = await shops.sql(`select sum(amount) from orders where ${DAY} <= date '${end}'`);
    expect(await rowsOf(shops, { fields: ["revenue_so_far"], range })).toEqual(expected);
  });

  test("by day, a value of a month ago is that of the day a month ago", async () => {
    const expected = await shops.sql(`
      select {day:d.day}, sum(amount) from days d join orders on ${DAY} = cast(d.day - interval '1 month' as date)
      where ${inRange("d.day")} group by 1`);
    expect(await rowsOf(shops, { fields: ["metric_time__day", "revenue_a_month_ago"], range })).toEqual(expected);
  });
});

test("whole months are what the engine answers for the range, and for a condition on days", async () => {
  const chart: Chart = { fields: ["metric_time__month", "revenue", "buyers"], range: ["2026-02-01", "2026-03-31"] };
  const expected = await shops.both(async (engine) => {
    const asked = { metrics: ["revenue", "buyers"], groupBy: [{ name: "metric_time__month" }] };
    const ranged = await engine.query({ ...asked, timeRange: { start: "2026-02-01", end: "2026-03-31" } }, OPERATOR);
    const where = ["metric_time__day >= '2026-02-01' AND metric_time__day <= '2026-03-31'"];
    const tested = await engine.query({ ...asked, where }, OPERATOR);
    expect(ranged.rows).toEqual(tested.rows);
    return normal(ranged.rows.map(([month, ...values]) => [String(month).slice(0, 7).replace("-", ""), ...values]));
  });
  expect(await rowsOf(shops, chart)).toEqual(expected);
});

test("the period before is a question of its own, and the two do not touch", async () => {
  const now = await rowsOf(shops, { fields: ["revenue", "buyers"], range: ["2026-03-01", "2026-03-31"] });
  const before = await rowsOf(shops, { fields: ["revenue", "buyers"], range: ["2026-01-29", "2026-02-28"] });
  const both = await rowsOf(shops, { fields: ["revenue"], range: ["2026-01-29", "2026-03-31"] });
  const [[revenue] = [], [earlier] = [], [sum] = []] = [now[0], before[0], both[0]];
  expect(Number(revenue) + Number(earlier)).toBeCloseTo(Number(sum), 6);
  const expected = await shops.sql(
    `select sum(amount), count(distinct customer_id) from orders where ${DAY} between date '2026-01-29' and date '2026-02-28'`,
  );
  expect(before).toEqual(expected);
});

describe("what is recorded by month", () => {
  const fields = ["metric_time__month", "budget"];

  test("is answered for whole months", async () => {
    const expected = await shops.sql(
      "select {month:month}, sum(amount) from budgets where month between date '2026-02-01' and date '2026-04-01' group by 1",
    );
    expect(await rowsOf(shops, { model: "budgets", fields, range: ["2026-02-01", "2026-04-30"] })).toEqual(expected);
    expect(expected).toHaveLength(3);
  });

  test("is refused for a part of one, with a metric and without", async () => {
    for (const asked of [fields, ["budget"], ["budget__region"]]) {
      const refusal = await refusalOf(shops, { model: "budgets", fields: asked, range: ["2026-02-01", "2026-04-29"] });
      expect(refusal).toMatchObject({
        code: "INVALID_RANGE",
        message: expect.stringContaining("is recorded by month"),
      });
    }
  });
});

describe("a value of a month ago", () => {
  const fields = ["metric_time__month", "revenue_a_month_ago"];

  test("is answered by whole months", async () => {
    const expected = await shops.sql(`
      select {month:d.day}, sum(amount) from days d join orders on date_trunc('month', {ordered}) = d.day - interval '1 month'
      where d.day in (date '2026-02-01', date '2026-03-01') group by 1`);
    expect(await rowsOf(shops, { fields, range: ["2026-02-01", "2026-03-31"] })).toEqual(expected);
  });

  test("is refused where a part of a period would stand beside a whole one", async () => {
    const range = ["2026-02-15", "2026-03-31"] as const;
    const refusal = await refusalOf(shops, { fields, range });
    expect(refusal).toMatchObject({
      code: "INVALID_RANGE",
      message: expect.stringContaining("no whole number of months"),
    });
    const quarters = { fields: ["metric_time__fiscal_quarter", "revenue_a_month_ago"] };
    expect((await refusalOf(shops, { ...quarters, range })).message).toContain("no whole number of fiscal_quarters");
    expect(await rowsOf(shops, { ...quarters, range: ["2026-02-01", "2026-04-30"] })).toHaveLength(1);
  });
});

describe("a filter on the time of a value of a month ago", () => {
  const fields = ["metric_time__month", "revenue_a_month_ago"];

  test("is applied where it keeps whole periods", async () => {
    const expected = await shops.sql(`
      select {month:d.day}, sum(amount) from days d join orders on date_trunc('month', {ordered}) = d.day - interval '1 month'
      where extract(day from d.day) = 1 and extract(quarter from d.day) = 1 group by 1`);
    expect(expected.length).toBeGreaterThan(1);
    for (const filter of [
      ["metric_time__extract_quarter", "EQUALS", ["1"]],
      ["metric_time__extract_month", "BETWEEN", ["01", "03"]],
    ] as const) {
      expect(await rowsOf(shops, { fields, filters: [[filter]] })).toEqual(expected);
    }
  });

  test("is refused where it would leave a part of one beside the whole", async () => {
    for (const filter of [
      ["metric_time__day", "EQUALS", ["20260310"]],
      ["metric_time__extract_dow", "EQUALS", ["0"]],
      ["metric_time__week", "EQUALS", ["202611"]],
    ] as const) {
      const refusal = await refusalOf(shops, { fields, filters: [[filter]] });
      expect(refusal).toMatchObject({
        code: "INVALID_FILTER",
        message: expect.stringContaining(`the filter on "${filter[0]}"`),
      });
    }
    const filters = [[["metric_time__day", "EQUALS", ["20260310"]]]] as const;
    const byDay = { fields: ["metric_time__day", "revenue_a_month_ago"], filters };
    const expected = await shops.sql(
      `select '20260310', sum(amount) from orders where ${DAY} = date '2026-02-10' group by 1`,
    );
    expect(expected).toHaveLength(1);
    expect(await rowsOf(shops, byDay)).toEqual(expected);
  });
});

describe("another time than that of the metrics", () => {
  const config = { timeDimension: "order__shipped_on" };

  test("is what the range is about, and drops rows without it", async () => {
    const range = ["2026-03-11", "2026-03-17"] as const;
    const between = (start: string, end: string) => `shipped_on between date '${start}' and date '${end}'`;
    const inRange = between(...range);
    const sql = (where: string): string =>
      `select {month:{ordered}}, sum(amount), count(distinct customer_id) from orders where ${where} group by 1`;
    const expected = await shops.sql(sql(inRange));
    // Both ends have rows of their own.
    expect(await shops.sql(sql(between("2026-03-12", "2026-03-17")))).not.toEqual(expected);
    expect(await shops.sql(sql(between("2026-03-11", "2026-03-16")))).not.toEqual(expected);
    expect(await rowsOf(shops, { config, fields: ["metric_time__month", "revenue", "buyers"], range })).toEqual(
      expected,
    );
    const distinct = await shops.sql(`select distinct channel from orders where ${inRange}`);
    expect(await rowsOf(shops, { config, fields: ["order__channel"], range })).toEqual(distinct);
  });

  test("is refused where there is no such time", async () => {
    for (const timeDimension of ["order__channel", "order__invented_on"]) {
      const refusal = await refusalOf(shops, {
        config: { timeDimension },
        fields: ["revenue"],
        range: ["2026-03-10", "2026-03-20"],
      });
      expect(refusal.message).toContain(timeDimension);
    }
  });
});

test("metrics without a time of their own want one to be chosen", async () => {
  const range = ["1990-01-01", "1999-12-31"] as const;
  const refusal = await refusalOf(shops, { model: "customers", fields: ["people"], range });
  expect(refusal).toMatchObject({ code: "INVALID_RANGE", message: expect.stringContaining("choose a time dimension") });
  const config = { timeDimension: "customer__born_on" };
  expect(await rowsOf(shops, { model: "customers", config, fields: ["people"], range })).toEqual([["1"]]);
  expect(await rowsOf(shops, { model: "customers", fields: ["people"] })).toEqual([["4"]]);
});

test("a data source that has no time at all has the same rows in every range", async () => {
  const expected = await shops.sql("select tag, sum(weight) from tags group by 1");
  expect(
    await rowsOf(shops, { model: "tags", fields: ["tag__tag_name", "weight"], range: ["2026-03-10", "2026-03-20"] }),
  ).toEqual(expected);
});

test.each([
  [["2026-03-31", "2026-03-01"], "begins (2026-03-31) after it ends"],
  [["2026-02-30", "2026-03-01"], '"2026-02-30" in the date range is no date'],
  [["20260201", "2026-03-01"], "is no date"],
  [["2026-02-01", "2026-03-01T00:00:00"], "is no date"],
  [["2026-02-01'; --", "2026-03-01"], "is no date"],
] as const)("the range %j is refused", async (range, reason) => {
  const refusal = await refusalOf(shops, { fields: ["revenue"], range });
  expect(refusal).toMatchObject({ code: "INVALID_RANGE", message: expect.stringContaining(reason) });
});

test("the last moment of a local day belongs to it, the next does not", async () => {
  for (const engine of shops.engines) {
    const ask = async (day: string) => {
      const chart = { fields: ["metric_time__second", "orders"], range: [day, day] as const };
      const reply = await createDataAnswerer(engine).answer(bodyOf(chart), ANALYST, {});
      return reply.status === "ready" ? reply.rows.map(({ values }) => String(values[0])).sort(compareText) : [];
    };
    expect(await ask("2026-12-31")).toEqual(["20261231200000", "20270101045959"]);
    expect(await ask("2027-01-01")).toEqual(["20270101050000"]);
  }
});
