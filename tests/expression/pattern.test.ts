import { describe, expect, test } from "vitest";
import {
  parseColumnExpression,
  parseFilter,
  parsePolicyCondition,
  portablePattern,
  typeOf,
} from "../../src/expression/index.ts";
import { column, fingers, problemsOf, valueOf } from "./support.ts";

/** The pattern as engines get it; else what is wrong with it. */
function portable(pattern: string): string {
  const read = portablePattern(pattern);
  return read.ok ? read.text : read.message;
}

describe("a pattern is written anew in words that every engine reads alike", () => {
  test.each([
    ["abc", "abc"],
    ["a.c", "a[^\\n]c"],
    ["\\d\\D", "[0-9][^0-9]"],
    ["\\w\\W", "[0-9A-Z_a-z][^0-9A-Z_a-z]"],
    ["\\s\\S", "[\\t-\\n\\f-\\r ][^\\t-\\n\\f-\\r ]"],
    ["[\\D5]", "[^0-46-9]"],
    ["a[\\d\\D]", "a(?:[^\\n]|\\n)"],
    ["[c-ea-cx]", "[a-ex]"],
    ["[-a]|[a-]|[\\-a]", "[\\-a]|[\\-a]|[\\-a]"],
    ["[[\\]\\\\^]", "[\\[-\\^]"],
    ["[a]", "a"],
    ["^(foo|bar)$", "^(?:foo|bar)$"],
    ["(a|(b|c))(d)", "(?:a|b|c)d"],
    ["(ab)+?", "(?:ab)+"],
    ["a*?b+?c??d{2}?e{2,}?f{0,1}", "a*b+c?d{2}e{2,}f?"],
    ["(a+)+", "(?:a+)+"],
    ["a||b", "a||b"],
    ["()", ""],
    ["\\.\\/\\-\\_\\ \\'", "\\./-_ '"],
    ["]}-,", "\\]\\}-,"],
    ["\\t\\n\\r\\f", "\\t\\n\\r\\f"],
    ["ä🙂*", "ä🙂*"],
    ["a\tb\nc", "a\\tb\\nc"],
    ["[^\u{e000}-\u{10ffff}]", "[\u0001-\ud7ff]"],
  ])("%j is %j, which stays as it is", (pattern, meant) => {
    expect(portable(pattern)).toBe(meant);
    expect(portable(meant)).toBe(meant);
  });
});

describe("what engines do not read alike is refused, and the place is named", () => {
  test.each([
    ["(a)\\1", "Character 4 of the pattern: references back to a group are not supported."],
    ["a(?=b)", "Character 2 of the pattern: lookahead and lookbehind are not supported."],
    ["(?!b)", "Character 1 of the pattern: lookahead and lookbehind are not supported."],
    ["(?<=b)a", "Character 1 of the pattern: lookahead and lookbehind are not supported."],
    ["(?<!b)a", "Character 1 of the pattern: lookahead and lookbehind are not supported."],
    ["(?P<n>a)", "Character 1 of the pattern: named groups are not supported."],
    ["(?<n>a)", "Character 1 of the pattern: named groups are not supported."],
    ["(?i)a", "Character 1 of the pattern: flags such as (?i) are not supported."],
    ["(?s-m:a)", "Character 1 of the pattern: flags such as (?i) are not supported."],
    ["(?>a)", "Character 1 of the pattern: this kind of group is not supported."],
    ["(?#a)", "Character 1 of the pattern: this kind of group is not supported."],
    ["🙂\\b", "Character 2 of the pattern: the border of a word, \\b, is not supported."],
    ["\\ya\\M", "Character 1 of the pattern: the border of a word, \\y, is not supported."],
    ["\\Aa", "Character 1 of the pattern: \\A is not supported."],
    ["\\pL", "Character 1 of the pattern: classes of Unicode are not supported."],
    ["[a\\p{L}]", "Character 3 of the pattern: classes of Unicode are not supported."],
    ["\\x41", "Character 1 of the pattern: \\x is not supported."],
    ["\\v", "Character 1 of the pattern: \\v is not supported."],
    ["\\Qa.b\\E", "Character 1 of the pattern: \\Q is not supported."],
    ["\\ä", "Character 1 of the pattern: \\ä is not supported."],
    ["a\\", "Character 2 of the pattern: this backslash stands before nothing."],
    ["[[:alpha:]]", "Character 2 of the pattern: classes such as [:alpha:] are not supported."],
    ["[[=a=]]", "Character 2 of the pattern: classes such as [:alpha:] are not supported."],
    ["[[.a.]]", "Character 2 of the pattern: classes such as [:alpha:] are not supported."],
    ["[]a]", "Character 2 of the pattern: this class is empty."],
    ["[^]", "Character 3 of the pattern: this class is empty."],
    ["[^\\w\\W]", "Character 1 of the pattern: no character is in this class."],
    ["x[a", "Character 2 of the pattern: this class is never closed."],
    ["[a-", "Character 1 of the pattern: this class is never closed."],
    ["[a-z-9]", "Character 5 of the pattern: this - is no range of two characters."],
    ["[a-\\d]", "Character 2 of the pattern: this - is no range of two characters."],
    ["[\\d-z]", "Character 2 of the pattern: this - is no range of two characters."],
    ["[+--]", "Character 2 of the pattern: this - is no range of two characters."],
    ["[z-a]", "Character 2 of the pattern: this range ends before it begins."],
    ["(a", "Character 1 of the pattern: this group is never closed."],
    ["a)", 'Character 2 of the pattern: this ")" closes nothing.'],
    ["*a", "Character 1 of the pattern: there is nothing here to repeat."],
    ["***=a", "Character 1 of the pattern: there is nothing here to repeat."],
    ["a|+", "Character 3 of the pattern: there is nothing here to repeat."],
    ["^*", "Character 2 of the pattern: ^ and $ are not repeated."],
    ["(?:$)+", "Character 6 of the pattern: ^ and $ are not repeated."],
    ["a**", "Character 3 of the pattern: one repeat follows another."],
    ["a++", "Character 3 of the pattern: one repeat follows another."],
    ["a*??", "Character 4 of the pattern: one repeat follows another."],
    ["a{2}{3}", "Character 5 of the pattern: one repeat follows another."],
    ["{2}", "Character 1 of the pattern: there is nothing here to repeat."],
    ["a{,2}", "Character 2 of the pattern: this { begins no repeat."],
    ["a{b}", "Character 2 of the pattern: this { begins no repeat."],
    ["a{2,1}", "Character 2 of the pattern: the repeat {2,1} ends before it begins."],
    ["a{256}", "Character 2 of the pattern: a repeat counts to 255 at most."],
    ["a{1,99999999999999999999}", "Character 2 of the pattern: this { begins no repeat."],
    [`${"(".repeat(31)}${")".repeat(31)}`, "Character 31 of the pattern: groups are nested deeper than 30 levels."],
    ["(a{100}){11}", "The pattern is too large when its repeats are written out."],
    ["(.*){30}", "The pattern is too large when its repeats are written out."],
    ["(((a?){9}){9}){9}", "The pattern is too large when its repeats are written out."],
    ["a?".repeat(40), "The pattern is too large when its repeats are written out."],
    ["(){255}", "The pattern is too large when its repeats are written out."],
    ["x".repeat(1_001), "The pattern has 1001 characters; at most 1000 are read."],
  ])("%j", (pattern, message) => {
    expect(portable(pattern)).toBe(message);
  });
});

