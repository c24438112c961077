import { expect, test } from "vitest";
import { parseDefinitions } from "../../src/definition/index.ts";
import { expectProblem } from "../support/marked-yaml.ts";

const MODEL = "model: m\ntable: t\n";
const SIMPLE = "metric: m\nmodel: orders\nmeasure: amount\n";

test.each([
  ["a key of a metric", `${SIMPLE}«descripton»: x\n`, 'did you mean "description"?'],
  ["a key of a model", `${MODEL}«dimension»: {}\n`, 'did you mean "dimensions"?'],
  ["a key of an entity", `${MODEL}entities: { a: { «enttiy»: b } }\n`, 'did you mean "entity"?'],
  ["a key of a dimension", `${MODEL}dimensions: { a: { «expression»: b } }\n`, 'did you mean "expr"?'],
  ["a key of a column", `${MODEL}columns: { a: { type: int, «desc»: b } }\n`, 'did you mean "description"?'],
  ["a key of a measure", `${MODEL}measures: { a: { agg: sum, «filter»: b } }\n`, null],
  ["a key of an owner", `${SIMPLE}owner: { business: a, technical: b, «tecnical»: c }\n`, 'did you mean "technical"?'],
  [
    "a key of an input",
    "metric: m\nnumerator: { metric: a, «filters»: b }\ndenominator: c\n",
    'did you mean "filter"?',
  ],
  [
    "an offset where inputs do not move",
    "metric: m\nnumerator: { metric: a, «offset_window»: 1 day }\ndenominator: c\n",
    null,
  ],
  ["a key of a saved query", "saved_query: q\n«groupby»: []\n", 'did you mean "group_by"?'],
  [
    "a key of a calendar",
    "calendar: c\ntable: t\ncolumn: d\ngrain: day\n«custom_grain»: {}\n",
    'did you mean "custom_grains" or "grain"?',
  ],
  ["a key of the project", "project: p\n«timezone»: UTC\n", 'did you mean "time_zone"?'],
])("%s that does not exist is an error at the key", (_, text, help) => {
  const problem = expectProblem("definition/unknown-key", text);
  if (help) expect(problem.help).toBe(help);
});

test("a comma that ends a text in braces is explained", () => {
  const problem = expectProblem(
    "definition/unknown-key",
    `${MODEL}columns: { a: { type: int, description: first, «or last» } }\n`,
  );
  expect(problem.help).toBe("a comma inside { } ends a text: put quotes around the text before it");
});

test.each([
  ["a number for a text", `${SIMPLE}label: «2024»\n`, '"label" must be a text; found the number 2024.'],
  ["a list for a text", `${SIMPLE}label: «[a]»\n`, '"label" must be a text; found a list.'],
  ["nothing for a text", `${SIMPLE}«label»:\n`, '"label" must be a text; found nothing.'],
  ["a text for true or false", `${SIMPLE}private: «yes»\n`, '"private" must be true or false; found the text "yes".'],
  [
    "a text for a number",
    `${SIMPLE}version: «one»\n`,
    '"version" must be a whole number from 1; found the text "one".',
  ],
  ["a part of a number", `${SIMPLE}version: «1.5»\n`, '"version" must be a whole number from 1; found the number 1.5.'],
  [
    "a number that is too small",
    `${SIMPLE}version: «0»\n`,
    '"version" must be a whole number from 1; found the number 0.',
  ],
  ["a text for a list", `${SIMPLE}tags: «finance»\n`, '"tags" must be a list of texts; found the text "finance".'],
  ["a number in a list", `${SIMPLE}tags: [a, «1.10»]\n`, '"tags[2]" must be a text; found the number 1.10.'],
  [
    "a list for a mapping",
    `${MODEL}columns: «[a]»\n`,
    '"columns" must be a mapping from column to type; found a list.',
  ],
  [
    "a date that is none",
    `${SIMPLE}sunset: «2027-13-31»\n`,
    '"sunset" must be a date, such as 2027-03-31; found the text "2027-13-31".',
  ],
  [
    "a list for an entity",
    `${MODEL}entities: { a: «[x]» }\n`,
    '"entities.a" must be a type, the column of a foreign key, or a mapping with type, key and entity; found a list.',
  ],
  [
    "a percentile beyond one",
    `${MODEL}measures: { a: { agg: percentile, percentile: «95» } }\n`,
    '"measures.a.percentile" must be a number between 0 and 1; found the number 95.',
  ],
  [
    "a table with spaces",
    "model: m\ntable: «orders o»\n",
    '"table" must be a table, such as shop.orders; found the text "orders o".',
  ],
])("%s is told in words", (_, text, message) => {
  expect(expectProblem("definition/wrong-type", text).message).toBe(message);
});

test("a number where a text belongs comes with the quotes to add", () => {
  expect(expectProblem("definition/wrong-type", `${SIMPLE}unit: «1.50»\n`).help).toBe('put quotes around it: "1.50"');
});

