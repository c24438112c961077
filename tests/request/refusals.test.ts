import { describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/index.ts";
import type { Refusal } from "../../src/diagnostics/index.ts";
import { explainQuery } from "../../src/engine/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { parseRequest } from "../../src/request/index.ts";
import type { Question } from "../support/shop.ts";
import { catalogFrom, refusalOf, shopCatalog } from "../support/shop.ts";

const shop = shopCatalog();

/** What a caller sees of a "no": code, place, message, and what to write instead. */
function no(question: Question, catalog: Catalog = shop): string {
  return shown(refusalOf(catalog, question));
}

function shown({ code, path, message, suggestions }: Refusal): string {
  return [`${code} at ${path.join(".") || "the request"}`, message, `try: ${suggestions.join(", ") || "-"}`].join("\n");
}

const islands = catalogFrom(`
model: clicks
description: One row a click.
owner: data
table: clicks
primary_key: click_id
time: clicked_at
columns: { click_id: int, customer_id: int, clicked_at: timestamp }
entities: { click: primary, customer: customer_id }
dimensions: { clicked_at: minute }
measures:
  clicks: count(1)
  typical: { agg: percentile, expr: click_id, percentile: 0.5, approximate: true }
---
model: shops
description: One row a shop.
owner: data
table: shops
primary_key: shop_id
columns: { shop_id: int, town: string, rent: int }
entities: { shop: primary, spot: { type: unique, key: [shop_id, town] } }
dimensions: { town: }
measures: { rent: sum }
---
model: customers
description: One row a customer.
owner: data
table: customers
primary_key: customer_id
columns: { customer_id: int, city: string }
entities: { customer: primary }
dimensions: { city: }
---
metric: clicks
description: Clicks.
owner: data
model: clicks
measure: clicks
---
metric: typical_clicks
description: Half of the clicks.
owner: data
model: clicks
measure: typical
---
metric: clicks_so_far
description: Clicks until then.
owner: data
type: cumulative
input: clicks
---
metric: rent
description: Rent.
owner: data
model: shops
measure: rent
---
metric: net
description: Clicks less rent.
owner: data
expr: clicks - rent
`);

const monthly = catalogFrom(`
model: stock
description: One row a month.
owner: data
table: stock
primary_key: stock_id
time: counted_in
columns: { stock_id: int, counted_in: date, pieces: int, clicked_at: timestamp }
entities: { stock: primary }
dimensions: { counted_in: month, clicked_at: minute }
measures: { pieces: sum, clicks: { agg: count, expr: 1, time: clicked_at } }
---
metric: stock
description: Pieces.
owner: data
model: stock
measure: pieces
---
metric: clicks
description: Clicks.
owner: data
model: stock
measure: clicks
---
metric: clicks_so_far
description: Clicks until then.
owner: data
type: cumulative
input: clicks
---
calendar: days
table: days
column: day
grain: day
custom_grains: { sprint: sprint_start }
`);

const roles = catalogFrom(`
model: trades
description: One row a trade.
owner: data
table: trades
primary_key: trade_id
columns: { trade_id: int, buyer_id: string, seller_id: string, amount: int }
entities:
  trade: primary
  buyer: { type: foreign, key: buyer_id, entity: person }
  seller: { type: foreign, key: seller_id, entity: person }
measures: { amount: sum }
---
model: people
description: One row a person.
owner: data
table: people
primary_key: person_id
columns: { person_id: string, country: string }
entities: { person: primary }
dimensions: { country: }
---
metric: money
description: Money.
owner: data
model: trades
measure: amount
`);

describe("names", () => {
  test("UNKNOWN_METRIC: a misspelt, a private and an unheard-of metric", () => {
    expect(no({ metrics: ["orders", "revenu"] })).toMatchInlineSnapshot(`
      "UNKNOWN_METRIC at metrics.1
      There is no metric "revenu". Did you mean "revenue" or "bad_revenue_3d_ago" or "bad_revenue_filled"?
      try: revenue, bad_revenue_3d_ago, bad_revenue_filled"
    `);
    expect(no({ metrics: ["hidden"] })).toMatchInlineSnapshot(`
      "UNKNOWN_METRIC at metrics.0
      Metric "hidden" is private: it serves as an input of others only.
      try: -"
    `);
    expect(no({ metrics: [{ name: "zebra" }] })).toMatchInlineSnapshot(`
      "UNKNOWN_METRIC at metrics.0
      There is no metric "zebra".
      try: -"
    `);
    expect(no({ metrics: ["orders"], where: ["metric('hidden', 'customer') > 1"] })).toMatchInlineSnapshot(`
      "UNKNOWN_METRIC at where.0
      Metric "hidden" is private: it serves as an input of others only.
      try: -"
    `);
    expect(no({ metrics: ["orders"], where: ["metric('revenu', 'customer') > 1"] })).toMatchInlineSnapshot(`
      "UNKNOWN_METRIC at where.0
      There is no metric "revenu". Did you mean "revenue" or "bad_revenue_3d_ago" or "bad_revenue_filled"?
      try: revenue, bad_revenue_3d_ago, bad_revenue_filled"
    `);
  });

  test("UNKNOWN_GROUP_BY: no such dimension anywhere, in groups and in filters", () => {
    expect(no({ metrics: ["revenue"], groupBy: ["customer__contry"] })).toMatchInlineSnapshot(`
      "UNKNOWN_GROUP_BY at groupBy.0.name
      There is no "customer__contry" to group or filter metric "revenue" by. Did you mean "customer__country" or "customer"?
      try: customer__country, customer"
    `);
    expect(no({ metrics: ["twice_sealed"], groupBy: ["customer__contry"] })).toContain(
      'group or filter metric "twice_sealed" by', // never the private input's name
    );
    expect(no({ metrics: ["revenue"], groupBy: ["country"] })).toMatchInlineSnapshot(`
      "UNKNOWN_GROUP_BY at groupBy.0.name
      There is no "country" to group or filter metric "revenue" by. Did you mean "customer__country"?
      try: customer__country"
    `);
    expect(no({ metrics: ["revenue"], where: ["order__statsu = 'ok'"] })).toMatchInlineSnapshot(`
      "UNKNOWN_GROUP_BY at where.0
      There is no "order__statsu" to group or filter metric "revenue" by. Did you mean "order__status" or "order"?
      try: order__status, order"
    `);
    expect(no({ metrics: ["revenue"], where: ["customer__segment = zzqxwv"] })).toContain(
      "Text stands in single quotes",
    );
    expect(no({ metrics: ["revenue"], groupBy: ["metric_time__fortnight"] })).toMatchInlineSnapshot(`
      "UNKNOWN_GROUP_BY at groupBy.0.name
      There is no "metric_time__fortnight" to group or filter metric "revenue" by. Did you mean "metric_time"?
      try: metric_time"
    `);
    expect(no({ groupBy: ["customer__country"], where: ["customer__sgment = 'vip'"] })).toMatchInlineSnapshot(`
      "UNKNOWN_GROUP_BY at where.0
      There is no "customer__sgment" to group by. Did you mean "customer__segment" or "customer"?
      try: customer__segment, customer"
    `);
    expect(no({ groupBy: ["customer__contry"] })).toMatchInlineSnapshot(`
      "UNKNOWN_GROUP_BY at groupBy.0.name
      There is no "customer__contry" to group by. Did you mean "customer__country" or "customer"?
      try: customer__country, customer"
    `);
  });

  test("UNKNOWN_SAVED_QUERY", () => {
    expect(no({ savedQuery: "by_month" })).toMatchInlineSnapshot(`
      "UNKNOWN_SAVED_QUERY at savedQuery
      There is no saved query "by_month".
      try: -"
    `);
  });
});

describe("paths", () => {
  test("NO_PATH: it exists, but no join leads there from the metric's model", () => {
    expect(no({ metrics: ["revenue", "credit"], groupBy: ["metric_time"] })).toMatchInlineSnapshot(`
      "NO_PATH at groupBy.0.name
      Metric "credit" has no time: model "customers" declares no default time dimension.
      try: -"
    `);
    expect(no({ metrics: ["net"], groupBy: ["customer__city"] }, islands)).toMatchInlineSnapshot(`
      "NO_PATH at groupBy.0.name
      Metric "rent" cannot reach "customer__city": no join leads there from model "shops".
      try: -"
    `);
    expect(no({ groupBy: ["customer__city", "shop__town"] }, islands)).toMatchInlineSnapshot(`
      "NO_PATH at groupBy
      No single model reaches all of customer__city, shop__town; ask for them in separate queries, or with a metric that has them all.
      try: -"
    `);
  });

  test("FAN_OUT names the model where rows multiply, not the end of the path", () => {
    const chain = catalogFrom(`
model: baskets
table: baskets
primary_key: basket_id
columns: { basket_id: int }
entities: { basket: primary }
measures: { baskets: count(*) }
---
model: lines
table: lines
primary_key: line_id
columns: { line_id: int, basket_id: int, article_id: int }
entities: { line: primary, basket: basket_id, article: article_id }
---
model: articles
table: articles
primary_key: article_id
columns: { article_id: int, kind: string }
entities: { article: primary }
dimensions: { kind: }
---
metric: baskets
model: baskets
measure: baskets
`);
    expect(no({ metrics: ["baskets"], groupBy: ["article__kind"] }, chain)).toContain(
      'Ask the metrics of model "lines"',
    );
  });

  test("FAN_OUT: one order may have many refunds, and one customer many visits", () => {
    expect(no({ metrics: ["revenue"], groupBy: ["refund__refunded_at"] })).toMatchInlineSnapshot(`
      "FAN_OUT at groupBy.0.name
      Metric "revenue" cannot be grouped or filtered by "refund__refunded_at": on the path orders -order-> refunds one row meets many, and its values would be counted more than once. Ask the metrics of model "refunds" by it instead, or filter with metric('…', '…').
      try: -"
    `);
    expect(no({ metrics: ["credit"], groupBy: ["order__status"] })).toMatchInlineSnapshot(`
      "FAN_OUT at groupBy.0.name
      Metric "credit" cannot be grouped or filtered by "order__status": on the path customers -customer-> orders one row meets many, and its values would be counted more than once. Ask the metrics of model "orders" by it instead, or filter with metric('…', '…').
      try: -"
    `);
    expect(no({ metrics: ["net"], groupBy: ["order__status", "refund"] })).toMatchInlineSnapshot(`
      "FAN_OUT at groupBy.1.name
      Metric "revenue" cannot be grouped or filtered by "refund": on the path orders -order-> refunds one row meets many, and its values would be counted more than once. Ask the metrics of model "refunds" by it instead, or filter with metric('…', '…').
      try: -"
    `);
    expect(no({ metrics: ["refunded"], where: ["visit__channel = 'ad'"] })).toMatchInlineSnapshot(`
      "FAN_OUT at where.0
      Metric "refunded" cannot be grouped or filtered by "visit__channel": on the path refunds -customer-> visits one row meets many, and its values would be counted more than once. Ask the metrics of model "visits" by it instead, or filter with metric('…', '…').
      try: -"
    `);
  });

  test("AMBIGUOUS_PATH: every way is spelled out, with the names that choose one", () => {
    expect(no({ metrics: ["money"], groupBy: ["person__country"] }, roles)).toMatchInlineSnapshot(`
      "AMBIGUOUS_PATH at groupBy.0.name
      "person__country" can be reached from model "trades" in more than one way: buyer__country (trades -buyer-> people); seller__country (trades -seller-> people). Say which.
      try: buyer__country, seller__country"
    `);
    expect(no({ metrics: ["money"], where: ["person = 'a'"] }, roles)).toMatchInlineSnapshot(`
      "AMBIGUOUS_PATH at where.0
      "person" can be reached from model "trades" in more than one way: buyer (trades); seller (trades). Say which.
      try: buyer, seller"
    `);
  });
});

describe("time", () => {
  test("GRAIN_TOO_FINE: a grain or part finer than the time is recorded", () => {
    expect(no({ metrics: ["revenue"], groupBy: ["metric_time__hour"] })).toMatchInlineSnapshot(`
      "GRAIN_TOO_FINE at groupBy.0.name
      "metric_time" is recorded by day; it has no grain hour. Use day, week, month, quarter, year.
      try: metric_time__day, metric_time__week, metric_time__month"
    `);
    expect(
      no({ metrics: ["stock"], groupBy: [{ name: "metric_time", datePart: "dow" }] }, monthly),
    ).toMatchInlineSnapshot(`
      "GRAIN_TOO_FINE at groupBy.0.name
      "metric_time" is recorded by month; it has no date part dow. Use month, quarter, year.
      try: metric_time__month, metric_time__quarter, metric_time__year"
    `);
    expect(no({ metrics: ["stock"], groupBy: ["metric_time__sprint"] }, monthly)).toMatchInlineSnapshot(`
      "GRAIN_TOO_FINE at groupBy.0.name
      "metric_time" is recorded by month; it has no grain sprint. Use month, quarter, year.
      try: metric_time__month, metric_time__quarter, metric_time__year"
    `);
    expect(no({ metrics: ["stock"], where: ["metric_time__day = '2024-01-01'"] }, monthly)).toMatchInlineSnapshot(`
      "GRAIN_TOO_FINE at where.0
      "metric_time" is recorded by month; it has no grain day. Use month, quarter, year.
      try: metric_time__month, metric_time__quarter, metric_time__year"
    `);
  });

  test("NO_CALENDAR: none is fine enough", () => {
    expect(no({ metrics: ["clicks_so_far"], groupBy: ["metric_time__hour"] }, monthly)).toMatchInlineSnapshot(`
      "NO_CALENDAR at groupBy
      Metric "clicks_so_far" needs a calendar by hour or finer. The catalog has days (day).
      try: -"
    `);
    expect(no({ groupBy: ["metric_time__hour"] }, monthly)).toMatchInlineSnapshot(`
      "NO_CALENDAR at groupBy
      metric_time needs a calendar by hour or finer. The catalog has days (day).
      try: -"
    `);
    expect(no({ metrics: ["clicks_so_far"], groupBy: ["metric_time"] }, islands)).toMatchInlineSnapshot(`
      "NO_CALENDAR at groupBy
      Metric "clicks_so_far" needs a calendar by day or finer. The catalog has none.
      try: -"
    `);
  });

  test("PART_NOT_ALLOWED: of something that is no time, and for values that run along the calendar", () => {
    expect(no({ metrics: ["revenue"], groupBy: ["order__status__month"] })).toMatchInlineSnapshot(`
      "PART_NOT_ALLOWED at groupBy.0.name
      "order__status" is not a time; it has no grain month.
      try: order__status"
    `);
    expect(no({ metrics: ["revenue"], groupBy: [{ name: "customer", datePart: "dow" }] })).toMatchInlineSnapshot(`
      "PART_NOT_ALLOWED at groupBy.0.name
      "customer" is not a time; it has no date part dow.
      try: customer"
    `);
    expect(no({ metrics: ["revenue_2d"], groupBy: ["metric_time__extract_month"] })).toMatchInlineSnapshot(`
      "PART_NOT_ALLOWED at groupBy
      Metric "revenue_2d" runs along the calendar, which a date part does not tell; group by a grain.
      try: -"
    `);
    expect(no({ metrics: ["revenue_at_month_start"], groupBy: ["metric_time__extract_month"] })).toMatchInlineSnapshot(`
      "PART_NOT_ALLOWED at groupBy
      Metric "revenue_at_month_start" goes back to the start of a period, which a date part does not tell; group by a grain.
      try: -"
    `);
  });

  test("TIME_GROUP_BY_REQUIRED: a window, a period to date and an offset", () => {
    expect(no({ metrics: ["revenue_2d"], groupBy: ["order__status"] })).toMatchInlineSnapshot(`
      "TIME_GROUP_BY_REQUIRED at groupBy
      Metric "revenue_2d" has a window; group by metric_time or its own time dimension.
      try: metric_time"
    `);
    expect(no({ metrics: ["revenue_mtd"] })).toMatchInlineSnapshot(`
      "TIME_GROUP_BY_REQUIRED at groupBy
      Metric "revenue_mtd" has a period to date; group by metric_time or its own time dimension.
      try: metric_time"
    `);
    expect(no({ metrics: ["revenue", "revenue_vs_3d_ago"] })).toMatchInlineSnapshot(`
      "TIME_GROUP_BY_REQUIRED at groupBy
      Metric "revenue_vs_3d_ago" has an offset; group by metric_time or its own time dimension.
      try: metric_time"
    `);
  });

  test("INVALID_RANGE: ends that are no dates, swapped, or without a time to limit", () => {
    const range = (timeRange: Question) => no({ metrics: ["revenue"], timeRange });
    expect(range({ start: "2024-02-30" })).toMatchInlineSnapshot(`
      "INVALID_RANGE at timeRange.start
      timeRange.start "2024-02-30" is not a date: write 2026-01-31 or 2026-01-31T13:00:00, without a zone.
      try: -"
    `);
    expect(range({ end: "yesterday" })).toMatchInlineSnapshot(`
      "INVALID_RANGE at timeRange.end
      timeRange.end "yesterday" is not a date: write 2026-01-31 or 2026-01-31T13:00:00, without a zone.
      try: -"
    `);
    expect(range({ start: "2024-02-02", end: "2024-02-01" })).toMatchInlineSnapshot(`
      "INVALID_RANGE at timeRange
      The range starts (2024-02-02) after it ends (2024-02-01); swap the two.
      try: -"
    `);
    expect(range({ start: "2024-02-01T13:00:00+01:00" })).toMatchInlineSnapshot(`
      "INVALID_RANGE at timeRange.start
      timeRange.start "2024-02-01T13:00:00+01:00" is not a date: write 2026-01-31 or 2026-01-31T13:00:00, without a zone.
      try: -"
    `);
    expect(no({ metrics: ["credit"], timeRange: { start: "2024-01-01" } })).toMatchInlineSnapshot(`
      "NO_PATH at timeRange
      A time range needs a time, and metric "credit" has none.
      try: -"
    `);
    expect(no({ groupBy: ["customer__country"], timeRange: { start: "2024-01-01" } })).toMatchInlineSnapshot(`
      "INVALID_RANGE at timeRange
      A time range limits metric_time; without metrics, group by metric_time too.
      try: -"
    `);
  });
});

describe("filters", () => {
  test("MIXED_FILTER_LEVEL: an OR of a metric and a dimension", () => {
    const question = { metrics: ["revenue"], groupBy: ["order__status"] };
    expect(no({ ...question, where: ["revenue > 10 or order__status = 'ok'"] })).toMatchInlineSnapshot(`
      "MIXED_FILTER_LEVEL at where.0
      Filter "revenue > 10 or order__status = 'ok'" joins a metric and a dimension in one condition, but dimensions are tested before and metrics after aggregation. Write two conditions, or filter by metric('…', '…').
      try: -"
    `);
  });

  test("UNGROUPED_METRIC_FILTER: without exactly one entity", () => {
    const where = (condition: string) => no({ metrics: ["orders"], where: [condition] });
    expect(where("{{ Metric('revenue') }} > 1")).toMatchInlineSnapshot(`
      "UNGROUPED_METRIC_FILTER at where.0
      Filter "{{ Metric('revenue') }} > 1", at character 4: Metric needs the entity it is grouped by. (Metric('revenue', group_by=['customer']))
      try: -"
    `);
    expect(where("metric('revenue') > 1")).toMatchInlineSnapshot(`
      "UNGROUPED_METRIC_FILTER at where.0
      Filter "metric('revenue') > 1", at character 1: metric() takes the names of a metric and of its entity, as texts. (metric('revenue', 'customer'))
      try: -"
    `);
    expect(where("metric('revenue', 'customer', 'order') > 1")).toMatchInlineSnapshot(`
      "UNGROUPED_METRIC_FILTER at where.0
      A metric in a filter needs exactly one entity: metric('revenue', 'customer').
      try: -"
    `);
    expect(where("metric('revenue', 'customer__country') > 1")).toMatchInlineSnapshot(`
      "UNGROUPED_METRIC_FILTER at where.0
      "customer__country" is not an entity; a metric in a filter is counted per entity.
      try: -"
    `);
    expect(no({ groupBy: ["metric_time"], where: ["metric('revenue', 'customer') > 1"] })).toMatchInlineSnapshot(`
      "UNGROUPED_METRIC_FILTER at where.0
      A metric in a filter is counted per entity, and metric_time alone has none.
      try: -"
    `);
  });

  test("INVALID_FILTER: it cannot be read, or its types do not fit", () => {
    const where = (condition: string) => no({ metrics: ["revenue"], where: ["order__status = 'ok'", condition] });
    expect(where("order__status = ")).toMatchInlineSnapshot(`
      "INVALID_FILTER at where.1
      Filter "order__status = ", at character 17: The expression ends too early: something is missing here.
      try: -"
    `);
    expect(where("order__status > 3")).toMatchInlineSnapshot(`
      "INVALID_FILTER at where.1
      Filter "order__status > 3", at character 17: An int does not go with text. (Write text in quotes: 'text', or CAST one side.)
      try: -"
    `);
    expect(where("order__status")).toMatchInlineSnapshot(`
      "INVALID_FILTER at where.1
      Filter "order__status", at character 1: is a string, not a condition (Compare it with something: … = …)
      try: -"
    `);
    expect(where("order__status = 'ok' and revenue = 'much'")).toMatchInlineSnapshot(`
      "INVALID_FILTER at where.1
      Filter "order__status = 'ok' and revenue = 'much'", at character 36: Text does not go with an int. (Write a number without quotes, or CAST one side.)
      try: -"
    `);
  });
});

describe("the answer's form", () => {
  test("DUPLICATE_OUTPUT: two columns of one name, whatever their case", () => {
    expect(no({ metrics: ["revenue", "revenue"] })).toMatchInlineSnapshot(`
      "DUPLICATE_OUTPUT at metrics.1
      Two columns of the answer would be called "revenue"; give one of them another name with "as", or leave it out.
      try: -"
    `);
    expect(no({ metrics: ["revenue", { name: "orders", as: "Revenue" }] })).toMatchInlineSnapshot(`
      "DUPLICATE_OUTPUT at metrics.1
      Two columns of the answer would be called "Revenue"; give one of them another name with "as", or leave it out.
      try: -"
    `);
    expect(no({ groupBy: ["customer__country", "customer__country"] })).toMatchInlineSnapshot(`
      "DUPLICATE_OUTPUT at groupBy.1
      Two columns of the answer would be called "customer__country"; give one of them another name with "as", or leave it out.
      try: -"
    `);
  });

  test("ORDER_NOT_QUERIED", () => {
    expect(no({ metrics: ["revenue"], orderBy: [{ name: "orders" }] })).toMatchInlineSnapshot(`
      "ORDER_NOT_QUERIED at orderBy.0.name
      The answer has no column "orders" to order by. Its columns: revenue.
      try: -"
    `);
    expect(no({ metrics: ["revenue"], orderBy: [{ name: "revenu" }] })).toMatchInlineSnapshot(`
      "ORDER_NOT_QUERIED at orderBy.0.name
      The answer has no column "revenu" to order by. Its columns: revenue.
      try: revenue"
    `);
  });

  test("EMPTY_QUERY: neither metrics nor groups", () => {
    expect(no({})).toMatchInlineSnapshot(`
      "EMPTY_QUERY at the request
      Ask for at least one metric, or for something to group by.
      try: -"
    `);
    expect(no({ metrics: [], where: ["order__status = 'ok'"] })).toMatchInlineSnapshot(`
      "EMPTY_QUERY at the request
      Ask for at least one metric, or for something to group by.
      try: -"
    `);
  });

  test("INVALID_LIMIT: no whole number from 0", () => {
    expect(no({ metrics: ["revenue"], limit: -1 })).toMatchInlineSnapshot(`
      "INVALID_LIMIT at limit
      limit must be a whole number from 0, not -1.
      try: -"
    `);
    expect(no({ metrics: ["revenue"], offset: 1.5 })).toMatchInlineSnapshot(`
      "INVALID_LIMIT at offset
      offset must be a whole number from 0, not 1.5.
      try: -"
    `);
  });

  test("INVALID_MIN_MAX: with metrics, with several groups, with an order or a limit", () => {
    const groupBy = ["customer__country"];
    expect(no({ metrics: ["revenue"], groupBy, minMaxOnly: true })).toMatchInlineSnapshot(`
      "INVALID_MIN_MAX at minMaxOnly
      minMaxOnly asks for the ends of one group-by; leave the metrics out.
      try: -"
    `);
    expect(no({ groupBy: [...groupBy, "customer__segment"], minMaxOnly: true })).toMatchInlineSnapshot(`
      "INVALID_MIN_MAX at groupBy
      minMaxOnly takes exactly one group-by.
      try: -"
    `);
    expect(no({ groupBy, minMaxOnly: true, limit: 1 })).toMatchInlineSnapshot(`
      "INVALID_MIN_MAX at minMaxOnly
      minMaxOnly gives one row; leave out orderBy, limit, offset and distinct.
      try: -"
    `);
    expect(no({ groupBy, minMaxOnly: true, orderBy: [{ name: "customer__country" }] })).toMatchInlineSnapshot(`
      "INVALID_MIN_MAX at minMaxOnly
      minMaxOnly gives one row; leave out orderBy, limit, offset and distinct.
      try: -"
    `);
  });

  test("INVALID_REQUEST: a wrong form, an unknown field, a contradiction", () => {
    expect(no({ metrics: "revenue" })).toMatchInlineSnapshot(`
      "INVALID_REQUEST at metrics
      metrics must be a list, not text.
      try: -"
    `);
    expect(no({ metric: ["revenue"] })).toMatchInlineSnapshot(`
      "INVALID_REQUEST at metric
      "metric" is not a field of a request. Did you mean "metrics"?
      try: metrics"
    `);
    expect(no({ metrics: ["revenue"], groupBy: [{ name: "metric_time", grain: "monht" }] })).toMatchInlineSnapshot(`
      "INVALID_REQUEST at groupBy.0.grain
      "monht" is not a grain. Grains: hour, day, week, month, quarter, year, sprint.
      try: month"
    `);
    expect(
      no({ metrics: ["revenue"], groupBy: [{ name: "metric_time__day", grain: "month" }] }),
    ).toMatchInlineSnapshot(`
      "INVALID_REQUEST at groupBy.0
      "metric_time__day" already says how to cut the time; remove one of the two.
      try: -"
    `);
    expect(no({ metrics: ["revenue"], distinct: false })).toMatchInlineSnapshot(`
      "INVALID_REQUEST at distinct
      distinct: false lists rows as they are, which only makes sense without metrics.
      try: -"
    `);
    expect(no({ metrics: ["revenue"], timeZone: "Berlin" })).toMatchInlineSnapshot(`
      "INVALID_REQUEST at timeZone
      "Berlin" is not a time zone; write an IANA name such as Europe/Berlin.
      try: -"
    `);
  });
});

describe("what an engine or the planner lacks", () => {
  test("UNSUPPORTED_IN_DIALECT: an approximate percentile on PostgreSQL", () => {
    const onEngine = (metric: string, dialect: "postgres") => {
      try {
        return explainQuery(islands, dialect, parseRequest({ metrics: [metric] }), OPERATOR).statement.text;
      } catch (error) {
        return shown(error as Refusal);
      }
    };
    expect(onEngine("typical_clicks", "postgres")).toMatchInlineSnapshot(`
      "UNSUPPORTED_IN_DIALECT at the request
      PostgreSQL has no approximate percentile; declare the measure as exact (approximate: false).
      try: -"
    `);
  });

  test("NOT_SUPPORTED: named, never ignored", () => {
    expect(no({ metrics: ["visit_to_buy_1d_ago"], groupBy: ["metric_time"] })).toMatchInlineSnapshot(`
      "NOT_SUPPORTED at the request
      Metric "visit_to_buy" is a conversion and cannot be offset yet.
      try: -"
    `);
    expect(no({ metrics: ["rent"], groupBy: ["spot"] }, islands)).toMatchInlineSnapshot(`
      "NOT_SUPPORTED at groupBy.0.name
      Entity "spot" has a key of several columns; group by those columns' dimensions instead.
      try: -"
    `);
  });
});
