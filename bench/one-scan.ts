import { Client } from "pg";
import { startEmbeddedPostgres } from "../scripts/embedded-postgres.ts";
import { compileCatalog } from "../src/compile/index.ts";
import { parseDefinitions } from "../src/definition/index.ts";
import { planQuery } from "../src/engine/index.ts";
import { OPERATOR } from "../src/identity/index.ts";
import type { Statement } from "../src/sql/index.ts";
import { percentile } from "./report.ts";

const DEFINITIONS = `model: orders
table: fact_orders
primary_key: order_id
time: order_date
columns:
  { order_id: int, product_id: int, order_date: timestamp, status: string, revenue_cents: int, cost_cents: int, quantity: int }
entities: { order: primary, product: product_id }
dimensions: { status: , order_date: second }
---
model: products
table: dim_products
primary_key: product_id
columns: { product_id: int, category: string }
entities: { product: primary }
dimensions: { category: }
---
{ metric: revenue, model: orders, measure: sum(revenue_cents) }
---
{ metric: cost, model: orders, measure: sum(cost_cents) }
---
{ metric: units, model: orders, measure: sum(quantity) }
---
{ metric: orders, model: orders, measure: count(*) }
---
{ metric: largest_order, model: orders, measure: max(revenue_cents) }
`;

/** A star of a million orders over three years, every value a hash of its row's number. */
const SEED = `
  create table dim_products as
    select g as product_id, 'Category ' || lpad((1 + (g % 13))::text, 2, '0') as category from generate_series(1, 650) g;
  create table fact_orders as
    select g as order_id, 1 + (abs(hashint4(g * 5 + 17)) % 650) as product_id,
      timestamp '2022-01-01' + make_interval(secs => (abs(hashint8(g::bigint * 11 + 29)) % (1096 * 86400))) as order_date,
      (array['completed', 'completed', 'shipped', 'returned'])[1 + (abs(hashint4(g * 13 + 31)) % 4)] as status,
      500 + (abs(hashint4(g * 17 + 37)) % 49500) as revenue_cents,
      300 + (abs(hashint4(g * 19 + 41)) % 30000) as cost_cents,
      1 + (abs(hashint4(g * 23 + 43)) % 8) as quantity
    from generate_series(1, 1000000) g`;

/**
 * Five metrics of a million orders by month and product category, as the optimiser asks for them and as the definitions say it, in
 * turn on one PostgreSQL. Parallel workers are off, so that two cores and one compare alike.
 *
 * @returns How many times longer the five scans take than the one: ratio of medians of nine runs.
 */
export async function scansSaved(): Promise<number> {
  const server = await startEmbeddedPostgres();
  const client = new Client({ connectionString: server.url("postgres") });
  try {
    await client.connect();
    await client.query(SEED);
    await client.query("vacuum analyze");
    await client.query("set max_parallel_workers_per_gather = 0; set work_mem = '256MB'; set jit = off");
    const one = statement(true);
    const five = statement(false);
    const times: { readonly one: number; readonly five: number }[] = [];
    for (let i = 0; i < 10; i++) times.push({ one: await timed(client, one), five: await timed(client, five) });
    const measured = times.slice(1); // the first run reads the table into memory
    return (
      percentile(
        measured.map((run) => run.five),
        0.5,
      ) /
      percentile(
        measured.map((run) => run.one),
        0.5,
      )
    );
  } finally {
    await client.end();
    await server.stop();
  }
}

function statement(optimize: boolean): Statement {
  const { catalog } = compileCatalog(parseDefinitions([{ path: "metrics/star.yaml", text: DEFINITIONS }]).definitions);
  if (!catalog) throw new Error("The definitions of the bench do not compile.");
  const metrics = ["revenue", "cost", "units", "orders", "largest_order"];
  const request = { metrics, groupBy: [{ name: "metric_time", grain: "month" }, { name: "product__category" }] };
  return planQuery(catalog, "postgres", request, OPERATOR, { optimize }).statement;
}

async function timed(client: Client, { text, values }: Statement): Promise<number> {
  const started = performance.now();
  await client.query(text, [...values]);
  return performance.now() - started;
}
