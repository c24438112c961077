import { describe, expect, test } from "vitest";
import type { Catalog, Metric, Model } from "../../src/catalog/index.ts";
import { print, printFilterName, printName } from "../../src/expression/index.ts";
import { catalogOf, SHOP } from "./support.ts";

/** The examples of docs/definitions.md, made whole. */
const DOCUMENTED = `
model: orders
description: One row an order that was placed.
owner: { business: finance-data, technical: data-platform }
table: shop.orders
primary_key: order_id
time: ordered_at
columns:
  order_id: int
  line_no: int
  customer_id: int
  seller_id: int
  account: int
  session_id: string
  amount: decimal
  balance: decimal
  status: string
  region: string
  url: string
  tags: { type: string, description: Comma-separated. }
  ordered_at: timestamptz
  paid_at: timestamptz
  load_date: date
entities:
  order: primary
  customer: customer_id
  seller: { type: foreign, key: seller_id, entity: customer }
  line: { type: unique, key: [order_id, line_no] }
  account:
    type: foreign
dimensions:
  status: { enum: [placed, paid, cancelled], description: Where the order stands. }
  is_large: { expr: amount > 1000 }
  ordered_at: day
  paid_at: hour
  region:
  session_id:
  load_date: { type: time, grain: day, partition: true }
  host:
    sql: { duckdb: "regexp_extract(url, '//([^/]+)', 1)", postgres: "substring(url from '//([^/]+)')" }
    columns: [url]
    data_type: string
measures:
  amount: sum
  orders: count(*)
  buyers: count_distinct(customer_id)
  p95: percentile(amount, 0.95)
  middle: median(amount)
  balance: { agg: sum, expr: balance, non_additive: { dimension: ordered_at, choice: max, groupings: [account] } }
  p99: { agg: percentile, expr: amount, percentile: 0.99, percentile_kind: discrete, approximate: true, time: paid_at }
---
metric: revenue
label: Revenue
description: Money from paid orders, before refunds.
version: 2
owner: { business: finance-data, technical: data-platform }
unit: USD
tier: gold
tags: [finance]
lifecycle: deprecated
exposure: public
certification: certified
replaced_by: net_mrr
sunset: 2027-03-31
private: false
grain: month
filter: [status = 'paid', customer is not null]
model: orders
measure: amount
time: paid_at
fill_nulls_with: 0
join_to_timespine: true
---
metric: net_mrr
model: orders
measure: sum(amount - balance)
unit: "%"
---
metric: slow
model: orders
unit: ms
measure: p99
---
metric: balance
model: orders
measure: balance
---
metric: share
numerator: { metric: revenue, as: r, filter: is_large }
denominator: revenue
---
metric: growth
expr: revenue - last_month
inputs: [revenue, { metric: revenue, as: last_month, offset_window: 1 month, offset_whole_periods: true }]
---
metric: doubled
expr: revenue * 2 + balance
---
metric: trailing
input: revenue
window: 28 days
period_agg: last
filter: status = 'paid'
---
metric: to_date
input: revenue
grain_to_date: month
---
metric: ever
type: cumulative
input: revenue
---
metric: bought
base: orders_placed
conversion: orders_placed
entity: customer
window: 7 days
calculation: conversions
constant_properties: [{ base: session_id, conversion: session_id }]
count_base_once: true
---
metric: orders_placed
model: orders
measure: orders
---
saved_query: nrr_by_month
label: NRR by month
description: The board's view.
metrics: [revenue]
group_by: [metric_time__month, order__region, { name: metric_time, grain: quarter, as: q }, metric_time__extract_dow]
filter: order__region = 'EMEA'
order_by: [metric_time__month, { name: revenue, direction: desc }]
limit: 100
tags: [board]
---
calendar: days
table: shop.calendar
column: day
grain: day
custom_grains: { fiscal_quarter: fiscal_quarter_start, sprint: { column: sprint_start, label: The sprint } }
---
project: shop
time_zone: America/New_York
`;

const catalog = catalogOf(DOCUMENTED);

function modelOf(of: Catalog, name: string): Model {
  const model = of.models.get(name);
  if (!model) throw new Error(`No model ${name}`);
  return model;
}

