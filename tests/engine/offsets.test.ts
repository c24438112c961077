import { describe, expect, test } from "vitest";
import { useFixture } from "../support/shop.ts";

const { ask } = useFixture();

const byDay = ["metric_time__day"];
const byMonth = ["metric_time__month"];

describe("three days before", () => {
  const timeRange = { start: "2024-01-03", end: "2024-01-08" };

  test("a day shows what was three days before, and no row where nothing was", async () => {
    expect(await ask({ metrics: ["revenue_3d_ago"], groupBy: byDay, timeRange })).toEqual([
      ["2024-01-04", 10],
      ["2024-01-05", 20],
      ["2024-01-07", 30],
    ]);
  });

  test("a difference is NULL where one of the two is missing", async () => {
    expect(await ask({ metrics: ["revenue_vs_3d_ago"], groupBy: byDay, timeRange })).toEqual([
      ["2024-01-04", 20],
      ["2024-01-05", null],
      ["2024-01-07", null],
    ]);
  });

  test("conditions on time mean the day that is shown, beside other dimensions too", async () => {
    const question = { metrics: ["revenue_3d_ago"], groupBy: byDay };
    expect(await ask({ ...question, where: ["metric_time = '2024-01-04'"] })).toEqual([["2024-01-04", 10]]);
    const where = ["metric_time = '2024-01-04' or order__status = 'bad'"];
    expect(await ask({ ...question, where })).toEqual([
      ["2024-01-04", 10],
      ["2024-01-05", 20],
      ["2024-04-03", 70],
    ]);
  });

  test("other conditions act on the rows that are shown later, the input's own too", async () => {
    const question = { groupBy: byDay, timeRange };
    expect(await ask({ ...question, metrics: ["revenue_3d_ago"], where: ["order__status = 'bad'"] })).toEqual([
      ["2024-01-05", 20],
    ]);
    expect(await ask({ ...question, metrics: ["bad_revenue_3d_ago"] })).toEqual([["2024-01-05", 20]]);
  });

  test("a condition of the input on time means the row's own day", async () => {
    expect(await ask({ metrics: ["late_revenue_3d_ago"], groupBy: byDay, timeRange })).toEqual([
      ["2024-01-05", 20],
      ["2024-01-07", 30],
    ]);
  });

  test("a condition on something not queried still gives one row a day", async () => {
    const where = ["customer__segment = 'vip' or customer__segment is null"];
    expect(await ask({ metrics: ["revenue_vs_3d_ago"], groupBy: byDay, timeRange, where })).toEqual([
      ["2024-01-04", 20],
      ["2024-01-05", null],
      ["2024-01-07", null],
    ]);
  });

  test("a cumulative input reaches back by its window, and a range begins with the running value of its first day", async () => {
    const question = { metrics: ["revenue_2d_3d_ago"], groupBy: byDay };
    expect(await ask({ ...question, where: ["metric_time = '2024-01-05'"] })).toEqual([["2024-01-05", 30]]);
    expect(await ask({ ...question, timeRange: { start: "2024-01-04", end: "2024-01-08" } })).toEqual([
      ["2024-01-07", 30],
      ["2024-01-08", 30],
    ]);
  });

  test("offsets nest: the outer shifts the finished inner values", async () => {
    expect(await ask({ metrics: ["revenue_vs_3d_ago_1d_ago"], groupBy: byDay, timeRange })).toEqual([
      ["2024-01-03", null],
      ["2024-01-05", 20],
      ["2024-01-06", null],
      ["2024-01-08", null],
    ]);
  });

  test("the metric's own time dimension serves as well", async () => {
    expect(await ask({ metrics: ["revenue_3d_ago"], groupBy: ["order__ordered_at__day"], limit: 2 })).toEqual([
      ["2024-01-04", 10],
      ["2024-01-05", 20],
    ]);
  });

  test("by other groups beside the day", async () => {
    expect(
      await ask({ metrics: ["revenue_3d_ago"], groupBy: ["order__status", "metric_time__day"], timeRange }),
    ).toEqual([
      ["bad", "2024-01-05", 20],
      ["ok", "2024-01-04", 10],
      ["ok", "2024-01-07", 30],
    ]);
  });
});

