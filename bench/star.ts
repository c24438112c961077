import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import jwt from "jsonwebtoken";
import { Client } from "pg";
import { wideDefinitions } from "./api-definitions.ts";

/** Makes the star of `star.sql` in the database, unless it is there. */
export async function seedStar(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query("select to_regclass('star.fact_orders') is null as missing");
    if (rows[0].missing) await client.query(readFileSync(path.join(import.meta.dirname, "star.sql"), "utf8"));
  } finally {
    await client.end();
  }
}

/** The star as Assay is told of it: everybody needs a role, and answers are kept for an hour. */
export const DEFINITIONS = `project: star
claims: { status: string }
---
model: orders
table: star.fact_orders
primary_key: order_id
time: order_date
columns:
  order_id: int
  customer_id: int
  product_id: int
  region_id: int
  order_date: timestamp
  status: string
  revenue: decimal
  cost: decimal
  quantity: int
entities: { order: primary, customer: customer_id, product: product_id, region: region_id }
dimensions: { status: , order_date: second }
cache: { ttl: 1 h }
---
model: customers
table: star.dim_customers
primary_key: customer_id
columns: { customer_id: int, segment: string, country: string, signup_date: date }
entities: { customer: primary }
dimensions: { segment: , country: , signup_date: day }
cache: { ttl: 1 h }
---
model: products
table: star.dim_products
primary_key: product_id
columns: { product_id: int, category: string, brand: string }
entities: { product: primary }
dimensions: { category: , brand: }
cache: { ttl: 1 h }
---
model: regions
table: star.dim_regions
primary_key: region_id
columns: { region_id: int, name: string, zone: string }
entities: { region: primary }
dimensions: { name: , zone: }
cache: { ttl: 1 h }
---
policy: orders
roles:
  analyst: { rows: all, fields: all }
  guarded: { rows: status = claim('status'), fields: all }
---
{ policy: customers, public: true }
---
{ policy: products, public: true }
---
{ policy: regions, public: true }
---
{ metric: revenue, model: orders, measure: sum(revenue) }
---
{ metric: cost, model: orders, measure: sum(cost) }
---
{ metric: quantity, model: orders, measure: sum(quantity) }
---
{ metric: orders, model: orders, measure: count(*) }
---
{ metric: unique_customers, model: orders, measure: count_distinct(customer_id) }
---
{ metric: completed_revenue, model: orders, measure: sum(revenue), filter: status = 'completed' }
---
{ metric: profit, expr: revenue - cost }
---
{ metric: margin, numerator: profit, denominator: revenue }
---
{ metric: aov, numerator: revenue, denominator: orders }
`;

const CONFIG = `telemetry: { log_level: warn }
warehouse: { max_connections: 8 }
identity:
  jwt:
    - issuer: https://bench.example
      audience: assay
      algorithm: HS256
      typ: at+jwt
      keys: { secret: { env: BENCH_SECRET } }
      roles: { path: [roles] }
`;

export const BENCH_SECRET = "a secret of thirty-two characters";

/** A folder that `assay serve` can be started in, with so many models of 20 members beside the star. */
export function writeProject(folder: string, moreModels: number): void {
  const files = [
    { path: "metrics/star.yaml", text: DEFINITIONS },
    ...wideDefinitions({ models: moreModels, metrics: 10, dimensions: 10 }),
  ];
  mkdirSync(path.join(folder, "metrics"), { recursive: true });
  for (const file of files) writeFileSync(path.join(folder, file.path), file.text);
  writeFileSync(path.join(folder, "assay.config.yaml"), CONFIG);
}

/** Of somebody who may see every order. */
export function assayToken(): string {
  const header = { alg: "HS256", typ: "at+jwt" };
  const bounds = {
    issuer: "https://bench.example",
    audience: "assay",
    subject: "bench",
    expiresIn: "1d",
    header,
  } as const;
  return jwt.sign({ roles: ["analyst"] }, BENCH_SECRET, bounds);
}
