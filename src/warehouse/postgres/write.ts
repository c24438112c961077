import { Client } from "pg";
import type { PostgresOptions } from "../options.ts";
import type { Writer } from "../writer.ts";
import { unreachable, warehouseError } from "./errors.ts";
import { postgresSettings } from "./settings.ts";

/** @param url Of a database that exists; of several hosts the first one is written to. */
export async function openPostgresWriter(url: string, options: PostgresOptions = {}): Promise<Writer> {
  const { hosts, name } = postgresSettings(url, options);
  const [host] = hosts;
  const client = new Client(host?.connection);
  client.on("error", () => {}); // whoever runs a statement is told; without a listener the process would end
  try {
    await client.connect();
    await client.query("SET default_transaction_read_only = off; SET TimeZone = 'UTC'");
  } catch (cause) {
    await client.end().catch(() => {});
    throw unreachable(name, cause);
  }
  return {
    dialect: "postgres",
    name,
    async transact(statements) {
      const rows: (readonly string[])[][] = [];
      try {
        await client.query("BEGIN");
        for (const { text, values } of statements) {
          const result = await client.query<unknown[]>({ text, values: [...values], rowMode: "array" });
          rows.push(result.rows.map((row) => row.map(String)));
        }
        await client.query("COMMIT");
        return rows;
      } catch (cause) {
        await client.query("ROLLBACK").catch(() => {}); // what failed first is told
        throw warehouseError(cause);
      }
    },
    close: () => client.end(),
  };
}
