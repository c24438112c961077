import pg from "pg";
import { compileCatalog } from "../src/compile/index.ts";
import { parseDefinitions } from "../src/definition/index.ts";
import { planQuery } from "../src/engine/index.ts";
import { OPERATOR } from "../src/identity/index.ts";
import type { Statement } from "../src/sql/index.ts";
import { startEmbeddedPostgres } from "../tests/support/embedded-postgres.ts";
import { percentile } from "./report.ts";

const MODEL = `model: sales
table: sales
primary_key: id
time: sold_at
columns: { id: int, shop: int, amount: decimal, cost: decimal, sold_at: timestamp }
entities: { sale: primary }
dimensions: { shop: , sold_at: day }
---
{ metric: takings, model: sales, measure: sum(amount) }
---
{ metric: costs, model: sales, measure: sum(cost) }
---
{ metric: sales, model: sales, measure: count(*) }
---
{ metric: dearest, model: sales, measure: max(amount) }
---
{ metric: average_sale, model: sales, measure: avg(amount) }
`;

const SEED = `create table sales as
  select i as id, i % 40 as shop, (i % 977)::numeric(18, 2) as amount, (i % 613)::numeric(18, 2) as cost,
    timestamp '2024-01-01' + (i % 1460) * interval '1 day' as sold_at
  from generate_series(1, 1000000) as i`;

/**
 * Five metrics of one table of a million rows by day, as the optimiser asks for them and as the definitions say it, in
 * turn on one PostgreSQL. Parallel workers are off, so that two cores and one compare alike.
 *
 * @returns How many times longer the five scans take than the one: ratio of medians of nine runs.
 */
export async function scansSaved(): Promise<number> {
  const server = await startEmbeddedPostgres();
  const client = new pg.Client({ connectionString: server.url("postgres") });
  try {
    await client.connect();
    await client.query(SEED);
    await client.query("vacuum analyze sales");
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
  const { catalog } = compileCatalog(parseDefinitions([{ path: "metrics/sales.yaml", text: MODEL }]).definitions);
  if (!catalog) throw new Error("The definitions of the bench do not compile.");
  const metrics = ["takings", "costs", "sales", "dearest", "average_sale"];
  const request = { metrics, groupBy: [{ name: "metric_time", grain: "day" }] };
  return planQuery(catalog, "postgres", request, OPERATOR, { optimize }).statement;
}

async function timed(client: pg.Client, { text, values }: Statement): Promise<number> {
  const started = performance.now();
  await client.query(text, [...values]);
  return performance.now() - started;
}
