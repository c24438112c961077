import { expect, test } from "vitest";
import { type Definitions, type Located, parseDefinitions } from "../../src/definition/index.ts";

/** Definitions of a text that must be free of problems, with every Located reduced to its value. */
function plain(text: string): unknown {
  const { definitions, diagnostics } = parseDefinitions([{ path: "metrics/test.yaml", text }]);
  expect(diagnostics).toEqual([]);
  const { files: _, ...rest } = definitions satisfies Definitions;
  return withoutPlaces(rest);
}

function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== "object" || value === null) return value;
  if (isLocated(value)) return value.value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (key === "span" ? [] : [[key, withoutPlaces(item)]])),
  );
}

function isLocated(value: object): value is Located<unknown> {
  return "within" in value;
}

const inModel = (part: string) => plain(`model: m\ntable: t\n${part}\n`);
const sameModel = (short: string, long: string) => expect(inModel(short)).toEqual(inModel(long));

test.each([
  ["owner: a", "owner: { business: a, technical: a }"],
  ["primary_key: id", "primary_key: [id]"],
  ["columns: { a: int }", "columns: { a: { type: int } }"],
  ["entities: { a: b }", "entities: { a: { type: foreign, key: [b] } }"],
  ["entities: { a: primary }", "entities: { a: { type: primary } }"],
  ["entities: { a: unique }", "entities: { a: { type: unique } }"],
  ["entities: { a: natural }", "entities: { a: { type: natural } }"],
  ["entities: { a: { key: b } }", "entities: { a: { type: foreign, key: b } }"],
  ["dimensions: { a: }", "dimensions: { a: { type: categorical } }"],
  ["dimensions: { a: {} }", "dimensions: { a: { type: categorical } }"],
  ["dimensions: { a: day }", "dimensions: { a: { type: time, grain: day } }"],
  ["dimensions: { a: { grain: day } }", "dimensions: { a: { type: time, grain: day } }"],
  ["dimensions: { a: { enum: [1, true, x] } }", 'dimensions: { a: { enum: ["1", "true", "x"] } }'],
  ["measures: { a: sum }", "measures: { a: { agg: sum } }"],
  ["measures: { a: { agg: count, expr: 1 } }", 'measures: { a: { agg: count, expr: "1" } }'],
  [
    "measures: { a: { agg: sum, non_additive: { dimension: d, choice: max } } }",
    "measures: { a: { agg: sum, non_additive: { dimension: d, choice: max, groupings: [] } } }",
  ],
])("%s is short for %s", (short, long) => {
  sameModel(short, long);
});

test("a measure with brackets is an aggregate still to be parsed", () => {
  expect(inModel("measures: { a: 'sum(b)', c: count(*) }")).toMatchObject({
    models: [
      {
        measures: [
          { name: "a", shorthand: "sum(b)", aggregation: null },
          { name: "c", shorthand: "count(*)" },
        ],
      },
    ],
  });
});

