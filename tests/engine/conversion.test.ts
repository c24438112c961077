import { describe, expect, test } from "vitest";
import { useFixture } from "../support/shop.ts";

const { ask } = useFixture();

describe("visits that lead to a purchase within seven days", () => {
  test("exactly seven days later is too late: two purchases of four visits", async () => {
    expect(await ask({ metrics: ["visit_buys", "visits", "visit_to_buy"] })).toEqual([[2, 4, 0.5]]);
  });

  test("dates are those of the visit, the latest one before the purchase", async () => {
    expect(await ask({ metrics: ["visit_to_buy"], groupBy: ["metric_time__day"] })).toEqual([
      ["2024-01-01", null],
      ["2024-01-03", 2],
      ["2024-01-05", null],
      ["2024-02-20", null],
    ]);
  });

  test("dimensions are those of the visit", async () => {
    expect(await ask({ metrics: ["visit_buys", "visit_to_buy"], groupBy: ["visit__channel"] })).toEqual([
      ["ad", null, null],
      ["mail", 2, 2],
    ]);
    expect(await ask({ metrics: ["visit_buys"], groupBy: ["customer__country"] })).toEqual([["DE", 2]]);
  });

  test("a condition of the query selects visits first, which moves the credit to an earlier one", async () => {
    const where = ["visit__channel = 'ad'"];
    expect(await ask({ metrics: ["visit_buys", "visit_to_buy"], where })).toEqual([[2, 2 / 3]]);
    expect(await ask({ metrics: ["visit_buys"], where, groupBy: ["metric_time__day"] })).toEqual([["2024-01-01", 2]]);
  });

  test("a range selects visits, and a purchase after its end still counts", async () => {
    const timeRange = { start: "2024-01-01", end: "2024-01-03" };
    expect(await ask({ metrics: ["visit_buys", "visit_to_buy", "visits"], timeRange })).toEqual([[2, 1, 2]]);
    expect(await ask({ metrics: ["visit_buys", "buys"], timeRange })).toEqual([[2, 1]]);
  });

  test("each purchase counts once, beside its own input too", async () => {
    expect(await ask({ metrics: ["visit_buys", "buys", "visits"], groupBy: ["metric_time__month"] })).toEqual([
      ["2024-01-01", 2, 4, 3],
      ["2024-02-01", null, 1, 1],
    ]);
  });

  test("each visit counts once where the metric says so", async () => {
    expect(await ask({ metrics: ["visits_that_bought"] })).toEqual([[1]]);
  });
});

test("without a window every earlier visit of the customer qualifies", async () => {
  expect(await ask({ metrics: ["visit_buys_ever", "visit_to_buy_ever"] })).toEqual([[4, 1]]);
  expect(await ask({ metrics: ["visit_buys_ever"], groupBy: ["metric_time__day"] })).toEqual([
    ["2024-01-03", 3],
    ["2024-02-20", 1],
  ]);
});