test("regexp_contains is a condition on text, and is printed as it was written", () => {
  const written = "regexp_contains(note, '^(?:it''s|\\d+).$') AND NOT regexp_contains(note, '')";
  expect(column(written)).toBe(written);
  expect(typeOf(valueOf(parseColumnExpression("regexp_contains(a, 'b')")), () => "string").type).toBe("boolean");
  expect(typeOf(valueOf(parseColumnExpression("regexp_contains(a, 'b')")), () => "int").problems).toMatchObject([
    { message: "regexp_contains() wants text, but this is an int.", help: "Write CAST(x AS string)." },
  ]);
});

describe("the pattern must be a constant", () => {
  test.each(["b", "NULL", "'a' || 'b'", "lower('A')", "1", "DATE '2026-01-31'"])("%s is none", (pattern) => {
    const text = `regexp_contains(a, ${pattern})`;
    expect(fingers(text, problemsOf(parseColumnExpression(text)))).toEqual([`wrong-arguments: ${pattern}`]);
  });

  test("nor is a claim", () => {
    const text = "regexp_contains(a, claim('pattern'))";
    expect(fingers(text, problemsOf(parsePolicyCondition(text)))).toEqual(["wrong-arguments: claim('pattern')"]);
  });
});

test("a problem of the pattern points at it, with a way out", () => {
  const text = "a = 1 AND regexp_contains(b, '(?i)x') OR regexp_contains(c, '[')";
  const problems = problemsOf(parseFilter(text));
  expect(fingers(text, problems)).toEqual(["wrong-arguments: '(?i)x'", "wrong-arguments: '['"]);
  expect(problems.map(({ help }) => help)).toEqual([
    "To ignore case write regexp_contains(lower(s), 'pattern').",
    "Write \\[ for the sign itself.",
  ]);
});

describe("other spellings are told of it", () => {
  test.each([
    ["a ~ 'b'", "Write regexp_contains(s, 'pattern')."],
    ["a !~ 'b'", "Write NOT regexp_contains(s, 'pattern')."],
    ["a ~* 'b'", "Write regexp_contains(lower(s), 'pattern')."],
    ["a !~* 'b'", "Write NOT regexp_contains(lower(s), 'pattern')."],
    [
      "regexp_matches(a, 'b')",
      "Write regexp_contains(s, 'pattern'), or regexp_contains(s, '^(?:pattern)$') for the whole text.",
    ],
    [
      "regexp_like(a, 'b')",
      "Write regexp_contains(s, 'pattern'), or regexp_contains(s, '^(?:pattern)$') for the whole text.",
    ],
  ])("%s", (text, help) => {
    expect(problemsOf(parseFilter(text))[0]?.help).toBe(help);
  });
});
