import { describe, expect, test } from "vitest";
import type { ScalarType } from "../../src/expression/index.ts";
import { call, int, literal, parseColumnExpression, ref, text, typeOf } from "../../src/expression/index.ts";
import { fingers, valueOf } from "./support.ts";

/** Columns are called after what they hold: i2 is an int. */
const COLUMNS: Readonly<Record<string, ScalarType>> = {
  s: "string",
  i: "int",
  n: "decimal",
  f: "float",
  b: "boolean",
  d: "date",
  t: "timestamp",
  z: "timestamptz",
  u: "unknown",
};

function typed(written: string) {
  return typeOf(valueOf(parseColumnExpression(written)), (name) => COLUMNS[name] ?? "unknown");
}

describe("what fits together has a type", () => {
  test.each<readonly [string, ScalarType]>([
    ["1", "int"],
    ["1.0", "decimal"],
    ["1e0", "float"],
    ["'x'", "string"],
    ["true", "boolean"],
    ["null", "unknown"],
    ["i + i", "int"],
    ["i + n", "decimal"],
    ["n * f", "float"],
    ["i + u", "unknown"],
    ["i / i", "float"],
    ["n / n", "float"],
    ["i % 2", "int"],
    ["-n", "decimal"],
    ["abs(f)", "float"],
    ["round(n, 2)", "decimal"],
    ["sqrt(i)", "float"],
    ["s || 'x'", "string"],
    ["concat(s, u)", "string"],
    ["length(s)", "int"],
    ["substring(s, 1, i)", "string"],
    ["s like '%x'", "boolean"],
    ["s = 'x' and not b", "boolean"],
    ["u and b", "boolean"],
    ["i = 1.5", "boolean"],
    ["b = true", "boolean"],
    ["i in (1, 2.5, null)", "boolean"],
    ["d = '2024-01-31'", "boolean"],
    ["'2024-01-31' <= t", "boolean"],
    ["t between '2024-01-31' and '2024-02-29 10:00:00.5'", "boolean"],
    ["z > '2024-01-31T10:00:00+02:00'", "boolean"],
    ["d in ('2024-01-31', '2024-02-29')", "boolean"],
    ["d < t and t < z", "boolean"],
    ["d = date '2024-01-31'", "boolean"],
    ["u = 1 and u = 'x'", "boolean"],
    ["i = null", "boolean"],
    ["s is null", "boolean"],
    ["d + interval '1 day'", "timestamp"],
    ["interval '1 day' + z", "timestamptz"],
    ["t - interval '1 day'", "timestamp"],
    ["date_trunc('month', d)", "date"],
    ["date_trunc('month', z)", "timestamptz"],
    ["date_trunc('month', u)", "unknown"],
    ["extract(dow from d)", "int"],
    ["date_diff('day', d, t)", "int"],
    ["coalesce(i, 0.5)", "decimal"],
    ["coalesce(s, null)", "string"],
    ["coalesce(u, 0)", "unknown"],
    ["coalesce(d, '2024-01-31')", "date"],
    ["nullif(i, 0)", "int"],
    ["greatest(d, t)", "timestamp"],
    ["case when b then i else 0.5 end", "decimal"],
    ["case when b then null else s end", "string"],
    ["case s when 'x' then 1 end", "int"],
    ["cast(s as int)", "int"],
    ["i::text", "string"],
    ["try_cast(s, 'date')", "date"],
    ["t::date", "date"],
    ["b::int", "int"],
  ])("%s is %s", (written, type) => {
    expect(typed(written)).toEqual({ type, problems: [] });
  });
});

describe("what does not fit is marked", () => {
  test.each<readonly [string, ...string[]]>([
    ["s = 1", "1"],
    ["1 = s", "1"],
    ["i = 'x'", "'x'"],
    ["i = '1'", "'1'"],
    ["i = s", "s"],
    ["b = 'true'", "'true'"],
    ["i in (1, 'x', 2, 'y')", "'x'", "'y'"],
    ["s in ('x', 1)", "1"],
    ["d = 'yesterday'", "'yesterday'"],
    ["d = '2023-02-29'", "'2023-02-29'"],
    ["d > '2024-01'", "'2024-01'"],
    ["'31.01.2024' < t", "'31.01.2024'"],
    ["d in ('2024-01-31', 'x')", "'x'"],
    ["d = s", "s"],
    ["d = 20240131", "20240131"],
    ["s + 1", "s"],
    ["s + s", "s", "s"],
    ["i || s", "i"],
    ["-s", "s"],
    ["d + 1", "d + 1"],
    ["d - d", "d - d"],
    ["i + interval '1 day'", "i"],
    ["s like 1", "1"],
    ["i like 'x'", "i"],
    ["lower(i)", "i"],
    ["abs(s)", "s"],
    ["round(n, 0.5)", "0.5"],
    ["substring(s, 'x')", "'x'"],
    ["not i", "i"],
    ["b and i and s", "i", "s"],
    ["i or b", "i"],
    ["case when i then 1 end", "i"],
    ["case when b then 1 else 'x' end", "'x'"],
    ["case i when 'x' then 1 end", "'x'"],
    ["coalesce(s, 0)", "0"],
    ["date_trunc('day', s)", "s"],
    ["date_trunc('day', '2024-01-31')", "'2024-01-31'"],
    ["extract(year from i)", "i"],
    ["date_diff('day', d, i)", "i"],
    ["n::date", "n::date"],
    ["d::int", "d::int"],
    ["interval '1 day' = i", "i"],
    ["(i = 'ü') and größe = 1", "'ü'"],
  ])("%s", (written, ...marked) => {
    const { problems } = typed(written);
    expect(fingers(written, problems)).toEqual(marked.map((part) => `wrong-type: ${part}`));
  });
});

test("one mistake is told once, not again by everything around it", () => {
  expect(typed("abs(s + 1) * 2 > 3 and b").problems).toHaveLength(1);
});

test("the message says what was wanted, and the way out", () => {
  expect(typed("d = '31.01.2024'").problems[0]).toMatchObject({
    message: "'31.01.2024' is compared with a date but is no date.",
    help: "Write '2026-01-31' or '2026-01-31 13:00:00'.",
  });
  expect(typed("i = '1'").problems[0]).toMatchObject({
    message: "Text does not go with an int.",
    help: "Write a number without quotes, or CAST one side.",
  });
  expect(typed("not i").problems[0]?.message).toBe("NOT wants a condition, but this is an int.");
  expect(typed("i || s").problems[0]?.help).toBe("Write CAST(x AS string).");
});

test("trees made by code are checked like those from text", () => {
  const { type, problems } = typeOf(call("=", ref("a"), text("x")), () => "int");
  expect(type).toBe("boolean");
  expect(problems).toEqual([expect.objectContaining({ code: "expression/wrong-type", at: { start: 0, end: 0 } })]);
  expect(
    typeOf(call("to_zone", literal("timestamptz", "2024-01-01T00:00:00Z"), text("UTC")), () => "unknown").type,
  ).toBe("timestamp");
  expect(typeOf(call("make_interval", int(1), text("day")), () => "unknown").type).toBe("interval");
});
