import { describe, expect, test } from "vitest";
import { useFixture } from "../support/shop.ts";

const { ask } = useFixture();

describe("every aggregation over all orders", () => {
  test("sum, count, average and distinct count pass over NULLs; count(1) does not", async () => {
    const metrics = ["revenue", "orders", "orders_with_amount", "average_amount", "buyers"];
    expect(await ask({ metrics })).toEqual([[280, 8, 7, 40, 4]]);
  });

  test("min, max, median, percentiles and the sum of a truth", async () => {
    const metrics = ["smallest", "largest", "middle", "p75", "p75_discrete", "ok_orders"];
    expect(await ask({ metrics })).toEqual([[10, 70, 40, 55, 60, 5]]);
  });
});

describe("where no row is left", () => {
  const where = ["order__status = 'zzz'"];

  test("sums and counts are NULL, and the distinct count is 0", async () => {
    expect(await ask({ metrics: ["revenue", "orders", "buyers"], where })).toEqual([[null, null, 0]]);
    expect(await ask({ metrics: ["buyers"], where })).toEqual([[0]]);
  });

  test("everything else is NULL", async () => {
    const metrics = ["average_amount", "ok_orders", "smallest", "largest", "middle", "p75", "orders_with_amount"];
    expect(await ask({ metrics, where })).toEqual([[null, null, null, null, null, null, null]]);
  });

  test("fill_nulls_with shows its number instead", async () => {
    expect(await ask({ metrics: ["revenue_or_zero", "revenue"], where })).toEqual([[0, null]]);
  });

  test("by groups there are none", async () => {
    expect(await ask({ metrics: ["revenue", "buyers"], groupBy: ["customer__country"], where })).toEqual([]);
  });
});

describe("a group whose rows have no value", () => {
  const where = ["order__status = 'ok'", "metric_time = '2024-03-31'"];

  test("counts 0, where a missing group would be NULL", async () => {
    const question = { metrics: ["orders", "orders_with_amount", "revenue"], groupBy: ["metric_time__day"], where };
    expect(await ask(question)).toEqual([["2024-03-31", 1, 0, null]]);
  });
});

test("a sum of a truth counts NULL as false", async () => {
  const question = { metrics: ["ok_orders"], groupBy: ["order__status"] };
  expect(await ask(question)).toEqual([
    ["bad", 0],
    ["ok", 5],
    [null, 0],
  ]);
});

describe("arithmetic", () => {
  test("division is true division on integers", async () => {
    const where = ["metric_time__month = '2024-01-01' or order__status is null or metric_time__month = '2024-02-01'"];
    expect(await ask({ metrics: ["half_of_orders"] })).toEqual([[4]]);
    expect(await ask({ metrics: ["half_of_orders"], groupBy: ["metric_time__month"], where })).toEqual([
      ["2024-01-01", 2],
      ["2024-02-01", 1],
    ]);
    expect(await ask({ metrics: ["half_of_orders"], where: ["order__status = 'ok'"] })).toEqual([[2.5]]);
  });

  test("a division by 0 is NULL, in derived metrics and in ratios", async () => {
    const where = ["customer is null"];
    expect(await ask({ metrics: ["orders", "buyers", "orders_per_buyer"], where })).toEqual([[1, 0, null]]);
    const empty = ["order__status = 'zzz'"];
    expect(await ask({ metrics: ["ok_share"], where: empty })).toEqual([[null]]);
  });
});