function metricOf<T extends Metric["type"]>(name: string, type: T): Extract<Metric, { type: T }> {
  const metric = catalog.metrics.get(name);
  if (metric?.type !== type) throw new Error(`No ${type} metric ${name}`);
  return metric as Extract<Metric, { type: T }>;
}

function filtersOf({ filters }: Pick<Metric, "filters">): readonly string[] {
  return filters.map(({ expr }) => print(expr, printFilterName));
}

describe("a model", () => {
  const orders = modelOf(catalog, "orders");

  test("knows its table, its key and its time", () => {
    expect(orders).toMatchObject({
      label: "Orders",
      source: { kind: "table", path: ["shop", "orders"] },
      primaryKey: ["order_id"],
      primaryEntity: "order",
      defaultTime: "ordered_at",
      owner: { business: "finance-data", technical: "data-platform" },
    });
    expect(orders.columns?.get("tags")).toMatchObject({
      name: "tags",
      type: "string",
      description: "Comma-separated.",
    });
  });

  test("has entities with their roles and keys", () => {
    const keys = [...orders.entities.values()].map(
      ({ name, entity, type, key }) =>
        `${name} ${entity} ${type} ${key.map((part) => print(part, printName)).join(",")}`,
    );
    expect(keys).toEqual([
      "order order primary order_id",
      "customer customer foreign customer_id",
      "seller customer foreign seller_id",
      "line line unique order_id,line_no",
      "account account foreign account",
    ]);
  });

  test("has dimensions with types that follow from their columns", () => {
    const dimensions = [...orders.dimensions.values()].map(({ name, kind, type, label }) => ({
      name,
      kind,
      type,
      label,
    }));
    expect(dimensions).toEqual([
      { name: "status", kind: "categorical", type: "string", label: "Status" },
      { name: "is_large", kind: "categorical", type: "boolean", label: "Is large" },
      { name: "ordered_at", kind: "time", type: "timestamptz", label: "Ordered at" },
      { name: "paid_at", kind: "time", type: "timestamptz", label: "Paid at" },
      { name: "region", kind: "categorical", type: "string", label: "Region" },
      { name: "session_id", kind: "categorical", type: "string", label: "Session ID" },
      { name: "load_date", kind: "time", type: "date", label: "Load date" },
      { name: "host", kind: "categorical", type: "string", label: "Host" },
    ]);
    expect(orders.dimensions.get("status")).toMatchObject({ values: ["placed", "paid", "cancelled"] });
    expect(orders.dimensions.get("load_date")).toMatchObject({ isPartition: true, grain: "day" });
  });

  test("keeps opaque SQL by engine with the columns it reads", () => {
    expect(orders.dimensions.get("host")?.value).toEqual({
      kind: "opaque",
      sql: { duckdb: "regexp_extract(url, '//([^/]+)', 1)", postgres: "substring(url from '//([^/]+)')" },
      columns: ["url"],
      type: "string",
    });
  });

  test("has measures with their aggregates", () => {
    const measures = [...orders.measures.values()].map(({ name, aggregation, value, percentile }) => ({
      name,
      aggregation,
      expr: value.kind === "expr" && print(value.expr, printName),
      percentile,
    }));
    expect(measures).toEqual([
      { name: "amount", aggregation: "sum", expr: "amount", percentile: null },
      { name: "orders", aggregation: "count", expr: "1", percentile: null },
      { name: "buyers", aggregation: "count_distinct", expr: "customer_id", percentile: null },
      {
        name: "p95",
        aggregation: "percentile",
        expr: "amount",
        percentile: { fraction: "0.95", kind: "continuous", approximate: false },
      },
      {
        name: "middle",
        aggregation: "median",
        expr: "amount",
        percentile: { fraction: "0.5", kind: "continuous", approximate: false },
      },
      { name: "balance", aggregation: "sum", expr: "balance", percentile: null },
      {
        name: "p99",
        aggregation: "percentile",
        expr: "amount",
        percentile: { fraction: "0.99", kind: "discrete", approximate: true },
      },
    ]);
    const nonAdditive = { dimension: "ordered_at", choice: "max", groupings: ["account"] };
    expect(orders.measures.get("balance")).toMatchObject({ nonAdditive, timeDimension: null });
    expect(orders.measures.get("p99")?.timeDimension).toBe("paid_at");
  });

  test("is known by primary_entity, else by its only natural or unique key", () => {
    const known = (yaml: string) => modelOf(catalogOf(`model: m\ntable: t\n${yaml}`), "m").primaryEntity;
    expect(known("primary_entity: event\nentities: { user: { type: unique, key: user_id } }")).toBe("event");
    expect(known("entities: { user: { type: unique, key: user_id } }")).toBe("user");
    expect(known("entities: { a: { type: unique, key: a }, b: { type: unique, key: b } }")).toBeNull();
    expect(known("entities: { user: user_id }")).toBeNull();
  });

  test("has the key of its primary entity as primary key", () => {
    const key = (yaml: string) => modelOf(catalogOf(`model: m\ntable: t\n${yaml}`), "m").primaryKey;
    expect(key("entities: { event: { type: primary, key: [a, b] } }")).toEqual(["a", "b"]);
    expect(key("entities: { event: primary }")).toEqual(["event"]);
    expect(key("entities: { event: { type: primary, key: lower(a) } }")).toEqual([]);
    expect(key("primary_key: [a, b]")).toEqual(["a", "b"]);
  });

  test("may be a statement", () => {
    const { source } = modelOf(catalogOf("model: m\nsql: select 1 as a"), "m");
    expect(source).toEqual({ kind: "sql", text: "select 1 as a", file: "metrics/test.yaml" });
  });
});

