import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type BoundValue,
  createDuckDb,
  openPostgresLoader,
  openWarehouse,
  readAll,
  type Warehouse,
  WarehouseError,
} from "../../src/warehouse/index.ts";
import { emptyPostgres } from "../support/postgres.ts";

/** What every engine must do; a new one needs a line here and a function that makes a database of its own. */
const ENGINES: readonly Engine[] = [
  { name: "DuckDB", load: loadDuckDb, words: /duckdb|catalog|binder/i },
  { name: "PostgreSQL", load: loadPostgres, words: /postgres|relation|42P01/i },
];

interface Engine {
  readonly name: string;
  /** Runs the statements in a new database; resolves to its URL. */
  readonly load: (statements: readonly string[]) => Promise<string>;
  /** What only this engine would say: no message for callers does. */
  readonly words: RegExp;
}

const folder = mkdtempSync(join(tmpdir(), "assay-contract-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function loadDuckDb(statements: readonly string[]): Promise<string> {
  const path = join(folder, "shop.duckdb");
  const file = await createDuckDb(path);
  await file.run(statements.join("; "));
  await file.close();
  return `duckdb:${path}`;
}

async function loadPostgres(statements: readonly string[]): Promise<string> {
  const url = await emptyPostgres();
  const loader = await openPostgresLoader(url);
  await loader.run(statements.join("; "));
  await loader.close();
  return url;
}

const STATEMENTS = [
  "CREATE SCHEMA shop",
  `CREATE TABLE shop.sales (
    id BIGINT NOT NULL, small INTEGER, amount DECIMAL(38, 2), ratio DOUBLE PRECISION, is_paid BOOLEAN, day DATE,
    local_time TIMESTAMP, instant TIMESTAMP WITH TIME ZONE, "odd ""name" VARCHAR)`,
  `INSERT INTO shop.sales VALUES
    (9223372036854775807, -7, 123456789012345678901234567890123456.70, 0.1, true, DATE '2026-03-29',
      TIMESTAMP '2026-03-29 02:30:00', TIMESTAMP WITH TIME ZONE '2026-03-29 03:30:00.25+02', 'Grüße, O''Hara 🌍; -- "x"'),
    (1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (2, 0, -0.05, -1e300, false, DATE '1969-12-31', TIMESTAMP '1969-12-31 23:59:59.999999',
      TIMESTAMP WITH TIME ZONE '1969-12-31 23:59:59+00', '')`,
  "CREATE VIEW shop.paid AS SELECT id, amount FROM shop.sales WHERE is_paid",
  "CREATE TABLE shop.nothing (id BIGINT, day DATE)",
  "CREATE TABLE shop.numbers (i BIGINT)",
  `INSERT INTO shop.numbers VALUES ${Array.from({ length: 1000 }, (_, i) => `(${i})`).join(", ")}`,
];

/** Would answer, one row, in years. */
const ENDLESS = `SELECT sum(a.i * b.i - c.i * d.i * e.i)
  FROM shop.numbers a, shop.numbers b, shop.numbers c, shop.numbers d, shop.numbers e`;
/** A thousand million rows. */
const LONG = "SELECT a.i, b.i AS j FROM shop.numbers a, shop.numbers b, shop.numbers c";
const SALES = ["shop", "sales"];

describe.each(ENGINES)("$name", ({ load, words }) => {
  let url: string;
  let warehouse: Warehouse;
  beforeAll(async () => {
    url = await load(STATEMENTS);
    warehouse = await openWarehouse(url);
  });
  afterAll(() => warehouse.close());

  const rowsOf = async (text: string, values: readonly BoundValue[] = [], target = warehouse) =>
    readAll(await target.execute({ text, values }));

  async function failureOf(running: Promise<unknown>) {
    const failure: unknown = await running.then(
      () => "no failure",
      (thrown: unknown) => thrown,
    );
    expect(failure).toMatchObject({ name: "WarehouseError", message: expect.not.stringMatching(words) });
    return failure;
  }

  describe("cells", () => {
    test("of every type have the same spelling, and no digit is lost", async () => {
      const result = await warehouse.execute({ text: "SELECT * FROM shop.sales ORDER BY id", values: [] });
      expect(result.columns).toEqual([
        { name: "id", type: "INT" },
        { name: "small", type: "INT" },
        { name: "amount", type: "DECIMAL" },
        { name: "ratio", type: "FLOAT" },
        { name: "is_paid", type: "BOOLEAN" },
        { name: "day", type: "DATE" },
        { name: "local_time", type: "TIMESTAMP" },
        { name: "instant", type: "TIMESTAMP" },
        { name: 'odd "name', type: "STRING" },
      ]);
      expect(await readAll(result)).toEqual([
        ["1", null, null, null, null, null, null, null, null],
        ["2", "0", "-0.05", -1e300, false, "1969-12-31", "1969-12-31T23:59:59.999999", "1969-12-31T23:59:59Z", ""],
        [
          "9223372036854775807",
          "-7",
          "123456789012345678901234567890123456.70",
          0.1,
          true,
          "2026-03-29",
          "2026-03-29T02:30:00",
          "2026-03-29T01:30:00.25Z",
          'Grüße, O\'Hara 🌍; -- "x"',
        ],
      ]);
    });

    test("a result without rows still has its columns", async () => {
      const result = await warehouse.execute({ text: "SELECT id, day FROM shop.nothing", values: [] });
      expect(result.columns).toEqual([
        { name: "id", type: "INT" },
        { name: "day", type: "DATE" },
      ]);
      expect(await readAll(result)).toEqual([]);
    });

    test("a long result comes in batches, complete and in order", async () => {
      const text = "SELECT a.i * 1000 + b.i FROM shop.numbers a, shop.numbers b WHERE a.i < 20 ORDER BY 1";
      const { batches } = await warehouse.execute({ text, values: [] });
      const sizes: number[] = [];
      let next = 0;
      for await (const batch of batches) {
        sizes.push(batch.length);
        for (const [cell] of batch) expect(cell).toBe(String(next++));
      }
      expect(next).toBe(20_000);
      expect(sizes.length).toBeGreaterThan(1);
    });

    test("numbers that have no spelling are refused, not printed", async () => {
      const running = rowsOf("SELECT CAST('NaN' AS DOUBLE PRECISION)");
      expect(await failureOf(running)).toMatchObject({ kind: "out-of-range" });
    });

    test("an answer says where it was found, without credentials", async () => {
      const { run } = await warehouse.execute({ text: "SELECT 1", values: [] });
      expect(run.servedBy).not.toBe("");
      expect(run.servedBy).not.toContain("@");
      expect(warehouse.name).not.toContain("@");
    });
  });

  describe("statements", () => {
    test("values are bound, never read as SQL", async () => {
      const evil = "'; DROP TABLE shop.numbers; --";
      const text =
        "SELECT $1, CAST($2 AS BIGINT), CAST($3 AS BOOLEAN), $4, CAST($5 AS DOUBLE PRECISION), CAST($6 AS DECIMAL(38, 2))";
      const values = [evil, 42, true, null, 1.5, "123456789012345678901234567890.12"];
      expect(await rowsOf(text, values)).toEqual([[evil, "42", true, null, 1.5, "123456789012345678901234567890.12"]]);
      expect(await rowsOf("SELECT count(*) FROM shop.numbers")).toEqual([["1000"]]);
    });

    test("too few values, or too many, are refused", async () => {
      expect(await failureOf(rowsOf("SELECT $1, $2", ["a"]))).toMatchObject({ kind: "statement" });
      expect(await failureOf(rowsOf("SELECT 1", ["a"]))).toMatchObject({ kind: "statement" });
    });

    test.each(["SELECT 1; SELECT 2", "SELECT 1; DROP TABLE shop.numbers"])("%s is refused", async (text) => {
      expect(await failureOf(rowsOf(text))).toMatchObject({ kind: "statement" });
      expect(await rowsOf("SELECT count(*) FROM shop.numbers")).toEqual([["1000"]]);
    });

    test.each([
      "INSERT INTO shop.numbers VALUES (1000)",
      "DELETE FROM shop.numbers",
      "UPDATE shop.numbers SET i = 0",
      "DROP TABLE shop.numbers",
      "CREATE TABLE shop.more (i BIGINT)",
    ])("%s is refused", async (text) => {
      expect(await failureOf(rowsOf(text))).toMatchObject({ kind: "denied" });
      expect(await rowsOf("SELECT count(*), sum(i) FROM shop.numbers")).toMatchObject([["1000", "499500"]]);
    });

    test.each([
      ["a table that is not there", "SELECT 1 FROM shop.nowhere", "missing"],
      ["a schema that is not there", "SELECT 1 FROM nowhere.sales", "missing"],
      ["a column that is not there", "SELECT nothing FROM shop.sales", "missing"],
      ["a column that is not there, of a named table", "SELECT s.nothing FROM shop.sales s", "missing"],
      ["wrong grammar", "SELECT FROM WHERE", "statement"],
      ["a function that is not there", "SELECT no_function(1)", "statement"],
      ["a wrong type", "SELECT sum(is_paid || 'x') FROM shop.sales", "statement"],
      ["a number too large for its type", "SELECT id + 1 FROM shop.sales", "out-of-range"],
      ["a text that is no number", "SELECT CAST('Ann Smith' AS BIGINT)", "not-convertible"],
    ])("%s has a kind, and the engine's words are in the cause", async (_, text, kind) => {
      const failure = await failureOf(rowsOf(text));
      expect(failure).toMatchObject({ kind, cause: expect.any(Error) });
      expect(failure).toMatchObject({ message: expect.not.stringMatching(/nowhere|nothing|Ann Smith|no_function/) });
      expect(await rowsOf("SELECT 1")).toEqual([["1"]]);
    });

    test("a failure far into a result fails the reading, it does not end it", async () => {
      const text = `SELECT CAST(CASE WHEN a.i = 70 AND b.i = 7 THEN 'x' ELSE '1' END AS BIGINT)
        FROM shop.numbers a, shop.numbers b`;
      expect(await failureOf(rowsOf(text))).toMatchObject({ kind: "not-convertible" });
    });

    test("many at once all get their own answer", async () => {
      const running = Array.from({ length: 40 }, (_, i) => rowsOf("SELECT CAST($1 AS BIGINT) + 1", [i]));
      expect((await Promise.all(running)).flat(2)).toEqual(Array.from({ length: 40 }, (_, i) => String(i + 1)));
    });
  });

  describe("ending", () => {
    const endless = (options: Parameters<Warehouse["execute"]>[1]) =>
      warehouse.execute({ text: ENDLESS, values: [] }, options).then(readAll);

    test("an abort ends a statement, before it starts, at once and in its midst", async () => {
      expect(await failureOf(endless({ signal: AbortSignal.abort() }))).toMatchObject({ kind: "aborted" });
      for (const waitMs of [0, 1, 5, 50]) {
        const controller = new AbortController();
        const running = Array.from({ length: 20 }, () => failureOf(endless({ signal: controller.signal })));
        setTimeout(() => controller.abort(), waitMs);
        for (const failure of await Promise.all(running)) expect(failure).toMatchObject({ kind: "aborted" });
        await warehouse.ping();
      }
    });

    test("an abort that races the end of a result leaves all of it or none", async () => {
      const text = "SELECT sum(a.i) FROM shop.numbers a, shop.numbers b WHERE b.i < 100";
      for (let round = 0; round < 60; round += 1) {
        const controller = new AbortController();
        const statement = { text, values: [] };
        const racing = warehouse.execute(statement, { signal: controller.signal }).then(readAll);
        setTimeout(() => controller.abort(), round % 6);
        const end: unknown = await racing.catch((thrown: unknown) => thrown);
        if (end instanceof WarehouseError) expect(end).toMatchObject({ kind: "aborted" });
        else expect(end).toEqual([[expect.stringMatching(/^49950000(\.0*)?$/)]]);
      }
      expect(await rowsOf("SELECT 1")).toEqual([["1"]]);
    });

    test("an abort ends the reading of a result", async () => {
      const controller = new AbortController();
      const result = await warehouse.execute({ text: LONG, values: [] }, { signal: controller.signal });
      const reading = (async () => {
        for await (const batch of result.batches) if (batch.length > 0) controller.abort();
      })();
      expect(await failureOf(reading)).toMatchObject({ kind: "aborted" });
    });

    test("one that is aborted leaves the others alone", async () => {
      const controller = new AbortController();
      const aborted = failureOf(endless({ signal: controller.signal }));
      const others = Array.from({ length: 6 }, () =>
        rowsOf("SELECT sum(a.i * b.i) FROM shop.numbers a, shop.numbers b"),
      );
      controller.abort();
      expect(await aborted).toMatchObject({ kind: "aborted" });
      for (const [row] of await Promise.all(others)) expect(Number(row?.[0])).toBe(499_500 ** 2);
    });

    test("a deadline ends a statement, and the reading of its result", async () => {
      expect(await failureOf(endless({ deadline: performance.now() - 1 }))).toMatchObject({ kind: "timeout" });
      expect(await failureOf(endless({ deadline: performance.now() + 50 }))).toMatchObject({ kind: "timeout" });
      const options = { deadline: performance.now() + 50 };
      const reading = (async () => {
        for await (const _ of (await warehouse.execute({ text: LONG, values: [] }, options)).batches);
      })();
      expect(await failureOf(reading)).toMatchObject({ kind: "timeout" });
      expect(await rowsOf("SELECT 1")).toEqual([["1"]]);
    });

    test("an answer of more rows or bytes than allowed fails, one of as many does not", async () => {
      const statement = { text: "SELECT i FROM shop.numbers WHERE i < 100", values: [] };
      const read = async (limits: { maxRows?: number; maxBytes?: number }) =>
        readAll(await warehouse.execute(statement, { limits }));
      expect(await read({ maxRows: 100, maxBytes: 190 })).toHaveLength(100);
      expect(await failureOf(read({ maxRows: 99 }))).toMatchObject({ kind: "too-large" });
      expect(await failureOf(read({ maxBytes: 189 }))).toMatchObject({ kind: "too-large" });
    });

    test("leaving more results early than there are connections uses nothing up", async () => {
      for (let turn = 0; turn < 12; turn += 1) {
        const { batches } = await warehouse.execute({ text: LONG, values: [] });
        for await (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          break;
        }
      }
      await warehouse.ping();
    });

    test("closing ends what runs, refuses what comes, and may be asked twice", async () => {
      const closing = await openWarehouse(url);
      const running = failureOf(rowsOf(ENDLESS, [], closing));
      const open = await closing.execute({ text: LONG, values: [] });
      await closing.close();
      const closed = { kind: "unavailable", message: "The warehouse is closed." };
      expect(await running).toMatchObject({ kind: "unavailable" });
      expect(await failureOf(readAll(open))).toMatchObject({ kind: "unavailable" });
      expect(await failureOf(closing.ping())).toMatchObject(closed);
      expect(await failureOf(rowsOf("SELECT 1", [], closing))).toMatchObject(closed);
      expect(await failureOf(closing.dryRun({ text: "SELECT 1", values: [] }))).toMatchObject(closed);
      expect(await failureOf(closing.describe([SALES]))).toMatchObject(closed);
      expect(await failureOf(closing.permissions([SALES]))).toMatchObject(closed);
      expect(await failureOf(closing.freshness({ table: SALES, column: "day" }))).toMatchObject(closed);
      await closing.close();
      await warehouse.ping();
    });
  });

  describe("looking around", () => {
    test("a dry run tells the columns of a statement, and runs nothing", async () => {
      const text = `SELECT day, sum(amount) AS total, count(*) AS n, $1 AS label FROM shop.sales WHERE id > $2
        GROUP BY day ORDER BY day -- with a remark`;
      const values = ["x", 0];
      const estimate = await warehouse.dryRun({ text, values });
      const { columns } = await warehouse.execute({ text, values });
      expect(estimate.columns).toEqual(columns);
      expect(columns.map(({ type }) => type)).toEqual(["DATE", "DECIMAL", "INT", "STRING"]);
      const { columns: endless } = await warehouse.dryRun({ text: ENDLESS, values: [] });
      expect(endless).toHaveLength(1);
    });

    test.each([
      ["SELECT 1 FROM shop.nowhere", "missing"],
      ["SELECT FROM WHERE", "statement"],
      ["SELECT 1; SELECT 2", "statement"],
      ["SELECT 1) AS a; DROP TABLE shop.numbers; SELECT (1", "statement"],
      ["DELETE FROM shop.numbers", "statement"],
    ])("a dry run refuses %s", async (text, kind) => {
      expect(await failureOf(warehouse.dryRun({ text, values: [] }))).toMatchObject({ kind });
      expect(await rowsOf("SELECT count(*) FROM shop.numbers")).toEqual([["1000"]]);
    });

    test("a dry run ends with its signal and its deadline", async () => {
      const statement = { text: "SELECT 1", values: [] };
      const aborted = warehouse.dryRun(statement, { signal: AbortSignal.abort() });
      expect(await failureOf(aborted)).toMatchObject({ kind: "aborted" });
      const late = warehouse.dryRun(statement, { deadline: performance.now() - 1 });
      expect(await failureOf(late)).toMatchObject({ kind: "timeout" });
    });

    test("tables and views are described in the order asked for, and those not there are null", async () => {
      const tables = [
        ["shop", "paid"],
        ["shop", "nowhere"],
        SALES,
        ["nowhere", "sales"],
        ["sales"],
        ["a", "shop", "sales"],
      ];
      const [paid, ...others] = await warehouse.describe(tables);
      expect(paid).toMatchObject({ path: ["shop", "paid"], kind: "view", rows: null, partition: null });
      expect(paid?.columns.map(({ name, type }) => [name, type])).toEqual([
        ["id", "int"],
        ["amount", "decimal"],
      ]);
      expect(others).toEqual([
        null,
        expect.objectContaining({ path: SALES, kind: "table", partition: null }),
        null,
        null,
        null,
      ]);
      expect(await warehouse.describe([])).toEqual([]);
    });

    test("columns are described by name, type, the engine's word for it, and whether they may be empty", async () => {
      const [sales] = await warehouse.describe([SALES]);
      expect(sales?.columns.map(({ name, type, isNullable }) => [name, type, isNullable])).toEqual([
        ["id", "int", false],
        ["small", "int", true],
        ["amount", "decimal", true],
        ["ratio", "float", true],
        ["is_paid", "boolean", true],
        ["day", "date", true],
        ["local_time", "timestamp", true],
        ["instant", "timestamptz", true],
        ['odd "name', "string", true],
      ]);
      expect(sales?.columns[2]?.nativeType).toMatch(/38, ?2/);
    });

    test("a description ends with its signal", async () => {
      const running = warehouse.describe([SALES], { signal: AbortSignal.abort() });
      expect(await failureOf(running)).toMatchObject({ kind: "aborted" });
    });

    test("there is an answer about our grants on each table", async () => {
      const grants = await warehouse.permissions([SALES, ["shop", "paid"]]);
      expect(grants).toHaveLength(2);
      for (const { user, canRead } of grants) {
        expect(user).not.toBe("");
        expect(canRead).toBe(true);
      }
      expect(await warehouse.permissions([])).toEqual([]);
    });

    test("a look at the freshness of a table ends by its deadline", async () => {
      const late = warehouse.freshness({ table: SALES, column: "day" }, { deadline: performance.now() - 1 });
      expect(await failureOf(late)).toMatchObject({ kind: "timeout" });
    });

    test("freshness is the latest value of a column, as an instant", async () => {
      const freshness = (column: string | null, table = SALES) => warehouse.freshness({ table, column });
      expect(await freshness("day")).toBe("2026-03-29T00:00:00Z");
      expect(await freshness("local_time")).toBe("2026-03-29T02:30:00Z");
      expect(await freshness("instant")).toBe("2026-03-29T01:30:00.25Z");
      expect(await freshness("day", ["shop", "nothing"])).toBeNull();
      expect(await failureOf(freshness("amount"))).toMatchObject({ kind: "statement" });
      expect(await failureOf(freshness("nothing"))).toMatchObject({ kind: "missing" });
      expect(await failureOf(freshness("day", ["shop", "nowhere"]))).toMatchObject({ kind: "missing" });
    });

    test("a ping is answered", async () => {
      await warehouse.ping();
    });

    test("a ping is answered while as many statements run as may", async () => {
      const end = new AbortController();
      // Those beyond wait for their turn, and a ping does not wait behind them.
      const running = Array.from({ length: 40 }, () =>
        failureOf(warehouse.execute({ text: ENDLESS, values: [] }, { signal: end.signal }).then(readAll)),
      );
      await delay(200);
      await warehouse.ping();
      end.abort();
      for (const failure of await Promise.all(running)) expect(failure).toMatchObject({ kind: "aborted" });
    });
  });
});
