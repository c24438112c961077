import { describe, expect, test } from "vitest";
import { call } from "../../../src/expression/index.ts";
import type { OptimizeStep, Scan } from "../../../src/plan/index.ts";
import { optimize, print } from "../../../src/plan/index.ts";
import { rewrite } from "../../../src/plan/optimize/rewrite.ts";
import { RULES } from "../../../src/plan/optimize/rules.ts";
import { aggregate, combine, eq, filter, measure, result, scan, source } from "../support.ts";

const orders = scan("orders", ["day", "status", "amount"]);
const plan = result(
  combine(
    ["day"],
    aggregate(orders, ["day"], measure("revenue", "sum", "amount")),
    aggregate(filter(orders, eq("status", "paid")), ["day"], measure("paid", "sum", "amount")),
  ),
  "day",
  "revenue",
  "paid",
);

test("rules run in order, and each that changed the plan is told", () => {
  const steps: OptimizeStep[] = [];
  const cheaper = optimize(filteredBy("2026-01-01"), (step) => steps.push(step));
  expect(steps.map(({ rule }) => rule)).toEqual(["merge-same-source-scans", "push-filters-down"]);
  expect(steps.at(-1)?.plan).toBe(cheaper);
  expect(print(cheaper)).toMatchInlineSnapshot(`
    "result day, revenue, paid
      aggregate by day: sum(amount) as revenue, sum(amount) where status = 'paid' as paid
        scan orders: day, status, amount where day = '2026-01-01'"
  `);
});

test("a plan that is as cheap as it gets is left alone", () => {
  const cheaper = optimize(plan);
  expect(optimize(cheaper)).toBe(cheaper);
});

test("every rule returns the plan it was given where it changes nothing", () => {
  const cheap = result(scan("orders", ["day"]), "day");
  expect(RULES.length).toBeGreaterThan(0);
  for (const rule of RULES) expect(rule.apply(cheap), rule.name).toBe(cheap);
});

describe("row guards", () => {
  const guard = call("=", source("tenant"), source("tenant"));

  test("stay on every scan that is merged, pushed into or pruned", () => {
    const guarded = { ...orders, guard };
    const cheaper = optimize(
      result(
        combine(
          ["day"],
          aggregate(guarded, ["day"], measure("revenue", "sum", "amount")),
          aggregate(filter(guarded, eq("status", "paid")), ["day"], measure("paid", "sum", "amount")),
        ),
        "day",
        "revenue",
        "paid",
      ),
    );
    expect(print(cheaper)).toMatchInlineSnapshot(`
      "result day, revenue, paid
        aggregate by day: sum(amount) as revenue, sum(amount) where status = 'paid' as paid
          scan orders: day, status, amount guarded by tenant = tenant"
    `);
  });

  test("are never shared with a scan that has none", () => {
    const cheaper = optimize(
      result(
        combine(
          ["day"],
          aggregate({ ...orders, guard }, ["day"], measure("revenue", "sum", "amount")),
          aggregate(orders, ["day"], measure("orders", "count", null)),
        ),
        "day",
        "revenue",
        "orders",
      ),
    );
    expect(print(cheaper).match(/guarded/g)).toHaveLength(1);
    expect(print(cheaper).match(/scan orders/g)).toHaveLength(2);
  });
});

function filteredBy(day: string) {
  const dated = filter(orders, eq("day", day));
  return result(
    combine(
      ["day"],
      aggregate(dated, ["day"], measure("revenue", "sum", "amount")),
      aggregate(filter(orders, eq("day", day), eq("status", "paid")), ["day"], measure("paid", "sum", "amount")),
    ),
    "day",
    "revenue",
    "paid",
  );
}

describe("a rule that touches what may be read is found out and named", () => {
  const mask = call("hash", source("mail"));
  const guarded = scan("orders", ["day", "amount"], {
    guard: call("=", source("tenant"), source("tenant")),
    minimumGroup: 5,
    columns: [{ name: "mail", expr: mask, type: "string" }],
  });
  const question = result(aggregate(guarded, ["mail"], measure("revenue", "sum", "amount")), "mail", "revenue");
  const through = (change: (read: Scan) => Scan) =>
    optimize(question, undefined, [
      { name: "wrong", apply: (node) => rewrite(node, (step) => (step.kind === "scan" ? change(step) : step)) },
    ]);

  test.each<[string, (read: Scan) => Scan]>([
    ["drops the guard", (read) => ({ ...read, guard: null })],
    ["weakens the guard", (read) => ({ ...read, guard: call("or", read.guard ?? mask, source("is_public")) })],
    ["drops the minimum", (read) => ({ ...read, minimumGroup: null })],
    ["lowers the minimum", (read) => ({ ...read, minimumGroup: 2 })],
    [
      "takes the mask off",
      (read) => ({
        ...read,
        columns: read.columns.map((column) => (column.expr === mask ? { ...column, expr: source("mail") } : column)),
      }),
    ],
    ["reads another table", (read) => ({ ...read, source: { kind: "table", path: ["payroll"] } })],
    [
      "reads more",
      (read) => ({ ...read, columns: [...read.columns, { name: "cost", expr: source("cost"), type: "int" }] }),
    ],
  ])("%s", (_what, change) => {
    expect(() => through(change)).toThrow('Optimiser rule "wrong" changed the plan\'s row guards.');
  });

  test("reading less, or under one more condition, is fine", () => {
    expect(() => through((read) => ({ ...read, columns: [...read.columns] }))).not.toThrow();
    expect(() => through((read) => ({ ...read, where: [call("is_not_null", source("day"))] }))).not.toThrow();
  });
});
