import { describe, expect, test } from "vitest";
import {
  parseAggregate,
  parseColumnExpression,
  parseFilter,
  parseMetricExpression,
} from "../../src/expression/index.ts";
import { fingers, problemsOf } from "./support.ts";

/** None of these is one value over known names; each must be refused wherever an expression may stand. */
const HOSTILE: readonly string[] = [
  // closing the wrapping early
  "1) FROM secrets --",
  "1) FROM secrets /*",
  "1) UNION SELECT password FROM users",
  "1), (2",
  "1) + (2",
  "a) AS x, (b",
  "a)::int, (b",
  "1]",
  "(1",
  "(1]",
  "a) FROM x WHERE (1 = 1",
  // more than one statement, or one that is no value
  "1; DROP TABLE users",
  "1;",
  ";",
  "SELECT 1",
  "TABLE users",
  "VALUES (1)",
  "a FROM users",
  "a, b",
  "a AS b",
  "a b",
  "DISTINCT a",
  "ALL a",
  "*",
  "a.*",
  "a INTO b",
  "a LIMIT 1",
  "a ORDER BY b",
  "a WHERE b",
  "a UNION SELECT 1",
  "DEFAULT",
  // comments
  "a -- b",
  "a --",
  "1--1",
  "a /* b */ + c",
  "a /* b",
  "a+/**/b",
  // other queries inside
  "(SELECT 1)",
  "EXISTS (SELECT 1)",
  "a IN (SELECT b FROM c)",
  "a = ANY (SELECT b FROM c)",
  "a = ALL (ARRAY[1])",
  "ARRAY(SELECT 1)",
  "CASE WHEN (SELECT true) THEN 1 END",
  // other strings
  "E'\\x41'",
  "e'a'",
  "U&'\\0041'",
  'U&"\\0041"',
  "N'a'",
  "B'101'",
  "X'1F'",
  "$$a$$",
  "$tag$a$tag$",
  "'a' 'b'",
  "'a'\n'b'",
  "'a",
  "'a''",
  '"a',
  '""',
  "`a`",
  "‘a’",
  "“a”",
  // other numbers
  "0x1F",
  "0b11",
  "1_000",
  "1e",
  "12abc",
  // parameters
  "$1",
  "?",
  ":name",
  "@name",
  // functions
  "pg_sleep(10)",
  "pg_read_file('/etc/passwd')",
  "read_csv('/etc/passwd')",
  "current_setting('x')",
  "getenv('HOME')",
  "pg_catalog.lower(a)",
  "public.f(a)",
  "a.b.c()",
  "constructor(a)",
  "__proto__(a)",
  "toString(a)",
  "now()",
  "random()",
  "CURRENT_DATE",
  "current_timestamp(3)",
  "user",
  "session_user",
  "current_catalog",
  "lower(VARIADIC a)",
  "lower(s => a)",
  "lower(a ORDER BY b)",
  "lower(DISTINCT a)",
  "lower(*)",
  "abs(a) FILTER (WHERE b)",
  "abs(a) OVER ()",
  "row_number() OVER (ORDER BY a)",
  "row_number()",
  "overlay(a PLACING b FROM 1)",
  "position('a' IN b)",
  "trim(LEADING FROM a)",
  "trim(TRAILING FROM a)",
  "trim(BOTH 'x' FROM a)",
  "substring(a FOR 2)",
  "substring(a SIMILAR 'x' ESCAPE 'y')",
  "normalize(a)",
  "treat(a AS int)",
  "xmlparse(DOCUMENT a)",
  "json_value(a, '$')",
  "grouping(a)",
  "merge_action()",
  "COLLATION FOR (a)",
  // operators
  "a ~ 'b'",
  "a !~* 'b'",
  "a ~~ 'b'",
  "a SIMILAR TO 'b'",
  "a ^ b",
  "a // b",
  "a & b",
  "a << 2",
  "a == b",
  "a -> 'b'",
  "a @> b",
  "a ? b",
  "!a",
  "+a",
  "a OPERATOR(pg_catalog.+) b",
  "OPERATOR(pg_catalog.-) a",
  "a%-1",
  'a COLLATE "C"',
  "a AT TIME ZONE 'UTC'",
  "a AT LOCAL",
  "a[1]",
  "(a).b",
  "ARRAY[1]",
  "ROW(1, 2)",
  "(1, 2) = (3, 4)",
  "a BETWEEN SYMMETRIC 1 AND 2",
  "a LIKE 'b' ESCAPE '#'",
  "a IS JSON",
  "a IS DOCUMENT",
  "a IS NORMALIZED",
  "(a, b) OVERLAPS (c, d)",
  "CURRENT OF c",
  // names
  "t.a",
  "s.t.a",
  'a."b"',
  // types
  "a::regclass",
  "a::xml",
  "a::int[]",
  "a::numeric(10, 2)",
  "a::varchar(3)",
  "a::pg_catalog.regproc",
  "a::evil.int4",
  "CAST(a AS interval)",
  "a::real",
  "try_cast(a, 'regclass')",
  "try_cast(a, 'constructor')",
  "try_cast(a, b)",
  "try_cast(DISTINCT a, 'int')",
  "try_cast(a, 'int') FILTER (WHERE b)",
  "try_cast(a, 'int') OVER ()",
  "metric(DISTINCT 'a', 'b')",
  "metric('a', 'b') FILTER (WHERE b)",
  "metric('a')",
  "metric(a, 'b')",
  // times that are none
  "date '2023-02-29'",
  "date '2024-13-01'",
  "date 'today'",
  "date '2024-01-01 10:00'",
  "timestamp 'now'",
  "timestamp '2024-01-01 24:00'",
  "timestamp '2024-01-01 10:00Z'",
  "timestamptz '2024-01-01 10:00'",
  "interval '1 day 2 hours'",
  "interval 'P1D'",
  "interval '1.5 day'",
  "interval '1 fortnight'",
  "interval '3' day to second",
  "interval 3 day",
  "date_trunc('fortnight', a)",
  "date_trunc(b, a)",
  "extract(epoch from a)",
  // characters
  "",
  "   ",
  "a\0",
  "'a\0b'",
  "a\u00a0= 1",
  "a\u200b",
  "a \\ b",
  "a = '\ud800'",
  "{a}",
  "{% if a %}",
  "{# a #}",
  "{{",
  "{{ }}",
  "a }}",
  "u&{{ Dimension('e__d') }}",
];

