import { expect, test } from "vitest";
import { parseDefinitions } from "../../src/definition/index.ts";
import { expectProblem } from "../support/marked-yaml.ts";

const GOOD = "metric: good\nmodel: orders\nmeasure: amount\n";

test("a colon in a text is one clear syntax error with the way out", () => {
  const problem = expectProblem("yaml/syntax", "metric: m\ndescription: «Note: this»\nlabel: x\n");
  expect(problem.help).toBe('put quotes around a text that holds ": "');
});

test.each([
  ["a tab as indentation", "model: m\ncolumns:\n«\t»a: int\n"],
  ["an open quote", "metric: m\nlabel: 'open«»"],
  ["an open bracket", "metric: m\ntags: [a, b«»"],
  ["a key out of line", "model: m\ncolumns:\n  a: int\n« »b: int\n"],
  ["a reserved character", "metric: m\nunit: «%»\n"],
])("%s is a syntax error at its place", (_, text) => {
  expectProblem("yaml/syntax", text);
});

test.each([
  ["a key that stands twice", "yaml/duplicate-key", "metric: m\nlabel: a\n«label»: b\n"],
  ["a nested key that stands twice", "yaml/duplicate-key", "model: m\ncolumns: { a: int, «a»: int }\n"],
  ["an alias", "yaml/alias", "metric: m\nlabel: «*a»\n"],
  ["an anchor", "yaml/alias", "metric: m\nlabel: &a «text»\n"],
  ["an unknown tag", "yaml/tag", "metric: m\nlabel: «!foo» text\n"],
  ["a known tag", "yaml/tag", "metric: m\nlabel: !!binary «aGk=»\n"],
  ["a set", "yaml/tag", "metric: m\ntags: !!set «{a, b}»\n"],
  ["a way to the prototype", "yaml/forbidden-key", "metric: m\n«__proto__»: { a: 1 }\n"],
  ["a way to the constructor", "yaml/forbidden-key", "model: m\ncolumns:\n  «constructor»: int\n"],
  ["a key named prototype", "yaml/forbidden-key", "model: m\ncolumns: { «prototype»: int }\n"],
  ["a quoted way to the prototype", "yaml/forbidden-key", 'metric: m\n«"__proto__"»: 1\n'],
  ["NUL", "yaml/forbidden-character", "metric: m\nlabel: a«\0»b\n"],
  ["NUL as an escape", "yaml/forbidden-character", 'metric: m\nlabel: «"a\\0b"»\n'],
  ["text that runs backwards", "yaml/forbidden-character", "metric: m\nlabel: a«\u202e»b\n"],
  ["an isolated direction, escaped", "yaml/forbidden-character", 'metric: m\nlabel: «"a\\u2067b"»\n'],
  ["infinity", "yaml/number", "metric: m\nversion: «.inf»\n"],
  ["negative infinity", "yaml/number", "metric: m\nversion: «-.Inf»\n"],
  ["not a number", "yaml/number", "metric: m\nversion: «.nan»\n"],
  ["a number beyond floats", "yaml/number", "metric: m\nversion: «1e400»\n"],
  ["a number beyond exact integers", "yaml/number", "metric: m\nversion: «9007199254740993»\n"],
  ["a leading zero", "yaml/number", "metric: m\nversion: «010»\n"],
  ["a hexadecimal number", "yaml/number", "metric: m\nversion: «0x10»\n"],
  ["an octal number", "yaml/number", "metric: m\nversion: «0o10»\n"],
  ["a number that ends in a point", "yaml/number", "metric: m\nversion: «1.»\n"],
  ["a mapping as a key", "yaml/key-not-text", "metric: m\n? «{»a: b}\n: c\n"],
  ["an older version of YAML", "yaml/directive", "«%YAML» 1.1\n---\nmetric: m\n"],
])("%s is refused", (_, code, text) => {
  expectProblem(code, text);
});

test("a duplicate key also names the first place", () => {
  const problem = expectProblem("yaml/duplicate-key", "metric: m\nlabel: a\n«label»: b\n");
  expect(problem.related.map(({ span }) => [span.start, span.end])).toEqual([[10, 15]]);
});

