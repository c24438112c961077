import { describe, expect, test } from "vitest";
import type { Expr } from "../../src/expression/index.ts";
import { parseColumnExpression, parseFilter } from "../../src/expression/index.ts";
import { fingers, problemsOf, valueOf } from "./support.ts";

/** The text of every part of the tree, outermost first. */
function parts<R>(text: string, expr: Expr<R>): readonly string[] {
  const own = text.slice(expr.at?.start, expr.at?.end);
  const inner =
    expr.kind === "call" ? expr.args : expr.kind === "cast" ? [expr.arg] : expr.kind === "case" ? casesOf(expr) : [];
  return [own, ...inner.flatMap((part) => parts(text, part))];
}

function casesOf<R>(expr: Expr<R> & { kind: "case" }): readonly Expr<R>[] {
  return [...expr.branches.flatMap(({ when, value }) => [when, value]), ...(expr.otherwise ? [expr.otherwise] : [])];
}

describe("every part knows where it was written", () => {
  test.each<readonly [string, readonly string[]]>([
    [" a + b ", ["a + b", "a", "b"]],
    ["(a + b) * c", ["(a + b) * c", "a + b", "a", "b", "c"]],
    ["((a)) * (c)", ["((a)) * (c)", "a", "c"]],
    ["f_ = 'ü' and g = 'x'", ["f_ = 'ü' and g = 'x'", "f_ = 'ü'", "f_", "'ü'", "g = 'x'", "g", "'x'"]],
    ["größe || '🙂🙂' || b", ["größe || '🙂🙂' || b", "größe || '🙂🙂'", "größe", "'🙂🙂'", "b"]],
    ['"🙂" = abs( x ) ', ['"🙂" = abs( x )', '"🙂"', "abs( x )", "x"]],
    ["- (a)", ["- (a)", "a"]],
    ["b = - 5", ["b = - 5", "b", "- 5"]],
    ["b = -(5)", ["b = -(5)", "b", "-(5)"]],
    ["not (a or b)", ["not (a or b)", "a or b", "a", "b"]],
    ["(a) is not null", ["(a) is not null", "a"]],
    ["a isnull", ["a isnull", "a"]],
    ["a in (1, 2)", ["a in (1, 2)", "a", "1", "2"]],
    ["a not in (1, (2))", ["a not in (1, (2))", "a not in (1, (2))", "a", "1", "2"]],
    ["a like 'x'", ["a like 'x'", "a", "'x'"]],
    ["a::double precision + 1", ["a::double precision + 1", "a::double precision", "a", "1"]],
    ["cast(a as timestamp with time zone)", ["cast(a as timestamp with time zone)", "a"]],
    ["coalesce(a, nullif(b, 0))", ["coalesce(a, nullif(b, 0))", "a", "nullif(b, 0)", "b", "0"]],
    ["b >= date '2024-01-01'", ["b >= date '2024-01-01'", "b", "date '2024-01-01'"]],
    [
      "case when a then (case b when 1 then 2 end) end = c",
      [
        "case when a then (case b when 1 then 2 end) end = c",
        "case when a then (case b when 1 then 2 end) end",
        "a",
        "case b when 1 then 2 end",
        "1",
        "b",
        "1",
        "2",
        "c",
      ],
    ],
  ])("%s", (text, expected) => {
    expect(parts(text, valueOf(parseColumnExpression(text)))).toEqual(expected);
  });

  test("an interval, with its unit inside or behind", () => {
    for (const written of ["interval '3 day'", "interval '3' day"]) {
      const text = `ä + ${written} `;
      expect(parts(text, valueOf(parseColumnExpression(text))).slice(0, 3)).toEqual([`ä + ${written}`, "ä", written]);
    }
  });

  test("a template is where its braces are", () => {
    const text = "größe = '→' AND ({{ Dimension('kunde__name') }}) = 'ß' OR metric_time__month > '2024-01-01'";
    const names = parts(text, valueOf(parseFilter(text)));
    expect(names).toContain("{{ Dimension('kunde__name') }}");
    expect(names).toContain("({{ Dimension('kunde__name') }}) = 'ß'");
    expect(names).toContain("metric_time__month > '2024-01-01'");
  });
});

describe("a problem points at its words, however wide the letters before it are", () => {
  test.each([
    ["'🙂' = größe + foo(x, 'ü')", "unknown-function: foo(x, 'ü')"],
    ["größe = 'ü' and t.größe = 1", "bad-name: t.größe"],
    ["größe = '🙂' and and b", "syntax: and"],
    ["größe = '🙂' and (b", "syntax: ("],
    ["größe = '🙂' -- x", "not-allowed: --"],
    ["'ü'; b", "not-allowed: ;"],
    ["'ü' = $1", "not-allowed: $"],
    ["'ü' = order", "syntax: order"],
    ["'ü' = now()", "not-allowed: now()"],
    ["'ü' = current_date", "not-allowed: current_date"],
    ["ü = (select 'x')", "not-allowed: (select 'x')"],
    ["'ü' ~ b", "not-allowed: ~"],
    ["b = date '2023-02-29' or 'ü' = a", "wrong-type: '2023-02-29'"],
    ["'ü'::varchar(10)", "not-allowed: varchar(10)"],
    ["größe = ", "syntax: "],
    ["substring(größe)", "wrong-arguments: substring(größe)"],
    ["date_trunc('fort', größe)", "wrong-arguments: 'fort'"],
    ["extract(epoch from größe)", "wrong-arguments: epoch"],
    ["größe\u00a0= 1", "syntax: \u00a0"],
    ["größe in (select b)", "not-allowed: in (select b)"],
    ["größe[1]", "not-allowed: größe[1]"],
    ['ü collate "C"', "not-allowed: collate"],
    ["ü at time zone 'UTC'", "not-allowed: at"],
    ["ü between symmetric 1 and 2", "not-allowed: between"],
    ["ü similar to 'x'", "not-allowed: similar"],
  ])("%s", (text, finger) => {
    expect(fingers(text, problemsOf(parseColumnExpression(text)))).toEqual([finger]);
  });
});

describe("the way out is told", () => {
  test.each([
    ["lenght(a)", "Did you mean length?"],
    ["order = 1", 'If it is a name, write it in double quotes: "order".'],
    ["now()", "For a moving window of time ask with timeRange."],
    ["sum(a)", "Aggregate in a measure; write an expression over rows, or over metrics, here."],
    ["a == b", "Write a = b."],
    ["a ^ 2", "Write power(a, b)."],
    ["year(a)", "Write EXTRACT(year FROM t)."],
    ["if(a, b, c)", "Write CASE WHEN condition THEN a ELSE b END."],
    ["a + interval 3 day", "Write INTERVAL '3 day'."],
    ["a::regclass", "There are string, int, decimal, float, boolean, date, timestamp and timestamptz."],
    ["a%-1", "Put a space before the sign."],
    ["“a” = 1", 'Write names with straight quotes: "Name".'],
  ])("%s", (text, help) => {
    expect(problemsOf(parseColumnExpression(text))[0]?.help).toBe(help);
  });
});