describe("refused everywhere", () => {
  test.each(HOSTILE.map((text) => [JSON.stringify(text), text] as const))("%s", (_, text) => {
    for (const parse of [parseColumnExpression, parseMetricExpression, parseFilter, parseAggregate]) {
      const problems = problemsOf<unknown>(parse(text));
      expect(problems.length).toBeGreaterThan(0);
      for (const { at, message } of problems) {
        expect(message).not.toBe("");
        expect(at.start).toBeGreaterThanOrEqual(0);
        expect(at.end).toBeGreaterThanOrEqual(at.start);
        expect(at.end).toBeLessThanOrEqual(text.length);
      }
    }
  });
});

test("an aggregate is refused in a filter, a column and a metric", () => {
  for (const text of [
    "sum(a) > 1",
    "count(*) > 1",
    "count(distinct a) > 1",
    "percentile_cont(0.5) within group (order by a) > 1",
  ]) {
    for (const parse of [parseColumnExpression, parseMetricExpression, parseFilter]) {
      expect(problemsOf<unknown>(parse(text))[0]?.message).toMatch(/^The aggregate .* is not allowed here/);
    }
  }
});

describe("too much is refused without harm", () => {
  const LARGE: Readonly<Record<string, string>> = {
    "a long text": `'${"x".repeat(10_000)}'`,
    brackets: `${"(".repeat(101)}a${")".repeat(101)}`,
    "brackets up to the end": "(".repeat(10_000),
    "a chain of NOT": `${"not ".repeat(2_400)}a`,
    "a chain of signs": `${"- ".repeat(4_900)}a`,
    "a chain of sums": `${"1+".repeat(4_900)}1`,
    "an index after a chain of sums": `(${"1+".repeat(4_900)}1)[1]`,
    "a chain of casts": `a${"::int".repeat(1_900)}`,
    "a chain of CASE": `${"case when a then ".repeat(450)}1${" end".repeat(450)}`,
    "calls in calls": `${"abs(".repeat(200)}a${")".repeat(200)}`,
    "BETWEEN that doubles each time": `${"(".repeat(60)}a${" between b and c)".repeat(60)}`,
    "CASE that doubles each time": `${"case ".repeat(60)}a${" when b then c when d then e end".repeat(60)}`,
  };

  test.each(Object.entries(LARGE))("%s", (_, text) => {
    expect(problemsOf(parseColumnExpression(text))).toHaveLength(1);
  });

  test("a hundred levels and a thousand conditions are fine", () => {
    expect(problemsOf(parseColumnExpression(`${"(".repeat(100)}a${")".repeat(100)}`))).toEqual([]);
    expect(problemsOf(parseColumnExpression(`${"a and ".repeat(1_000)}a`))).toEqual([]);
  });

  test("the parser still works after all of them", () => {
    expect(problemsOf(parseColumnExpression("a + 1"))).toEqual([]);
  });
});

test("every problem of a text is told, in the order of the text", () => {
  const text = "t.a + foo(b) + now() + 'x'::regclass";
  expect(fingers(text, problemsOf(parseColumnExpression(text)))).toEqual([
    "bad-name: t.a",
    "unknown-function: foo(b)",
    "not-allowed: now()",
    "not-allowed: regclass",
  ]);
});

test("templates and per-entity metrics stand in filters only", () => {
  expect(problemsOf(parseColumnExpression("{{ Dimension('a__b') }}"))[0]?.help).toBe(
    "Templates belong in filters; write the name itself here.",
  );
  expect(problemsOf(parseColumnExpression("metric('a', 'b') > 1"))[0]?.help).toBe(
    "metric('revenue', 'customer') may stand in filters only.",
  );
});

test("a template inside quotes is refused, not taken for text", () => {
  const text = `customer__region = '{{ var("region") }}'`;
  expect(fingers(text, problemsOf(parseFilter(text)))).toEqual([`not-allowed: '{{ var("region") }}'`]);
});
