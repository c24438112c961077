import { describe, expect, test } from "vitest";
import { useFixture } from "../support/shop.ts";

const { ask } = useFixture();

describe("the level of a filter", () => {
  test("one on an input reaches that input only", async () => {
    expect(await ask({ metrics: ["ok_share"], groupBy: ["metric_time__month"] })).toEqual([
      ["2024-01-01", 0.8],
      ["2024-02-01", 50 / 110],
      ["2024-03-01", null],
    ]);
  });

  test("one of the query reaches both sides of a ratio", async () => {
    const where = ["order__status = 'ok'"];
    expect(await ask({ metrics: ["ok_share"], where })).toEqual([[1]]);
  });

  test("one of a metric's reference reaches that output only", async () => {
    const metrics = ["revenue", { name: "revenue", as: "ok", where: ["order__status = 'ok'"] }];
    expect(await ask({ metrics })).toEqual([[280, 130]]);
  });

  test("all that apply are ANDed: of the request, the metric and its input", async () => {
    const where = ["metric_time__month = '2024-01-01'"];
    expect(await ask({ metrics: ["vip_ok_revenue"] })).toEqual([[10]]);
    expect(await ask({ metrics: [{ name: "vip_ok_revenue", where: ["order__status = 'bad'"] }], where })).toEqual([
      [null],
    ]);
    expect(await ask({ metrics: ["ok_minus_bad"], groupBy: ["metric_time__month"], where })).toEqual([
      ["2024-01-01", 60],
    ]);
  });

  test("one on outputs only is tested on the rows of the answer, after filling", async () => {
    const groupBy = ["customer__country"];
    expect(await ask({ metrics: ["revenue", "refunded"], groupBy, where: ["refunded > 4"] })).toEqual([
      ["DE", 30, 5],
      [null, 180, 8],
    ]);
    expect(await ask({ metrics: ["revenue", "refunded_or_zero"], groupBy, where: ["refunded_or_zero = 0"] })).toEqual([
      ["FR", 70, 0],
    ]);
    expect(
      await ask({ metrics: [{ name: "revenue", as: "money" }], groupBy, where: ["money between 50 and 100"] }),
    ).toEqual([["FR", 70]]);
  });

  test("conditions joined by AND at the top go each to their own level", async () => {
    const question = { metrics: ["revenue"], groupBy: ["customer__country"] };
    const joined = await ask({ ...question, where: ["order__status = 'ok' and revenue > 10"] });
    expect(joined).toEqual(await ask({ ...question, where: ["order__status = 'ok'", "revenue > 10"] }));
    expect(joined).toEqual([
      ["FR", 70],
      [null, 50],
    ]);
  });
});

describe("rows of a fact", () => {
  test("an OR never leaks into the next condition", async () => {
    const where = ["order__status = 'ok' or order__status = 'bad'", "customer = 'c1'"];
    expect(await ask({ metrics: ["orders"], where })).toEqual([[3]]);
  });

  test("what is filtered on and not grouped by is not shown", async () => {
    expect(await ask({ metrics: ["revenue"], where: ["customer__segment = 'vip'"] })).toEqual([[30]]);
  });

  test("an unequal drops the NULL group too", async () => {
    const question = { metrics: ["revenue"], groupBy: ["customer__country"] };
    expect(await ask({ ...question, where: ["customer__country <> 'FR'"] })).toEqual([["DE", 30]]);
    expect(await ask({ ...question, where: ["not (customer__country = 'FR')"] })).toEqual([["DE", 30]]);
    expect(await ask({ ...question, where: ["customer__country is distinct from 'FR'"] })).toEqual([
      ["DE", 30],
      [null, 180],
    ]);
  });

  test("templates of MetricFlow mean the same", async () => {
    const where = ["{{ Dimension('customer__country') }} = 'DE'"];
    expect(await ask({ metrics: ["orders"], where })).toEqual([[3]]);
    expect(
      await ask({ metrics: ["orders"], where: ["{{ TimeDimension('metric_time','month') }} = '2024-02-01'"] }),
    ).toEqual([[2]]);
  });
});

describe("a filter by a metric", () => {
  test("keeps the rows whose entity has that value, over all its data", async () => {
    const question = { metrics: ["orders"], groupBy: ["customer__country"] };
    const expected = [
      ["FR", 2],
      [null, 2],
    ];
    expect(await ask({ ...question, where: ["metric('revenue', 'customer') > 50"] })).toEqual(expected);
    expect(await ask({ ...question, where: ["{{ Metric('revenue', ['customer']) }} > 50"] })).toEqual(expected);
  });

  test("the query's own conditions and range do not reach inside", async () => {
    const question = {
      metrics: ["orders"],
      groupBy: ["customer"],
      where: ["metric('revenue', 'customer') >= 70", "order__status = 'ok'"],
    };
    expect(await ask(question)).toEqual([["c2", 2]]);
    expect(await ask({ ...question, timeRange: { start: "2024-01-31" } })).toEqual([["c2", 1]]);
  });

  test("an entity without rows has NULL, not 0", async () => {
    const question = { metrics: ["credit"], groupBy: ["customer"] };
    expect(await ask({ ...question, where: ["metric('orders', 'customer') is null"] })).toEqual([["c4", 20]]);
    expect(await ask({ ...question, where: ["metric('orders', 'customer') = 0"] })).toEqual([]);
  });

  test("filters a fact by something on its many side", async () => {
    expect(await ask({ metrics: ["revenue"], where: ["metric('refunded', 'order') > 4"] })).toEqual([[60]]);
  });
});
