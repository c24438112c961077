import { expect, test } from "vitest";
import { call, text } from "../../../src/expression/index.ts";
import { bundlePlans, optimize, print } from "../../../src/plan/index.ts";
import { shareScans } from "../../../src/plan/optimize/share-scans.ts";
import { aggregate, measure, result, scan, source } from "../support.ts";

const byRegion = result(
  aggregate(scan("orders", ["region", "amount"]), ["region"], measure("revenue", "sum", "amount")),
  "region",
  "revenue",
);
const total = result(aggregate(scan("orders", ["amount"]), [], measure("revenue", "sum", "amount")), "revenue");

test("two answers read a source once", () => {
  expect(print(shareScans.apply(bundlePlans([byRegion, total])))).toMatchInlineSnapshot(`
    "bundle of 2
      result region, revenue
        aggregate by region: sum(amount) as revenue
          compute region, amount
            scan orders: region, amount
      result revenue
        aggregate: sum(amount) as revenue
          compute amount
            scan orders: region, amount"
  `);
});

test("columns of one name that mean different things are told apart", () => {
  const column = (name: string, from: string) => ({ name, expr: source(from), type: "date" as const });
  const counted = (from: string) =>
    result(
      aggregate(scan("orders", [], { columns: [column("day", from)] }), ["day"], measure("n", "count", null)),
      "day",
      "n",
    );
  expect(print(shareScans.apply(bundlePlans([counted("ordered_on"), counted("paid_on")])))).toMatchInlineSnapshot(`
    "bundle of 2
      result day, n
        aggregate by day: count(1) as n
          compute day
            scan orders: ordered_on as day, paid_on as day_2
      result day, n
        aggregate by day: count(1) as n
          compute day_2 as day
            scan orders: ordered_on as day, paid_on as day_2"
  `);
});

test("a single answer is left as it is", () => {
  expect(shareScans.apply(byRegion)).toBe(byRegion);
});

test.each([
  ["guard", { guard: call("=", source("tenant"), text("a")) }],
  ["minimum", { minimumGroup: 5 }],
  ["condition", { where: [call("=", source("status"), text("paid"))] }],
  ["source", { source: { kind: "table", path: ["archive"] } }],
] as const)("rows under another %s are read apart", (_, more) => {
  const other = result(
    aggregate(scan("orders", ["channel", "amount"], more), ["channel"], measure("revenue", "sum", "amount")),
    "channel",
    "revenue",
  );
  const plan = bundlePlans([byRegion, other]);
  expect(print(shareScans.apply(plan))).toBe(print(plan));
});

test("what nobody reads of the shared rows is dropped, and the rest is read for all", () => {
  const idle = result(byRegion.input, "revenue");
  const plan = optimize(bundlePlans([idle, total]));
  expect(print(plan)).toMatchInlineSnapshot(`
    "bundle of 2
      result revenue
        aggregate by region: sum(amount) as revenue
          compute region, amount
            scan orders: region, amount
      result revenue
        aggregate: sum(amount) as revenue
          compute amount
            scan orders: region, amount"
  `);
});
