import { describe, expect, test } from "vitest";
import { catalogOf, imported, ORDERS, REVENUE } from "./support.ts";

describe("a project in dbt's lists", () => {
  const shop = imported(`
version: 2
semantic_models:
  - name: Orders
    label: Orders
    description: |
      One row an order.
    config: { group: sales, meta: { owner: { business: finance, technical: data } } }
    model: ref('fct_orders')
    defaults: { agg_time_dimension: ordered_at }
    entities:
      - { name: order, type: primary, expr: order_id }
      - { name: customer, type: foreign, expr: customer_id }
      - { name: session_id, type: foreign }
      - { name: receipt, type: unique, expr: "store || '-' || receipt_no", label: Receipt }
    dimensions:
      - { name: status, type: categorical }
      - { name: group, type: categorical, description: A reserved word of SQL. }
      - { name: is_large, type: categorical, expr: amount > 1000 }
      - { name: ordered_at, type: time, type_params: { time_granularity: day } }
      - { name: paid_at, type: time, expr: paid_ts, label: Paid, type_params: { time_granularity: hour } }
      - { name: ds, type: time, is_partition: yes, type_params: { time_granularity: day } }
    measures:
      - { name: amount, agg: SUM }
      - { name: order_count, agg: count, expr: 1, create_metric: true, create_metric_display_name: Orders }
      - { name: buyers, agg: count_distinct, expr: customer_id, agg_time_dimension: paid_at }
      - name: balance
        agg: sum
        non_additive_dimension: { name: ordered_at, window_choice: max, window_groupings: [customer] }
      - { name: p99, agg: percentile, expr: amount, agg_params: { percentile: 0.99, use_discrete_percentile: true } }
      - { name: typical, agg: median, expr: amount, agg_params: { use_approximate_percentile: true } }
      - { name: nobody, agg: max, expr: amount, description: The largest. }
metrics:
  - name: revenue
    label: Revenue
    description: Money from paid orders.
    type: simple
    time_granularity: month
    config: { group: finance, tags: [board], meta: { owner: finance-data } }
    type_params:
      measure: { name: amount, filter: "{{ Dimension('order__status') }} = 'paid'", fill_nulls_with: 0, join_to_timespine: true }
    filter:
      - "{{ TimeDimension('metric_time', 'day') }} >= '2020-01-01'"
      - "{{ Entity('customer') }} IS NOT NULL"
  - { name: gross, type: simple, type_params: { measure: amount } }
  - { name: buyers, type: simple, type_params: { measure: buyers } }
  - { name: balance, type: simple, type_params: { measure: balance } }
  - { name: p99, type: simple, type_params: { measure: p99, is_private: true } }
  - { name: typical, type: simple, type_params: { measure: typical } }
  - name: share
    type: ratio
    type_params:
      numerator: { name: revenue, alias: large, filter: "{{ Dimension('order__is_large') }}" }
      denominator: revenue
  - name: growth
    type: derived
    type_params:
      expr: revenue / before - 1
      metrics: [{ name: revenue }, { name: revenue, alias: before, offset_window: 1 Months }]
  - name: net
    type: derived
    type_params: { expr: revenue - gross, metrics: [revenue, gross] }
  - name: month_start
    type: derived
    type_params: { expr: gross, metrics: [{ name: gross, offset_to_grain: month }] }
`);

  test("is carried over without a finding", () => {
    expect(shop.told).toEqual([]);
  });

  test("has a model as a person would have written it", () => {
    expect(shop.text("models/orders.yaml")).toBe(`\
model: orders
label: Orders
description: One row an order.
owner: { business: finance, technical: data }
table: shop.fct_orders
time: ordered_at
entities:
  order: { type: primary, key: order_id }
  customer: customer_id
  session_id: foreign
  receipt: { type: unique, key: store || '-' || receipt_no, label: Receipt }
dimensions:
  status:
  group: { expr: '"group"', description: A reserved word of SQL. }
  is_large: { expr: amount > 1000 }
  ordered_at: day
  paid_at: { type: time, grain: hour, expr: paid_ts, label: Paid }
  ds: { type: time, grain: day, partition: true }
measures:
  amount: sum
  nobody: { agg: max, expr: amount, description: The largest. }
`);
  });

  test.each([
    [
      "finance/revenue.yaml",
      `\
metric: revenue
label: Revenue
description: Money from paid orders.
owner: finance-data
tags: [board]
grain: month
filter:
  - "{{ Dimension('order__status') }} = 'paid'"
  - "{{ TimeDimension('metric_time', 'day') }} >= '2020-01-01'"
  - "{{ Entity('customer') }} IS NOT NULL"
model: orders
measure: amount
fill_nulls_with: 0
join_to_timespine: true
`,
    ],
    ["sales/gross.yaml", "metric: gross\nmodel: orders\nmeasure: amount\n"],
    [
      "sales/order_count.yaml",
      "metric: order_count\nlabel: Orders\nowner: { business: finance, technical: data }\nmodel: orders\nmeasure: count(*)\n",
    ],
    ["sales/buyers.yaml", "metric: buyers\nmodel: orders\nmeasure: count_distinct(customer_id)\ntime: paid_at\n"],
    [
      "sales/balance.yaml",
      "metric: balance\nmodel: orders\nmeasure: sum(balance)\nnon_additive: { dimension: ordered_at, choice: max, groupings: [customer] }\n",
    ],
    [
      "sales/p99.yaml",
      "metric: p99\nprivate: true\nmodel: orders\nmeasure: { agg: percentile, expr: amount, percentile: 0.99, percentile_kind: discrete }\n",
    ],
    [
      "sales/typical.yaml",
      "metric: typical\nmodel: orders\nmeasure: { agg: median, expr: amount, approximate: true }\n",
    ],
    [
      "sales/share.yaml",
      "metric: share\nnumerator: { metric: revenue, as: large, filter: \"{{ Dimension('order__is_large') }}\" }\ndenominator: revenue\n",
    ],
    [
      "sales/growth.yaml",
      "metric: growth\nexpr: revenue / before - 1\ninputs: [revenue, { metric: revenue, as: before, offset_window: 1 month }]\n",
    ],
    ["sales/net.yaml", "metric: net\nexpr: revenue - gross\n"],
    [
      "sales/month_start.yaml",
      "metric: month_start\nexpr: gross\ninputs: [{ metric: gross, offset_to_grain: month }]\n",
    ],
  ])("has %s as a person would have written it", (path, text) => {
    expect(shop.text(path)).toBe(text);
  });

  test("makes the catalog that dbt means", () => {
    const { models, metrics } = catalogOf(shop);
    expect(metrics.get("revenue")).toMatchObject({
      type: "simple",
      defaultGrain: "month",
      fillNullsWith: 0,
      joinToTimespine: true,
    });
    expect(metrics.get("buyers")).toMatchObject({
      timeDimension: "paid_at",
      aggregate: { aggregation: "count_distinct" },
    });
    expect(metrics.get("balance")).toMatchObject({
      nonAdditive: { dimension: "ordered_at", choice: "max", groupings: ["customer"] },
    });
    expect(metrics.get("typical")).toMatchObject({ aggregate: { percentile: { fraction: "0.5", approximate: true } } });
    expect(models.get("orders")?.entities.get("session_id")).toMatchObject({
      type: "foreign",
      key: [{ ref: "session_id" }],
    });
    expect(models.get("orders")?.dimensions.get("group")).toMatchObject({
      value: { expr: { kind: "ref", ref: "group" } },
    });
  });
});

