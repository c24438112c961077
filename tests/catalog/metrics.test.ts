import { describe, expect, test } from "vitest";
import type { Metric } from "../../src/catalog/index.ts";
import { additivityOf, grainsFrom, groupBysOf, metricsBelow, simpleMetricsBelow } from "../../src/catalog/index.ts";
import { shopCatalog } from "../support/shop.ts";

const shop = shopCatalog();

function metricOf(name: string): Metric {
  const metric = shop.metrics.get(name);
  if (!metric) throw new Error(`No metric ${name}.`);
  return metric;
}

describe("lineage", () => {
  test("names what a metric is computed from, inputs first, each once", () => {
    expect(metricsBelow(shop, metricOf("revenue_vs_3d_ago_1d_ago")).map(({ name }) => name)).toEqual([
      "revenue",
      "revenue_vs_3d_ago",
      "revenue_vs_3d_ago_1d_ago",
    ]);
    expect(metricsBelow(shop, metricOf("visit_to_buy")).map(({ name }) => name)).toEqual([
      "visits",
      "buys",
      "visit_to_buy",
    ]);
  });

  test("ends at the simple metrics below", () => {
    expect(simpleMetricsBelow(shop, metricOf("net")).map(({ name }) => name)).toEqual(["revenue", "refunded"]);
    expect(simpleMetricsBelow(shop, metricOf("revenue_2d_3d_ago")).map(({ name }) => name)).toEqual(["revenue"]);
  });
});

test.each([
  ["revenue", "additive"],
  ["ok_orders", "additive"],
  ["average_amount", "non-additive"],
  ["buyers", "non-additive"],
  ["largest", "non-additive"],
  ["closing_balance", "semi-additive"],
  ["net", "non-additive"],
  ["revenue_2d", "non-additive"],
])("%s is %s", (name, additivity) => {
  expect(additivityOf(metricOf(name))).toBe(additivity);
});

describe("what a metric can be grouped by", () => {
  const namesOf = (metric: string) => groupBysOf(shop, metricOf(metric)).map(({ name }) => name);

  test("is metric_time first, then names in order", () => {
    expect(namesOf("revenue")).toEqual([
      "metric_time",
      "customer",
      "customer__country",
      "customer__segment",
      "order",
      "order__ordered_at",
      "order__status",
    ]);
  });

  test("of several inputs is what all of them reach", () => {
    expect(namesOf("net")).toEqual([
      "metric_time",
      "customer",
      "customer__country",
      "customer__segment",
      "order",
      "order__ordered_at",
      "order__status",
    ]);
    expect(namesOf("credit")).toEqual(["customer", "customer__country", "customer__segment"]);
  });

  test("counts the joins of the farthest input", () => {
    const hops = new Map(groupBysOf(shop, metricOf("net")).map((option) => [option.name, option.hops]));
    expect(hops.get("order__status")).toBe(1);
    expect(hops.get("customer")).toBe(0);
  });

  test("a time from its declared grain up, sprints last", () => {
    const time = groupBysOf(shop, metricOf("revenue")).find(({ name }) => name === "metric_time");
    expect(time?.grains).toEqual(["day", "week", "month", "quarter", "year", "sprint"]);
    expect(grainsFrom(shop, "month")).toEqual(["month", "quarter", "year"]);
    expect(grainsFrom(shop, "hour").slice(0, 2)).toEqual(["hour", "day"]);
  });
});
