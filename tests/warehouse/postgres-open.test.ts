import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type BoundValue,
  openPostgres,
  openPostgresLoader,
  openWarehouse,
  readAll,
  type Warehouse,
} from "../../src/warehouse/index.ts";
import { postgresSettings } from "../../src/warehouse/postgres/settings.ts";
import { emptyPostgres } from "../support/postgres.ts";
import { until } from "../support/until.ts";

let url: string;
let warehouse: Warehouse;
beforeAll(async () => {
  url = await emptyPostgres();
  const loader = await openPostgresLoader(url);
  await loader.run("CREATE TABLE sales AS SELECT i AS id, i * 1.5 AS amount FROM generate_series(0, 9) AS r(i)");
  await loader.close();
  warehouse = await openWarehouse(url);
});
afterAll(() => warehouse.close());

async function rowsOf(target: Warehouse, text: string, values: readonly BoundValue[] = []) {
  return readAll(await target.execute({ text, values }));
}

describe("opening", () => {
  test("it is called by its URL without credentials", async () => {
    const named = await openPostgres(url.replace("assay@", "assay:secret@"));
    expect(named).toMatchObject({ dialect: "postgres", name: url.replace("assay@", "") });
    await named.ping();
    await named.close();
  });

  test("what cannot be reached is named, with the reason in the cause and the password nowhere", async () => {
    const failure = openWarehouse("postgres://me:secret@127.0.0.1:1/shop");
    await expect(failure).rejects.toMatchObject({
      kind: "unavailable",
      message: "No connection to postgres://127.0.0.1:1/shop could be had.",
      cause: expect.any(Error),
    });
    await expect(openWarehouse(url.replace(/\w+$/, "nowhere"))).rejects.toMatchObject({
      kind: "unavailable",
      cause: { message: expect.stringContaining("nowhere") },
    });
  });

  test("what is no URL is not repeated", async () => {
    await expect(openWarehouse("postgres://me:se cret@h:x/db")).rejects.toThrow(
      "This is no URL of a PostgreSQL database",
    );
    await expect(openWarehouse("postgres://me:se cret@h:x/db")).rejects.not.toThrow("cret@");
  });

  test("beyond this machine the connection is encrypted and the server checked, unless the URL says otherwise", () => {
    const modeOf = (host: string) =>
      new URL(postgresSettings(`postgres://${host}`).hosts[0]?.connection.connectionString ?? "").searchParams.get(
        "sslmode",
      );
    expect(modeOf("db.example.com/shop")).toBe("verify-full");
    expect(modeOf("10.0.0.7/shop?application_name=x")).toBe("verify-full");
    expect(modeOf("db.example.com/shop?sslmode=disable")).toBe("disable");
    for (const here of ["localhost:5433/shop", "127.0.0.1/shop", "[::1]/shop", "/shop?host=/run/postgresql"]) {
      expect(modeOf(here), here).toBeNull();
    }
  });

  test("settings of the URL are kept, and ours come after them", async () => {
    const own = await openPostgres(
      `${url}?application_name=board&options=-c%20work_mem%3D8MB%20-c%20TimeZone%3DAsia/Tokyo`,
    );
    const text = "SELECT current_setting('application_name'), current_setting('work_mem'), current_setting('TimeZone')";
    expect(await rowsOf(own, text)).toEqual([["board", "8MB", "UTC"]]);
    await own.close();
  });
});

