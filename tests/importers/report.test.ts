import { describe, expect, test } from "vitest";
import { catalogOf, imported, inShort, ORDERS, REVENUE } from "./support.ts";

/** The metrics of REVENUE end at line 15. */
const METRIC = (more: string) => `${REVENUE}  - { name: bad, ${more} }\n`;
const DIMENSION = (more: string) => ORDERS.replace("    measures:", `      - { name: bad, ${more} }\n    measures:`);
const MEASURE = (more: string) => `${ORDERS}      - { name: bad, ${more} }\n`;

/** What is wrong, the entry that tells it, a part of its words, and what is not written. */
const LOSSES: readonly (readonly [what: string, yaml: string, entry: string, words: string | RegExp, left: RegExp])[] =
  [
    [
      "a model without a source",
      ORDERS.replace("model: ref('orders')", "label: Orders"),
      'error UNRESOLVED_SOURCE 3 model "orders"',
      "Neither model nor node_relation",
      /model: orders/,
    ],
    [
      "a source that is no ref",
      ORDERS.replace("ref('orders')", "orders"),
      'error UNRESOLVED_SOURCE 4 model "orders"',
      `"orders" is not a ref('…')`,
      /model: orders/,
    ],
    [
      "an unknown aggregation",
      MEASURE("agg: avg, expr: amount"),
      'error INVALID_VALUE 14 measure "bad" of model "orders"',
      '"agg" must be "average", not "avg".',
      /bad/,
    ],
    [
      "a count of nothing",
      MEASURE("agg: count"),
      'error INVALID_VALUE 14 measure "bad" of model "orders"',
      "expr: 1",
      /bad/,
    ],
    [
      "a percentile in percent",
      MEASURE("agg: percentile, expr: x, agg_params: { percentile: 95.0 }"),
      'error INVALID_VALUE 14 measure "bad" of model "orders"',
      "Write 0.95.",
      /bad/,
    ],
    [
      "a percentile that does not say which",
      MEASURE("agg: percentile, expr: x"),
      'error INVALID_VALUE 14 measure "bad" of model "orders"',
      "such as percentile: 0.95",
      /bad/,
    ],
    [
      "a median that is another percentile",
      MEASURE("agg: median, expr: x, agg_params: { percentile: 0.9 }"),
      'error INVALID_VALUE 14 measure "bad" of model "orders"',
      "percentile 0.5, not 0.9",
      /bad/,
    ],
    [
      "a discrete median",
      MEASURE("agg: median, expr: x, agg_params: { use_discrete_percentile: true }"),
      'error INVALID_VALUE 14 measure "bad" of model "orders"',
      "never discrete",
      /bad/,
    ],
    [
      "a time without grain",
      DIMENSION("type: time"),
      'error INVALID_VALUE 12 dimension "bad" of model "orders"',
      "needs the grain",
      /bad/,
    ],
    [
      "an unknown grain",
      DIMENSION("type: time, type_params: { time_granularity: dai }"),
      'error INVALID_VALUE 12 dimension "bad" of model "orders"',
      'must be "day", not "dai"',
      /bad/,
    ],
    [
      "a window in short",
      METRIC("type: cumulative, type_params: { measure: amount, window: 30d }"),
      'error INVALID_VALUE 16 metric "bad"',
      '"window" must be "30 days", not "30d".',
      /bad/,
    ],
    [
      "a window written twice, and differently",
      METRIC(
        "type: cumulative, type_params: { measure: amount, window: 3 days, cumulative_type_params: { window: 4 days } }",
      ),
      'error INVALID_VALUE 16 metric "bad"',
      "written twice",
      /bad/,
    ],
    [
      "a window and a period",
      METRIC("type: cumulative, type_params: { measure: amount, window: 3 days, grain_to_date: month }"),
      'error INVALID_VALUE 16 metric "bad"',
      "not both",
      /bad/,
    ],
    [
      "filling with a fraction",
      METRIC("type: simple, type_params: { measure: { name: amount, fill_nulls_with: 0.5 } }"),
      'error INVALID_VALUE 16 metric "bad"',
      "whole number, not 0.5",
      /bad/,
    ],
    [
      "a metric without type",
      METRIC("type_params: { measure: amount }"),
      'error INVALID_VALUE 16 metric "bad"',
      '"type"',
      /bad/,
    ],
    [
      "a second metric of a name",
      REVENUE + "  - { name: revenue, type: simple, type_params: { measure: amount }, filter: 1 = 2 }\n",
      'error INVALID_VALUE 16 metric "revenue"',
      "already, at shop.yml:15",
      /1 = 2/,
    ],
    [
      "create_metric where another type has the name",
      `${ORDERS.replace("agg: sum", "agg: sum, create_metric: true")}metrics:
  - { name: amount, type: derived, type_params: { expr: revenue, metrics: [revenue] } }
  - { name: revenue, type: simple, type_params: { measure: amount } }
`,
      'error INVALID_VALUE 13 measure "amount" of model "orders"',
      "a derived metric has that name",
      /metric: amount\nmodel/,
    ],
    [
      "a filter that is no condition",
      METRIC("type: simple, type_params: { measure: amount }, filter: \"{{ Dimension('order__status') }} == 'x'\""),
      'error UNSUPPORTED_FILTER 16 metric "bad"',
      "==",
      /bad/,
    ],
    [
      "ordering in a filter",
      METRIC(
        "type: simple, type_params: { measure: amount }, filter: \"{{ Dimension('order__status').descending(True) }} = 'x'\"",
      ),
      'error UNSUPPORTED_FILTER 16 metric "bad"',
      "order_by",
      /bad/,
    ],
    [
      "SQL that our expressions lack",
      MEASURE("agg: sum, expr: json_extract(payload)"),
      'error UNSUPPORTED_EXPRESSION 14 measure "bad" of model "orders"',
      "In: json_extract(payload)",
      /bad/,
    ],
    [
      "Jinja in a filter",
      METRIC(
        "type: simple, type_params: { measure: amount }, filter: \"{{ Dimension('order__status') }} = '{{ var('s') }}'\"",
      ),
      'error UNRESOLVED_JINJA 16 metric "bad"',
      "{{ var('s') }}",
      /bad/,
    ],
    [
      "Jinja in an expression",
      DIMENSION('type: categorical, expr: "{{ env_var(1) }}"'),
      'error UNRESOLVED_JINJA 12 dimension "bad" of model "orders"',
      "env_var",
      /bad/,
    ],
    [
      "a measure that no model has",
      METRIC("type: simple, type_params: { measure: amuont }"),
      'error UNKNOWN_REFERENCE 16 metric "bad"',
      '"amuont", which no model has',
      /bad/,
    ],
    [
      "a metric that is not defined",
      METRIC("type: ratio, type_params: { numerator: revenu, denominator: revenue }"),
      'error UNKNOWN_REFERENCE 16 metric "bad"',
      '"revenu", which is not defined',
      /bad/,
    ],
    [
      "a dimension in a filter that is not defined",
      METRIC("type: simple, type_params: { measure: amount }, filter: \"{{ Dimension('order__state') }} = 'x'\""),
      'error UNKNOWN_REFERENCE 16 metric "bad"',
      "order__state",
      /bad/,
    ],
    [
      "a name with two paths",
      `${METRIC("type: simple, type_params: { measure: amount }, filter: \"{{ Dimension('customer__region') }} = 'x'\"")}
---
semantic_model: { name: crm, model: ref('crm'), entities: [{ name: customer, type: primary }], dimensions: [{ name: region, type: categorical }] }
---
semantic_model: { name: erp, model: ref('erp'), entities: [{ name: customer, type: primary }], dimensions: [{ name: region, type: categorical }] }
`,
      'error AMBIGUOUS_PATH 16 metric "bad"',
      "orders -customer-> crm; orders -customer-> erp",
      /bad/,
    ],
  ];