describe("MetricFlow's own documents", () => {
  const shop = imported({
    "models/visits.yaml": `
semantic_model:
  name: visits
  node_relation: { schema_name: web, alias: fct_visits }
  defaults: { agg_time_dimension: ds }
  primary_entity: visit
  entities: [{ name: user, type: foreign, expr: user_id }, { name: session, type: foreign, expr: session_id }]
  dimensions: [{ name: ds, type: time, type_params: { time_granularity: day } }]
  measures: [{ name: visits, agg: count, expr: 1 }, { name: visitors, agg: count_distinct, expr: user_id }]
---
semantic_model:
  name: buys
  node_relation: { relation_name: '"db"."web"."fct_buys"' }
  defaults: { agg_time_dimension: ds }
  primary_entity: buy
  entities: [{ name: user, type: foreign, expr: user_id }, { name: session_id, type: foreign }]
  dimensions: [{ name: ds, type: time, type_params: { time_granularity: day } }]
  measures: [{ name: buys, agg: sum, expr: "1" }]
---
semantic_model:
  name: prices
  node_relation: { schema_name: web, alias: prices }
  primary_entity: price
  entities: [{ name: product, type: natural, expr: product_id }]
  dimensions:
    - { name: from_day, type: time, type_params: { time_granularity: day, validity_params: { is_start: True } } }
    - { name: to_day, type: time, type_params: { time_granularity: day, validity_params: { is_end: True } } }
`,
    "metrics.yaml": `
metric: { name: buys, type: SIMPLE, type_params: { measure: buys } }
---
metric:
  name: weekly_visitors
  type: cumulative
  type_params: { measure: visitors, cumulative_type_params: { window: 7 days, period_agg: LAST } }
---
metric:
  name: visits_to_date
  type: cumulative
  filter: "{{ Entity('user') }} IS NOT NULL"
  type_params: { measure: { name: visits, fill_nulls_with: 0, join_to_timespine: true, filter: "{{ Entity('session') }} = 1" } }
---
metric:
  name: conversion
  type: conversion
  type_params:
    conversion_type_params:
      base_measure: visits
      conversion_measure: { name: buys, fill_nulls_with: 0 }
      entity: user
      window: 7 days
      constant_properties: [{ base_property: session, conversion_property: session_id }]
---
metric:
  name: conversions
  type: conversion
  type_params:
    conversion_type_params: { base_measure: visits, conversion_measure: buys, entity: user, calculation: conversions }
`,
    "project.yaml": `
project_configuration:
  time_spines:
    - node_relation: { schema_name: web, alias: days }
      primary_column: { name: ds, time_granularity: day }
      custom_granularities: [{ name: sprint }, { name: fiscal_year, column_name: fy }]
    - node_relation: { schema_name: web, alias: hours }
      primary_column: { name: ts, time_granularity: hour }
  time_spine_table_configurations: [{ location: web.days, column_name: ds, grain: day }]
`,
  });

  test("have a place each", () => {
    expect(shop.told).toEqual(['info NO_EFFECT 9 time spine "days"']);
    expect(shop.paths).toEqual([
      "models/visits.yaml",
      "models/buys.yaml",
      "models/prices.yaml",
      "calendars/days.yaml",
      "calendars/hours.yaml",
      "buys/buys.yaml",
      "visits/weekly_visitors.yaml",
      "visits/visits_to_date.yaml",
      "visits/conversion.yaml",
      "visits/conversions.yaml",
      "visits/visitors.yaml",
      "visits/visits_fill_nulls_with_0_join_to_timespine.yaml",
      "visits/visits.yaml",
      "buys/buys_fill_nulls_with_0.yaml",
    ]);
  });

  test("measures that cumulative and conversion metrics use become private metrics, unless one does as it is", () => {
    expect(shop.text("visits/weekly_visitors.yaml")).toBe(
      "metric: weekly_visitors\ninput: visitors\nwindow: 7 days\nperiod_agg: last\n",
    );
    expect(shop.text("visits/visitors.yaml")).toBe(
      "metric: visitors\ndescription: Measure visitors, as an input of other metrics.\nprivate: true\nmodel: visits\nmeasure: count_distinct(user_id)\n",
    );
    expect(shop.text("visits/visits_to_date.yaml")).toBe(`\
metric: visits_to_date
filter: "{{ Entity('user') }} IS NOT NULL"
type: cumulative
input: { metric: visits_fill_nulls_with_0_join_to_timespine, filter: "{{ Entity('session') }} = 1" }
`);
    expect(shop.text("visits/conversion.yaml")).toBe(`\
metric: conversion
base: visits
conversion: buys_fill_nulls_with_0
entity: user
window: 7 days
constant_properties: [{ base: session, conversion: session_id }]
`);
    expect(shop.text("visits/conversions.yaml")).toBe(
      "metric: conversions\nbase: visits\nconversion: buys\nentity: user\ncalculation: conversions\n",
    );
  });

  test("tables come from their relation, history from its bounds, calendars from time spines", () => {
    expect(shop.text("models/buys.yaml")).toContain("table: db.web.fct_buys\ntime: ds\nprimary_entity: buy\n");
    expect(shop.text("models/prices.yaml")).toContain(`\
entities:
  product: { type: natural, key: product_id }
dimensions:
  from_day: { type: time, grain: day, validity: start }
  to_day: { type: time, grain: day, validity: end }
`);
    expect(shop.text("calendars/days.yaml")).toBe(
      "calendar: days\ntable: web.days\ncolumn: ds\ngrain: day\ncustom_grains: { sprint: sprint, fiscal_year: fy }\n",
    );
    expect([...catalogOf(shop).metrics.keys()]).toHaveLength(9);
  });
});