describe("running", () => {
  test("values are bound, whatever they say", async () => {
    const evil = "'; DROP TABLE sales; --";
    const text = "SELECT $1, $2::bigint, $3::boolean, $4, $5::double precision, $6::numeric, $1 || 'x'";
    const values = [evil, 42, true, null, 1.5, "123456789012345678901234567890.12"];
    const [row] = await rowsOf(warehouse, text, values);
    expect(row).toEqual([evil, "42", true, null, 1.5, "123456789012345678901234567890.12", `${evil}x`]);
    expect(await rowsOf(warehouse, "SELECT id FROM sales WHERE amount >= $1 ORDER BY id LIMIT $2", [9, 2])).toEqual([
      ["6"],
      ["7"],
    ]);
  });

  test("the server's words about a bad statement stay in the cause", async () => {
    await expect(rowsOf(warehouse, "SELECT secret_column FROM sales")).rejects.toMatchObject({
      kind: "missing",
      message: "The warehouse has no such table or column.",
      cause: { message: expect.stringContaining("secret_column") },
    });
    await expect(rowsOf(warehouse, "SELECT 'abc'::integer")).rejects.toMatchObject({ kind: "not-convertible" });
    await expect(rowsOf(warehouse, "SELECT 'abc'::date")).rejects.toMatchObject({ kind: "not-convertible" });
    await expect(rowsOf(warehouse, "SELECT 1 / (id - id) FROM sales")).rejects.toMatchObject({ kind: "statement" });
    await expect(rowsOf(warehouse, "SELECT 1", [1])).rejects.toMatchObject({ kind: "statement" });
  });

  test("a number too large for its type is out of range", async () => {
    const text = "SELECT 9223372036854775807 + id FROM sales";
    await expect(rowsOf(warehouse, text)).rejects.toMatchObject({ kind: "out-of-range" });
  });

  test("a text of two statements is refused", async () => {
    await expect(rowsOf(warehouse, "SELECT 1; SELECT 2")).rejects.toMatchObject({ kind: "statement" });
  });

  test("more statements than connections all get their turn", async () => {
    const statements = Array.from({ length: 40 }, (_, i) => rowsOf(warehouse, "SELECT $1::bigint + 1", [i]));
    expect((await Promise.all(statements)).flat(2)).toEqual(Array.from({ length: 40 }, (_, i) => String(i + 1)));
  });

  test("a failure within a statement leaves its connection as it was", async () => {
    const one = await openPostgres(url, { maxConnections: 1 });
    for (let turn = 0; turn < 5; turn += 1) {
      await expect(rowsOf(one, "SELECT 1 / (5 - id) FROM sales")).rejects.toMatchObject({ kind: "statement" });
      expect(await rowsOf(one, "SELECT count(*) FROM sales")).toEqual([["10"]]);
    }
    await one.close();
  });

  test("leaving a result early ends its statement and frees its connection", async () => {
    const one = await openPostgres(url, { maxConnections: 1 });
    for (let turn = 0; turn < 10; turn += 1) {
      const result = await one.execute({ text: "SELECT generate_series(1, 100000000)", values: [] });
      for await (const batch of result.batches) {
        expect(batch.length).toBeGreaterThan(0);
        break;
      }
    }
    expect(await rowsOf(one, "SELECT 1")).toEqual([["1"]]);
    await one.close();
  });

  test("a reader that stops holds the server back, and gets every row when it goes on", async () => {
    const text = "SELECT repeat('x', 1000), generate_series(1, 100000)"; // 100 MB
    const { batches } = await warehouse.execute({ text, values: [] });
    let rows = 0;
    for await (const batch of batches) {
      if (rows === 0) await until(async () => (await rowsOf(warehouse, WAITING_FOR_READER)).length === 1);
      rows += batch.length;
    }
    expect(rows).toBe(100_000);
  });
});

const WAITING_FOR_READER = `SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event = 'ClientWrite'`;

describe("what a statement cannot do", () => {
  test.each([
    ["write", "INSERT INTO sales VALUES (11, 1)"],
    ["write on the side", "WITH gone AS (DELETE FROM sales RETURNING 1) SELECT count(*) FROM gone"],
    ["drop", "DROP TABLE sales"],
    ["create", "CREATE TABLE more (a integer)"],
    ["count a sequence up", "SELECT nextval('counter')"],
    ["allow itself to write", "SET TRANSACTION READ WRITE"],
    ["allow itself to write within a SELECT", "SELECT set_config('transaction_read_only', 'off', false)"],
  ])("%s", async (_, text) => {
    await rowsOf(warehouse, text).catch(() => undefined);
    await expect(rowsOf(warehouse, "INSERT INTO sales VALUES (11, 1)")).rejects.toMatchObject({ kind: "denied" });
    expect(await rowsOf(warehouse, "SELECT count(*), to_regclass('more') FROM sales")).toEqual([["10", null]]);
  });

  test.each([
    "SET TimeZone = 'Asia/Tokyo'",
    "SELECT set_config('TimeZone', 'Asia/Tokyo', false)",
    "COMMIT",
    "ROLLBACK AND CHAIN",
    "SET default_transaction_read_only = off",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
  ])("change what comes after it: %s", async (text) => {
    const one = await openPostgres(url, { maxConnections: 1 });
    await rowsOf(one, text).catch(() => undefined);
    const settings =
      "SELECT current_setting('TimeZone'), current_setting('transaction_read_only'), current_setting('default_transaction_read_only')";
    expect(await rowsOf(one, settings)).toEqual([["UTC", "on", "on"]]);
    await expect(rowsOf(one, "INSERT INTO sales VALUES (11, 1)")).rejects.toMatchObject({ kind: "denied" });
    await one.close();
  });
});
