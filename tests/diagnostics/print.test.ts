import { expect, test } from "vitest";
import { placeOf, positionOf, printJson, printText, report, type SourceFile } from "../../src/diagnostics/index.ts";

const file: SourceFile = {
  path: "metrics/net_revenue.yaml",
  text: "metric: net_revenue\nmodel: orders\n\tmeasure: amout\n",
};
const spanOf = (part: string, source = file) => {
  const start = source.text.indexOf(part);
  return { file: source, start, end: start + part.length };
};
const misspelt = report(
  "definition/unknown-value",
  { owner: '"agg"', value: "amout", known: ["amount", "orders"] },
  spanOf("amout"),
);

test("a diagnostic shows the place, the line with carets, and the way out", () => {
  expect(printText([misspelt], { color: false })).toBe(
    [
      "metrics/net_revenue.yaml:3:11  error  definition/unknown-value",
      '  "agg" cannot be "amout".',
      "  3 | \tmeasure: amout",
      "    | \t         ^^^^^",
      '  help: did you mean "amount"?',
      "",
      "1 error",
      "",
    ].join("\n"),
  );
});

test("no diagnostics are said to be none", () => {
  expect(printText([], { color: false })).toBe("no problems found\n");
});

test("a diagnostic without a place has no frame", () => {
  expect(printText([report("file/no-folder", { path: "nowhere" }, null)], { color: false })).toBe(
    [
      "error  file/no-folder",
      '  There is no folder "nowhere" that definitions can be read from.',
      "  help: give the folder that holds the definitions with --metrics",
      "",
      "1 error",
      "",
    ].join("\n"),
  );
});

test("a related place is named below the frame", () => {
  const related = [{ message: "it stands first at", span: spanOf("net_revenue") }];
  const text = printText([{ ...misspelt, related }], { color: false });
  expect(text).toContain("\n  it stands first at: metrics/net_revenue.yaml:1:9\n");
});

test("diagnostics are sorted by file, then by place, and counted by severity", () => {
  const other: SourceFile = { path: "metrics/a.yaml", text: "b: 1" };
  const all = [
    misspelt,
    { ...misspelt, span: spanOf("orders"), severity: "warning" as const },
    { ...misspelt, span: spanOf("b", other) },
  ];
  const text = printText(all, { color: false });
  expect(text.match(/^metrics\/\S+/gm)).toEqual([
    "metrics/a.yaml:1:1",
    "metrics/net_revenue.yaml:2:8",
    "metrics/net_revenue.yaml:3:11",
  ]);
  expect(text).toMatch(/\n2 errors, 1 warning\n$/);
});

test("a span over several lines is shown at its first line", () => {
  const text = printText([{ ...misspelt, span: spanOf("orders\n\tmeasure") }], { color: false });
  expect(text).toContain("  2 | model: orders\n    |        ^^^^^^\n");
});

test("an empty span still gets one caret", () => {
  const at = file.text.indexOf("orders");
  expect(printText([{ ...misspelt, span: { file, start: at, end: at } }], { color: false })).toContain(
    "    |        ^\n",
  );
});

test("control characters of the author's text do not reach the terminal", () => {
  const hostile: SourceFile = { path: "metrics/\u001b[2J.yaml", text: "label: \u001b[31mred\u202e\n" };
  const text = printText([{ ...misspelt, message: "\u001b[2Jgone", span: spanOf("red", hostile) }], { color: false });
  expect(text).not.toMatch(/[\u001b\u202e]/);
  expect(text).toContain("  1 | label: �[31mred�\n    |             ^^^\n");
});

test("color marks severity and carets, and nothing else changes", () => {
  const text = printText([misspelt], { color: true });
  expect(text).toContain("\u001b[31merror\u001b[0m");
  expect(text).toContain("\u001b[31m^^^^^\u001b[0m");
  expect(text.replaceAll(/\u001b\[\d+m/g, "")).toBe(printText([misspelt], { color: false }));
});

test("a very long line is cut around the place", () => {
  const long: SourceFile = { path: "metrics/long.yaml", text: `${"x".repeat(5000)}WRONG${"y".repeat(5000)}` };
  const [, , code = "", carets = ""] = printText([{ ...misspelt, span: spanOf("WRONG", long) }], {
    color: false,
  }).split("\n");
  expect(code.length).toBeLessThan(200);
  expect(code.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1)).toBe("WRONG");
});

test("programs get file, lines and columns from 1, code, severity, message and help", () => {
  expect(JSON.parse(printJson([misspelt, report("file/no-folder", { path: "x" }, null)]))).toEqual([
    {
      file: null,
      line: null,
      column: null,
      endLine: null,
      endColumn: null,
      code: "file/no-folder",
      severity: "error",
      message: 'There is no folder "x" that definitions can be read from.',
      help: "give the folder that holds the definitions with --metrics",
    },
    {
      file: "metrics/net_revenue.yaml",
      line: 3,
      column: 11,
      endLine: 3,
      endColumn: 16,
      code: "definition/unknown-value",
      severity: "error",
      message: '"agg" cannot be "amout".',
      help: 'did you mean "amount"?',
    },
  ]);
});

test.each([
  ["a: 1\nb: 2", 0, "1:1"],
  ["a: 1\nb: 2", 4, "1:5"],
  ["a: 1\nb: 2", 5, "2:1"],
  ["a: 1\r\nb: 2", 6, "2:1"],
  ["😀: 1", 2, "1:3"],
  ["a: 1\n", 5, "2:1"],
  ["", 0, "1:1"],
])("the place in %j at offset %i is %s", (text, start, expected) => {
  const place = placeOf({ file: { path: "f", text }, start, end: start });
  expect(place).toBe(`f:${expected}`);
});

test("the end of a span is the place after its last letter", () => {
  expect(positionOf(spanOf("net_revenue\nmodel"))).toEqual({ line: 1, column: 9, endLine: 2, endColumn: 6 });
});
