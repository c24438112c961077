import { statSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { WarehouseError } from "../warehouse.ts";
import type { Writer } from "../writer.ts";
import { attach, DATABASE } from "./attach.ts";
import { warehouseError } from "./errors.ts";

/** @param path Of a file that is there, and that no other process has open. */
export async function openDuckDbWriter(path: string): Promise<Writer> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw new WarehouseError("unavailable", `There is no DuckDB file "${path}".`);
  }
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const close = async (): Promise<void> => {
    connection.closeSync();
    instance.closeSync();
  };
  try {
    await connection.run(`${attach(path, "read-write")}; USE ${DATABASE}; SET TimeZone = 'UTC'`);
  } catch (cause) {
    await close();
    throw new WarehouseError("unavailable", `"${path}" cannot be opened for writing.`, { cause });
  }
  return {
    dialect: "duckdb",
    name: `duckdb:${path}`,
    async transact(statements) {
      const rows: (readonly string[])[][] = [];
      try {
        await connection.run("BEGIN");
        for (const { text, values } of statements) {
          const read = await connection.runAndReadAll(text, [...values]);
          rows.push(read.getRows().map((row) => row.map(String)));
        }
        await connection.run("COMMIT");
        return rows;
      } catch (cause) {
        await connection.run("ROLLBACK").catch(() => {}); // what failed first is told
        throw warehouseError(cause);
      }
    },
    close,
  };
}
