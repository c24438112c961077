import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDuckDb, openDuckDb, readAll, type Warehouse } from "../../src/warehouse/index.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-describe-"));
const path = join(folder, "shop.duckdb");
let warehouse: Warehouse;

beforeAll(async () => {
  const file = await createDuckDb(path);
  await file.run(`
    CREATE SCHEMA shop;
    CREATE TABLE shop.kinds (
      a TINYINT, b USMALLINT, c UBIGINT, d HUGEINT, e DECIMAL(9, 3), f FLOAT, g UUID, h ENUM('x', 'y'), i TIMESTAMP_NS,
      j INTERVAL, k TIME, l BLOB, m JSON, n INTEGER[], o STRUCT(p VARCHAR), q DECIMAL(4, 1)[], r ENUM('x')[]);
    CREATE TABLE plain (id INTEGER PRIMARY KEY, note VARCHAR);
    INSERT INTO plain SELECT i, 'n' FROM range(100) r(i);
    CREATE TABLE shop."Mixed Case" (id INTEGER)`);
  await file.close();
  warehouse = await openDuckDb(path);
});
afterAll(async () => {
  await warehouse.close();
  rmSync(folder, { recursive: true });
});

async function rowsOf(target: Warehouse, text: string) {
  return readAll(await target.execute({ text, values: [] }));
}

describe("what DuckDB says of a table", () => {
  test("a type that our language lacks is unknown, and keeps DuckDB's word", async () => {
    const [kinds] = await warehouse.describe([["shop", "kinds"]]);
    expect(kinds?.columns.map(({ type, nativeType }) => [nativeType, type])).toEqual([
      ["TINYINT", "int"],
      ["USMALLINT", "int"],
      ["UBIGINT", "int"],
      ["HUGEINT", "int"],
      ["DECIMAL(9,3)", "decimal"],
      ["FLOAT", "float"],
      ["UUID", "string"],
      ["ENUM('x', 'y')", "string"],
      ["TIMESTAMP_NS", "timestamp"],
      ["INTERVAL", "interval"],
      ["TIME", "unknown"],
      ["BLOB", "unknown"],
      ["JSON", "unknown"],
      ["INTEGER[]", "unknown"],
      ["STRUCT(p VARCHAR)", "unknown"],
      ["DECIMAL(4,1)[]", "unknown"],
      ["ENUM('x')[]", "unknown"],
    ]);
  });

  test("a name without a schema is looked up where a statement finds it, with its keys and its size", async () => {
    expect(await warehouse.describe([["plain"]])).toEqual([
      {
        path: ["plain"],
        kind: "table",
        columns: [
          { name: "id", type: "int", nativeType: "INTEGER", isNullable: false },
          { name: "note", type: "string", nativeType: "VARCHAR", isNullable: true },
        ],
        partition: null,
        rows: 100,
      },
    ]);
  });

  test("names mean the same in any case, as in a statement", async () => {
    const paths = [
      ["SHOP", "mixed case"],
      ["shop", "Mixed Case"],
      ["main", "PLAIN"],
    ];
    for (const [index, described] of (await warehouse.describe(paths)).entries()) {
      expect(described?.path).toEqual(paths[index]);
      const text = `SELECT count(*) FROM ${paths[index]?.map((name) => `"${name}"`).join(".")}`;
      expect(await rowsOf(warehouse, text)).toHaveLength(1);
    }
  });

  test("of its own tables and functions there is nothing to see", async () => {
    expect(await warehouse.describe([["duckdb_tables"], ["information_schema", "tables"]])).toEqual([null, null]);
  });
});

describe("grants and freshness", () => {
  test("a file may be written only where it was opened for that", async () => {
    expect(await warehouse.permissions([["plain"]])).toEqual([{ user: "local", canRead: true, canWrite: false }]);
    const memory = await openDuckDb(":memory:");
    expect(await memory.permissions([["plain"]])).toEqual([{ user: "local", canRead: true, canWrite: true }]);
    await memory.close();
    const writable = await openDuckDb(join(folder, "new.duckdb"), { access: "read-write" });
    expect(await writable.permissions([["plain"]])).toEqual([{ user: "local", canRead: true, canWrite: true }]);
    await writable.close();
  });

  test("DuckDB does not remember when a table changed", async () => {
    expect(await warehouse.freshness({ table: ["plain"], column: null })).toBeNull();
  });
});

describe("options", () => {
  const SETTINGS = "SELECT current_setting('threads'), current_setting('memory_limit')";

  test("threads and memory are as set, and locked afterwards", async () => {
    const small = await openDuckDb(path, { threads: 3, memoryLimit: "64MiB" });
    expect(await rowsOf(small, SETTINGS)).toEqual([["3", "64.0 MiB"]]);
    for (const text of ["SET threads = 8", "SET memory_limit = '8GB'", "RESET memory_limit"]) {
      await expect(rowsOf(small, text)).rejects.toMatchObject({ kind: "denied" });
    }
    expect(await rowsOf(small, SETTINGS)).toEqual([["3", "64.0 MiB"]]);
    await small.close();
  });

  test.each([
    [{ threads: 0 }, `DuckDB's "threads" is a whole number from 1 on, not 0.`],
    [{ threads: 1.5 }, `DuckDB's "threads" is a whole number from 1 on, not 1.5.`],
    [{ threads: Number.NaN }, `DuckDB's "threads" is a whole number from 1 on, not NaN.`],
    [{ memoryLimit: "much" }, `DuckDB's "memoryLimit" is a size such as "2GB", not "much".`],
    [{ memoryLimit: "-1" }, `DuckDB's "memoryLimit" is a size such as "2GB", not "-1".`],
    [
      { memoryLimit: "1GB'; SET lock_configuration = false; --" },
      `DuckDB's "memoryLimit" is a size such as "2GB", not "1GB'; SET lock_configuration = false; --".`,
    ],
  ])("%j is refused", async (options, message) => {
    await expect(openDuckDb(path, options)).rejects.toThrow(message);
  });
});