test.each([
  ["a lifecycle", `${SIMPLE}lifecycle: «activ»\n`, 'did you mean "active"?'],
  ["a format", `${SIMPLE}format: «money»\n`, "known are number, integer, currency, percent, ratio, duration"],
  ["a column type", `${MODEL}columns: { a: «strng» }\n`, 'did you mean "string"?'],
  ["a column type in a mapping", `${MODEL}columns: { a: { type: «integer» } }\n`, null],
  ["an aggregation", `${MODEL}measures: { a: { agg: «summ» } }\n`, 'did you mean "sum"?'],
  ["a grain", `${MODEL}dimensions: { a: { grain: «dya» } }\n`, 'did you mean "day"?'],
  ["a grain alone", `${MODEL}dimensions: { a: «mnth» }\n`, 'did you mean "month"?'],
  ["an entity type", `${MODEL}entities: { a: { type: «forein» } }\n`, 'did you mean "foreign"?'],
  ["a metric type", "metric: m\ntype: «ratios»\n", 'did you mean "ratio"?'],
  ["a direction", "saved_query: q\norder_by: [{ name: a, direction: «down» }]\n", null],
])("%s that does not exist is an error with what is known", (_, text, help) => {
  const problem = expectProblem("definition/unknown-value", text);
  if (help) expect(problem.help).toBe(help);
});

test.each([
  ["metric: «Revenue»\nmodel: o\nmeasure: a\n", "definition/invalid-name"],
  ["metric: «net__revenue»\nmodel: o\nmeasure: a\n", "definition/invalid-name"],
  ["metric: «1st»\nmodel: o\nmeasure: a\n", "definition/invalid-name"],
  [`metric: «${"a".repeat(61)}»\nmodel: o\nmeasure: a\n`, "definition/invalid-name"],
  ["metric: «metric_time»\nmodel: o\nmeasure: a\n", "definition/reserved-name"],
  ["model: «month»\ntable: t\n", "definition/reserved-name"],
  [`${MODEL}dimensions: { «dow»: }\n`, "definition/reserved-name"],
  [`${MODEL}dimensions: { «Day Of Week»: }\n`, "definition/invalid-name"],
  [`${MODEL}entities: { «order-line»: primary }\n`, "definition/invalid-name"],
  [`${MODEL}measures:\n  «sum(amount)»: sum\n`, "definition/invalid-name"],
  ["calendar: c\ntable: t\ncolumn: d\ngrain: day\ncustom_grains: { «year»: y }\n", "definition/reserved-name"],
  ["metric: m\nexpr: a\ninputs: [{ metric: b, as: «day» }]\n", "definition/reserved-name"],
])("%s is not a valid name", (text, code) => {
  expectProblem(code, text);
});

test("a name of 60 letters is fine, and columns may be called as the warehouse calls them", () => {
  const text = `model: ${"a".repeat(60)}\ntable: t\ncolumns: { Day: date, "order no": int }\n`;
  expect(parseDefinitions([{ path: "metrics/m.yaml", text }]).diagnostics).toEqual([]);
});

test.each([
  ["metric: «m»\nmodel: orders\n", 'The metric "m" lacks the key "measure".'],
  ["metric: «m»\nmeasure: amount\n", 'The metric "m" lacks the key "model".'],
  ["metric: «m»\nnumerator: a\n", 'The metric "m" lacks the key "denominator".'],
  ["metric: «m»\ninputs: [a]\n", 'The metric "m" lacks the key "expr".'],
  ["metric: «m»\nbase: a\nconversion: b\n", 'The metric "m" lacks the key "entity".'],
  ["calendar: «c»\ntable: t\ngrain: day\n", 'The calendar "c" lacks the key "column".'],
  [`${MODEL}measures: { «a»: { expr: b } }\n`, '"measures.a" lacks the key "agg".'],
  [`${MODEL}columns: { «a»: { description: b } }\n`, '"columns.a" lacks the key "type".'],
  [`${MODEL}dimensions: { a: { «type»: time } }\n`, '"dimensions.a" lacks the key "grain".'],
  [`${MODEL}dimensions: { a: { «validity»: start } }\n`, '"dimensions.a" lacks the key "grain".'],
  [`${MODEL}dimensions: { a: { «sql»: { duckdb: x }, data_type: int } }\n`, '"dimensions.a" lacks the key "columns".'],
  [`${MODEL}dimensions: { a: { «sql»: { duckdb: x }, columns: [] } }\n`, '"dimensions.a" lacks the key "data_type".'],
  ["model: «m»\n", 'The model "m" lacks the key "table".'],
])("%s lacks a key", (text, message) => {
  expect(expectProblem("definition/missing-key", text).message).toBe(message);
});

test("a misspelt key is told once, not also as a missing one", () => {
  expectProblem("definition/unknown-key", "metric: m\nmodel: orders\n«mesure»: amount\n");
  expectProblem("definition/unknown-key", "metric: m\n«numertor»: a\ndenominator: b\n");
  expectProblem("definition/unknown-key", "metric: m\n«expresion»: a - b\n");
});

