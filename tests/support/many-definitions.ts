import type { SourceFile } from "../../src/diagnostics/index.ts";

/**
 * A catalog of any size, the same every time: fact models `facts_1` … that share the dimension model `customers` and
 * a calendar, and metrics of all types over them, one a file. Of ten metrics of a model six are simple
 * (`facts_1_m0` … `facts_1_m5`, three of them filtered), then a ratio, a derived one with an offset, one derived from
 * that, and a cumulative or conversion metric.
 */
export function manyDefinitions(size: { readonly metrics: number; readonly models: number }): readonly SourceFile[] {
  const facts = Math.max(1, size.models - 1);
  return [
    file("models/customers", CUSTOMERS),
    file("models/days", CALENDAR),
    ...Array.from({ length: facts }, (_, i) => file(`models/facts_${i + 1}`, factModel(`facts_${i + 1}`))),
    ...Array.from({ length: size.metrics }, (_, i) => {
      const model = `facts_${(i % facts) + 1}`;
      const index = Math.floor(i / facts);
      return file(`${model}/${model}_m${index}`, metric(model, index));
    }),
  ];
}

function file(name: string, text: string): SourceFile {
  return { path: `metrics/${name}.yaml`, text };
}

const CUSTOMERS = `model: customers
description: One row a customer.
owner: data-platform
table: shop.customers
primary_key: customer_id
columns: { customer_id: int, region: string, segment: string, signed_up_at: timestamptz }
entities: { customer: primary }
dimensions:
  region: { enum: [EMEA, AMER, APAC] }
  segment:
  signed_up_at: day
`;

const CALENDAR = `calendar: days
table: shop.calendar
column: day
grain: day
custom_grains: { sprint: sprint_start }
`;

function factModel(name: string): string {
  return `model: ${name}
description: One row an event of ${name}.
owner: { business: finance-data, technical: data-platform }
table: shop.${name}
primary_key: id
time: happened_at
columns:
  id: int
  customer_id: int
  amount: decimal
  cost: decimal
  quantity: int
  status: string
  channel: string
  is_new: boolean
  happened_at: timestamptz
  settled_on: date
entities:
  ${name}_event: primary
  customer: customer_id
dimensions:
  status: { enum: [placed, paid, cancelled] }
  channel:
  is_large: { expr: amount > 1000 }
  happened_at: hour
  settled_on: day
measures:
  amount: sum
  events: count(*)
  buyers: count_distinct(customer_id)
  margin: sum(amount - cost)
  new_ones: { agg: sum_boolean, expr: is_new, time: settled_on }
`;
}

function metric(model: string, index: number): string {
  const name = `${model}_m${index}`;
  const common = `metric: ${name}
description: Number ${index} of ${model}.
owner: { business: finance-data, technical: data-platform }
unit: ${index % 2 === 0 ? "USD" : "events"}
tier: silver
tags: [generated]
`;
  const first = `${model}_m${index - (index % 10)}`;
  const events = `${model}_m${index - (index % 10) + 1}`;
  const before = `${model}_m${index - 1}`;
  switch (index % 10) {
    case 0:
      return `${common}model: ${model}\nmeasure: amount\n`;
    case 1:
      return `${common}model: ${model}\nmeasure: events\n`;
    case 2:
      return `${common}model: ${model}\nmeasure: sum(amount * quantity)\nfilter: status = 'paid'\n`;
    case 3:
      return `${common}model: ${model}\nmeasure: buyers\nfilter: [customer__region = 'EMEA', status <> 'cancelled']\n`;
    case 4:
      return `${common}model: ${model}\nmeasure: percentile(amount, 0.9${index % 7})\n`;
    case 5:
      return `${common}model: ${model}\nmeasure: { agg: average, expr: amount - cost }\nfilter: is_large and channel in ('web', 'shop')\n`;
    case 6:
      return `${common}numerator: ${first}\ndenominator: { metric: ${events}, filter: "status = 'paid'" }\n`;
    case 7:
      return `${common}expr: (${first} - last_month) / last_month\ninputs: [${first}, { metric: ${first}, as: last_month, offset_window: 1 month }]\n`;
    case 8:
      return `${common}expr: ${before} * 100\n`;
    default:
      return index % 20 === 9
        ? `${common}input: ${first}\nwindow: 28 days\nperiod_agg: last\n`
        : `${common}base: ${events}\nconversion: ${events}\nentity: customer\nwindow: 7 days\n`;
  }
}
