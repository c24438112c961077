import { describe, expect, test } from "vitest";
import { useFixture } from "../support/shop.ts";

const { ask } = useFixture();

describe("a metric joined to the calendar", () => {
  test("has a row for every month of it, filled where it says with what", async () => {
    expect(await ask({ metrics: ["revenue_filled"], groupBy: ["metric_time__month"] })).toEqual([
      ["2023-12-01", 0],
      ["2024-01-01", 100],
      ["2024-02-01", 110],
      ["2024-03-01", 70],
      ["2024-04-01", 0],
    ]);
    expect(await ask({ metrics: ["revenue_spined"], groupBy: ["metric_time__month"], limit: 2 })).toEqual([
      ["2023-12-01", null],
      ["2024-01-01", 100],
    ]);
  });

  test("a range and a condition on time limit the calendar too", async () => {
    const question = { metrics: ["revenue_filled"], groupBy: ["metric_time__day"] };
    const expected = [
      ["2024-01-01", 10],
      ["2024-01-02", 20],
      ["2024-01-03", 0],
    ];
    expect(await ask({ ...question, timeRange: { start: "2024-01-01", end: "2024-01-03" } })).toEqual(expected);
    expect(await ask({ ...question, where: ["metric_time between '2024-01-01' and '2024-01-03'"] })).toEqual(expected);
  });

  test("pads a day once, with NULL for the other dimensions", async () => {
    const timeRange = { start: "2024-01-02", end: "2024-01-04" };
    const question = { metrics: ["revenue_filled"], groupBy: ["metric_time__day", "order__status"], timeRange };
    expect(await ask(question)).toEqual([
      ["2024-01-02", "bad", 20],
      ["2024-01-03", null, 0],
      ["2024-01-04", "ok", 30],
    ]);
  });

  test("conditions on what is grouped by are tested again on padded rows, others are not", async () => {
    const timeRange = { start: "2024-01-02", end: "2024-01-04" };
    const metrics = ["revenue_filled"];
    const where = ["order__status = 'ok'"];
    expect(await ask({ metrics, groupBy: ["metric_time__day", "order__status"], timeRange, where })).toEqual([
      ["2024-01-04", "ok", 30],
    ]);
    expect(await ask({ metrics, groupBy: ["metric_time__day"], timeRange, where })).toEqual([
      ["2024-01-02", 0],
      ["2024-01-03", 0],
      ["2024-01-04", 30],
    ]);
    expect(await ask({ metrics: ["bad_revenue_filled"], groupBy: ["metric_time__day"], timeRange })).toEqual([
      ["2024-01-02", 20],
      ["2024-01-03", 0],
      ["2024-01-04", 0],
    ]);
  });

  test("without its time in the groups is only filled", async () => {
    expect(await ask({ metrics: ["revenue_filled"], groupBy: ["customer__country"] })).toEqual([
      ["DE", 30],
      ["FR", 70],
      [null, 180],
    ]);
    expect(await ask({ metrics: ["revenue_filled"], where: ["order__status = 'zzz'"] })).toEqual([[0]]);
  });

  test("its own time dimension brings the calendar as well", async () => {
    expect(await ask({ metrics: ["revenue_filled"], groupBy: ["order__ordered_at__month"] })).toEqual([
      ["2023-12-01", 0],
      ["2024-01-01", 100],
      ["2024-02-01", 110],
      ["2024-03-01", 70],
      ["2024-04-01", 0],
    ]);
  });

  test("by sprint has every sprint", async () => {
    const timeRange = { start: "2024-01-01", end: "2024-02-29" };
    expect(await ask({ metrics: ["revenue_filled"], groupBy: ["metric_time__sprint"], timeRange })).toEqual([
      ["2024-01-01", 60],
      ["2024-01-11", 0],
      ["2024-01-21", 0],
      ["2024-01-31", 90],
      ["2024-02-10", 0],
      ["2024-02-20", 60],
    ]);
  });

  test("its rows show in other metrics as NULL", async () => {
    const timeRange = { start: "2024-01-02", end: "2024-01-04" };
    const metrics = ["revenue_filled", "revenue", "refunded", "net"];
    expect(await ask({ metrics, groupBy: ["metric_time__day"], timeRange })).toEqual([
      ["2024-01-02", 20, 20, 1, 19],
      ["2024-01-03", 0, null, null, null],
      ["2024-01-04", 30, 30, 5, 25],
    ]);
  });
});

test("fill_nulls_with alone adds no rows, and fills those that other metrics bring", async () => {
  const timeRange = { start: "2024-02-01", end: "2024-02-03" };
  const groupBy = ["metric_time__day"];
  expect(await ask({ metrics: ["revenue_or_zero"], groupBy, timeRange })).toEqual([["2024-02-01", 50]]);
  expect(await ask({ metrics: ["revenue_or_zero", "refunded"], groupBy, timeRange })).toEqual([
    ["2024-02-01", 50, null],
    ["2024-02-02", 0, 7],
  ]);
});