test("a model is spelled out in full", () => {
  const text = [
    "model: orders",
    "sql: SELECT 1",
    "primary_key: [a, b]",
    "primary_entity: order",
    "time: at",
    "freshness: { column: at, warn_after: 1 day }",
    "entities: { seller: { type: unique, key: [x, y], entity: customer, label: Seller } }",
    "dimensions:",
    "  at: { type: time, grain: hour, validity: start, partition: true, expr: created }",
    "  host: { sql: { duckdb: f(url), postgres: g(url) }, columns: [url], data_type: string, semantic_type: url }",
    "measures: { p: { agg: percentile, expr: x, percentile: 0.99, percentile_kind: discrete, approximate: true, time: at } }",
  ].join("\n");
  expect(plain(text)).toEqual({
    project: null,
    metrics: [],
    aliases: [],
    savedQueries: [],
    calendars: [],
    policies: [],
    models: [
      {
        name: "orders",
        label: null,
        description: null,
        owner: null,
        source: { kind: "sql", sql: "SELECT 1", file: "metrics/test.yaml" },
        primaryKey: ["a", "b"],
        primaryEntity: "order",
        time: "at",
        freshness: { column: "at", warnAfter: "1 day", errorAfter: null },
        cache: null,
        columns: null,
        entities: [
          { name: "seller", label: "Seller", description: null, type: "unique", entity: "customer", key: ["x", "y"] },
        ],
        dimensions: [
          {
            name: "at",
            label: null,
            description: null,
            kind: "time",
            value: { kind: "expr", expr: "created" },
            grain: "hour",
            validity: "start",
            values: null,
            semanticType: null,
            isPartition: true,
            dataType: null,
          },
          {
            name: "host",
            label: null,
            description: null,
            kind: "categorical",
            value: {
              kind: "opaque",
              sql: { duckdb: "f(url)", postgres: "g(url)" },
              columns: ["url"],
              dataType: "string",
            },
            grain: null,
            validity: null,
            values: null,
            semanticType: "url",
            isPartition: false,
            dataType: "string",
          },
        ],
        measures: [
          {
            name: "p",
            label: null,
            description: null,
            shorthand: null,
            aggregation: "percentile",
            value: { kind: "expr", expr: "x" },
            percentile: 0.99,
            percentileKind: "discrete",
            approximate: true,
            time: "at",
            nonAdditive: null,
          },
        ],
      },
    ],
  });
});

const metric = (part: string) => {
  const result = plain(`metric: m\n${part}\n`);
  expect(result).toMatchObject({ metrics: [{ name: "m" }] });
  return result;
};

test.each([
  ["model: o\nmeasure: a", "simple"],
  ["numerator: a\ndenominator: b", "ratio"],
  ["expr: a - b", "derived"],
  ["input: a\nwindow: 7 days", "cumulative"],
  ["input: a\ngrain_to_date: month", "cumulative"],
  ["type: cumulative\ninput: a", "cumulative"],
  ["base: a\nconversion: b\nentity: e", "conversion"],
  ["window: 7 days\nbase: a\nconversion: b\nentity: e", "conversion"],
])("the keys of %j make a %s metric, and the type may say so too", (part, type) => {
  expect(metric(part)).toMatchObject({ metrics: [{ type }] });
  if (!part.startsWith("type:")) expect(metric(`type: ${type}\n${part}`)).toEqual(metric(part));
});

test.each([
  ["numerator: a\ndenominator: b", "numerator: { metric: a }\ndenominator: { metric: b }"],
  ["expr: a\nfilter: x = 1", "expr: a\nfilter: [x = 1]"],
  ["expr: a\nfilter: is_new", "expr: a\nfilter:\n  - is_new"],
  ["expr: 1", 'expr: "1"'],
  ["expr: a", "expr: a\nversion: 1\nprivate: false\ntags: []"],
  ["input: a\nwindow: 7 days", "input: { metric: a }\nwindow: 7 days\nperiod_agg: first"],
  [
    "base: a\nconversion: b\nentity: e",
    "base: a\nconversion: b\nentity: e\ncalculation: conversion_rate\ncount_base_once: false\nconstant_properties: []",
  ],
])("metric %j is short for %j", (short, long) => {
  expect(metric(short)).toEqual(metric(long));
});

test("a metric names a measure, or holds an aggregate of its own", () => {
  expect(metric("model: o\nmeasure: a")).toMatchObject({ metrics: [{ measure: { kind: "named", name: "a" } }] });
  expect(metric("model: o\nmeasure: sum(a)")).toMatchObject({
    metrics: [{ measure: { kind: "inline", aggregate: { shorthand: "sum(a)", aggregation: null, value: null } } }],
  });
  expect(metric("model: o\nmeasure: { agg: sum, expr: a * 2, time: t }")).toMatchObject({
    metrics: [
      {
        measure: {
          kind: "inline",
          aggregate: { shorthand: null, aggregation: "sum", value: { kind: "expr", expr: "a * 2" }, time: "t" },
        },
      },
    ],
  });
});

