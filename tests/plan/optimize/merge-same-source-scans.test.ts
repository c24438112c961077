import { describe, expect, test } from "vitest";
import { call, ref } from "../../../src/expression/index.ts";
import { print } from "../../../src/plan/index.ts";
import { mergeSameSourceScans } from "../../../src/plan/optimize/merge-same-source-scans.ts";
import { aggregate, combine, eq, filter, join, measure, result, scan, source } from "../support.ts";

const orders = scan("orders", ["day", "status", "amount"]);
const revenue = aggregate(orders, ["day"], measure("revenue", "sum", "amount"));
const count = aggregate(orders, ["day"], measure("orders", "count", null));

describe("metrics over one source", () => {
  test("share its scan", () => {
    const plan = combine(["day"], revenue, count);
    expect(print(plan)).toMatchInlineSnapshot(`
      "combine on day
        aggregate by day: sum(amount) as revenue
          scan orders: day, status, amount
        aggregate by day: count(1) as orders
          scan orders: day, status, amount"
    `);
    expect(print(mergeSameSourceScans.apply(plan))).toMatchInlineSnapshot(`
      "aggregate by day: sum(amount) as revenue, count(1) as orders
        scan orders: day, status, amount"
    `);
  });

  test("read the columns of both", () => {
    const buyers = aggregate(
      scan("orders", ["day", "customer"]),
      ["day"],
      measure("buyers", "count_distinct", "customer"),
    );
    expect(print(mergeSameSourceScans.apply(combine(["day"], revenue, buyers)))).toMatchInlineSnapshot(`
      "aggregate by day: sum(amount) as revenue, count_distinct(customer) as buyers
        scan orders: day, status, amount, customer"
    `);
  });

  test("share the joins that both make", () => {
    const customers = scan("customers", ["customer", "country"]);
    const joined = (columns: readonly string[]) =>
      join("left", scan("orders", ["customer", ...columns]), customers, ["customer"]);
    const plan = combine(
      ["country"],
      aggregate(joined(["amount"]), ["country"], measure("revenue", "sum", "amount")),
      aggregate(joined([]), ["country"], measure("orders", "count", null)),
    );
    expect(print(mergeSameSourceScans.apply(plan))).toMatchInlineSnapshot(`
      "aggregate by country: sum(amount) as revenue, count(1) as orders
        left join on customer
          scan orders: customer, amount
          scan customers: customer, country"
    `);
  });
});

describe("conditions", () => {
  const paid = eq("status", "paid");
  const inJune = eq("day", "2026-06-01");

  test("of one metric become its own", () => {
    const plan = combine(["day"], revenue, aggregate(filter(orders, paid), ["day"], measure("paid", "sum", "amount")));
    expect(print(mergeSameSourceScans.apply(plan))).toMatchInlineSnapshot(`
      "aggregate by day: sum(amount) as revenue, sum(amount) where status = 'paid' as paid
        scan orders: day, status, amount"
    `);
  });

  test("that a measure has already stay beside those of its metric", () => {
    const known = aggregate(
      filter(orders, paid),
      ["day"],
      measure("known", "count", null, call("is_not_null", ref("day"))),
    );
    expect(print(mergeSameSourceScans.apply(combine(["day"], revenue, known)))).toMatchInlineSnapshot(`
      "aggregate by day: sum(amount) as revenue, count(1) where day IS NOT NULL AND status = 'paid' as known
        scan orders: day, status, amount"
    `);
    expect(print(mergeSameSourceScans.apply(combine(["day"], known, revenue)))).toMatchInlineSnapshot(`
      "aggregate by day: count(1) where day IS NOT NULL AND status = 'paid' as known, sum(amount) as revenue
        scan orders: day, status, amount"
    `);
  });

  test("that all share stay below", () => {
    const plan = combine(
      ["day"],
      aggregate(filter(orders, inJune), ["day"], measure("revenue", "sum", "amount")),
      aggregate(filter(orders, paid, inJune), ["day"], measure("paid", "sum", "amount")),
    );
    expect(print(mergeSameSourceScans.apply(plan))).toMatchInlineSnapshot(`
      "aggregate by day: sum(amount) as revenue, sum(amount) where status = 'paid' as paid
        filter day = '2026-06-01'
          scan orders: day, status, amount"
    `);
  });

  test("of every metric keep away groups that none of them has", () => {
    const plan = combine(
      ["day"],
      aggregate(filter(orders, paid), ["day"], measure("paid", "sum", "amount")),
      aggregate(filter(orders, eq("status", "open")), ["day"], measure("open", "count", null)),
    );
    expect(print(mergeSameSourceScans.apply(plan))).toMatchInlineSnapshot(`
      "aggregate by day: sum(amount) where status = 'paid' as paid, count(1) where status = 'open' as open
        filter status = 'paid' OR status = 'open'
          scan orders: day, status, amount"
    `);
  });
});

describe("scans stay apart", () => {
  const day = call("date_trunc", { kind: "literal", type: "string", value: "day" } as const, source("shipped_at"));
  const shipped = scan("orders", ["amount"], { columns: [{ name: "day", expr: day, type: "date" }] });

  test.each([
    ["of two sources", aggregate(scan("refunds", ["day", "amount"]), ["day"], measure("refunded", "sum", "amount"))],
    [
      "under a row guard",
      aggregate(
        { ...orders, guard: call("=", source("tenant"), source("tenant")) },
        ["day"],
        measure("n", "count", null),
      ),
    ],
    ["whose time is another", aggregate(shipped, ["day"], measure("shipped", "sum", "amount"))],
    ["by other groups", aggregate(orders, ["day", "status"], measure("n", "count", null))],
    [
      "with another join",
      aggregate(join("left", orders, scan("days", ["day", "week"]), ["day"]), ["day"], measure("n", "count", null)),
    ],
  ])("%s", (_, other) => {
    const plan = combine(["day"], revenue, other);
    expect(mergeSameSourceScans.apply(plan)).toBe(plan);
  });

  test("and those between them keep the order of the columns", () => {
    const refunded = aggregate(scan("refunds", ["day", "amount"]), ["day"], measure("refunded", "sum", "amount"));
    const plan = result(combine(["day"], refunded, revenue, count), "day", "refunded", "revenue", "orders");
    expect(print(mergeSameSourceScans.apply(plan))).toMatchInlineSnapshot(`
      "result day, refunded, revenue, orders
        combine on day
          aggregate by day: sum(amount) as refunded
            scan refunds: day, amount
          aggregate by day: sum(amount) as revenue, count(1) as orders
            scan orders: day, status, amount"
    `);
  });
});

test("a plan without anything to merge is the plan itself", () => {
  const plan = result(filter(revenue, call("is_not_null", ref("revenue"))), "day", "revenue");
  expect(mergeSameSourceScans.apply(plan)).toBe(plan);
});