test("a merge key is an ordinary key, and unknown", () => {
  expectProblem("definition/unknown-key", `${GOOD}«<<»: { label: x }\n`);
});

test("a billion laughs end at the first alias", () => {
  const lines = ["metric: m", "a: &a [x, x]", "b: &b [*a, *a]", "c: &c [*b, *b]", "d: [*c, *c, *c, *c]"];
  const { diagnostics } = parseDefinitions([{ path: "metrics/m.yaml", text: lines.join("\n") }]);
  expect(new Set(diagnostics.map(({ code }) => code))).toEqual(new Set(["yaml/alias"]));
});

test.each([
  ["brackets", (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`],
  ["braces", (levels: number) => `${"{a: ".repeat(levels)}1${"}".repeat(levels)}`],
  ["dashes", (levels: number) => `\n${"- ".repeat(levels)}x`],
])("64 levels of %s pass, more are refused, and thousands too", (_, nested) => {
  const codes = (levels: number) =>
    parseDefinitions([{ path: "metrics/m.yaml", text: `metric: m\nx: ${nested(levels)}\n` }]).diagnostics.map(
      ({ code }) => code,
    );
  expect(codes(63)).not.toContain("yaml/too-deep");
  expect(codes(64)).toContain("yaml/too-deep");
  expect(codes(20_000)).toEqual(["yaml/too-deep"]);
});

test("thousands of keys are read without comparing each with each", () => {
  const keys = Array.from({ length: 40_000 }, (_, n) => `  c${n}: int`).join("\n");
  const { definitions } = parseDefinitions([
    { path: "metrics/m.yaml", text: `model: m\ntable: t\ncolumns:\n${keys}\n` },
  ]);
  expect(definitions.models[0]?.columns).toHaveLength(40_000);
});

test("yes, no and on are texts, as in YAML 1.2", () => {
  const text = "model: m\ntable: t\ndimensions: { d: { enum: [yes, no, on, 1.50, true] } }\n";
  const { definitions } = parseDefinitions([{ path: "metrics/m.yaml", text }]);
  expect(definitions.models[0]?.dimensions[0]?.values).toEqual(["yes", "no", "on", "1.50", "true"]);
});

test("a broken document hides neither the others of its file nor other files", () => {
  const { definitions, diagnostics } = parseDefinitions([
    { path: "metrics/a.yaml", text: `metric: a\nlabel: *x\n---\n${GOOD}` },
    { path: "metrics/b.yaml", text: "metric: b\nnumerator: [\n" },
    { path: "metrics/c.yaml", text: "metric: c\nmodel: m\nmeasure: 5\n" },
  ]);
  expect(definitions.metrics.map(({ name }) => name.value)).toEqual(["good"]);
  expect(diagnostics.map(({ code, span }) => [span?.file.path, code])).toEqual([
    ["metrics/a.yaml", "yaml/alias"],
    ["metrics/b.yaml", "yaml/syntax"],
    ["metrics/c.yaml", "definition/wrong-type"],
  ]);
});

test("files and documents that hold only comments define nothing", () => {
  const text = `# nothing yet\n---\n${GOOD}---\n# nothing more\n`;
  const { definitions, diagnostics } = parseDefinitions([
    { path: "metrics/a.yaml", text: "" },
    { path: "metrics/b.yaml", text },
  ]);
  expect(diagnostics).toEqual([]);
  expect(definitions.metrics).toHaveLength(1);
});

test("a file of nothing but mistakes is cut short and says so", () => {
  const keys = Array.from({ length: 500 }, (_, n) => `bad${n}: 1`).join("\n");
  const { diagnostics } = parseDefinitions([{ path: "metrics/a.yaml", text: `${GOOD}${keys}\n` }]);
  expect(diagnostics).toHaveLength(101);
  expect(diagnostics.at(-1)?.message).toBe("This file has 400 more problems, which are not shown.");
});
