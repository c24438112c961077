import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { Client } from "pg";
import { openDuckDb, readAll } from "../src/warehouse/index.ts";
import { inTurn } from "./measure.ts";
import { THIRTY_DAYS } from "./questions.ts";
import type { Figure } from "./report.ts";
import { ANALYST, statementOf } from "./sides.ts";

const PACKAGES = ["@malloydata/malloy@0.0.431", "@malloydata/db-duckdb@0.0.431"];

/** What is used of Malloy, which is no dependency of ours. */
interface Malloy {
  readonly SingleConnectionRuntime: new (options: {
    readonly connection: unknown;
  }) => {
    loadModel(text: string): { loadQuery(text: string): MalloyQuery };
  };
}

interface MalloyQuery {
  getSQL(): Promise<string>;
  run(): Promise<{ readonly data: { toObject(): unknown } }>;
}

interface MalloyOnDuckDb {
  readonly DuckDBConnection: new (name: string, file: string) => { close(): Promise<void> };
}

const MODEL = `
  source: customers is duckdb.table('star.dim_customers') extend { primary_key: customer_id }
  source: star is duckdb.table('star.fact_orders') extend {
    join_one: customers with customer_id
    measure:
      orders is count()
      total is revenue.sum()
  }`;

/** The same question over the same rows in DuckDB: from question to SQL, and to rows. */
export async function measureMalloy(folder: string, databaseUrl: string): Promise<readonly Figure[]> {
  const require = createRequire(`${install()}/package.json`);
  const { SingleConnectionRuntime }: Malloy = require("@malloydata/malloy");
  const { DuckDBConnection }: MalloyOnDuckDb = require("@malloydata/db-duckdb");
  const file = path.join(folder, "rows.duckdb");
  await copyToDuckDb(databaseUrl, folder, file);
  const theirs = path.join(folder, "malloy.duckdb");
  copyFileSync(file, theirs);
  const connection = new DuckDBConnection("duckdb", theirs);
  const model = new SingleConnectionRuntime({ connection }).loadModel(MODEL);
  const warehouse = await openDuckDb(file);
  const ask = (unique: number): MalloyQuery => model.loadQuery(malloyQuery(unique));
  const asked = { warmUp: 20, turns: 60 };
  checkSame(await rowsOf(ask(2_000_000)), await readAll(await warehouse.execute(plan(0))));
  const compiled = await inTurn([async (turn) => plan(turn + 1), (turn) => ask(2_000_000 + turn).getSQL()], asked);
  const answered = await inTurn(
    [
      async (turn) => readAll(await warehouse.execute(plan(turn + 1_001))),
      async (turn) => rowsOf(ask(3_000_000 + turn)),
    ],
    asked,
  );
  await warehouse.close();
  await connection.close();
  const version = PACKAGES[0]?.split("@").at(-1);
  return ["Assay", `Malloy ${version}`].flatMap((side, i): readonly Figure[] => {
    const figure = { unit: "ms", target: null, better: "lower" } as const;
    return [
      { name: `on DuckDB, a new question of 30 days to SQL, ${side}, p50`, value: compiled[i]?.p50 ?? 0, ...figure },
      { name: `on DuckDB, a new question of 30 days to rows, ${side}, p50`, value: answered[i]?.p50 ?? 0, ...figure },
    ];
  });
}

/** Once, and kept for the next run. antlr4ts is overridden because the older one does not load in Node 24. */
function install(): string {
  const folder = path.resolve(".assay", "malloy");
  if (existsSync(path.join(folder, "node_modules"))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    path.join(folder, "package.json"),
    JSON.stringify({ private: true, overrides: { antlr4ts: "0.5.0-alpha.4" } }),
  );
  const flags = ["install", "--no-audit", "--no-fund", "--loglevel=error", ...PACKAGES];
  execFileSync("npm", flags, { cwd: folder, stdio: "inherit" });
  return folder;
}

function plan(unique: number) {
  const { text, values } = statementOf(ANALYST, THIRTY_DAYS, unique, [], "duckdb");
  return { text, values };
}

function malloyQuery(unique: number): string {
  const { start, end } = THIRTY_DAYS;
  const after = new Date(Date.parse(end) + 86_400_000).toISOString().slice(0, 10);
  return `run: star -> { group_by: customers.segment; aggregate: orders, total
    where: order_date >= @${start} and order_date < @${after} and order_id != ${unique} }`;
}

async function rowsOf(query: MalloyQuery): Promise<unknown> {
  return (await query.run()).data.toObject();
}

function checkSame(theirs: unknown, ours: readonly (readonly unknown[])[]): void {
  const count = (value: unknown): number => Number(value) || 0;
  const theirOrders = Array.isArray(theirs) ? theirs.reduce((sum, row) => sum + count(row.orders), 0) : 0;
  const ourOrders = ours.reduce((sum, row) => sum + count(row[1]), 0);
  if (theirOrders === 0 || theirOrders !== ourOrders) {
    throw new Error(`Malloy counts ${theirOrders} orders, Assay ${ourOrders}.`);
  }
}

/** As text, a hundred thousand rows at a time. */
async function copyToDuckDb(databaseUrl: string, folder: string, file: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const database = await DuckDBInstance.create(file);
  const duckdb = await database.connect();
  await duckdb.run("create schema star");
  for (const table of ["dim_customers", "fact_orders"]) {
    const csv = path.join(folder, `${table}.csv`);
    const key = table === "fact_orders" ? "order_id" : "customer_id";
    const { fields } = await client.query(`select * from star.${table} limit 0`);
    writeFileSync(csv, `${fields.map(({ name }) => name).join(",")}\n`);
    for (let from = 0; from < 1_000_000; from += 100_000) {
      const line = fields.map(({ name }) => name).join(", ");
      const { rows } = await client.query(
        `select string_agg(concat_ws(',', ${line}), E'\\n') as lines from star.${table} where ${key} > $1 and ${key} <= $1 + 100000`,
        [from],
      );
      if (rows[0].lines !== null) writeFileSync(csv, `${rows[0].lines}\n`, { flag: "a" });
    }
    await duckdb.run(`create table star.${table} as from read_csv('${csv}')`);
  }
  duckdb.closeSync();
  database.closeSync();
  await client.end();
}
