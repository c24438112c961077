import { array, assert, constantFrom, property, string, tuple } from "fast-check";
import { expect, test } from "vitest";
import { canonicalSql } from "../../../src/governance/fingerprint/sql-text.ts";

test.each([
  ["whitespace and case", "SELECT  a,\n\tB\r\nFROM t", "select a, b from t"],
  ["comments", "select a -- the first\n, /* second */ b", "select a, b"],
  ["the other sign for not equal", "a != 1", "a <> 1"],
  ["a sign beside an operator", "a=-1 and b<>-2", "a = -1 and b <> -2"],
  ["a semicolon at the end", "select 1;\n", "select 1"],
  ["a file of Windows", "select 'a\r\nb'", "select 'a\nb'"],
  ["trailing space of what is not certain", "select # note  \r\na", "select # note\na"],
])("%s is noise", (_, a, b) => {
  expect(canonicalSql(a)).toBe(canonicalSql(b));
});

test.each([
  ["case of a text", "select 'A'", "select 'a'"],
  ["space in a text", "select 'a  b'", "select 'a b'"],
  ["case of a quoted name", 'select "A"', 'select "a"'],
  ["case in backticks", "select * from `P.t`", "select * from `p.t`"],
  ["a comment that a line ends", "select a # x\n, b", "select a # x , b"],
  ["what only looks like a comment", "select '-- a'", "select ''"],
  ["a comment in a comment", "/* /* */ select 1, */ 2", "select 1, */ 2"],
  ["brackets", "(a or b) and c", "a or b and c"],
  ["digits", "1.0", "1"],
  ["a number that letters belong to", "select a union select 0x10", "select a union select 0 x10"],
  ["operators apart", "a - - b", "a -- b"],
  ["a backslash before a quote", "select 'a\\' , 'B'", "select 'a\\' , 'b'"],
  ["quotes in threes", "select '''A' B'''", "select '''A' b'''"],
  ["a text with a prefix", "select e'a'", "select e 'a'"],
])("%s is not", (_, a, b) => {
  expect(canonicalSql(a)).not.toBe(canonicalSql(b));
});

const WORD = constantFrom("select", "from", "amount", "orders", "where", "x1", "über");
// Without quotes in threes, where nothing is noise.
const TEXT = string({ unit: constantFrom("a", "B", " ", "-", "/", "*", '"'), maxLength: 6 })
  .filter((inner) => !inner.includes('"""'))
  .map((inner) => `'${inner}'`);
const MARK = constantFrom("(", ")", ",", "=", "<=", "||", "::", "*", "1", "2.50", "1e3");
const SPACE = constantFrom(" ", "\n", "\t ", " -- a 'comment'\n", ' /* b; "c" */ ', "\r\n");

test("no spacing, comment or case of words tells two texts of the same pieces apart", () => {
  const piece = tuple(constantFrom("word", "other"), WORD, constantFrom(true, false), SPACE).chain(
    ([kind, word, isUpper, space]) =>
      (kind === "word" ? constantFrom(word) : constantFrom(TEXT, MARK).chain((one) => one)).map((text) => ({
        plain: text,
        noisy: `${kind === "word" && isUpper ? text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase()) : text}${space}`,
      })),
  );
  assert(
    property(array(piece, { maxLength: 20 }), (pieces) => {
      const plain = pieces.map((one) => one.plain).join(" ");
      expect(canonicalSql(pieces.map((one) => one.noisy).join(""))).toBe(canonicalSql(plain));
    }),
  );
});

test("the canonical form of a canonical form is itself", () => {
  assert(
    property(string({ unit: constantFrom(..."aB1 .'\"`\n-*/#;=<>!\\$()".split("")), maxLength: 40 }), (text) => {
      expect(canonicalSql(canonicalSql(text))).toBe(canonicalSql(text));
    }),
  );
});
