import { Client } from "pg";
import { assertNever } from "../../std/index.ts";
import type { Loader, LoadType } from "../loader.ts";
import type { PostgresOptions } from "../options.ts";
import { postgresSettings } from "./settings.ts";

/** @param url Of a database that exists. */
export async function openPostgresLoader(url: string, options: PostgresOptions = {}): Promise<Loader> {
  const [host] = postgresSettings(url, { ...options, statementTimeoutMs: 0 }).hosts;
  const client = new Client(host?.connection);
  client.on("error", () => {}); // whoever runs a statement is told; without a listener the process would end
  await client.connect();
  await client.query("SET default_transaction_read_only = off");
  return {
    dialect: "postgres",
    async run(sql) {
      await client.query(sql);
    },
    async append({ name, columns, rows }) {
      const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`);
      const text = `INSERT INTO ${name} (${columns.map((column) => column.name).join(", ")}) SELECT * FROM unnest(${arrays.join(", ")})`;
      const spell = columns.map(({ type }) => spellingOf(type));
      for (const batch of batches(rows)) {
        const values = spell.map((toText, column) =>
          batch.map((row) => {
            const cell = row[column] ?? null;
            return cell === null ? null : toText(cell);
          }),
        );
        await client.query(text, values);
      }
    },
    close: () => client.end(),
  };
}

function* batches<T>(items: Iterable<T>): Iterable<readonly T[]> {
  let batch: T[] = [];
  for (const item of items) {
    if (batch.push(item) < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

const BATCH_ROWS = 5_000;

function spellingOf(type: LoadType): (cell: string | number) => string | number {
  switch (type) {
    case "VARCHAR":
    case "INTEGER":
    case "BIGINT":
      return (cell) => cell;
    case "DECIMAL(18,2)":
      return (cell) => `${cell}e-2`;
    case "DECIMAL(18,6)":
      return (cell) => `${cell}e-6`;
    case "DATE":
      return (cell) => new Date(Number(cell) * 86_400_000).toISOString().slice(0, "2026-01-31".length);
    case "TIMESTAMP WITH TIME ZONE":
      return (cell) => new Date(Number(cell)).toISOString();
    default:
      return assertNever(type);
  }
}
