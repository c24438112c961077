/** A pattern of the language matches the same texts on DuckDB and PostgreSQL, and those that JavaScript says. */
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, type Expr, literal, portablePattern, text } from "../../src/expression/index.ts";
import { bigquery } from "../../src/sql/bigquery.ts";
import { compileStatement, id, sql } from "../../src/sql/compiler.ts";
import type { SqlDialect } from "../../src/sql/dialect.ts";
import { duckdb } from "../../src/sql/duckdb.ts";
import { type Columns, renderExpr } from "../../src/sql/expression.ts";
import { postgres } from "../../src/sql/postgres.ts";
import { openDuckDb, openWarehouse, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { emptyPostgres } from "../support/postgres.ts";

let engines: readonly { readonly dialect: SqlDialect; readonly warehouse: Warehouse }[] = [];
beforeAll(async () => {
  engines = [
    { dialect: duckdb, warehouse: await openDuckDb(":memory:") },
    { dialect: postgres, warehouse: await openWarehouse(await emptyPostgres()) },
  ];
});
afterAll(async () => {
  for (const { warehouse } of engines) await warehouse.close();
});

/** Letters that patterns and texts are made of, so that they meet; every sign that is special somewhere is among them. */
const LETTERS = Array.from(
  "abzAZ059_ -.,:;'\"\\/[](){}|*+?^$&~#<>=!%@`äÖßé日🙂\n\t\r\f\v\u00a0\u2028\u0301\ufeff\u0661",
);
const anyLetter = fc.constantFrom(...LETTERS);
const anyText = fc.oneof(
  fc.array(anyLetter, { maxLength: 12 }).map((letters) => letters.join("")),
  fc.array(fc.constantFrom("a", "a", "b", "0", "_", " ", "\n"), { maxLength: 12 }).map((letters) => letters.join("")),
  fc.string({ unit: "binary", maxLength: 12 }).filter((value) => !value.includes("\0")),
);

const CONTROL: Readonly<Record<string, string>> = { "\n": "\\n", "\t": "\\t", "\r": "\\r", "\f": "\\f" };
const written = (letter: string): string =>
  CONTROL[letter] ?? (/^[!-/:-@[-^`{-~]$/.test(letter) ? `\\${letter}` : letter);
const anyShort = fc.constantFrom("\\d", "\\w", "\\s", "\\D", "\\W", "\\S");
const anyMember = fc.oneof(
  { weight: 3, arbitrary: anyLetter.map(written) },
  { weight: 1, arbitrary: anyShort },
  {
    weight: 2,
    arbitrary: fc.tuple(anyLetter, anyLetter).map((pair) =>
      pair
        .toSorted((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0))
        .map(written)
        .join("-"),
    ),
  },
);
const anyClass = fc
  .tuple(fc.constantFrom("", "^"), fc.array(anyMember, { minLength: 1, maxLength: 4 }), fc.constantFrom("", "", "-"))
  .map(([not, members, hyphen]) => `[${not}${members.join("")}${hyphen}]`);
const anyCount = fc.oneof(
  fc.constantFrom("*", "+", "?", "{0}", "{1}", "{2}", "{0,}", "{1,}", "{2,}"),
  fc.tuple(fc.nat(3), fc.nat(3)).map(([min, more]) => `{${min},${min + more}}`),
);

const { pattern: anyPattern } = fc.letrec<{ pattern: string; part: string }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 4, depthIdentifier: "part" },
    fc.oneof(
      { weight: 4, arbitrary: anyLetter.map(written) },
      { weight: 4, arbitrary: fc.constantFrom("a", "b", "0", "\\n") },
      { weight: 2, arbitrary: fc.constantFrom(".", "^", "$") },
      { weight: 1, arbitrary: anyShort },
      { weight: 3, arbitrary: anyClass },
    ),
    fc.tuple(fc.constantFrom("(", "(?:"), tie("pattern")).map(([open, inner]) => `${open}${inner})`),
    fc
      .tuple(fc.constantFrom("(", "(?:"), tie("pattern"), anyCount, fc.constantFrom("", "?"))
      .map(([open, inner, count, lazy]) => `${open}${inner})${count}${lazy}`),
    fc
      .tuple(fc.oneof(anyLetter.map(written), anyClass, anyShort, fc.constant(".")), anyCount, fc.constantFrom("", "?"))
      .map((parts) => parts.join("")),
  ),
  pattern: fc.oneof(
    { weight: 4, arbitrary: fc.array(tie("part"), { maxLength: 4 }).map((parts) => parts.join("")) },
    {
      weight: 1,
      arbitrary: fc
        .array(fc.array(tie("part"), { maxLength: 3 }), { minLength: 2, maxLength: 3 })
        .map((options) => options.map((parts) => parts.join("")).join("|")),
    },
  ),
}));

/** What the pattern says in JavaScript, whose `\s` and `.` are others: those of the language are put in their place. */
function inJavaScript(pattern: string): RegExp {
  let inClass = false;
  const said = pattern.replace(/\\.|[[\].]/gs, (piece) => {
    if (piece === "[" || piece === "]") inClass = piece === "[";
    if (piece === "\\-") return "\\x2d";
    if (piece === "." && !inClass) return "[^\\n]";
    if (piece === "\\s") return inClass ? "\\t\\n\\f\\r " : "[\\t\\n\\f\\r ]";
    if (piece === "\\S") return inClass ? "\\u0001-\\u0008\\u000b\\u000e-\\u001f!-\\u{10ffff}" : "[^\\t\\n\\f\\r ]";
    return /^\\[!-/:-@[-`{-~]$/.test(piece) && !/^\\[\^$\\.*+?()[\]{}|/-]$/.test(piece) ? piece.slice(1) : piece;
  });
  return new RegExp(said, "u");
}

