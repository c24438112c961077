import { describe, expect, test } from "vitest";
import { catalogOf, imported } from "./support.ts";

describe("the spec of 2026", () => {
  const shop = imported(`
models:
  - name: fct_orders
    description: One row an order.
    config: { group: sales, meta: { owner: outer } }
    semantic_model: { name: Orders, config: { meta: { owner: sales-data } } }
    agg_time_dimension: ordered_at
    columns:
      - { name: order_id, data_tests: [unique], entity: { name: order, type: primary } }
      - { name: customer_id, entity: { name: customer, type: foreign, label: Buyer } }
      - { name: session, entity: foreign }
      - { name: ordered_at, granularity: hour, dimension: time }
      - { name: Status, description: Where it stands., dimension: { type: categorical, label: Status } }
      - { name: ds, granularity: day, dimension: { type: time, name: load_date, is_partition: true } }
      - { name: amount, description: Neither. }
    derived_semantics:
      entities: [{ name: shop, type: foreign, expr: "upper(shop_code)" }]
      dimensions:
        - { name: is_large, type: categorical, expr: amount > 1000 }
        - { name: paid_on, type: time, expr: paid_ts, granularity: day }
    metrics:
      - name: Revenue
        label: Revenue
        agg: sum
        expr: amount
        filter: "{{ Dimension('order__status') }} = 'paid'"
      - { name: amount, type: simple, agg: max, hidden: true, agg_time_dimension: paid_on }
      - { name: orders, agg: count, expr: 1, join_to_timespine: true }
      - { name: p95, agg: percentile, expr: amount, percentile: 0.95, percentile_type: discrete }
      - { name: stock, agg: sum, expr: units, non_additive_dimension: { name: paid_on, window_agg: min, group_by: [customer] } }
      - { name: aov, type: ratio, numerator: revenue, denominator: { name: orders, alias: n, filter: "{{ Dimension('order__is_large') }}" } }
  - name: days
    columns: [{ name: day, granularity: day }]
    time_spine: { standard_granularity_column: day }
  - { name: off, semantic_model: { enabled: false }, columns: [{ name: x, entity: primary }] }
metrics:
  - { name: growth, type: derived, expr: revenue - before, input_metrics: [revenue, { name: revenue, alias: before, offset_window: 2 months }] }
  - { name: mtd, type: cumulative, input_metric: revenue, grain_to_date: month, period_agg: last }
  - { name: trailing, type: cumulative, input_metric: { name: revenue, filter: "{{ Entity('customer') }} = 1" }, window: 7 days }
  - name: conversion
    type: conversion
    entity: customer
    base_metric: orders
    conversion_metric: orders
    window: 7 days
    calculation: conversions
    constant_properties: [{ base_property: session, conversion_property: session }]
`);

  test("is carried over without a finding", () => {
    expect(shop.told).toEqual([]);
    expect(shop.paths).toEqual([
      "models/orders.yaml",
      "calendars/days.yaml",
      ...["revenue", "amount", "orders", "p95", "stock", "aov", "growth", "mtd", "trailing", "conversion"].map(
        (name) => `sales/${name}.yaml`,
      ),
    ]);
  });

  test("has a model as a person would have written it", () => {
    expect(shop.text("models/orders.yaml")).toBe(`\
model: orders
description: One row an order.
owner: sales-data
table: shop.fct_orders
time: ordered_at
entities:
  order: { type: primary, key: order_id }
  customer: { type: foreign, key: customer_id, label: Buyer }
  session: foreign
  shop: upper(shop_code)
dimensions:
  ordered_at: hour
  status: { label: Status, description: Where it stands. }
  load_date: { type: time, grain: day, expr: ds, partition: true }
  is_large: { expr: amount > 1000 }
  paid_on: { type: time, grain: day, expr: paid_ts }
`);
  });

  test.each([
    [
      "revenue",
      "label: Revenue\nowner: sales-data\nfilter: \"{{ Dimension('order__status') }} = 'paid'\"\nmodel: orders\nmeasure: sum(amount)\n",
    ],
    ["amount", "owner: sales-data\nprivate: true\nmodel: orders\nmeasure: max(amount)\ntime: paid_on\n"],
    ["orders", "owner: sales-data\nmodel: orders\nmeasure: count(*)\njoin_to_timespine: true\n"],
    [
      "p95",
      "owner: sales-data\nmodel: orders\nmeasure: { agg: percentile, expr: amount, percentile: 0.95, percentile_kind: discrete }\n",
    ],
    [
      "stock",
      "owner: sales-data\nmodel: orders\nmeasure: sum(units)\nnon_additive: { dimension: paid_on, choice: min, groupings: [customer] }\n",
    ],
    [
      "aov",
      "owner: sales-data\nnumerator: revenue\ndenominator: { metric: orders, as: n, filter: \"{{ Dimension('order__is_large') }}\" }\n",
    ],
    ["growth", "expr: revenue - before\ninputs: [revenue, { metric: revenue, as: before, offset_window: 2 months }]\n"],
    ["mtd", "input: revenue\ngrain_to_date: month\nperiod_agg: last\n"],
    ["trailing", "input: { metric: revenue, filter: \"{{ Entity('customer') }} = 1\" }\nwindow: 7 days\n"],
    [
      "conversion",
      "base: orders\nconversion: orders\nentity: customer\nwindow: 7 days\ncalculation: conversions\nconstant_properties: [{ base: session, conversion: session }]\n",
    ],
  ])("has the metric %s as a person would have written it", (name, text) => {
    expect(shop.text(`sales/${name}.yaml`)).toBe(`metric: ${name}\n${text}`);
  });

  test("makes the catalog that dbt means", () => {
    const { metrics, calendars } = catalogOf(shop);
    expect(metrics.get("revenue")).toMatchObject({ type: "simple", timeDimension: "ordered_at", filters: [{}] });
    expect(metrics.get("stock")).toMatchObject({ nonAdditive: { choice: "min", groupings: ["customer"] } });
    expect(metrics.get("growth")).toMatchObject({ inputs: [{}, { offsetWindow: { count: 2, grain: "month" } }] });
    expect(calendars).toMatchObject([{ name: "days", column: "day", grain: "day" }]);
  });
});

describe("what dbt Core itself reads in another way is read as written", () => {
  const { told, text } = imported(`
models:
  - name: orders
    semantic_model: true
    columns: [{ name: order_id, entity: primary }]
    metrics:
      - { name: p95, agg: percentile, expr: amount, percentile: 0.95, percentile_type: continuous }
      - { name: total, agg: sum, expr: amount, fill_nulls_with: 0 }
`);
  test("an exact percentile, and the filling", () => {
    expect(told).toEqual(['warning DBT_DIFFERS 7 metric "p95"', 'warning DBT_DIFFERS 8 metric "total"']);
    expect(text("orders/p95.yaml")).toContain("measure: percentile(amount, 0.95)\n");
    expect(text("orders/total.yaml")).toContain("fill_nulls_with: 0\n");
  });
});