describe("what cannot be carried over is left out, and told", () => {
  test.each(LOSSES)("%s", (_, yaml, entry, words, left) => {
    const outcome = imported(yaml);
    expect(outcome.told).toContain(entry);
    const told = outcome.report.find((candidate) => inShort(candidate) === entry);
    expect(told?.message).toMatch(words);
    expect(outcome.files.map(({ text }) => text).join("\n")).not.toMatch(left);
    catalogOf(outcome);
  });

  test("and so is whatever uses it, each with its own line", () => {
    const outcome = imported(`${METRIC("type: simple, type_params: { measure: amount }, filter: \"{{ var('x') }}\"")}
  - { name: double, type: derived, type_params: { expr: bad * 2, metrics: [bad] } }
  - { name: plain, type: derived, type_params: { expr: revenue * 2, metrics: [revenue] } }
saved_queries:
  - { name: board, query_params: { metrics: [double] } }
`);
    expect(outcome.told).toEqual([
      'error UNRESOLVED_JINJA 16 metric "bad"',
      'error UNKNOWN_REFERENCE 18 metric "double"',
      'error UNKNOWN_REFERENCE 21 saved query "board"',
    ]);
    expect(outcome.paths).toEqual(["models/orders.yaml", "orders/revenue.yaml", "orders/plain.yaml"]);
  });

  test("the parts of a model go alone", () => {
    const outcome = imported(ORDERS.replace("agg_time_dimension: ordered_at", "agg_time_dimension: orderd_at"));
    expect(outcome.report).toMatchObject([
      { code: "UNKNOWN_REFERENCE", object: 'model "orders"', written: "the model without it" },
    ]);
    expect(outcome.text("models/orders.yaml")).not.toContain("time: orderd_at");
    expect(outcome.text("models/orders.yaml")).toContain("  status:\n");
  });
});

