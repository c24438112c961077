import { catalogFrom } from "../support/shop.ts";

/** A table with a column of every type, NULLs in each, and text that databases like to sort differently. */
export const TRADE = `
create schema trade;
create table trade.sales (
  sale_id integer, sold_on date, sold_at timestamp, booked_at timestamp with time zone,
  region varchar, is_new boolean, units bigint, weight double precision, price decimal(18, 2), rate decimal(12, 4)
);
insert into trade.sales values
  (1, '2026-01-05', '2026-01-05 10:00:00.5', '2026-01-05 10:00:00+00', 'ost', true, 3, 0.1, 10.50, 0.1250),
  (2, '2026-01-20', '2026-01-20 10:00:00', '2026-01-20 23:30:00+00', 'Ost', false, 1, 1e-7, 20.00, 0.5000),
  (3, '2026-02-03', '2026-02-03 08:15:00', '2026-02-03 08:15:00+00', 'west', true, 2, 12345678.9, 20.00, 1.0000),
  (4, '2026-02-03', '2026-02-03 09:15:00', '2026-02-03 09:15:00+00', null, true, 5, 2.5, 7.25, null),
  (5, '2026-04-11', '2026-04-11 00:00:00', '2026-04-11 00:00:00+00', null, null, 1, null, 2.25, 0.2500),
  (6, null, null, null, 'Äst', false, 9007199254740993, -4, 30.00, 0.1000),
  (7, '2026-04-30', '2026-04-30 23:59:59', '2026-04-30 23:59:59+00', '', false, null, 0, null, 0.0001),
  (8, '2026-05-01', '2026-05-01 12:00:00', '2026-05-01 12:00:00+00', 'o''st', true, 4, 7, 20.00, 0.3000);
create table trade.days (day date);
insert into trade.days values
  ('2026-01-01'), ('2026-02-01'), ('2026-03-01'), ('2026-04-01'), ('2026-05-01'), ('2026-06-01');
`;

const TRADE_CATALOG = `project: trade
---
calendar: days
table: trade.days
column: day
grain: month
---
model: sales
owner: { business: sales, technical: data }
table: trade.sales
primary_key: sale_id
time: sold_on
columns:
  sale_id: int
  sold_on: date
  sold_at: timestamp
  booked_at: timestamptz
  region: string
  is_new: boolean
  units: int
  weight: float
  price: decimal
  rate: decimal
entities: { sale: primary }
dimensions:
  region: {}
  is_new: {}
  units: {}
  weight: {}
  price: {}
  sold_on: { type: time, grain: day }
  sold_at: { type: time, grain: second }
  booked_at: { type: time, grain: second }
measures:
  sales: count(*)
  income: sum(price)
  pieces: sum(units)
  mean_weight: { agg: average, expr: weight }
  regions: { agg: count_distinct, expr: region }
  last_region: { agg: max, expr: region }
  first_sale: { agg: min, expr: sold_at }
  top_rate: { agg: max, expr: rate }
`;

export function tradeCatalog() {
  return catalogFrom(TRADE_CATALOG + METRICS.map(metric).join(""));
}

/** The same without a word on the types of columns. */
export function untypedTradeCatalog() {
  const untyped = TRADE_CATALOG.replace(/^columns:\n( {2}.*\n)*/m, "");
  return catalogFrom(untyped + METRICS.map(metric).join(""));
}

const METRICS = ["sales", "income", "pieces", "mean_weight", "regions", "last_region", "top_rate"];

function metric(name: string): string {
  return `---
metric: ${name}
description: ${name} of the trade.
version: 1
owner: { business: sales, technical: data }
unit: units
tier: bronze
lifecycle: active
certification: none
model: sales
measure: ${name}
`;
}