describe("a month before", () => {
  test("by month takes the month before", async () => {
    expect(await ask({ metrics: ["revenue_1m_ago"], groupBy: byMonth })).toEqual([
      ["2024-02-01", 100],
      ["2024-03-01", 110],
      ["2024-04-01", 70],
    ]);
  });

  test("by day is clamped at the month's end", async () => {
    expect(await ask({ metrics: ["revenue_1m_ago"], groupBy: byDay })).toEqual([
      ["2024-02-01", 10],
      ["2024-02-02", 20],
      ["2024-02-04", 30],
      ["2024-03-01", 50],
      ["2024-03-29", 60],
      ["2024-03-30", 60],
      ["2024-03-31", 60],
    ]);
  });

  test("by quarter and by year is the sum of the days' values", async () => {
    expect(await ask({ metrics: ["revenue_1m_ago"], groupBy: ["metric_time__quarter"] })).toEqual([
      ["2024-01-01", 10 + 20 + 30 + 50 + 3 * 60],
    ]);
    expect(await ask({ metrics: ["revenue_1m_ago"], groupBy: ["metric_time__year"] })).toEqual([["2024-01-01", 290]]);
  });

  test("by quarter in whole periods is December to February", async () => {
    expect(await ask({ metrics: ["revenue_1m_ago_whole"], groupBy: ["metric_time__quarter"] })).toEqual([
      ["2024-01-01", 210],
      ["2024-04-01", 70],
    ]);
    expect(await ask({ metrics: ["revenue_1m_ago_whole"], groupBy: byMonth })).toEqual([
      ["2024-02-01", 100],
      ["2024-03-01", 110],
      ["2024-04-01", 70],
    ]);
  });

  test("by sprint and by date part places each day first", async () => {
    expect(await ask({ metrics: ["revenue_1m_ago"], groupBy: ["metric_time__sprint"] })).toEqual([
      ["2024-01-31", 60],
      ["2024-03-01", 50],
      ["2024-03-21", 120],
      ["2024-03-31", 60],
    ]);
    expect(await ask({ metrics: ["revenue_1m_ago"], groupBy: ["metric_time__extract_month"] })).toEqual([
      [2, 60],
      [3, 230],
    ]);
  });

  test("by week places each day first, for a quarter's offset too", async () => {
    expect(await ask({ metrics: ["revenue_1m_ago"], groupBy: ["metric_time__week"] })).toEqual([
      ["2024-01-29", 60],
      ["2024-02-26", 50],
      ["2024-03-25", 180],
    ]);
    expect(await ask({ metrics: ["revenue_1q_ago"], groupBy: ["metric_time__week"] })).toEqual([["2024-04-01", 60]]);
  });

  test("by month and quarter together moves the finer one", async () => {
    expect(await ask({ metrics: ["revenue_1m_ago"], groupBy: ["metric_time__quarter", "metric_time__month"] })).toEqual(
      [
        ["2024-01-01", "2024-02-01", 100],
        ["2024-01-01", "2024-03-01", 110],
        ["2024-04-01", "2024-04-01", 70],
      ],
    );
  });

  test("by month and a part that tells its days apart places each day first", async () => {
    expect(
      await ask({ metrics: ["revenue_1m_ago"], groupBy: ["metric_time__month", "metric_time__extract_dow"] }),
    ).toEqual([
      ["2024-02-01", 4, 10],
      ["2024-02-01", 5, 20],
      ["2024-02-01", 7, 30],
      ["2024-03-01", 5, 50 + 60],
      ["2024-03-01", 6, 60],
      ["2024-03-01", 7, 60],
    ]);
    expect(
      await ask({ metrics: ["revenue_1m_ago"], groupBy: ["metric_time__month", "metric_time__extract_quarter"] }),
    ).toEqual([
      ["2024-02-01", 1, 100],
      ["2024-03-01", 1, 110],
      ["2024-04-01", 2, 70],
    ]);
  });

  test("under a condition on a part beside something else, each day is counted once", async () => {
    const where = ["metric_time__extract_dow = 7 or order__status = 'bad'"];
    expect(await ask({ metrics: ["revenue_1m_ago"], groupBy: byMonth, where })).toEqual([
      ["2024-02-01", 20 + 30],
      ["2024-03-01", 60],
    ]);
  });
});