test("a metric that has a filter or grain of its own is not taken for the measure that it is made of", () => {
  const { text } = imported(`${REVENUE.replace("measure: amount }", "measure: amount }, time_granularity: month")}
  - { name: total, type: cumulative, type_params: { measure: amount } }
`);
  expect(text("orders/total.yaml")).toContain("input: amount\n");
  expect(text("orders/amount.yaml")).toContain("private: true\nmodel: orders\nmeasure: amount\n");
});

test("a simple metric that is written out wins over create_metric", () => {
  const { text, told } = imported(
    REVENUE.replace("agg: sum", "agg: sum, create_metric: true").replace("name: revenue", "name: amount"),
  );
  expect(told).toEqual([]);
  expect(text("orders/amount.yaml")).toBe("metric: amount\nmodel: orders\nmeasure: sum(amount)\n");
});

test("a time spine may stand in the models of dbt, its grain with the column", () => {
  const { text, told } = imported(`${ORDERS}
models:
  - name: days
    description: Not about metrics.
    columns: [{ name: Day, granularity: day, data_tests: [unique] }]
    time_spine: { standard_granularity_column: day, custom_granularities: [{ name: sprint, column_name: sprint_start }] }
  - { name: staging, columns: [{ name: x, tests: [not_null] }] }
`);
  expect(told).toEqual([]);
  expect(text("calendars/days.yaml")).toBe(
    "calendar: days\ntable: shop.days\ncolumn: day\ngrain: day\ncustom_grains: { sprint: sprint_start }\n",
  );
});

