import { describe, expect, test } from "vitest";
import { call, ref } from "../../../src/expression/index.ts";
import { print } from "../../../src/plan/index.ts";
import { aggregateBeforeRangeJoin } from "../../../src/plan/optimize/aggregate-before-range-join.ts";
import { aggregate, eq, filter, join, measure, scan } from "../support.ts";

const days = scan("days", ["day"]);
const orders = scan("orders", ["ordered_on", "status", "amount"]);
const until = call("<=", ref<string>("ordered_on"), ref("day"));
const running = join("inner", days, orders, [], { condition: until });

describe("rows are added up before they meet every day of a window", () => {
  test("by what the join and the groups read", () => {
    const plan = aggregate(running, ["day", "status"], measure("revenue", "sum", "amount"));
    expect(print(plan)).toMatchInlineSnapshot(`
      "aggregate by day, status: sum(amount) as revenue
        inner join on ordered_on <= day
          scan days: day
          scan orders: ordered_on, status, amount"
    `);
    expect(print(aggregateBeforeRangeJoin.apply(plan))).toMatchInlineSnapshot(`
      "aggregate by day, status: sum(revenue) as revenue
        inner join on ordered_on <= day
          scan days: day
          aggregate by ordered_on, status: sum(amount) as revenue
            scan orders: ordered_on, status, amount"
    `);
  });

  test("counts become sums of counts, and a measure's own condition is tested on the rows", () => {
    const plan = aggregate(
      running,
      ["day"],
      measure("paid", "count", null, eq("status", "paid")),
      measure("most", "max", "amount"),
    );
    expect(print(aggregateBeforeRangeJoin.apply(plan))).toMatchInlineSnapshot(`
      "aggregate by day: sum(paid) as paid, max(most) as most
        inner join on ordered_on <= day
          scan days: day
          aggregate by ordered_on: count(1) where status = 'paid' as paid, max(amount) as most
            scan orders: ordered_on, status, amount"
    `);
  });

  test("conditions above the join still see what they read", () => {
    const plan = aggregate(filter(running, eq("status", "paid")), ["day"], measure("revenue", "sum", "amount"));
    expect(print(aggregateBeforeRangeJoin.apply(plan))).toMatchInlineSnapshot(`
      "aggregate by day: sum(revenue) as revenue
        filter status = 'paid'
          inner join on ordered_on <= day
            scan days: day
            aggregate by ordered_on, status: sum(amount) as revenue
              scan orders: ordered_on, status, amount"
    `);
  });
});

describe("rows are needed themselves", () => {
  test.each(["count_distinct", "average", "median", "percentile"] as const)("for %s", (aggregation) => {
    const plan = aggregate(running, ["day"], measure("value", aggregation, "amount"));
    expect(aggregateBeforeRangeJoin.apply(plan)).toBe(plan);
  });

  test("where one of several measures needs them", () => {
    const plan = aggregate(
      running,
      ["day"],
      measure("revenue", "sum", "amount"),
      measure("buyers", "count_distinct", "status"),
    );
    expect(aggregateBeforeRangeJoin.apply(plan)).toBe(plan);
  });

  test("where the value is the calendar's, under a name that the rows have too", () => {
    const dated = join("inner", days, scan("orders", ["day", "ordered_on"]), [], { condition: until });
    const named = aggregate(dated, ["ordered_on"], measure("last", "max", "day"));
    expect(aggregateBeforeRangeJoin.apply(named)).toBe(named);
    const plan = aggregate(running, ["status"], measure("last", "max", "day"));
    expect(aggregateBeforeRangeJoin.apply(plan)).toBe(plan);
  });
});

test("a join by equal keys is left as it is", () => {
  const plan = aggregate(
    join("left", orders, scan("names", ["status", "name"]), ["status"]),
    ["name"],
    measure("revenue", "sum", "amount"),
  );
  expect(aggregateBeforeRangeJoin.apply(plan)).toBe(plan);
});