describe("a metric", () => {
  test("says everything about itself", () => {
    expect(metricOf("revenue", "simple")).toMatchObject({
      label: "Revenue",
      version: 2,
      owner: { business: "finance-data", technical: "data-platform" },
      unit: "USD",
      format: "currency",
      tier: "gold",
      tags: ["finance"],
      lifecycle: "deprecated",
      exposure: "public",
      certificationClaim: "certified",
      replacedBy: "net_mrr",
      sunset: "2027-03-31",
      isPrivate: false,
      defaultGrain: "month",
      model: "orders",
      measure: "amount",
      timeDimension: "paid_at",
      fillNullsWith: 0,
      joinToTimespine: true,
      nonAdditive: null,
    });
  });

  test("has defaults", () => {
    expect(metricOf("net_mrr", "simple")).toMatchObject({
      label: "Net MRR",
      description: "",
      version: 1,
      owner: null,
      format: "percent",
      tier: null,
      tags: [],
      lifecycle: "active",
      exposure: "internal",
      certificationClaim: "none",
      defaultGrain: null,
      measure: null,
      timeDimension: "ordered_at",
      fillNullsWith: null,
      joinToTimespine: false,
    });
    expect(metricOf("share", "ratio")).toMatchObject({ unit: null, format: "number" });
    expect(metricOf("slow", "simple")).toMatchObject({ unit: "ms", format: "number" });
  });

  test("has the aggregate of its measure, and the measure's time and balance", () => {
    expect(metricOf("slow", "simple")).toMatchObject({
      timeDimension: "paid_at",
      aggregate: { aggregation: "percentile", percentile: { fraction: "0.99" } },
    });
    expect(metricOf("balance", "simple").nonAdditive).toEqual({
      dimension: "ordered_at",
      choice: "max",
      groupings: ["account"],
    });
    const { value } = metricOf("net_mrr", "simple").aggregate;
    expect(value.kind === "expr" && print(value.expr, printName)).toBe("amount - balance");
  });

  test("names its own dimensions in full in its filters, and leaves entities as they are", () => {
    expect(filtersOf(metricOf("revenue", "simple"))).toEqual(["order__status = 'paid'", "customer IS NOT NULL"]);
    expect(metricOf("revenue", "simple").filters.map((filter) => filter.text)).toEqual([
      "status = 'paid'",
      "customer is not null",
    ]);
  });

  test("names the dimensions of an input's model in full, also of a running value's", () => {
    expect(filtersOf(metricOf("share", "ratio").numerator)).toEqual(["order__is_large"]);
    expect(filtersOf(metricOf("trailing", "cumulative"))).toEqual(["order__status = 'paid'"]);
  });

  test("keeps grain and part of a bare name", () => {
    const yaml = `${SHOP}---\nmetric: x\nmodel: orders\nmeasure: amount\nfilter: ordered_at__month > '2026-01-01' and ordered_at__extract_dow = 1`;
    const metric = catalogOf(yaml).metrics.get("x");
    expect(metric && filtersOf(metric)).toEqual([
      "order__ordered_at__month > '2026-01-01' AND order__ordered_at__extract_dow = 1",
    ]);
  });

  test("divides two inputs", () => {
    const { numerator, denominator } = metricOf("share", "ratio");
    expect([numerator.metric, numerator.alias, denominator.metric, denominator.alias]).toEqual([
      "revenue",
      "r",
      "revenue",
      "revenue",
    ]);
  });

  test("is computed from inputs that look back", () => {
    const { expr, inputs } = metricOf("growth", "derived");
    expect(print(expr, printName)).toBe("revenue - last_month");
    expect(
      inputs.map(({ metric, alias, offsetWindow, offsetWholePeriods }) => ({
        metric,
        alias,
        offsetWindow,
        offsetWholePeriods,
      })),
    ).toEqual([
      { metric: "revenue", alias: "revenue", offsetWindow: null, offsetWholePeriods: false },
      { metric: "revenue", alias: "last_month", offsetWindow: { count: 1, grain: "month" }, offsetWholePeriods: true },
    ]);
  });

  test("is computed from the metrics its expression names", () => {
    expect(metricOf("doubled", "derived").inputs.map(({ metric, alias }) => [metric, alias])).toEqual([
      ["revenue", "revenue"],
      ["balance", "balance"],
    ]);
  });

  test("runs over a window, to date, or over all time", () => {
    expect(metricOf("trailing", "cumulative")).toMatchObject({
      window: { count: 28, grain: "day" },
      grainToDate: null,
      periodAggregation: "last",
    });
    expect(metricOf("to_date", "cumulative")).toMatchObject({
      window: null,
      grainToDate: "month",
      periodAggregation: "first",
    });
    expect(metricOf("ever", "cumulative")).toMatchObject({ window: null, grainToDate: null });
  });

  test("counts conversions", () => {
    expect(metricOf("bought", "conversion")).toMatchObject({
      base: { metric: "orders_placed" },
      conversion: { metric: "orders_placed" },
      entity: "customer",
      window: { count: 7, grain: "day" },
      calculation: "conversions",
      constantProperties: [{ base: "session_id", conversion: "session_id" }],
      countBaseOnce: true,
    });
  });

  test("has no time where its model has none", () => {
    const metric = catalogOf(
      "model: m\ntable: t\nmeasures: { n: count(*) }\n---\nmetric: x\nmodel: m\nmeasure: n",
    ).metrics.get("x");
    expect(metric).toMatchObject({ timeDimension: null });
  });
});