test("a quarter before by month, and a week before by week", async () => {
  expect(await ask({ metrics: ["revenue_1q_ago"], groupBy: byMonth })).toEqual([["2024-04-01", 100]]);
  expect(await ask({ metrics: ["revenue_1w_ago"], groupBy: ["metric_time__week"] })).toEqual([
    ["2024-01-08", 60],
    ["2024-02-05", 90],
    ["2024-03-04", 60],
    ["2024-04-01", 70],
  ]);
});

describe("back to the start of the month", () => {
  test("by day takes the month's first day", async () => {
    const question = { metrics: ["revenue_at_month_start"], groupBy: byDay };
    expect(await ask({ ...question, timeRange: { start: "2024-01-30", end: "2024-01-30" } })).toEqual([
      ["2024-01-30", 10],
    ]);
    expect(await ask({ ...question, where: ["metric_time = '2024-02-02'"] })).toEqual([["2024-02-02", 50]]);
    expect(await ask({ ...question, where: ["metric_time >= '2024-03-01'"] })).toEqual([]);
  });

  test("by month takes the month itself", async () => {
    expect(await ask({ metrics: ["revenue_at_month_start"], groupBy: byMonth })).toEqual([
      ["2024-01-01", 100],
      ["2024-02-01", 110],
      ["2024-03-01", 70],
    ]);
  });

  test("by week or coarser takes the first day of the month that holds the bucket's first day", async () => {
    expect(await ask({ metrics: ["revenue_at_month_start"], groupBy: ["metric_time__week"] })).toEqual([
      ["2024-01-01", 10],
      ["2024-01-08", 10],
      ["2024-01-15", 10],
      ["2024-01-22", 10],
      ["2024-01-29", 10],
      ["2024-02-05", 50],
      ["2024-02-12", 50],
      ["2024-02-19", 50],
      ["2024-02-26", 50],
    ]);
    expect(await ask({ metrics: ["revenue_at_month_start"], groupBy: ["metric_time__quarter"] })).toEqual([
      ["2024-01-01", 10],
    ]);
    expect(await ask({ metrics: ["revenue_at_month_start"], groupBy: ["metric_time__sprint"] })).toEqual([
      ["2024-01-01", 10],
      ["2024-01-11", 10],
      ["2024-01-21", 10],
      ["2024-01-31", 10],
      ["2024-02-10", 50],
      ["2024-02-20", 50],
    ]);
  });

  test("by week and month together takes it for each part of a week", async () => {
    const question = { metrics: ["revenue_at_month_start"], groupBy: ["metric_time__week", "metric_time__month"] };
    const timeRange = { start: "2024-01-29", end: "2024-02-05" };
    expect(await ask({ ...question, timeRange })).toEqual([
      ["2024-01-29", "2024-01-01", 10],
      ["2024-01-29", "2024-02-01", 50],
      ["2024-02-05", "2024-02-01", 50],
    ]);
  });
});

describe("a sprint before", () => {
  test("by day takes the same position of the sprint before", async () => {
    const timeRange = { start: "2024-01-09", end: "2024-01-15" };
    expect(await ask({ metrics: ["revenue_1_sprint_ago"], groupBy: byDay, timeRange })).toEqual([
      ["2024-01-11", 10],
      ["2024-01-12", 20],
      ["2024-01-14", 30],
    ]);
  });

  test("by sprint takes the whole one before", async () => {
    expect(await ask({ metrics: ["revenue_1_sprint_ago"], groupBy: ["metric_time__sprint"] })).toEqual([
      ["2024-01-11", 60],
      ["2024-02-10", 90],
      ["2024-03-01", 60],
      ["2024-04-10", 70],
    ]);
  });
});