test("what every metric may say is kept", () => {
  const text = [
    "label: M\ndescription: D\nversion: 3\nowner: { business: a, technical: b }\nunit: USD\nformat: currency\ntier: gold",
    "tags: [x, y]\nlifecycle: deprecated\nexposure: public\ncertification: certified\nreplaced_by: n\nsunset: 2027-03-31",
    "private: true\ngrain: month\nfilter: [a, b]\nexpr: x",
  ].join("\n");
  expect(metric(text)).toMatchObject({
    metrics: [
      {
        label: "M",
        description: "D",
        version: 3,
        owner: { business: "a", technical: "b" },
        unit: "USD",
        format: "currency",
        tier: "gold",
        tags: ["x", "y"],
        lifecycle: "deprecated",
        exposure: "public",
        certification: "certified",
        replacedBy: "n",
        sunset: "2027-03-31",
        isPrivate: true,
        grain: "month",
        filters: ["a", "b"],
      },
    ],
  });
});

test("inputs of a derived metric may be renamed, filtered and moved", () => {
  const inputs = "[a, { metric: b, as: c, filter: x, offset_window: 1 month, offset_whole_periods: true }]";
  const blank = { alias: null, filters: [], offsetWindow: null, offsetToGrain: null, offsetWholePeriods: false };
  expect(metric(`expr: a - c\ninputs: ${inputs}`)).toMatchObject({
    metrics: [
      {
        inputs: [
          { ...blank, metric: "a" },
          { ...blank, metric: "b", alias: "c", filters: ["x"], offsetWindow: "1 month", offsetWholePeriods: true },
        ],
      },
    ],
  });
  expect(metric("expr: a - c")).toMatchObject({ metrics: [{ inputs: null }] });
});

test("a conversion keeps its constant properties and its way of counting", () => {
  const text =
    "base: a\nconversion: b\nentity: e\nwindow: 7 days\ncalculation: conversions\ncount_base_once: true\nconstant_properties: [{ base: x, conversion: y }]";
  expect(metric(text)).toMatchObject({
    metrics: [
      { calculation: "conversions", countBaseOnce: true, constantProperties: [{ base: "x", conversion: "y" }] },
    ],
  });
});

test("a saved query keeps names as they are written", () => {
  const text = [
    "saved_query: q",
    "metrics: [nrr]",
    "group_by: [metric_time__month, { name: metric_time, grain: quarter, as: q }, { name: metric_time, date_part: dow }]",
    "filter: a = 1",
    "order_by: [a, { name: b, direction: desc }]",
    "limit: 0",
    "tags: [board]",
  ].join("\n");
  expect(plain(text)).toMatchObject({
    savedQueries: [
      {
        metrics: ["nrr"],
        groupBy: [
          { name: "metric_time__month", grain: null, datePart: null, as: null },
          { name: "metric_time", grain: "quarter", datePart: null, as: "q" },
          { name: "metric_time", grain: null, datePart: "dow", as: null },
        ],
        filters: ["a = 1"],
        orderBy: [
          { name: "a", direction: "asc" },
          { name: "b", direction: "desc" },
        ],
        limit: 0,
        tags: ["board"],
      },
    ],
  });
});

test("a custom grain is a column, with a label or without", () => {
  const calendar = (grains: string) =>
    plain(`calendar: c\ntable: t\ncolumn: d\ngrain: day\ncustom_grains: ${grains}\n`);
  expect(calendar("{ sprint: s }")).toEqual(calendar("{ sprint: { column: s } }"));
  expect(calendar("{ sprint: { column: s, label: Sprint } }")).toMatchObject({
    calendars: [{ column: "d", grain: "day", customGrains: [{ name: "sprint", column: "s", label: "Sprint" }] }],
  });
});
