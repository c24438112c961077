import { describe, expect, test } from "vitest";
import { parseAggregate, print, printName } from "../../src/expression/index.ts";
import { fingers, problemsOf, valueOf } from "./support.ts";

describe("the shorthand of a measure", () => {
  test.each([
    ["sum(amount)", "sum amount"],
    ["SUM(Amount * 2)", "sum amount * 2"],
    ["sum(all amount)", "sum amount"],
    ["min(a)", "min a"],
    ["max(a)", "max a"],
    ["avg(a)", "average a"],
    ["average(a)", "average a"],
    ["count(*)", "count 1"],
    ["count(1)", "count 1"],
    ["count(x)", "count x"],
    ["count(distinct x)", "count_distinct x"],
    ["count_distinct(x)", "count_distinct x"],
    ["sum_boolean(a > 1)", "sum_boolean a > 1"],
    ["median(x)", "median x 0.5 continuous"],
    ["percentile(x, 0.95)", "percentile x 0.95 continuous"],
    ["percentile(x, .5)", "percentile x 0.5 continuous"],
    ["percentile(x, 1)", "percentile x 1 continuous"],
    ["percentile_cont(0.950) within group (order by x)", "percentile x 0.950 continuous"],
    ["percentile_disc(0.95) within group (order by x + 1 asc)", "percentile x + 1 0.95 discrete"],
  ])("%s", (text, expected) => {
    const { aggregation, expr, percentile } = valueOf(parseAggregate(text));
    const parts = [aggregation, print(expr, printName), ...(percentile ? [percentile.fraction, percentile.kind] : [])];
    expect(parts.join(" ")).toBe(expected);
  });

  test("count(*) stands for the number one, which is never NULL", () => {
    expect(valueOf(parseAggregate("count(*)")).expr).toEqual({
      kind: "literal",
      type: "int",
      value: "1",
      at: { start: 0, end: 8 },
    });
  });
});

describe("what is no aggregate of one expression is refused", () => {
  test.each([
    ["amount", "not-allowed: amount"],
    ["sum(a) / 2", "not-allowed: sum(a) / 2"],
    ["lower(a)", "not-allowed: lower(a)"],
    ["pg_catalog.sum(a)", "not-allowed: pg_catalog.sum(a)"],
    ["sum()", "wrong-arguments: sum()"],
    ["sum(a, b)", "wrong-arguments: sum(a, b)"],
    ["count()", "wrong-arguments: count()"],
    ["count(distinct a, b)", "wrong-arguments: count(distinct a, b)"],
    ["sum(*)", "not-allowed: sum(*)"],
    ["sum(distinct a)", "not-allowed: sum(distinct a)"],
    ["sum(a order by b)", "not-allowed: sum(a order by b)"],
    ["sum(variadic a)", "not-allowed: sum(variadic a)"],
    ["sum(a) filter (where b)", "not-allowed: sum(a)"],
    ["sum(a) over ()", "not-allowed: sum(a)"],
    ["sum(max(a))", "not-allowed: max(a)"],
    ["sum(t.a)", "bad-name: t.a"],
    ["percentile(a)", "wrong-arguments: percentile(a)"],
    ["percentile(a, 95)", "wrong-arguments: 95"],
    ["percentile(a, -0.5)", "wrong-arguments: -0.5"],
    ["percentile(a, b)", "wrong-arguments: b"],
    ["percentile(a, 5e-1)", "wrong-arguments: 5e-1"],
    ["percentile_cont(0.5)", "not-allowed: percentile_cont(0.5)"],
    ["percentile(0.5) within group (order by a)", "not-allowed: percentile(0.5)"],
    ["percentile_cont(0.5) within group (order by a desc)", "not-allowed: percentile_cont(0.5)"],
    ["percentile_cont(0.5) within group (order by a nulls first)", "not-allowed: percentile_cont(0.5)"],
    ["percentile_cont(0.5) within group (order by a, b)", "not-allowed: percentile_cont(0.5)"],
    ["stddev(a)", "not-allowed: stddev(a)"],
    ["sum({{ Dimension('a__b') }})", "not-allowed: {"],
  ])("%s", (text, finger) => {
    expect(fingers(text, problemsOf(parseAggregate(text)))).toEqual([finger]);
  });
});
