import { describe, expect, test } from "vitest";
import { useFixture } from "../support/shop.ts";

const { ask } = useFixture();

test("weeks start on Monday", async () => {
  expect(await ask({ metrics: ["orders"], groupBy: ["metric_time__week"] })).toEqual([
    ["2024-01-01", 3],
    ["2024-01-29", 2],
    ["2024-02-26", 1],
    ["2024-03-25", 2],
  ]);
});

test("several grains stand together", async () => {
  expect(await ask({ metrics: ["revenue"], groupBy: ["metric_time__quarter", "metric_time__month"] })).toEqual([
    ["2024-01-01", "2024-01-01", 100],
    ["2024-01-01", "2024-02-01", 110],
    ["2024-01-01", "2024-03-01", 70],
  ]);
});

test("a sprint is a period of the calendar", async () => {
  expect(await ask({ metrics: ["revenue"], groupBy: ["metric_time__sprint"] })).toEqual([
    ["2024-01-01", 60],
    ["2024-01-31", 90],
    ["2024-02-20", 60],
    ["2024-03-31", 70],
  ]);
});

test("a sprint can be filtered on without being grouped by", async () => {
  const where = ["metric_time__sprint = '2024-01-31'"];
  expect(await ask({ metrics: ["revenue"], where })).toEqual([[90]]);
  expect(await ask({ metrics: ["revenue"], groupBy: ["metric_time__month"], where })).toEqual([
    ["2024-01-01", 40],
    ["2024-02-01", 50],
  ]);
});

test("another time dimension is cut to sprints too", async () => {
  expect(await ask({ metrics: ["revenue"], groupBy: ["order__ordered_at__sprint"], limit: 1 })).toEqual([
    ["2024-01-01", 60],
  ]);
});

describe("date parts", () => {
  test("Monday is 1 and Sunday is 7", async () => {
    expect(await ask({ metrics: ["orders"], groupBy: ["metric_time__extract_dow"] })).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 3],
      [7, 2],
    ]);
  });

  test("year, quarter, month, day and day of the year", async () => {
    const parts = ["year", "quarter", "month", "day", "doy"].map((part) => ({ name: "metric_time", datePart: part }));
    const where = ["metric_time__extract_month = 2"];
    expect(await ask({ metrics: ["orders"], groupBy: parts, where })).toEqual([
      [2024, 1, 2, 1, 32, 1],
      [2024, 1, 2, 29, 60, 1],
    ]);
  });
});

describe("metric_time without a grain", () => {
  test("is the day, or the metric's own grain, or the coarsest of several metrics", async () => {
    expect((await ask({ metrics: ["orders"], groupBy: ["metric_time"] }))[0]).toEqual(["2024-01-01", 1]);
    expect((await ask({ metrics: ["revenue_by_month"], groupBy: ["metric_time"] }))[0]).toEqual(["2024-01-01", 100]);
    expect(await ask({ metrics: ["orders", "revenue_by_month"], groupBy: ["metric_time"] })).toEqual([
      ["2024-01-01", 4, 100],
      ["2024-02-01", 2, 110],
      ["2024-03-01", 2, 70],
    ]);
  });

  test("in a filter it means the grain of the metric that is filtered", async () => {
    const where = ["metric_time = '2024-01-01'"];
    expect(await ask({ metrics: ["revenue", "revenue_by_month"], where })).toEqual([[10, 100]]);
  });

  test("another time has its declared grain", async () => {
    expect((await ask({ metrics: ["orders"], groupBy: ["order__ordered_at"] }))[0]).toEqual(["2024-01-01", 1]);
  });
});
