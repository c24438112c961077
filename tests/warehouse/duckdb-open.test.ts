import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BoundValue, openDuckDb, openWarehouse, readAll, type Warehouse } from "../../src/warehouse/index.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-warehouse-"));
const path = join(folder, "shop.duckdb");
let warehouse: Warehouse;

beforeAll(async () => {
  const writable = await openDuckDb(path, { access: "read-write" });
  await rowsOf(writable, "CREATE TABLE sales AS SELECT i AS id, i * 1.5 AS amount FROM range(10) r(i)");
  await writable.close();
  warehouse = await openWarehouse(`duckdb:${path}`);
});
afterAll(async () => {
  await warehouse.close();
  rmSync(folder, { recursive: true });
});

async function rowsOf(target: Warehouse, text: string, values: readonly BoundValue[] = []) {
  return readAll(await target.execute({ text, values }));
}

const ENDLESS = "SELECT count(*) FROM range(100000000000000) r(i) WHERE hash(i) % 7 = 3";

describe("opening", () => {
  test("a missing file is named, and not made", async () => {
    const missing = join(folder, "nowhere.duckdb");
    await expect(openWarehouse(`duckdb:${missing}`)).rejects.toMatchObject({
      kind: "unavailable",
      message: `There is no DuckDB file "${missing}".`,
    });
    expect(existsSync(missing)).toBe(false);
  });

  test("a file that is no database is named, and the engine's words stay in the cause", async () => {
    const text = join(folder, "notes.txt");
    writeFileSync(text, "not a database ".repeat(1000));
    await expect(openWarehouse(`duckdb:${text}`)).rejects.toMatchObject({
      kind: "unavailable",
      message: `"${text}" cannot be opened as a DuckDB database.`,
      cause: expect.any(Error),
    });
  });

  test("an unknown scheme says what is supported and does not repeat the password", async () => {
    await expect(openWarehouse("mysql://me:secret@host/db")).rejects.toThrow(
      'No warehouse is known by "mysql:". Supported: duckdb:PATH, duckdb::memory:, postgres://… and bigquery://PROJECT/DATASET.',
    );
    await expect(openWarehouse("shop.duckdb")).rejects.toThrow("A warehouse URL starts with a scheme.");
    await expect(openWarehouse("duckdb:")).rejects.toThrow("Supported: duckdb:PATH");
  });

  test("memory holds nothing at first and needs no file", async () => {
    const memory = await openWarehouse("duckdb::memory:");
    expect(await rowsOf(memory, "SELECT count(*) FROM duckdb_tables()")).toEqual([["0"]]);
    expect(memory).toMatchObject({ dialect: "duckdb", name: "duckdb::memory:" });
    await memory.ping();
    await memory.close();
  });

  test("two openings may read one file at once", async () => {
    const second = await openWarehouse(`duckdb:${path}`);
    expect(await rowsOf(second, "SELECT count(*) FROM sales")).toEqual(
      await rowsOf(warehouse, "SELECT count(*) FROM sales"),
    );
    await second.close();
  });
});

