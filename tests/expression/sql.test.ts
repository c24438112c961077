import { describe, expect, test } from "vitest";
import { parseSql, print, printName, readOpaqueSql, type SqlName } from "../../src/expression/index.ts";

const spell = ({ table, name }: SqlName) =>
  table === null ? printName(name) : `${printName(table)}.${printName(name)}`;

/** The tree as text, aggregates in angle brackets; or the first problem. */
function read(text: string): string {
  const parsed = parseSql(text);
  if (!parsed.ok) return parsed.problems[0]?.message ?? "";
  return print(parsed.value, (term) =>
    term.kind === "name" ? spell(term) : `<${term.aggregate.aggregation} ${print(term.aggregate.expr, spell)}>`,
  );
}

describe("SQL of other tools", () => {
  test.each([
    ["SUM(sales.price)", "<sum sales.price>"],
    ['sum("Sales"."Net Price")', '<sum "Sales"."Net Price">'],
    ["COUNT(*) * 2", "<count 1> * 2"],
    ["SUM(a.x) / NULLIF(COUNT(DISTINCT b.y), 0)", "<sum a.x> / nullif(<count_distinct b.y>, 0)"],
    ["AVG(a.x + 1) - revenue", "<average a.x + 1> - revenue"],
    ["sum(x) FILTER (WHERE a.y > 1)", "<sum CASE WHEN a.y > 1 THEN x END>"],
    ["CASE WHEN SUM(x) > 0 THEN MAX(y) END", "CASE WHEN <sum x> > 0 THEN <max y> END"],
    ["percentile_cont(0.5) WITHIN GROUP (ORDER BY a.x)", "<percentile a.x>"],
    ["upper(a.b)", "upper(a.b)"],
  ])("%s", (text, spelled) => expect(read(text)).toBe(spelled));

  test.each([
    ["SUM(AVG(x))", "One aggregate stands inside another."],
    ["sum(sum(x) + 1)", "One aggregate stands inside another."],
    ["SUM(x) OVER ()", "Window functions are not allowed."],
    ["a.b.c", "a.b.c is written with a dot; names have none here."],
    ["a.*", "a.* is written with a dot; names have none here."],
    ["(SELECT 1)", "A subquery is not allowed."],
    ["SUM(x, y)", "sum() takes one argument, not 2."],
  ])("%s is refused", (text, message) => expect(read(text)).toBe(message));
});

describe("SQL that is taken as it stands", () => {
  test("tells the names that it reads and where they are", () => {
    const text = "REGEXP_REPLACE(sales.note, lower(b), 'sales.x')";
    const found = readOpaqueSql(text);
    const names = found.ok ? found.value.names : [];
    expect(names.map(({ table, name }) => [table, name])).toEqual([
      ["sales", "note"],
      [null, "b"],
    ]);
    expect(names.map(({ at }) => text.slice(at.start, at.end))).toEqual(["sales.note", "b"]);
  });

  test.each([
    ["SUM(REGEXP_COUNT(a.x, 'y'))", "sum", "REGEXP_COUNT(a.x, 'y')"],
    ["COUNT(DISTINCT soundex(x))", "count_distinct", "soundex(x)"],
    ["soundex(x)", undefined, undefined],
    ["SUM(f(x)) FILTER (WHERE y)", undefined, undefined],
  ])("%s is an aggregate, or not", (text, aggregation, argument) => {
    const found = readOpaqueSql(text);
    const aggregate = found.ok ? found.value.aggregate : null;
    expect(aggregate?.aggregation).toBe(aggregation);
    expect(aggregate ? text.slice(aggregate.argument.start, aggregate.argument.end) : undefined).toBe(argument);
  });

  test.each([
    "f((SELECT x FROM secrets))",
    "f(SUM(x) OVER ())",
    "f(SUM(x))",
    "a.b.c",
    "f(x); DROP TABLE y",
    "f(x",
    "f(x) -- y",
  ])("%s is refused", (text) => {
    expect(readOpaqueSql(text).ok).toBe(false);
  });
});