test.each([
  ["the keys of two types", "metric: m\nnumerator: a\ndenominator: b\n«window»: 7 days\n"],
  ["a type and a key of another", "metric: m\ntype: ratio\n«measure»: a\n"],
  ["a window and a grain to date", "metric: m\ninput: a\nwindow: 7 days\n«grain_to_date»: month\n"],
  ["two sources", "model: m\ntable: t\n«sql»: SELECT 1\n"],
  [
    "an expression and SQL",
    `${MODEL}dimensions: { a: { sql: { duckdb: x }, columns: [], data_type: int, «expr»: b } }\n`,
  ],
  ["a category with a grain", `${MODEL}dimensions: { a: { type: categorical, «grain»: day } }\n`],
  ["a time with values", `${MODEL}dimensions: { a: { grain: day, «enum»: [b] } }\n`],
  ["a time that names a place", `${MODEL}dimensions: { a: { grain: day, «semantic_type»: city } }\n`],
  ["two ways to move", "metric: m\nexpr: a\ninputs: [{ metric: a, offset_window: 1 day, «offset_to_grain»: month }]\n"],
])("%s are one clear contradiction", (_, text) => {
  expectProblem("definition/contradiction", text);
});

test("a contradiction names both keys and the types they belong to", () => {
  const { message } = expectProblem("definition/contradiction", "metric: m\nnumerator: a\n«window»: 7 days\n");
  expect(message).toBe(
    'The metric "m" cannot have both "numerator" and "window": "window" belongs to a cumulative or conversion metric, this is a ratio metric.',
  );
});

test("a metric that says nothing about its type is asked to", () => {
  expectProblem("definition/metric-type-unclear", "metric: «m»\nlabel: M\n");
  expectProblem("definition/metric-type-unclear", "metric: «m»\nwindow: 7 days\n");
});

test("a running value over all time must be meant", () => {
  expectProblem("definition/window-unclear", "metric: m\n«input»: a\n");
  const { diagnostics } = parseDefinitions([
    { path: "metrics/m.yaml", text: "metric: m\ntype: cumulative\ninput: a\n" },
  ]);
  expect(diagnostics).toEqual([]);
});

test.each([
  ["«metrics»: m\n", "definition/unknown-kind", 'did you mean "metric"?'],
  ["«label»: x\nmetric: m\n", "definition/kind-not-first", 'move the line "metric" to the top'],
  ["«semantic_models»: []\n", "definition/unknown-kind", null],
  ["«- metric: m»\n", "definition/not-a-mapping", null],
  ["«just a text»\n", "definition/not-a-mapping", null],
  ["«{}»\n", "definition/not-a-mapping", null],
])("%s is not a definition", (text, code, help) => {
  const problem = expectProblem(code, text);
  if (help) expect(problem.help).toBe(help);
});

test.each([
  ["model", MODEL, "model: «m»\ntable: t\n"],
  ["metric", SIMPLE, "metric: «m»\nexpr: a\n"],
  ["saved query", "saved_query: m\n", "saved_query: «m»\n"],
  ["calendar", "calendar: m\ntable: t\ncolumn: d\ngrain: day\n", "calendar: «m»\ntable: t\ncolumn: d\ngrain: day\n"],
])("a second %s of one name is an error that names the first", (kind, first, second) => {
  const problem = expectProblem("definition/duplicate-name", second, [
    { path: "metrics/first.yaml", text: `\n${first}` },
  ]);
  expect(problem.message).toMatch(new RegExp(`^The ${kind} "m" is already defined at metrics/first\\.yaml:2:\\d+\\.$`));
});

test("one name may serve a model and a metric", () => {
  const { diagnostics } = parseDefinitions([{ path: "metrics/m.yaml", text: `${MODEL}---\n${SIMPLE}` }]);
  expect(diagnostics).toEqual([]);
});

test("a second project is an error", () => {
  expectProblem("definition/second-project", "project: «b»\n", [{ path: "metrics/a.yaml", text: "project: a\n" }]);
});

test.each(["Europe/Berlin", "UTC", "Asia/Kolkata", "America/New_York"])("%s is a time zone", (zone) => {
  const { definitions } = parseDefinitions([{ path: "metrics/p.yaml", text: `project: p\ntime_zone: ${zone}\n` }]);
  expect(definitions.project?.timeZone?.value).toBe(zone);
});

test.each(["Berlin", "+02:00", "EVIL+99:59", "Mars/Olympus"])("%s is no time zone", (zone) => {
  expectProblem("definition/unknown-time-zone", `project: p\ntime_zone: «${zone}»\n`);
});

test.each(["5 m", "soon", "31 d", "-1 s", "1 month"])("answers cannot be kept for %s", (ttl) => {
  const { message } = expectProblem(
    "definition/wrong-type",
    `model: events\ntable: events\ncache: { ttl: «${ttl}» }\n`,
  );
  expect(message).toContain('such as "30 s", from 0 s to 30 d');
});
