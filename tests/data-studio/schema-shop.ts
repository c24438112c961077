/** A shop whose metrics and dimensions are of every type, and what the schema of this door says of it. */
import type { Catalog } from "../../src/catalog/index.ts";
import { loadCatalog } from "../../src/compile/index.ts";
import type { SchemaField } from "../../src/data-studio/protocol.ts";
import { schemaFor } from "../../src/data-studio/schema.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { makeUser } from "../../src/identity/principal.ts";
import { visibleTo } from "../../src/policy/index.ts";
import { catalogFrom } from "../support/shop.ts";

export const HOSTILE = "Rev\"enue'; <img src=x onerror=alert(1)> $revenue {{ x }}";

/** One metric a line: name, and what else is said of it. */
const METRICS: Readonly<Record<string, string>> = {
  revenue: `label: ${JSON.stringify(HOSTILE)}\nmeasure: amount\nunit: USD\nformat: currency`,
  orders: "measure: orders\nformat: integer\nunit: orders",
  euros: "measure: amount\nunit: EUR\nformat: number",
  shillings: "measure: amount\nunit: KES\nformat: currency",
  money: "measure: amount\nformat: currency",
  share: "numerator: orders\ndenominator: revenue\nformat: percent\nunit: '%'",
  per_order: "numerator: revenue\ndenominator: orders\nformat: ratio\nunit: USD per order",
  wait: "measure: median(seconds)\nformat: duration\nunit: seconds",
  wait_minutes: "measure: average(seconds / 60)\nformat: duration\nunit: minutes",
  wait_unsaid: "measure: sum(seconds)\nformat: duration",
  buyers: "measure: count_distinct(customer_id)",
  biggest: "measure: max(amount)",
  last_note: "measure: max(note)",
  last_day: "measure: max(paid_on)",
  last_instant: "measure: max(ordered_at)",
  filled: "measure: amount\nfill_nulls_with: 7",
  zeroed: "measure: amount\nfill_nulls_with: 0",
  closing: "measure: closing",
  so_far: "type: cumulative\ninput: revenue",
  before: "expr: earlier\ninputs: [{ metric: revenue, as: earlier, offset_window: 1 month }]",
  old: "measure: amount\nlifecycle: deprecated\nreplaced_by: revenue\nsunset: '2027-03-31'",
  filtered_share: "numerator: { metric: orders, filter: is_gift }\ndenominator: orders",
  gift_share: "numerator: revenue\ndenominator: orders\nfilter: order__is_gift",
  distinct_share: "numerator: buyers\ndenominator: orders",
  inner: "measure: orders\nprivate: true",
  inner_share: "numerator: inner\ndenominator: orders",
  gone: "measure: orders\nlifecycle: retired",
};

export const YAML = `
project: shop
claims: { regions: { list: string } }
---
calendar: days
table: days
column: day
grain: day
custom_grains: { fiscal_quarter: { column: fiscal_quarter, label: Fiscal quarter } }
---
model: orders
label: Orders
table: orders
primary_key: id
time: ordered_at
columns:
  id: int
  ordered_at: timestamptz
  paid_on: date
  customer_id: int
  amount: decimal
  seconds: float
  priority: int
  is_gift: boolean
  note: string
  country: string
  page: string
entities: { order: primary, customer: customer_id }
dimensions:
  ordered_at: { type: time, grain: second }
  paid_on: { type: time, grain: month }
  priority: { label: Country }
  is_gift:
  note: { label: ${JSON.stringify(HOSTILE)}, description: What was written. }
  country: { semantic_type: country_code }
  page: { expr: lower(page), semantic_type: url }
measures:
  amount: sum
  orders: count(*)
  closing: { agg: sum, expr: amount, non_additive: { dimension: ordered_at, choice: max } }
---
model: customers
label: Customers
table: customers
primary_key: customer_id
columns: { customer_id: int, region: string, secret: string, born_on: date }
entities: { customer: primary }
dimensions: { region: , secret: , born_on: { expr: born_on } }
---
policy: orders
roles: { analyst: { rows: all, fields: all }, clerk: { rows: all, fields: { except: amount } } }
---
policy: customers
roles: { analyst: { rows: all, fields: all }, clerk: { rows: all, fields: { except: secret } } }
---
saved_query: gifts
description: What is given away.
metrics: [orders, share]
group_by: [{ name: metric_time, grain: month, as: m }, customer__region, order__is_gift, metric_time__extract_dow]
filter: order__is_gift
---
${Object.entries(METRICS)
  .map(([name, more]) => {
    const model = /^measure|\nmeasure/.test(more) ? "model: orders\n" : "";
    return `metric: ${name}\ndescription: Of the shop.\nowner: { business: finance, technical: data }\n${model}${more}`;
  })
  .join("\n---\n")}
`;

export const catalog = catalogFrom(YAML);
export const sample = loaded("metrics");

function loaded(folder: string): Catalog {
  const { catalog: found } = loadCatalog(folder);
  if (!found) throw new Error(`${folder} does not load`);
  return found;
}

export function fieldsOf(params: Readonly<Record<string, unknown>>, seen = catalog): ReadonlyMap<string, SchemaField> {
  const { fields } = schemaFor(seen, OPERATOR, { model: "orders", ...params });
  return new Map(fields.map((field) => [field.name, field]));
}

export const seenBy = (role: string, of = catalog) =>
  visibleTo(of, makeUser({ issuer: "i", subject: role, name: role, roles: [role], claims: {} }));

export function refusalOf(params: Readonly<Record<string, unknown>>, seen = catalog): Refusal {
  try {
    schemaFor(seen, OPERATOR, params);
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
  throw new Error(`There is a schema for ${JSON.stringify(params)}`);
}
