import { expect, test } from "vitest";
import { call, ref } from "../../../src/expression/index.ts";
import { print } from "../../../src/plan/index.ts";
import { matchDaysBeforeRows } from "../../../src/plan/optimize/match-days-before-rows.ts";
import { aggregate, join, measure, scan } from "../support.ts";

const days = scan("days", ["day"]);
const orders = scan("orders", ["ordered_on", "shipped_on", "customer"]);
const until = call("<=", ref<string>("ordered_on"), ref("day"));

test("a window finds its days first, and their rows by equality", () => {
  const running = join("inner", days, orders, [], { condition: until });
  const plan = aggregate(running, ["day"], measure("customers", "count_distinct", "customer"));
  expect(print(matchDaysBeforeRows.apply(plan))).toMatchInlineSnapshot(`
    "aggregate by day: count_distinct(customer) as customers
      inner join on ordered_on
        inner join on ordered_on <= day
          scan days: day
          distinct ordered_on
            scan orders: ordered_on, shipped_on, customer
        scan orders: ordered_on, shipped_on, customer"
  `);
});

test("a join that keeps days without rows, or reads two columns of a row, stays as it is", () => {
  const padded = join("left", days, orders, [], { condition: until });
  expect(matchDaysBeforeRows.apply(padded)).toBe(padded);
  const open = call("and", until, call(">", ref<string>("shipped_on"), ref("day")));
  const between = join("inner", days, orders, [], { condition: open });
  expect(matchDaysBeforeRows.apply(between)).toBe(between);
});

test("an equal join is hashed already", () => {
  const equal = join("inner", days, orders, ["ordered_on"], { condition: until });
  expect(matchDaysBeforeRows.apply(equal)).toBe(equal);
});
