import { describe, expect, test } from "vitest";
import { call, ref } from "../../../src/expression/index.ts";
import { print } from "../../../src/plan/index.ts";
import { pushFiltersDown } from "../../../src/plan/optimize/push-filters-down.ts";
import { aggregate, eq, filter, join, measure, rowNumber, scan, source } from "../support.ts";

const orders = scan("orders", ["customer", "status", "amount"]);
const customers = scan("customers", ["customer", "country"]);
const joined = join("left", orders, customers, ["customer"]);

describe("a condition", () => {
  test("on the rows of a scan is tested in it", () => {
    const plan = filter(orders, eq("status", "paid"));
    expect(print(plan)).toMatchInlineSnapshot(`
      "filter status = 'paid'
        scan orders: customer, status, amount"
    `);
    expect(print(pushFiltersDown.apply(plan))).toMatchInlineSnapshot(
      `"scan orders: customer, status, amount where status = 'paid'"`,
    );
  });

  test("on the left side of a join goes below it", () => {
    expect(print(pushFiltersDown.apply(filter(joined, eq("status", "paid"))))).toMatchInlineSnapshot(`
      "left join on customer
        scan orders: customer, status, amount where status = 'paid'
        scan customers: customer, country"
    `);
  });

  test("of several is taken apart at its ANDs", () => {
    const both = call("and", eq("status", "paid"), eq("country", "DE"));
    expect(print(pushFiltersDown.apply(filter(joined, both)))).toMatchInlineSnapshot(`
      "filter country = 'DE'
        left join on customer
          scan orders: customer, status, amount where status = 'paid'
          scan customers: customer, country"
    `);
  });

  test("sees the expression behind the column's name", () => {
    const large = call(">", ref("amount"), ref("limit"));
    const computed = scan("orders", ["limit"], {
      columns: [
        {
          name: "amount",
          type: "int",
          expr: call("*", source("price"), source("quantity")),
        },
      ],
    });
    expect(print(pushFiltersDown.apply(filter(computed, large)))).toMatchInlineSnapshot(
      `"scan orders: limit, price * quantity as amount where price * quantity > limit"`,
    );
  });

  test("on either side of an inner or a cross join goes to it", () => {
    const days = scan("days", ["day"]);
    const crossed = join("cross", orders, days, []);
    const plan = filter(crossed, eq("day", "2026-01-01"), eq("status", "paid"));
    expect(print(pushFiltersDown.apply(plan))).toMatchInlineSnapshot(`
      "cross join
        scan orders: customer, status, amount where status = 'paid'
        scan days: day where day = '2026-01-01'"
    `);
  });
});

describe("a condition stays where it is", () => {
  test("on the optional side of a left join, where it would turn misses into NULLs", () => {
    const plan = filter(joined, eq("country", "DE"));
    expect(pushFiltersDown.apply(plan)).toBe(plan);
  });

  test("above a full join, which keeps the rows of both sides", () => {
    const full = join("full", orders, customers, ["customer"]);
    const plan = filter(full, eq("status", "paid"));
    expect(pushFiltersDown.apply(plan)).toBe(plan);
  });

  test("over both sides of a join", () => {
    const plan = filter(joined, call("or", eq("status", "paid"), eq("country", "DE")));
    expect(pushFiltersDown.apply(plan)).toBe(plan);
  });

  test("above an aggregate and a window, which it must not change", () => {
    const totals = filter(aggregate(orders, ["status"], measure("orders", "count", null)), eq("status", "paid"));
    expect(pushFiltersDown.apply(totals)).toBe(totals);
    const latest = filter(rowNumber(orders, "rank", ["customer"], "amount"), eq("status", "paid"));
    expect(pushFiltersDown.apply(latest)).toBe(latest);
  });

  test("where it reads the author's own SQL", () => {
    const opaque = { kind: "opaque", sql: { duckdb: "f(x)" }, columns: ["x"], type: "string" } as const;
    const plan = filter(
      scan("orders", [], { columns: [{ name: "host", expr: ref(opaque), type: "string" }] }),
      eq("host", "a"),
    );
    expect(pushFiltersDown.apply(plan)).toBe(plan);
  });

  test("where both sides of a join have the name, which then means the left one's", () => {
    const periods = aggregate(scan("days", ["day"]), ["day"]);
    const plan = filter(join("inner", periods, scan("orders", ["day", "amount"]), []), eq("day", "2026-01-01"));
    expect(pushFiltersDown.apply(plan)).toBe(plan);
  });
});
