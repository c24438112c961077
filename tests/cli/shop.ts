import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

/** A small shop in a folder of its own: definitions, and a DuckDB file with six orders. */
export interface Shop {
  readonly folder: string;
  readonly metrics: string;
  readonly warehouse: string;
}

export async function makeShop(): Promise<Shop> {
  const folder = mkdtempSync(path.join(tmpdir(), "assay-shop-"));
  const metrics = writeDefinitions(path.join(folder, "metrics"), DEFINITIONS);
  const file = path.join(folder, "warehouse.duckdb");
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  await connection.run(TABLES);
  connection.closeSync();
  instance.closeSync();
  return { folder, metrics, warehouse: `duckdb:${file}` };
}

/** @returns the folder */
export function writeDefinitions(folder: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return folder;
}

export const DEFINITIONS = {
  "orders.yaml": `model: orders
description: One row an order.
owner: finance
table: shop.orders
primary_key: order_id
time: ordered_at
columns: { order_id: int, customer_id: int, amount: decimal, status: string, ordered_at: date }
entities: { order: primary, customer: customer_id }
dimensions:
  status:
  ordered_at: day
measures:
  amount: sum
  orders: count(*)
`,
  "customers.yaml": `model: customers
description: One row a customer.
owner: finance
table: shop.customers
primary_key: customer_id
columns: { customer_id: int, region: string }
entities: { customer: primary }
dimensions:
  region:
`,
  "metrics.yaml": `metric: revenue
label: Revenue
description: Money from orders.
owner: finance
unit: USD
format: currency
model: orders
measure: amount
---
metric: orders
label: Orders
description: Orders placed.
owner: finance
format: integer
model: orders
measure: orders
---
metric: paid_share
label: Paid
description: Share of the money that is paid.
owner: finance
format: percent
numerator: { metric: revenue, filter: status = 'paid', as: paid }
denominator: revenue
---
saved_query: by_region
label: By region
description: Revenue by region.
metrics: [revenue]
group_by: [customer__region]
`,
};

const TABLES = `
create schema shop;
create table shop.customers as select * from (values (1, 'EMEA'), (2, 'APAC'), (3, null)) t(customer_id, region);
create table shop.orders as select order_id, customer_id, amount::decimal(18, 2) amount, status, ordered_at::date ordered_at
  from (values
    (1, 1, 1200.50, 'paid', '2026-01-05'), (2, 1, 300, 'open', '2026-01-20'), (3, 2, 50, 'paid', '2026-02-01'),
    (4, 3, 70, 'paid', '2026-02-11'), (5, null, 5, 'open', '2026-03-01'), (6, 2, 1000, 'paid', '2026-03-31')
  ) t(order_id, customer_id, amount, status, ordered_at);
`;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Options {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A file instead of a pipe. */
  readonly stdout?: number;
}

const MAIN = path.resolve("src/cli/main.ts");

/** Runs the real program. */
export function assay(args: readonly string[], options: Options = {}): Promise<Ended> {
  const child = start(args, options);
  child.stdin?.on("error", () => {});
  child.stdin?.end(options.input ?? "");
  return ended(child);
}

export function start(args: readonly string[], { cwd, env, stdout }: Options = {}): ChildProcess {
  const settings = { PATH: process.env["PATH"], HOME: process.env["HOME"], NO_COLOR: "1", ...env };
  return spawn(process.execPath, [MAIN, ...args], {
    env: settings,
    stdio: ["pipe", stdout ?? "pipe", "pipe"],
    ...(cwd !== undefined && { cwd }),
  });
}

/** What it prints until the text stands there; fails when it ends before. */
export function printedUntil(text: string, child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes(text)) resolve(printed);
    });
    child.on("close", () => reject(new Error(`It ended after printing "${printed}".`)));
  });
}

export function ended(child: ChildProcess): Promise<Ended> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}