const columns: Columns<string> = { sql: id, type: () => "string" };

/** What each engine says of each text, all in one statement an engine. */
async function answers(pattern: string, texts: readonly string[]): Promise<readonly (readonly unknown[])[]> {
  const all = [];
  for (const { dialect, warehouse } of engines) {
    const asked = renderExpr(dialect, call("regexp_contains", { kind: "ref", ref: "v" }, text(pattern)), columns);
    const rows = texts.map((value, i) => sql`(${sql.lit(i)}, cast(${value} as varchar))`);
    const statement = sql`select ${asked} as m from (values ${sql.join(rows)}) as t (i, v) order by i`;
    const result = await warehouse.execute(compileStatement(statement, dialect.spelling));
    all.push((await readAll(result)).map(([cell]) => cell));
  }
  return all;
}

test("any pattern that is read matches the same texts everywhere", async () => {
  const seen = { true: 0, false: 0 };
  await fc.assert(
    fc.asyncProperty(anyPattern, fc.array(anyText, { minLength: 1, maxLength: 12 }), async (pattern, texts) => {
      fc.pre(portablePattern(pattern).ok);
      const meant = texts.map((value) => inJavaScript(pattern).test(value));
      expect(await answers(pattern, texts)).toEqual([meant, meant]);
      for (const one of meant) seen[`${one}`]++;
    }),
    { numRuns: 1_500 },
  );
  expect(Math.min(seen.true, seen.false)).toBeGreaterThan(1_000);
}, 120_000);

test.each<[pattern: string, found: readonly string[], notFound: readonly string[]]>([
  ["", ["", "a", "\n"], []],
  ["b", ["b", "abc"], ["", "B"]],
  ["^b$", ["b"], ["ab", "b\n", "a\nb", "\nb", "b\r"]],
  ["^a.c$", ["abc", "a\rc", "a\u2028c", "a🙂c", "aäc"], ["a\nc", "ac"]],
  ["a[^b]c", ["a\nc", "adc"], ["abc"]],
  ["^\\w+$", ["az_AZ09"], ["ä", "é", "日", "a-b", "\u0661"]],
  ["^\\d$", ["7"], ["\u0661", "a"]],
  ["\\s", [" ", "\t", "\n", "\f", "\r"], ["\v", "\u00a0", "\u2028", "a"]],
  ["^[\\d\\D]$", ["a", "\n", "🙂"], [""]],
  ["^[a-zäöüß -]+$", ["grüße", "a-b", "straße 1".slice(0, 7)], ["GRÜSSE", "a1"]],
  ["'; drop table x --", ["'; drop table x --"], ["x"]],
  ["\\\\\\$1\\{\\{", ["\\$1{{"], ["$1"]],
  ["^(a|b|)(?:c{2,3}?|d+?)$", ["acc", "d", "bddd", "ccc"], ["ac", "abd", "cccc"]],
  ["colou?r|gr[ae]y", ["my color", "grey", "gray"], ["gruy"]],
])("%j finds what it says and no more", async (pattern, found, notFound) => {
  const [first, second] = await answers(pattern, [...found, ...notFound]);
  expect(first).toEqual([...found.map(() => true), ...notFound.map(() => false)]);
  expect(second).toEqual(first);
});

test("NULL is neither found nor not found", async () => {
  const nothing: Expr<string> = call("regexp_contains", literal("unknown", null), text("a"));
  for (const { dialect, warehouse } of engines) {
    const asked = renderExpr(dialect, nothing, columns);
    const inverse = renderExpr(dialect, call<string>("not", nothing), columns);
    const result = await warehouse.execute(
      compileStatement(sql`select ${asked} as a, ${inverse} as b`, dialect.spelling),
    );
    expect(await readAll(result)).toEqual([[null, null]]);
  }
});

test("a pattern is bound as a value, and stands in the statement's text nowhere", () => {
  const hostile: Expr<string> = call("regexp_contains", { kind: "ref", ref: "v" }, text("'\\) or true; --|x"));
  const texts = [duckdb, postgres, bigquery].map((dialect) =>
    compileStatement(sql`select ${renderExpr(dialect, call("not", hostile), columns)}`, dialect.spelling),
  );
  expect(texts).toEqual([
    { text: "select not regexp_matches(v, $1)", values: ["'\\) or true; --|x"] },
    { text: "select not v ~ $1", values: ["'\\) or true; --|x"] },
    { text: "select not regexp_contains(v, @p1)", values: ["'\\) or true; --|x"] },
  ]);
});

/** Of the largest that are read: no engine may find one too large. */
test.each([
  "a{0,255}a{0,255}a{0,255}b",
  "(?:a{1,30}){30}x",
  "(a*){22}b",
  "((a|b|c|d)?(a|b|c|d)?(a|b|c|d)?){5}x",
  "[ab]*a[ab]{240}[ab]{240}[ab]{240}c",
  "[^ä]{150}[^日]{150}[^🙂]{150}\\W",
  "(?:a+|b){200}x",
  `(?:${"x|".repeat(490)})`,
  `${"(".repeat(30)}a${")+".repeat(30)}`,
])("%j is not too large for any engine", async (pattern) => {
  const texts = ["ab a0".repeat(20) + "a".repeat(1_000), "ab".repeat(500), ""];
  const [first, second] = await answers(pattern, texts);
  expect(second).toEqual(first);
});