describe("running", () => {
  test("values are bound, whatever they say", async () => {
    const evil = "'; DROP TABLE sales; --";
    const text = "SELECT $1, $2, $3::BOOLEAN, $4, $5::DOUBLE, $6::DECIMAL(38,2), $1";
    const values = [evil, 42, true, null, 1.5, "123456789012345678901234567890.12"];
    const [row] = await rowsOf(warehouse, text, values);
    expect(row).toEqual([evil, "42", true, null, 1.5, "123456789012345678901234567890.12", evil]);
    expect(await rowsOf(warehouse, "SELECT id FROM sales WHERE amount >= $1 ORDER BY id LIMIT $2", [9, 2])).toEqual([
      ["6"],
      ["7"],
    ]);
  });

  test("the engine's words about a bad statement stay in the cause", async () => {
    const failure = rowsOf(warehouse, "SELECT secret_column FROM sales");
    await expect(failure).rejects.toMatchObject({
      kind: "missing",
      message: "The warehouse has no such table or column.",
      cause: { message: expect.stringContaining("secret_column") },
    });
    await expect(rowsOf(warehouse, "SELECT $1 + $2", [1])).rejects.toMatchObject({ kind: "statement" });
    await expect(rowsOf(warehouse, "SELECT 1", [1])).rejects.toMatchObject({ kind: "statement" });
  });

  test("a number too large for its type is out of range", async () => {
    const text = "SELECT 9223372036854775807 + id FROM sales WHERE id = 1";
    await expect(rowsOf(warehouse, text)).rejects.toMatchObject({ kind: "out-of-range" });
  });

  test("a value that fits no cast says so, without the value", async () => {
    await expect(rowsOf(warehouse, "SELECT 'Ann Smith'::INTEGER")).rejects.toMatchObject({
      kind: "not-convertible",
      message: "A value cannot be converted to the type that it is cast to.",
    });
  });

  test("joins that statistics prove empty have no rows, instead of failing", async () => {
    const memory = await openWarehouse("duckdb::memory:");
    for (const text of [
      "CREATE TABLE orders AS SELECT 1 AS buyer, 40 AS amount, 'bad' AS status, true AS paid, DATE '2024-03-10' AS day",
      "CREATE TABLE buyers AS FROM (VALUES (1, 'a', 3), (3, 'b', 9), (7, 'b', 2), (8, 'b', 3)) v(id, segment, region)",
      "CREATE TABLE regions AS FROM (VALUES (1, 'N'), (2, NULL), (3, 'S')) v(id, zone)",
    ])
      await rowsOf(memory, text);
    const text = `
      WITH o AS (SELECT amount, paid, status, buyer FROM orders WHERE day >= DATE '2024-02-02' AND day < DATE '2024-03-18'),
      totals AS (
        SELECT o.paid, sum(CASE WHEN segment = 'b' AND status = 'bad' THEN amount END) AS x, count(*) AS n
        FROM o LEFT JOIN buyers ON o.buyer = buyers.id LEFT JOIN regions ON buyers.region = regions.id
        WHERE segment <> 'b' AND zone < 'N' AND (segment = 'b' AND status = 'bad' OR status <> 'bad')
        GROUP BY o.paid)
      SELECT * FROM totals`;
    expect(await rowsOf(memory, text)).toEqual([]);
    await memory.close();
  });

  test("a text of two statements is refused", async () => {
    await expect(rowsOf(warehouse, "SELECT 1; SELECT 2")).rejects.toMatchObject({ kind: "statement" });
  });

  test("more statements than connections all get their turn", async () => {
    const statements = Array.from({ length: 40 }, (_, index) => rowsOf(warehouse, "SELECT $1 + 1", [index]));
    expect((await Promise.all(statements)).flat(2)).toEqual(
      Array.from({ length: 40 }, (_, index) => String(index + 1)),
    );
  });

  test("leaving a result early frees its connection", async () => {
    for (let turn = 0; turn < 40; turn += 1) {
      const result = await warehouse.execute({ text: "SELECT i FROM range(1000000) r(i)", values: [] });
      for await (const batch of result.batches) {
        expect(batch.length).toBeGreaterThan(0);
        break;
      }
    }
    expect(await rowsOf(warehouse, "SELECT 1")).toEqual([["1"]]);
  });
});

