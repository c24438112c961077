import { describe, expect, test } from "vitest";
import { useFixture } from "../support/shop.ts";

const { ask } = useFixture();

const byDay = ["metric_time__day"];
const byMonth = ["metric_time__month"];

describe("a window of two days", () => {
  test("gives every day the money of that day and the one before, and no row where there is none", async () => {
    const timeRange = { start: "2024-01-01", end: "2024-01-06" };
    expect(await ask({ metrics: ["revenue_2d"], groupBy: byDay, timeRange })).toEqual([
      ["2024-01-01", 10],
      ["2024-01-02", 30],
      ["2024-01-03", 20],
      ["2024-01-04", 30],
      ["2024-01-05", 30],
    ]);
  });

  test("reaches back before the range, which cuts the answer only", async () => {
    const timeRange = { start: "2024-01-03", end: "2024-01-03" };
    expect(await ask({ metrics: ["revenue_2d"], groupBy: byDay, timeRange })).toEqual([["2024-01-03", 20]]);
  });

  test("a condition on time cuts the answer only, beside another in one expression too", async () => {
    const question = { metrics: ["revenue_2d"], groupBy: byDay };
    expect(await ask({ ...question, where: ["metric_time = '2024-01-03'"] })).toEqual([["2024-01-03", 20]]);
    expect(await ask({ ...question, where: ["metric_time = '2024-01-03' and order__status = 'bad'"] })).toEqual([
      ["2024-01-03", 20],
    ]);
    expect(await ask({ ...question, where: ["metric_time = '2024-01-03' or order__status is null"] })).toEqual([
      ["2024-01-03", 20],
      ["2024-02-29", 60],
      ["2024-03-01", 60],
    ]);
  });

  test("spills over the end of the last month with rows", async () => {
    const where = ["metric_time >= '2024-03-15'"];
    expect(await ask({ metrics: ["revenue_2d"], groupBy: byDay, where })).toEqual([
      ["2024-03-31", 70],
      ["2024-04-01", 70],
    ]);
  });

  test("by month shows the first, the last or the average of the days that have a row", async () => {
    const metrics = ["revenue_2d", "revenue_2d_last", "revenue_2d_average"];
    expect(await ask({ metrics, groupBy: byMonth })).toEqual([
      ["2024-01-01", 10, 40, (10 + 30 + 20 + 30 + 30 + 40) / 6],
      ["2024-02-01", 90, 60, (90 + 50 + 60) / 3],
      ["2024-03-01", 60, 70, 65],
      ["2024-04-01", 70, 70, 70],
    ]);
  });

  test("with another dimension a day appears only where that value has a row in its window", async () => {
    const timeRange = { start: "2024-01-02", end: "2024-01-04" };
    const question = { metrics: ["revenue_2d"], groupBy: ["metric_time__day", "order__status"], timeRange };
    expect(await ask(question)).toEqual([
      ["2024-01-02", "bad", 20],
      ["2024-01-02", "ok", 10],
      ["2024-01-03", "bad", 20],
      ["2024-01-04", "ok", 30],
    ]);
  });

  test("its own filter and those of the query on other things act before", async () => {
    const timeRange = { start: "2024-01-01", end: "2024-01-05" };
    const expected = [
      ["2024-01-01", 10],
      ["2024-01-02", 10],
      ["2024-01-04", 30],
      ["2024-01-05", 30],
    ];
    expect(await ask({ metrics: ["ok_revenue_2d"], groupBy: byDay, timeRange })).toEqual(expected);
    const where = ["order__status = 'ok'"];
    expect(await ask({ metrics: ["revenue_2d"], groupBy: byDay, timeRange, where })).toEqual(expected);
  });

  test("a filled input puts its fill where the window is empty", async () => {
    const timeRange = { start: "2024-01-05", end: "2024-01-07" };
    expect(await ask({ metrics: ["revenue_filled_2d"], groupBy: byDay, timeRange })).toEqual([
      ["2024-01-05", 30],
      ["2024-01-06", 0],
      ["2024-01-07", 0],
    ]);
  });

  test("a day without rows counts none of them, beside metrics that share a scan too", async () => {
    const timeRange = { start: "2024-01-05", end: "2024-01-06" };
    const question = { groupBy: byDay, timeRange };
    expect(await ask({ ...question, metrics: ["orders_filled_2d"] })).toEqual([
      ["2024-01-05", 1],
      ["2024-01-06", 0],
    ]);
    expect(await ask({ ...question, metrics: ["orders_filled_2d", "buyers_spined_2d", "revenue", "orders"] })).toEqual([
      ["2024-01-05", 1, 1, null, null],
      ["2024-01-06", 0, null, null, null],
    ]);
  });

  test("by sprint the first of its days that have a row", async () => {
    expect(await ask({ metrics: ["revenue_2d"], groupBy: ["metric_time__sprint"] })).toEqual([
      ["2024-01-01", 10],
      ["2024-01-31", 40],
      ["2024-02-20", 60],
      ["2024-03-01", 60],
      ["2024-03-31", 70],
    ]);
  });
});