describe("what is carried over in another way is told, and what is written", () => {
  test.each([
    ["a ref that nobody resolves", ORDERS, "error UNRESOLVED_SOURCE 4", "table: orders", "table: orders\n"],
    [
      "a placeholder that is not filled in",
      ORDERS.replace("model: ref('orders')", "node_relation: { schema_name: $schema, alias: orders }"),
      "error UNRESOLVED_SOURCE 4",
      "table: $schema.orders",
      "table: $schema.orders\n",
    ],
    [
      "a field that nobody knows",
      ORDERS.replace("defaults:", "descripton: Text.\n    defaults:"),
      "warning UNKNOWN_FIELD 5",
      null,
      "model: orders\n",
    ],
    [
      "meta that we have no place for",
      ORDERS.replace("defaults:", "meta: { a: 1 }\n    defaults:"),
      "warning UNKNOWN_FIELD 5",
      null,
      "model: orders\n",
    ],
    [
      "a description that only dbt can resolve",
      ORDERS.replace("defaults:", "description: \"{{ doc('orders') }}\"\n    defaults:"),
      "warning UNRESOLVED_JINJA 5",
      "no description",
      "model: orders\n",
    ],
    [
      "a second primary entity",
      ORDERS.replace("type: foreign", "type: primary"),
      "warning INVALID_VALUE 8",
      "type: unique",
      "customer: { type: unique, key: customer_id }\n",
    ],
  ])("%s", (_, yaml, entry, written, text) => {
    const { report, files } = imported(yaml, yaml === ORDERS ? {} : undefined);
    expect(report.map(({ severity, code, line }) => `${severity} ${code} ${line}`)).toEqual([entry]);
    expect(report[0]?.written).toBe(written);
    expect(files[0]?.text).toContain(text);
  });

  test("exports of saved queries", () => {
    const { told, paths } = imported(`${REVENUE}
saved_queries:
  - name: board
    query_params: { metrics: [revenue] }
    exports: [{ name: board_table, config: { export_as: table } }]
`);
    expect(told).toEqual(['warning EXPORT_NOT_IMPORTED 20 saved query "board"']);
    expect(paths).toContain("saved_queries/board.yaml");
  });

  test("an input that the expression does not use", () => {
    const { told, text } = imported(`${REVENUE}
  - { name: double, type: derived, type_params: { expr: revenue * 2, metrics: [revenue, { name: revenue, alias: x }] } }
`);
    expect(told).toEqual(['warning INVALID_VALUE 17 metric "double"']);
    expect(text("orders/double.yaml")).toBe("metric: double\nexpr: revenue * 2\n");
  });

  test("what has no effect in dbt either is no loss", () => {
    const { report } = imported(`${ORDERS.replace("type: foreign", "type: foreign, role: buyer")}metrics:
  - { name: revenue, type: simple, type_params: { measure: amount, expr: amount * 2 } }
  - { name: off, config: { enabled: false }, type: simple, type_params: { measure: amount } }
`);
    expect(report.map(({ severity, code, line }) => [severity, code, line])).toEqual([
      ["info", "NO_EFFECT", 8],
      ["info", "NO_EFFECT", 15],
      ["info", "NO_EFFECT", 16],
    ]);
  });

  test("files that cannot be read do not stop the others", () => {
    const { told, paths } = imported({ "a.yml": "metrics: [", "b.yml": REVENUE, "c.yml": "metrik: 1\nversion: 2\n" });
    expect(told).toEqual(["error UNREADABLE_FILE 1 file", "warning UNKNOWN_FIELD 1 file"]);
    expect(paths).toHaveLength(2);
  });
});

