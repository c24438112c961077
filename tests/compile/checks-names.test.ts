import { describe, expect, test } from "vitest";
import { compileShop, expectFinding } from "./support.ts";

/** A simple metric of orders with a filter. */
function filtered(filter: string): string {
  return `metric: x\nmodel: orders\nmeasure: amount\nfilter: ${filter}`;
}

describe("filters", () => {
  test.each([
    "status = 'paid'",
    "order__status = 'paid'",
    "customer__region = 'EMEA' and metric_time__month >= '2026-01-01'",
    "customer is not null",
    "ordered_at__extract_dow = 1",
    "order__ordered_at__sprint = '2026-01-01'",
    "\"{{ Dimension('customer__signed_up_at').grain('year') }} > '2020-01-01'\"",
    "metric('order_count', 'customer') > 5",
  ])("%s is a condition on orders", (filter) => {
    const { diagnostics } = compileShop(filtered(filter));
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  test.each([
    ["«statuss» = 'paid'", '"order__status"'],
    ["customer__regio is null or «customer__regio» = 'EMEA'", "customer__region"],
    ["«metric_time__mnth» = '2026-01-01'", null],
    ["«seller__region» = 'EMEA'", '"customer__region"'],
  ])("%s names nothing that orders have", (filter, suggestion) => {
    const yaml = filtered(filter.replace("customer__regio is null or ", ""));
    const { help } = expectFinding("filter/unknown-name", yaml);
    if (suggestion) expect(help).toContain(suggestion);
  });

  test("where too many names could be meant, the help says what a filter reads", () => {
    const dimensions = Array.from({ length: 30 }, (_, index) => `reading_${index}: { expr: amount }`).join(", ");
    const { help } = expectFinding(
      "filter/unknown-name",
      `model: meters
table: meters
primary_key: meter_id
columns: { meter_id: int, amount: int, zzqxwv: int }
entities: { meter: primary }
dimensions: { ${dimensions} }
---
metric: x
model: meters
measure: sum(amount)
filter: «zzqxwv» > 5`,
    );
    expect(help).toBe("a filter reads dimensions and entities: declare a column among the dimensions");
  });

  test("a dimension in SQL of its own cannot be filtered by", () => {
    expectFinding("filter/opaque-dimension", filtered("«host» = 'example.com'"));
  });

  test("a text has no months", () => {
    expectFinding("filter/not-a-time", filtered("«status__month» = '2026-01-01'"));
    expectFinding("filter/not-a-time", filtered("«customer__month» = '2026-01-01'"));
    expectFinding("filter/not-a-time", filtered("«status__extract_dow» = 1"));
  });

  test("a time has no finer grain than its own", () => {
    expectFinding("filter/grain-too-fine", filtered("«ordered_at__minute» = '2026-01-01'"));
  });

  test("a filter is a value", () => {
    expectFinding("filter/not-a-condition", filtered("«status»"));
    expectFinding("filter/not-a-condition", filtered("«status__extract_dow»").replace("status__", "ordered_at__"));
  });

  test("a filter compares a text with a number", () => {
    expectFinding("expression/wrong-type", filtered("status = «5»"));
  });

  test("a filter cannot be read", () => {
    expectFinding("expression/syntax", filtered("status = = 'paid'").replace("= =", "= «=»"));
  });

  test("a filter by a metric that is not defined", () => {
    expectFinding("filter/unknown-metric", filtered("«metric('order_cnt', 'customer')» > 5"));
  });

  test("a filter by a metric for two entities at once", () => {
    expectFinding("filter/metric-by-one-entity", filtered("«metric('order_count', 'customer', 'order')» > 5"));
  });

  test("a name that means two joins is refused with both paths", () => {
    const { message, help } = expectFinding(
      "filter/ambiguous-name",
      `model: sales\ntable: shop.sales\nprimary_entity: sale\ncolumns: { buyer_id: int, seller_id: int }
entities: { buyer: { type: foreign, key: buyer_id, entity: customer }, seller: { type: foreign, key: seller_id, entity: customer } }
measures: { sales: count(*) }
---\nmetric: x\nmodel: sales\nmeasure: sales\nfilter: «customer__region» = 'EMEA'`,
    );
    expect(message).toContain("sales -buyer-> customers; sales -seller-> customers");
    expect(help).toBe("choose one: buyer__region, seller__region");
  });

  test("a name on the many side is refused with its path", () => {
    const { message } = expectFinding(
      "filter/fan-out",
      `metric: n\nmodel: customers\nmeasure: count(*)\nfilter: «customer__status» = 'paid'`,
    );
    expect(message).toContain("customers -customer-> orders");
  });

  test("the filter of an input is looked up from that input's model", () => {
    expectFinding(
      "filter/unknown-name",
      "metric: n\nmodel: customers\nmeasure: count(*)\n---\nmetric: x\nnumerator: { metric: n, filter: «status» = 'paid' }\ndenominator: order_count",
    );
  });

  test("a derived metric has no model of its own, so its filter names things in full", () => {
    expectFinding("filter/unknown-name", "metric: x\nexpr: revenue / order_count\nfilter: «status» = 'paid'");
    const yaml = "metric: x\nexpr: revenue / order_count\nfilter: order__status = 'paid'";
    expect(compileShop(yaml).catalog).not.toBeNull();
  });

  test("what a metric's unknown model has is not doubted", () => {
    expectFinding("metric/unknown-model", "metric: x\nmodel: «sales»\nmeasure: amount\nfilter: anything = 1");
  });
});

describe("saved queries", () => {
  test("a metric is not defined", () => {
    expectFinding("saved-query/unknown-metric", "saved_query: q\nmetrics: [revenue, «revenu»]");
  });

  test("a metric is private", () => {
    expectFinding(
      "saved-query/private-metric",
      "metric: hidden\nmodel: orders\nmeasure: amount\nprivate: true\n---\nsaved_query: q\nmetrics: [«hidden»]",
    );
  });

  test("the metrics have no such group", () => {
    expectFinding("filter/unknown-name", "saved_query: q\nmetrics: [revenue]\ngroup_by: [«customer__regio»]");
  });

  test("a group has no such grain", () => {
    expectFinding(
      "metric/unknown-grain",
      "saved_query: q\nmetrics: [revenue]\ngroup_by: [{ name: metric_time, grain: «fortnight» }]",
    );
  });

  test("a text is grouped by month", () => {
    expectFinding(
      "filter/not-a-time",
      "saved_query: q\nmetrics: [revenue]\ngroup_by: [{ name: customer__region, grain: «month» }]",
    );
    expectFinding("filter/not-a-time", "saved_query: q\nmetrics: [revenue]\ngroup_by: [«customer__region__month»]");
  });

  test("a time is cut in two ways", () => {
    expectFinding(
      "saved-query/two-cuts",
      "saved_query: q\nmetrics: [revenue]\ngroup_by: [{ name: metric_time__month, grain: «year» }]",
    );
    expectFinding(
      "saved-query/two-cuts",
      "saved_query: q\nmetrics: [revenue]\ngroup_by: [{ name: metric_time__month, date_part: «dow» }]",
    );
  });

  test("a filter may test a metric that is asked for, and nothing unknown", () => {
    expect(compileShop("saved_query: q\nmetrics: [revenue]\nfilter: revenue > 5").catalog).not.toBeNull();
    expectFinding("filter/unknown-name", "saved_query: q\nmetrics: [revenue]\nfilter: «order_count» > 5");
  });

  test("without metrics the values of any model may be asked for", () => {
    const yaml = "saved_query: q\ngroup_by: [customer__region, order__status, metric_time__month]";
    expect(compileShop(yaml).catalog?.savedQueries.get("q")?.metrics).toEqual([]);
    expectFinding("filter/unknown-name", "saved_query: q\ngroup_by: [«order__region»]");
  });
});

describe("calendars", () => {
  test("two calendars have a grain of one name", () => {
    expectFinding(
      "calendar/grain-twice",
      "calendar: hours\ntable: shop.hours\ncolumn: hour_start\ngrain: hour\ncustom_grains: { «sprint»: sprint_start }",
    );
  });
});
