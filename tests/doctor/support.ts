import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ExamineOptions, examine, type Finding } from "../../src/doctor/index.ts";
import { createDuckDb, openPostgresLoader, openWarehouse, type WarehouseOptions } from "../../src/warehouse/index.ts";
import { emptyPostgres } from "../support/postgres.ts";
import { catalogFrom } from "../support/shop.ts";

export const ENGINES = ["duckdb", "postgres"] as const;
export type EngineName = (typeof ENGINES)[number];

/** Definitions that agree with `TABLES`. Every line that a test breaks stands alone. */
export const DEFINITIONS = `model: orders
table: shop.orders
primary_key: order_id
columns:
  order_id: int
  customer_id: int
  amount: decimal
  ordered_at: timestamptz
entities:
  order: primary
  customer: customer_id
dimensions:
  ordered_at: day
measures: { amount: sum }
---
model: customers
table: shop.customers
primary_key: customer_id
columns:
  customer_id: int
  region: string
entities:
  customer: primary
---
model: order_lines
sql: select order_id, line_no, upper(sku) as sku from shop.lines
primary_key: [order_id, line_no]
columns: { order_id: int, line_no: int, sku: string }
entities:
  line: primary
  order: order_id
---
model: prices
table: shop.prices
primary_entity: sku
columns: { sku: string, price: decimal, valid_from: date, valid_to: date }
entities:
  sku: { type: natural, key: sku }
dimensions:
  valid_from: { type: time, grain: day, validity: start }
  valid_to: { type: time, grain: day, validity: end }
---
calendar: days
table: shop.days
column: day
grain: day
custom_grains: { fiscal_year: fiscal_year_start }
`;

const TABLES = `
CREATE SCHEMA shop;
CREATE TABLE shop.customers (customer_id INTEGER, region VARCHAR);
INSERT INTO shop.customers VALUES (1, 'EMEA'), (2, 'APAC');
CREATE TABLE shop.orders (order_id INTEGER, customer_id INTEGER, amount NUMERIC(18, 2), ordered_at TIMESTAMPTZ);
INSERT INTO shop.orders VALUES (1, 1, 20.50, '2026-01-05 10:00:00+00'), (2, 2, 3, '2026-01-07 10:00:00+00'),
  (3, NULL, 5, '2026-01-06 10:00:00+00');
CREATE TABLE shop.lines (order_id INTEGER, line_no INTEGER, sku VARCHAR);
INSERT INTO shop.lines VALUES (1, 1, 'a'), (1, 2, 'b'), (2, 1, 'a'), (3, 1, NULL);
CREATE TABLE shop.prices (sku VARCHAR, price NUMERIC(18, 2), valid_from DATE, valid_to DATE);
INSERT INTO shop.prices VALUES ('a', 1, '2025-01-01', '2026-01-01'), ('a', 2, '2026-01-01', NULL), ('b', 9, '2025-06-01', NULL);
CREATE TABLE shop.days (day DATE, fiscal_year_start DATE);
INSERT INTO shop.days VALUES ('2026-01-01', '2025-02-01'), ('2026-01-02', '2025-02-01');
`;

export interface Case extends Partial<ExamineOptions> {
  /** What happens to the tables after they have been made. */
  readonly sql?: string;
  /** Text of the definitions, and what it becomes. */
  readonly yaml?: readonly [string, string];
  /** Of PostgreSQL: what the role that asks is granted. Default: to read everything. */
  readonly grants?: (role: string) => string;
  /** How the warehouse is opened. */
  readonly warehouse?: WarehouseOptions;
}

/** The findings about a shop that is as it should be but for what the case says. */
export async function examineShop(engine: EngineName, given: Case = {}): Promise<readonly Finding[]> {
  const { sql = "", yaml = ["", ""], grants, warehouse: opening = {}, ...options } = given;
  if (!DEFINITIONS.includes(yaml[0])) throw new Error(`The definitions do not say "${yaml[0]}".`);
  const url = engine === "duckdb" ? await duckDb(TABLES + sql) : await postgres(TABLES + sql, grants ?? readEverything);
  const warehouse = await openWarehouse(url, opening);
  try {
    return await examine(catalogFrom(DEFINITIONS.replace(...yaml)), warehouse, { now: NOW, ...options });
  } finally {
    await warehouse.close();
  }
}

/** A day after the latest order. */
export const NOW = Date.parse("2026-01-08T10:00:00Z");

async function duckDb(sql: string): Promise<string> {
  const file = join(mkdtempSync(join(tmpdir(), "assay-doctor-")), "shop.duckdb");
  const loader = await createDuckDb(file);
  await loader.run(sql);
  await loader.close();
  return `duckdb:${file}`;
}

async function postgres(sql: string, grants: (role: string) => string): Promise<string> {
  const url = new URL(await emptyPostgres());
  const role = `reader_of_${url.pathname.slice(1)}`;
  const loader = await openPostgresLoader(url.href);
  await loader.run(`${sql}; CREATE ROLE ${role} LOGIN; ${grants(role)}`);
  await loader.close();
  url.username = role;
  return url.href;
}

export function readEverything(role: string): string {
  return `GRANT USAGE ON SCHEMA shop TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA shop TO ${role};`;
}

/** What is not as it should be. */
export function problems(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ severity }) => severity !== "ok");
}

/** The line of the definitions that holds the text. */
export function lineOf(text: string): number {
  return DEFINITIONS.slice(0, DEFINITIONS.indexOf(text)).split("\n").length;
}
