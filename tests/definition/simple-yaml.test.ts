import { readFileSync } from "node:fs";
import { array, assert, constantFrom, pre, property, stringMatching } from "fast-check";
import { expect, test } from "vitest";
import { readSimpleYaml } from "../../src/definition/simple-yaml.ts";
import { readAnyYaml } from "../../src/definition/yaml.ts";
import type { Diagnostic } from "../../src/diagnostics/index.ts";

/** Whether the fast reader takes the text; if it does, it must agree with the package in every value and place. */
function agrees(text: string): boolean {
  const file = { path: "metrics/m.yaml", text };
  const simple = readSimpleYaml(file);
  if (simple === null) return false;
  const diagnostics: Diagnostic[] = [];
  const trees = readAnyYaml(file, diagnostics);
  expect(diagnostics.map(({ code }) => code)).toEqual([]);
  expect(simple).toEqual(trees);
  return true;
}

test.each([
  "metric: revenue\nlabel: Revenue, net (all)\nversion: 1\nprivate: false\ntags: [a, 'b c', \"d\"]\n",
  "# about\n\nmetric: m   # name\nowner: { business: a-b, technical: c }\n\n# end\n",
  "model: m\ncolumns:\n  a: int\n\n  # more\n  b: { type: int, description: 'It''s, well' }\ndimensions:\n  c:\n  d: day\n",
  "metric: m\nfilter:\n  - status = 'paid'\n  - amount > 1000 and a != 'b'\ninputs: [{ metric: a, as: b }, c]\n",
  "metric: a\nexpr: b - c\n---\nmetric: d\nexpr: (e + f) / 2\n",
  "---\nmetric: a\nwindow: 7 days\nsunset: 2027-03-31\nunit: 1.50\ntime: 12:30\n",
  "metric: m\ntests:\n  - test: a\n    given:\n      b:\n        - { at: 2026-01-31T23:59:59Z }\n    expect: [a:b]\n  -   test:\n  - c\n",
  "model: m\nurl: http://x.y/z#w\nempty: []\nnone: {}\nnothing: null\n",
])("%j is simple", (text) => {
  expect(agrees(text)).toBe(true);
});

test.each([
  "metric: m\ndescription: one\n  two\n",
  "metric: m\ndescription: |\n  one\n",
  "metric: m\nlabel: a: b\n",
  "metric: m\nlabel: a:\n",
  "metric: m\nlabel: 'a' b\n",
  "metric: m\nlabel: 'a'#b\n",
  "metric: m\nmetric: n\n",
  "metric: m\n__proto__: n\n",
  "metric: m\nlabel: &a b\n",
  "metric: m\nlabel: *a\n",
  "metric: m\nlabel: !!str b\n",
  "metric: m\nversion: 010\n",
  "metric: m\nversion: .5\n",
  "metric: m\nversion: 0x1f\n",
  "metric: m\nversion: 1e400\n",
  "metric: m\nversion: 99999999999999999999\n",
  'metric: m\nlabel: "a\\0b"\n',
  "metric: m\n\tlabel: a\n",
  "%YAML 1.1\n---\nmetric: m\n",
  "metric: m\ntags:\n- a\n",
  "metric: m\n label: a\n",
  " metric: m\n",
  "a:\n    b: 1\n  c: 2\n",
  "a: [b\n]\n",
  "a: [b c: d]\n",
  "a: {b}\n",
  "a: [b:]\n",
  "a:\n  - b: 1\n   c: 2\n",
  "a:\n  - b: 1\n      c: 2\n",
  "--- a\n",
  "text\n",
])("%j is left to the package", (text) => {
  expect(readSimpleYaml({ path: "metrics/m.yaml", text })).toBeNull();
});

test("the examples of the documentation are simple, so the fast reader is the one that counts", () => {
  const guide = readFileSync(new URL("../../docs/definitions.md", import.meta.url), "utf8");
  const examples = [...guide.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = ""]) => text);
  expect(examples.length).toBeGreaterThan(3);
  expect(examples.filter((text) => !agrees(text))).toEqual([]);
});

