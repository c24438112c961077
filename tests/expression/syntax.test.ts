import { describe, expect, test } from "vitest";
import {
  call,
  conjuncts,
  int,
  literal,
  parseColumnExpression,
  parseMetricExpression,
  ref,
  text,
} from "../../src/expression/index.ts";
import { bare, column, valueOf } from "./support.ts";

/** What is written, and the canonical text of the tree it becomes. */
const CONSTRUCTS: Readonly<Record<string, readonly (readonly [written: string, canonical: string])[]>> = {
  names: [
    ["Amount", "amount"],
    ['"Amount"', '"Amount"'],
    ['"amount"', "amount"],
    ['"odd ""name"""', '"odd ""name"""'],
    ['"order"', '"order"'],
    ["größe", '"größe"'],
    ["date", "date"],
    [
      `a_name_that_is_longer_than_the_63_bytes_at_which_postgresql_cuts_names_off`,
      `a_name_that_is_longer_than_the_63_bytes_at_which_postgresql_cuts_names_off`,
    ],
  ],
  numbers: [
    ["0", "0"],
    ["007", "7"],
    ["0.10", "0.10"],
    [".5", "0.5"],
    ["5.", "5."],
    ["1E+3", "1e+3"],
    ["-5", "-5"],
    ["-(5)", "-5"],
    ["- 0.50", "-0.50"],
    ["9223372036854775807", "9223372036854775807"],
    ["-9223372036854775808", "-9223372036854775808"],
    ["99999999999999999999999999", "99999999999999999999999999"],
  ],
  constants: [
    ["'it''s'", "'it''s'"],
    ["''", "''"],
    ["'-- no comment; {{ no template }} $1 ü'", "'-- no comment; {{ no template }} $1 ü'"],
    ["'a\\'", "'a\\'"],
    ["true", "TRUE"],
    ["False", "FALSE"],
    ["null", "NULL"],
  ],
  arithmetic: [
    ["a+b*c", "a + b * c"],
    ["(a+b)*c", "(a + b) * c"],
    ["a-(b-c)", "a - (b - c)"],
    ["((a-b))-c", "a - b - c"],
    ["a / nullif(b, 0)", "a / nullif(b, 0)"],
    ["mod(a, 2)", "a % 2"],
    ["-a", "-a"],
    ["-(a + b)", "-(a + b)"],
    ["a - -5", "a - -5"],
    ["pow(a, 2) + ceiling(b)", "power(a, 2) + ceil(b)"],
    ["round(a, 2)", "round(a, 2)"],
  ],
  logic: [
    ["a and b and c", "a AND b AND c"],
    ["a and (b and (c and d))", "a AND b AND c AND d"],
    ["a or b or (c or d)", "a OR b OR c OR d"],
    ["(a or b) and c", "(a OR b) AND c"],
    ["not (a and b)", "NOT (a AND b)"],
    ["not not a", "NOT NOT a"],
  ],
  comparisons: [
    ["a = 1", "a = 1"],
    ["a != 1", "a <> 1"],
    ["a <> 1", "a <> 1"],
    ["a >= 1 and a < 2", "a >= 1 AND a < 2"],
    ["(a = b) = c", "(a = b) = c"],
    ["a is null", "a IS NULL"],
    ["a isnull", "a IS NULL"],
    ["a is not null", "a IS NOT NULL"],
    ["a notnull", "a IS NOT NULL"],
    ["a is distinct from b", "a IS DISTINCT FROM b"],
    ["a is not distinct from b", "a IS NOT DISTINCT FROM b"],
    ["a is true", "a IS NOT DISTINCT FROM TRUE"],
    ["a is not true", "a IS DISTINCT FROM TRUE"],
    ["a is false", "a IS NOT DISTINCT FROM FALSE"],
    ["a is not false", "a IS DISTINCT FROM FALSE"],
    ["a is unknown", "a IS NULL"],
    ["a is not unknown", "a IS NOT NULL"],
    ["a in (1, 2)", "a IN (1, 2)"],
    ["a not in ('x')", "a NOT IN ('x')"],
    ["a between 1 and 2", "a >= 1 AND a <= 2"],
    ["a between 1 and 2 and b", "a >= 1 AND a <= 2 AND b"],
    ["a not between 1 and 2", "NOT (a >= 1 AND a <= 2)"],
    ["(a is null) = b", "(a IS NULL) = b"],
  ],
  texts: [
    ["a like 'x%'", "a LIKE 'x%'"],
    ["a not like 'x%'", "a NOT LIKE 'x%'"],
    ["not a ilike 'x%'", "a NOT ILIKE 'x%'"],
    ["a like '10\\%' escape '\\'", "a LIKE '10\\%'"],
    ["a || b || c", "a || b || c"],
    ["a || (b || c)", "a || (b || c)"],
    ["len(a) + char_length(b)", "length(a) + length(b)"],
    ["substr(a, 2)", "substring(a, 2)"],
    ["substring(a from 2 for 3)", "substring(a, 2, 3)"],
    ["trim(a)", "trim(a)"],
    ["trim(both from a)", "trim(a)"],
    ["concat(a, 'x', b)", "concat(a, 'x', b)"],
    ["starts_with(a, 'x') or contains(a, 'y')", "starts_with(a, 'x') OR contains(a, 'y')"],
  ],
  choice: [
    ["case when a then 1 when b then 2 else 3 end", "CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END"],
    ["case a when 1 then 'x' when 2 then 'y' end", "CASE WHEN a = 1 THEN 'x' WHEN a = 2 THEN 'y' END"],
    ["ifnull(a, 0)", "coalesce(a, 0)"],
    ["coalesce(a, b, 0)", "coalesce(a, b, 0)"],
    ["greatest(a, b) - least(a, b)", "greatest(a, b) - least(a, b)"],
    ["nullif(a, '')", "nullif(a, '')"],
  ],
  casts: [
    ["cast(a as varchar)", "CAST(a AS string)"],
    ["a::text", "CAST(a AS string)"],
    ["a::bigint", "CAST(a AS int)"],
    ["a::numeric", "CAST(a AS decimal)"],
    ["a::double precision", "CAST(a AS float)"],
    ["a::bool", "CAST(a AS boolean)"],
    ["a::timestamp without time zone", "CAST(a AS timestamp)"],
    ["a::timestamp with time zone", "CAST(a AS timestamptz)"],
    ["-a::int", "-CAST(a AS int)"],
    ["try_cast(a, 'integer')", "try_cast(a, 'int')"],
    ["cast('5' as int)", "CAST('5' AS int)"],
  ],
  times: [
    ["date '2024-02-29'", "DATE '2024-02-29'"],
    ["'2024-02-29'::date", "DATE '2024-02-29'"],
    ["CAST('2020-01-01' AS TIMESTAMP)", "TIMESTAMP '2020-01-01T00:00:00'"],
    ["timestamp '2024-01-01 10:30'", "TIMESTAMP '2024-01-01T10:30:00'"],
    ["timestamp '2024-01-01T10:30:00.120'", "TIMESTAMP '2024-01-01T10:30:00.12'"],
    ["timestamptz '2024-03-01 01:00+02'", "TIMESTAMPTZ '2024-02-29T23:00:00Z'"],
    ["timestamptz '2024-03-01 01:00:00.5 -05:30'", "TIMESTAMPTZ '2024-03-01T06:30:00.5Z'"],
    ["a + interval '3 days'", "a + INTERVAL '3 day'"],
    ["a - interval '1' month", "a - INTERVAL '1 month'"],
    ["interval '-2 quarter'", "INTERVAL '-2 quarter'"],
    ["date_trunc('Month', a)", "date_trunc('month', a)"],
    ["extract(dow from a)", "EXTRACT(dow FROM a)"],
    ["extract(isodow from a)", "EXTRACT(dow FROM a)"],
    ["date_part('hour', a)", "EXTRACT(hour FROM a)"],
    ["date_diff('day', a, b)", "date_diff('day', a, b)"],
  ],
};