test("a saved query keeps its templates as names, and its order", () => {
  const { text, told } = imported(`${REVENUE}
saved_queries:
  - name: board
    label: Board
    config: { tags: [board], cache: { enabled: true } }
    query_params:
      metrics: [revenue]
      group_by:
        - TimeDimension('metric_time', 'month')
        - Dimension('order__ordered_at').grain('week')
        - Entity('customer')
        - order__status
      where: "{{ Dimension('order__status') }} <> 'x'"
      order_by: ["TimeDimension('metric_time', 'month').descending(True)", Metric('revenue').descending(False), -order__status]
      limit: 10
`);
  expect(told).toEqual([]);
  expect(text("saved_queries/board.yaml")).toBe(`\
saved_query: board
label: Board
metrics: [revenue]
group_by: [metric_time__month, order__ordered_at__week, customer, order__status]
filter: "{{ Dimension('order__status') }} <> 'x'"
order_by: [{ name: metric_time__month, direction: desc }, revenue, { name: order__status, direction: desc }]
limit: 10
tags: [board]
`);
});

test("anchors, merge keys and YAML 1.1 words mean what they mean to Python", () => {
  const { text, told } = imported(`
anchors: &day { type: time, type_params: { time_granularity: day } }
semantic_models:
  - name: orders
    model: ref('orders')
    primary_entity: order
    dimensions:
      - { <<: *day, name: ds, is_partition: on }
      - { <<: *day, name: paid_on }
`);
  expect(told).toEqual([]);
  expect(text("models/orders.yaml")).toContain("  ds: { type: time, grain: day, partition: true }\n  paid_on: day\n");
});

test("comments in SQL are left out, what only looks like one is not", () => {
  const kind = `      - name: kind
        type: categorical
        expr: |
          case when amount > 1000 -- large
            then 'a -- b' /* not
            this */ else 'x' end
    measures:`;
  const { text, told } = imported(ORDERS.replace("    measures:", kind));
  expect(told).toEqual([]);
  expect(text("models/orders.yaml")).toContain(`\
  kind:
    expr: |-
      case when amount > 1000
        then 'a -- b'   else 'x' end
`);
});