test("a saved query is a request with its names taken apart", () => {
  expect(catalog.savedQueries.get("nrr_by_month")).toMatchObject({
    label: "NRR by month",
    description: "The board's view.",
    metrics: ["revenue"],
    groupBy: [
      { name: "metric_time", grain: "month" },
      { name: "order__region" },
      { name: "metric_time", grain: "quarter", as: "q" },
      { name: "metric_time", datePart: "dow" },
    ],
    orderBy: [
      { name: "metric_time__month", direction: "asc" },
      { name: "revenue", direction: "desc" },
    ],
    limit: 100,
    tags: ["board"],
  });
});

test("a calendar has a base grain and grains of its own", () => {
  const [days] = catalog.calendars;
  expect(days).toMatchObject({ name: "days", source: { path: ["shop", "calendar"] }, column: "day", grain: "day" });
  expect([...(days?.customGrains.values() ?? [])]).toEqual([
    { name: "fiscal_quarter", column: "fiscal_quarter_start", label: "Fiscal quarter" },
    { name: "sprint", column: "sprint_start", label: "The sprint" },
  ]);
});

test("days are cut in the project's zone, else in UTC", () => {
  expect(catalog.timeZone).toBe("America/New_York");
  expect(catalogOf(SHOP).timeZone).toBe("UTC");
});
