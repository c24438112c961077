import { expect, test } from "vitest";
import { call, ref } from "../../../src/expression/index.ts";
import { print } from "../../../src/plan/index.ts";
import { pruneColumns } from "../../../src/plan/optimize/prune-columns.ts";
import { aggregate, combine, eq, filter, join, measure, project, result, rowNumber, scan } from "../support.ts";

const orders = scan("orders", ["day", "customer", "status", "amount"]);

test("a scan reads what later steps use, conditions and keys included", () => {
  const plan = result(
    aggregate(
      filter(orders, eq("status", "paid")),
      ["day"],
      measure("revenue", "sum", "amount"),
      measure("unused", "max", "customer"),
    ),
    "day",
    "revenue",
  );
  expect(print(plan)).toMatchInlineSnapshot(`
    "result day, revenue
      aggregate by day: sum(amount) as revenue, max(customer) as unused
        filter status = 'paid'
          scan orders: day, customer, status, amount"
  `);
  expect(print(pruneColumns.apply(plan))).toMatchInlineSnapshot(`
    "result day, revenue
      aggregate by day: sum(amount) as revenue
        filter status = 'paid'
          scan orders: day, status, amount"
  `);
});

test("a measure's own condition is read too", () => {
  const plan = aggregate(orders, [], measure("paid", "sum", "amount", eq("status", "paid")));
  expect(print(pruneColumns.apply(plan))).toMatchInlineSnapshot(`
    "aggregate: sum(amount) where status = 'paid' as paid
      scan orders: status, amount"
  `);
});

test("a join passes on less and keeps its keys on both sides", () => {
  const joined = join("left", orders, scan("customers", ["customer", "country", "name"]), ["customer"]);
  const plan = aggregate(joined, ["country"], measure("revenue", "sum", "amount"));
  const pruned = pruneColumns.apply(plan);
  expect(print(pruned)).toMatchInlineSnapshot(`
    "aggregate by country: sum(amount) as revenue
      left join on customer
        scan orders: customer, amount
        scan customers: customer, country"
  `);
  expect(pruned).toMatchObject({ input: { columns: ["amount", "country"] } });
});

test("a window nobody reads is gone, one that is read keeps what it sorts by", () => {
  const ranked = rowNumber(orders, "rank", ["customer"], "day");
  expect(print(pruneColumns.apply(result(ranked, "amount")))).toMatchInlineSnapshot(`
    "result amount
      scan orders: amount"
  `);
  const first = filter(ranked, call("=", ref("rank"), { kind: "literal", type: "int", value: "1" } as const));
  expect(print(pruneColumns.apply(result(first, "amount")))).toMatchInlineSnapshot(`
    "result amount
      filter rank = 1
        window rank = row_number per customer order by day desc
          scan orders: day, customer, amount"
  `);
});

test("branches keep their keys, and computed columns what they are computed from", () => {
  const stitched = combine(
    ["day"],
    aggregate(orders, ["day"], measure("revenue", "sum", "amount"), measure("orders", "count", null)),
    aggregate(scan("refunds", ["day", "amount"]), ["day"], measure("refunded", "sum", "amount")),
  );
  const net = project(stitched, {
    day: ref("day"),
    net: call("-", ref<string>("revenue"), ref("refunded")),
    rest: ref("orders"),
  });
  expect(print(pruneColumns.apply(result(net, "day", "net")))).toMatchInlineSnapshot(`
    "result day, net
      compute day, revenue - refunded as net
        combine on day
          aggregate by day: sum(amount) as revenue
            scan orders: day, amount
          aggregate by day: sum(amount) as refunded
            scan refunds: day, amount"
  `);
});

test("a plan that uses all it reads is the plan itself", () => {
  const plan = result(
    aggregate(scan("orders", ["day", "amount"]), ["day"], measure("revenue", "sum", "amount")),
    "day",
    "revenue",
  );
  expect(pruneColumns.apply(plan)).toBe(plan);
});
