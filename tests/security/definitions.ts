/** Models, metrics and policies of the attack suite's world. */
export const DEFINITIONS = `
project: world
claims:
  tenant: string
  regions: { list: string }
---
calendar: days
table: zz_days
column: zz_day
grain: day
---
model: orders
description: One row an order.
owner: data
table: zz_orders
primary_key: zz_id
time: ordered_on
columns:
  { zz_id: int, zz_tenant: string, zz_region: string, zz_customer: int, zz_product: int, zz_state: string, zz_day: date,
    zz_amount: int, zz_cost: int, zz_note: string, zz_code: string }
entities:
  order: { type: primary, key: zz_id }
  customer: { type: foreign, key: zz_customer }
  product: { type: foreign, key: zz_product }
dimensions:
  tenant: { expr: zz_tenant }
  region: { expr: zz_region }
  status: { expr: zz_state }
  code: { expr: zz_code }
  note: { expr: zz_note }
  ordered_on: { type: time, grain: day, expr: zz_day }
measures:
  amount: { agg: sum, expr: zz_amount }
  cost: { agg: sum, expr: zz_cost }
  count: { agg: count, expr: 1 }
  largest: { agg: max, expr: zz_amount }
  buyers: { agg: count_distinct, expr: zz_customer }
  notes: { agg: count_distinct, expr: zz_note }
---
model: customers
description: One row a customer.
owner: data
table: zz_customers
primary_key: zz_id
columns: { zz_id: int, zz_tenant: string, zz_region: string, zz_name: string, zz_mail: string, zz_tier: string, zz_pin: string }
entities: { customer: { type: primary, key: zz_id } }
dimensions:
  tenant: { expr: zz_tenant }
  region: { expr: zz_region }
  name: { expr: zz_name }
  mail: { expr: zz_mail }
  tier: { expr: zz_tier }
  pin: { expr: zz_pin }
measures:
  members: { agg: count, expr: 1 }
  mails: { agg: count_distinct, expr: zz_mail }
---
model: plans
description: One row a customer and period.
owner: data
table: zz_plans
primary_key: [zz_customer, zz_from]
primary_entity: customer
columns: { zz_customer: int, zz_tenant: string, zz_plan: string, zz_from: date, zz_to: date }
entities: { customer: { type: natural, key: zz_customer } }
dimensions:
  plan: { expr: zz_plan }
  since: { expr: zz_from, type: time, grain: day, validity: start }
  until: { expr: zz_to, type: time, grain: day, validity: end }
---
model: products
description: One row a product.
owner: data
table: zz_products
primary_key: zz_id
columns: { zz_id: int, zz_kind: string }
entities: { product: { type: primary, key: zz_id } }
dimensions: { kind: { expr: zz_kind } }
---
model: visits
description: One row a visit.
owner: data
table: zz_visits
primary_key: zz_id
time: visited_on
columns: { zz_id: int, zz_tenant: string, zz_region: string, zz_customer: int, zz_day: date, zz_channel: string }
entities:
  visit: { type: primary, key: zz_id }
  customer: { type: foreign, key: zz_customer }
dimensions:
  channel: { expr: zz_channel }
  visited_on: { type: time, grain: day, expr: zz_day }
measures:
  visits: { agg: count, expr: 1 }
---
model: surveys
description: One row an answer.
owner: data
table: zz_surveys
primary_key: zz_id
time: answered_on
columns: { zz_id: int, zz_tenant: string, zz_region: string, zz_customer: int, zz_day: date, zz_topic: string, zz_score: int }
entities:
  survey: { type: primary, key: zz_id }
  customer: { type: foreign, key: zz_customer }
dimensions:
  topic: { expr: zz_topic }
  answered_on: { type: time, grain: day, expr: zz_day }
measures:
  answers: { agg: count, expr: 1 }
  score: { agg: average, expr: zz_score }
---
model: stock
description: One row a product and day.
owner: data
table: zz_stock
primary_key: zz_id
time: counted_on
columns: { zz_id: int, zz_tenant: string, zz_region: string, zz_product: int, zz_day: date, zz_pieces: int }
entities:
  count: { type: primary, key: zz_id }
  product: { type: foreign, key: zz_product }
dimensions:
  counted_on: { type: time, grain: day, expr: zz_day }
measures:
  pieces: { agg: sum, expr: zz_pieces, non_additive: { dimension: counted_on, choice: max } }
---
model: payroll
description: One row a person.
owner: data
table: zz_payroll
primary_key: zz_id
columns: { zz_id: int, zz_tenant: string, zz_region: string, zz_title: string, zz_salary: int }
entities: { person: { type: primary, key: zz_id } }
dimensions: { title: { expr: zz_title } }
measures: { salary: { agg: sum, expr: zz_salary } }
---
policy: orders
mandatory: zz_tenant = claim('tenant')
roles:
  admin: { rows: all, fields: all, explain: true }
  analyst: { rows: "zz_region in (claim('regions'))", fields: { except: [zz_cost, zz_note] } }
  support: { rows: zz_state = 'open', fields: [order, customer, product, status, orders] }
---
policy: customers
mandatory: zz_tenant = claim('tenant')
roles:
  admin: { rows: all, fields: all, explain: true }
  analyst: { rows: "zz_region in (claim('regions'))", fields: all, masks: { mail: hash } }
  support: { rows: all, fields: [customer, name, mail], masks: { mail: last_four, name: { constant: somebody } } }
---
policy: plans
mandatory: zz_tenant = claim('tenant')
roles:
  admin: { rows: all, fields: all, explain: true }
  analyst: { rows: all, fields: all }
---
policy: products
public: true
---
policy: visits
mandatory: zz_tenant = claim('tenant')
roles:
  admin: { rows: all, fields: all, explain: true }
  analyst: { rows: "zz_region in (claim('regions'))", fields: all }
---
policy: surveys
mandatory: zz_tenant = claim('tenant')
minimum_group_size: 3
roles:
  admin: { rows: all, fields: all, explain: true }
  analyst: { rows: "zz_region in (claim('regions'))", fields: all }
---
policy: stock
mandatory: zz_tenant = claim('tenant')
roles:
  admin: { rows: all, fields: all, explain: true }
  analyst: { rows: "zz_region in (claim('regions'))", fields: all }
---
${[
  ["orders", "model: orders\nmeasure: count"],
  ["revenue", "model: orders\nmeasure: amount"],
  ["revenue_filled", "model: orders\nmeasure: amount\njoin_to_timespine: true\nfill_nulls_with: 0"],
  ["largest", "model: orders\nmeasure: largest"],
  ["buyers", "model: orders\nmeasure: buyers"],
  ["cost", "model: orders\nmeasure: cost"],
  ["notes", "model: orders\nmeasure: notes"],
  ["margin", "expr: revenue - cost"],
  ["average_order", "numerator: revenue\ndenominator: orders"],
  ["open_share", "numerator: { metric: orders, filter: status = 'open' }\ndenominator: orders"],
  ["gold_revenue", "expr: revenue\nfilter: customer__tier = 'gold'\ninputs: [revenue]"],
  ["revenue_3d", "input: revenue\nwindow: 3 days"],
  ["revenue_mtd", "input: revenue\ngrain_to_date: month\nperiod_agg: last"],
  ["revenue_week_ago", "expr: earlier\ninputs: [{ metric: revenue, as: earlier, offset_window: 1 week }]"],
  ["members", "model: customers\nmeasure: members"],
  ["mails", "model: customers\nmeasure: mails"],
  ["spenders", "model: customers\nmeasure: members\nfilter: metric('revenue', 'customer') > 30"],
  ["visits", "model: visits\nmeasure: visits"],
  ["visit_to_order", "base: visits\nconversion: orders\nentity: customer\nwindow: 7 days"],
  ["answers", "model: surveys\nmeasure: answers\nfill_nulls_with: 0"],
  ["score", "model: surveys\nmeasure: score"],
  ["answers_per_visit", "expr: answers / visits"],
  ["answers_7d", "input: answers\nwindow: 7 days\nperiod_agg: average"],
  ["pieces", "model: stock\nmeasure: pieces"],
  ["salary", "model: payroll\nmeasure: salary"],
]
  .map(([name, rest]) => `metric: ${name}\ndescription: Of the world.\nowner: data\n${rest}`)
  .join("\n---\n")}
---
saved_query: by_region
description: Revenue by region.
metrics: [revenue, orders]
group_by: [order__region]
---
saved_query: margin_by_region
description: Margin by region.
metrics: [margin]
group_by: [order__region]
`;