test("whatever the fast reader takes, it reads as the package does", () => {
  const scalar = constantFrom(
    "a",
    "a b",
    "a  b ",
    "'a'",
    "'it''s'",
    '"a b"',
    "1",
    "-1",
    "+2",
    "0",
    "-0",
    "1.50",
    "1e3",
    "010",
    "0x1",
    "1.",
    ".5",
    "~",
    "null",
    "true",
    "True",
    "yes",
    "2027-03-31",
    "7 days",
    "a:b",
    "a: b",
    "a #b",
    "a#b",
    "# c",
    "a # c",
    "'a' # c",
    "-",
    "- a",
    "-a",
    "?",
    "@",
    "a'b",
    'a"b',
    "a,b",
    "a]",
    "{",
    "x: 1",
    "&a",
    "*a",
    "!a",
    "|",
    ">",
    "%",
    "=",
    "= 1",
    "(a)",
    "<",
    "é",
    "a\u00a0b",
    "",
    " ",
    "a:",
    "_",
    "1_000",
    "1e",
    "12:30",
    "0o7",
    "0b1",
    "99999999999999999999",
    ".inf",
    "'a'b",
    "''",
    '""',
    "a\\b",
    '"a\\tb"',
    "a }",
    "---",
    "...",
    "a ---",
  );
  const flow = array(scalar, { maxLength: 3 }).chain((items) =>
    constantFrom(
      `[${items.join(", ")}]`,
      `[ ${items.join(" , ")} ]`,
      `{ ${items.map((item, n) => `k${n}: ${item}`).join(", ")} }`,
      `{${items.map((item, n) => `k${n}: [${item}]`).join(",")}}`,
      `{ ${items.map((item) => `k: ${item}`).join(", ")}, }`,
    ),
  );
  const indent = constantFrom("", "", "", "  ", "  ", "    ", " ");
  const line = constantFrom("key", "key", "lone", "item", "pair", "head", "comment", "blank", "divider").chain((kind) =>
    array(constantFrom("a", "b", "c", "d", "e", "null", "__proto__"), { minLength: 1, maxLength: 1 }).chain(
      ([key = ""]) =>
        constantFrom(scalar, flow).chain((values) =>
          values.chain((value) =>
            constantFrom("", "", "", " ", " # c", "#c").map((tail) => {
              switch (kind) {
                case "key":
                  return `${key}: ${value}${tail}`;
                case "lone":
                  return `${key}:${tail}`;
                case "item":
                  return `- ${value}${tail}`;
                case "pair":
                  return `- ${key}: ${value}${tail}`;
                case "head":
                  return `- ${key}:${tail}`;
                case "comment":
                  return "# comment";
                case "blank":
                  return "";
                default:
                  return "---";
              }
            }),
          ),
        ),
    ),
  );
  const texts = array(
    indent.chain((spaces) => line.map((rest) => (rest === "---" ? rest : spaces + rest))),
    { maxLength: 7 },
  );
  let taken = 0;
  assert(
    property(texts, constantFrom("\n", ""), (lines, end) => {
      if (agrees(lines.join("\n") + end)) taken++;
    }),
    { numRuns: 5000 },
  );
  expect(taken).toBeGreaterThan(500);
});

test("any short text of YAML's own signs is read as the package does", () => {
  assert(
    property(stringMatching(/^a:[ \n]{1,3}([-a1:#,'" \n[\]{}|>&*!%?~.]){0,12}$/), (text) => {
      pre(agrees(text));
    }),
    { numRuns: 2000, maxSkipsPerRun: 1000 },
  );
});

test("a line of a megabyte is read", () => {
  expect(agrees(`a: ${"b ".repeat(500_000)}\n`)).toBe(true);
});
