import type { Catalog } from "../../src/catalog/index.ts";
import type { MutationReport, Outcome } from "../../src/testing/index.ts";
import { runTests, tryMutants } from "../../src/testing/index.ts";
import { catalogOf } from "../compile/support.ts";

/** Models with columns, without columns, and of SQL; a calendar with a custom grain. */
export const SHOP = `
model: orders
table: shop.orders
primary_key: order_id
time: ordered_at
columns: { order_id: int, customer_id: int, amount: decimal, status: string, ordered_at: timestamptz, paid_on: date, is_gift: boolean }
entities: { order: primary, customer: customer_id }
dimensions: { status: , is_gift: , ordered_at: second, paid_on: day }
measures: { amount: sum, orders: count(*), buyers: count_distinct(customer_id) }
---
model: customers
sql: SELECT * FROM shop.nowhere
primary_key: customer_id
columns: { customer_id: int, region: string }
entities: { customer: primary }
dimensions: { region: }
---
model: loose
table: shop.loose
primary_key: id
time: at
entities: { thing: primary, customer: customer_id }
dimensions: { kind: , at: day }
measures: { weight: sum }
---
calendar: days
table: shop.calendar
column: day
grain: day
custom_grains: { sprint: sprint_start }
`;

export function shopWith(yaml: string): Catalog {
  return catalogOf(`${SHOP}---\n${yaml}`);
}

/** The outcomes of all tests in the shop with one more metric. */
export function outcomesOf(yaml: string): Promise<readonly Outcome[]> {
  const catalog = shopWith(yaml);
  return runTests(catalog, [...catalog.tests.keys()]);
}

/** What became of the wrong definitions of all tested metrics; survivors in words. */
export async function mutationOf(yaml: string): Promise<MutationReport & { readonly changes: readonly string[] }> {
  const catalog = shopWith(yaml);
  const report = await tryMutants(catalog, [...catalog.tests.keys()]);
  return { ...report, changes: report.survivors.map(({ name, change }) => `${name}: ${change}`) };
}