describe("aborting", () => {
  const aborted = { name: "WarehouseError", kind: "aborted" };

  test("ends a statement that would run for hours, and the warehouse lives on", async () => {
    const controller = new AbortController();
    const running = warehouse.execute({ text: ENDLESS, values: [] }, { signal: controller.signal }).then(readAll);
    setTimeout(() => controller.abort(), 50);
    await expect(running).rejects.toMatchObject(aborted);
    expect(await rowsOf(warehouse, "SELECT count(*) FROM sales")).toEqual([["10"]]);
  });

  test("works at once: before the start, right after it, and for one that waits its turn", async () => {
    const late = warehouse.execute({ text: "SELECT 1", values: [] }, { signal: AbortSignal.abort() });
    await expect(late).rejects.toMatchObject(aborted);
    const controller = new AbortController();
    const { signal } = controller;
    const many = Array.from({ length: 40 }, () =>
      warehouse.execute({ text: ENDLESS, values: [] }, { signal }).then(readAll),
    );
    controller.abort();
    for (const running of await Promise.allSettled(many)) {
      expect(running).toMatchObject({ status: "rejected", reason: aborted });
    }
    expect(await rowsOf(warehouse, "SELECT 1")).toEqual([["1"]]);
  });

  test("ends a result that is being read", async () => {
    const controller = new AbortController();
    const text = "SELECT i FROM range(100000000) r(i)";
    const result = await warehouse.execute({ text, values: [] }, { signal: controller.signal });
    const reading = (async () => {
      for await (const batch of result.batches) if (batch.length > 0) controller.abort();
    })();
    await expect(reading).rejects.toMatchObject(aborted);
  });

  test("closing ends what runs and refuses what comes", async () => {
    const closing = await openWarehouse(`duckdb:${path}`);
    const running = rowsOf(closing, ENDLESS).then(
      () => "finished",
      (failure: unknown) => failure,
    );
    const open = await closing.execute({ text: "SELECT i FROM range(1000000) r(i)", values: [] });
    await closing.close();
    expect(await running).toMatchObject({ kind: "unavailable" });
    await expect(readAll(open)).rejects.toMatchObject({ kind: "unavailable", message: "The warehouse is closed." });
    await expect(closing.ping()).rejects.toMatchObject({ kind: "unavailable" });
    await closing.close();
  });
});

describe("what a statement cannot do", () => {
  const outside = join(folder, "outside.csv");
  writeFileSync(outside, "a,b\n1,2\n");

  test.each([
    ["write", "INSERT INTO sales VALUES (11, 1)"],
    ["delete", "DELETE FROM sales"],
    ["drop", "DROP TABLE sales"],
    ["create", "CREATE TABLE more (a INTEGER)"],
    ["read a file", `SELECT * FROM read_csv('${outside}')`],
    ["read a file by its name", `SELECT * FROM '${outside}'`],
    ["read any text", `SELECT * FROM read_text('${outside}')`],
    ["list files", `SELECT * FROM glob('${folder}/*')`],
    ["write a file", `COPY sales TO '${join(folder, "out.csv")}'`],
    ["export", `EXPORT DATABASE '${join(folder, "out")}'`],
    ["attach a database", `ATTACH '${join(folder, "other.duckdb")}' AS other`],
    ["install an extension", "INSTALL httpfs"],
    ["load an extension", "LOAD httpfs"],
    ["unlock the settings", "SET lock_configuration = false"],
    ["allow files again", "SET enable_external_access = true"],
    ["change the time zone", "SET TimeZone = 'Asia/Tokyo'"],
  ])("%s", async (_, text) => {
    await expect(rowsOf(warehouse, text)).rejects.toMatchObject({ name: "WarehouseError" });
    expect(await rowsOf(warehouse, "SELECT count(*), current_setting('TimeZone') FROM sales")).toEqual([["10", "UTC"]]);
    for (const name of ["out.csv", "out", "other.duckdb"]) expect(existsSync(join(folder, name))).toBe(false);
  });

  test("a writable file is locked just the same", async () => {
    const writable = await openDuckDb(join(folder, "writable.duckdb"), { access: "read-write" });
    await rowsOf(writable, "CREATE TABLE t (a INTEGER)");
    await rowsOf(writable, "INSERT INTO t VALUES ($1)", [7]);
    expect(await rowsOf(writable, "SELECT a FROM t")).toEqual([["7"]]);
    for (const text of [
      `SELECT * FROM read_csv('${outside}')`,
      "SET enable_external_access = true",
      "INSTALL httpfs",
    ]) {
      await expect(rowsOf(writable, text)).rejects.toMatchObject({ name: "WarehouseError" });
    }
    await writable.close();
  });
});