describe("names that ours may not have are changed everywhere they are used", () => {
  const outcome = imported(`
semantic_models:
  - name: orders
    model: ref('orders')
    defaults: { agg_time_dimension: ordered_at }
    primary_entity: order
    dimensions:
      - { name: ordered_at, type: time, type_params: { time_granularity: day } }
      - { name: dow, type: categorical, expr: weekday }
      - { name: sprint, type: categorical }
    measures: [{ name: doy, agg: sum, expr: amount }]
metrics:
  - { name: dow, type: simple, type_params: { measure: doy }, filter: "{{ Dimension('order__dow') }} > 5 AND {{ TimeDimension('metric_time', 'sprint') }} > '2020-01-01'" }
  - { name: other, type: simple, type_params: { measure: doy }, filter: "{{ Dimension('order__sprint') }} = 1 AND {{ Metric('dow', ['order']) }} > 1" }
  - { name: double, type: derived, type_params: { expr: dow * 2 + doy, metrics: [dow, { name: other, alias: doy }] } }
saved_queries:
  - { name: board, query_params: { metrics: [dow], group_by: [Dimension('order__dow'), "TimeDimension('order__ordered_at', 'sprint')"], order_by: [dow] } }
project_configuration:
  time_spines:
    - node_relation: { schema_name: shop, alias: days }
      primary_column: { name: day, time_granularity: day }
      custom_granularities: [{ name: sprint }]
`);

  test("and told", () => {
    expect(outcome.report.map(({ code, line, written }) => [code, line, written])).toEqual([
      ["NAME_CHANGED", 9, "dow_key"],
      ["NAME_CHANGED", 10, "sprint_key"],
      ["NAME_CHANGED", 11, "doy_measure"],
      ["NAME_CHANGED", 13, "dow_metric"],
    ]);
  });

  test("in models, filters, expressions and saved queries", () => {
    expect(outcome.text("models/orders.yaml")).toContain(
      "  dow_key: { expr: weekday }\n  sprint_key: { expr: sprint }\nmeasures:\n  doy_measure: sum(amount)\n",
    );
    expect(outcome.text("orders/dow_metric.yaml")).toContain(
      "filter: order__dow_key > 5 AND {{ TimeDimension('metric_time', 'sprint') }} > '2020-01-01'\n",
    );
    expect(outcome.text("orders/other.yaml")).toContain(
      "filter: order__sprint_key = 1 AND metric('dow_metric', 'order') > 1\nmodel: orders\nmeasure: doy_measure\n",
    );
    expect(outcome.text("orders/double.yaml")).toContain(
      "expr: dow_metric * 2 + doy_input\ninputs: [dow_metric, { metric: other, as: doy_input }]\n",
    );
    expect(outcome.text("saved_queries/board.yaml")).toContain(
      "metrics: [dow_metric]\ngroup_by: [order__dow_key, order__ordered_at__sprint]\norder_by: [dow_metric]\n",
    );
    catalogOf(outcome);
  });
});