describe.each(Object.entries(CONSTRUCTS))("%s", (_, rows) => {
  test.each(rows)("%s is %s", (written, canonical) => {
    expect(column(written)).toBe(canonical);
    expect(column(canonical), "the canonical text reads as itself").toBe(canonical);
  });
});

function tree(written: string): unknown {
  return bare(valueOf(parseColumnExpression(written)));
}

test("kinds of number follow from their digits", () => {
  expect(tree("0.10")).toEqual(literal("decimal", "0.10"));
  expect(tree("12")).toEqual(int(12));
  expect(tree("1e3")).toEqual(literal("float", "1e3"));
  expect(tree("9223372036854775807")).toEqual(literal("int", "9223372036854775807"));
  expect(tree("9223372036854775808")).toEqual(literal("decimal", "9223372036854775808"));
  expect(tree("-9223372036854775808")).toEqual(literal("int", "-9223372036854775808"));
});

test("conditions joined by AND are one list, whatever their brackets", () => {
  const all = valueOf(parseColumnExpression("a and (b and c) and (d or e)"));
  expect(conjuncts(all).map((part) => bare(part))).toEqual([
    ref("a"),
    ref("b"),
    ref("c"),
    call("or", ref("d"), ref("e")),
  ]);
});

test("an interval is a count and a grain", () => {
  expect(tree("interval '3 days'")).toEqual(call("make_interval", int(3), text("day")));
});

test("a derived metric's expression names metrics", () => {
  const derived = valueOf(parseMetricExpression("(Revenue - refunds) / NULLIF(orders, 0)"));
  expect(bare(derived)).toEqual(
    call("/", call("-", ref("revenue"), ref("refunds")), call("nullif", ref("orders"), int(0))),
  );
});