test("a window of a month moves by the calendar", async () => {
  const timeRange = { start: "2024-02-28", end: "2024-03-01" };
  expect(await ask({ metrics: ["revenue_1m"], groupBy: byDay, timeRange })).toEqual([
    ["2024-02-28", 90],
    ["2024-02-29", 150],
    ["2024-03-01", 60],
  ]);
});

test("distinct customers of seven days are counted from rows", async () => {
  const timeRange = { start: "2024-01-04", end: "2024-01-09" };
  expect(await ask({ metrics: ["buyers_7d"], groupBy: byDay, timeRange })).toEqual([
    ["2024-01-04", 2],
    ["2024-01-05", 2],
    ["2024-01-06", 2],
    ["2024-01-07", 2],
    ["2024-01-08", 2],
    ["2024-01-09", 1],
  ]);
});

describe("month to date", () => {
  test("by month shows the first day, or the last where the metric says so", async () => {
    expect(await ask({ metrics: ["revenue_mtd"], groupBy: byMonth })).toEqual([
      ["2024-01-01", 10],
      ["2024-02-01", 50],
      ["2024-03-01", 70],
    ]);
    expect(await ask({ metrics: ["revenue_mtd_last"], groupBy: byMonth })).toEqual([
      ["2024-01-01", 100],
      ["2024-02-01", 110],
      ["2024-03-01", 70],
    ]);
  });

  test("by day starts again with each month", async () => {
    const timeRange = { start: "2024-01-30", end: "2024-02-02" };
    expect(await ask({ metrics: ["revenue_mtd"], groupBy: byDay, timeRange })).toEqual([
      ["2024-01-30", 60],
      ["2024-01-31", 100],
      ["2024-02-01", 50],
      ["2024-02-02", 50],
    ]);
  });
});

describe("all time", () => {
  test("without time in the groups is the total", async () => {
    expect(await ask({ metrics: ["revenue_so_far"] })).toEqual([[280]]);
    expect(await ask({ metrics: ["revenue_so_far"], groupBy: ["order__status"] })).toEqual([
      ["bad", 90],
      ["ok", 130],
      [null, 60],
    ]);
  });

  test("with a range is everything up to its end", async () => {
    const timeRange = { start: "2024-01-15", end: "2024-02-10" };
    expect(await ask({ metrics: ["revenue_so_far"], timeRange })).toEqual([[150]]);
    expect(await ask({ metrics: ["revenue_so_far"], timeRange: { start: "2024-02-01" } })).toEqual([[280]]);
  });

  test("by month runs on through the whole calendar", async () => {
    expect(await ask({ metrics: ["revenue_so_far"], groupBy: byMonth })).toEqual([
      ["2024-01-01", 100],
      ["2024-02-01", 210],
      ["2024-03-01", 280],
      ["2024-04-01", 280],
    ]);
  });
});
