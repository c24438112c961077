import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPostgres, openPostgresLoader, type Warehouse } from "../../src/warehouse/index.ts";
import { emptyPostgres } from "../support/postgres.ts";

let url: string;
let warehouse: Warehouse;
beforeAll(async () => {
  url = await emptyPostgres();
  const loader = await openPostgresLoader(url);
  await loader.run(TABLES);
  await loader.close();
  warehouse = await openPostgres(`${url}?options=-c%20search_path%3Dfirst,second`);
});
afterAll(() => warehouse.close());

const TABLES = `
  CREATE SCHEMA first; CREATE SCHEMA second; CREATE SCHEMA "Odd ""one";
  CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
  CREATE DOMAIN small AS positive;
  CREATE TYPE mood AS ENUM ('good', 'bad');
  CREATE TABLE first.kinds (
    t text NOT NULL, v varchar(10), c char(3), i2 smallint, i4 integer, i8 bigint NOT NULL, n numeric(18, 2), f4 real,
    f8 double precision, b boolean, d date, ts timestamp, tz timestamptz, iv interval, u uuid, j jsonb, a integer[],
    dom small, e mood, gone integer);
  ALTER TABLE first.kinds DROP COLUMN gone;
  CREATE TABLE first.twice (one integer);
  CREATE TABLE second.twice (two integer);
  CREATE TABLE second.only (id integer);
  INSERT INTO second.only SELECT generate_series(1, 500);
  CREATE TABLE "Odd ""one"."Ta.ble" ("Col ""umn" integer);
  CREATE VIEW first.seen AS SELECT id FROM second.only;
  CREATE MATERIALIZED VIEW first.kept WITH (autovacuum_enabled = false) AS SELECT id FROM second.only;
  CREATE TABLE first.months (id integer, day date NOT NULL) PARTITION BY RANGE (day);
  CREATE TABLE first.months_1 PARTITION OF first.months FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
  CREATE TABLE first.months_2 PARTITION OF first.months FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
  CREATE TABLE first.months_else PARTITION OF first.months DEFAULT;
  INSERT INTO first.months SELECT i, DATE '2026-01-01' + i % 50 FROM generate_series(1, 100) AS r(i);
  CREATE TABLE first.days (at timestamptz) PARTITION BY RANGE (at);
  CREATE TABLE first.days_1 PARTITION OF first.days FOR VALUES FROM ('2026-01-01 00:00+00') TO ('2026-01-02 00:00+00');
  CREATE TABLE first.uneven (day date) PARTITION BY RANGE (day);
  CREATE TABLE first.uneven_1 PARTITION OF first.uneven FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
  CREATE TABLE first.uneven_2 PARTITION OF first.uneven FOR VALUES FROM ('2026-01-01') TO ('2026-01-09');
  CREATE TABLE first.regions (region text) PARTITION BY LIST (region);
  CREATE TABLE first.computed (name text) PARTITION BY LIST (lower(name));
  CREATE TABLE first.times (d date, ts timestamp, tz timestamptz, nothing date, i integer);
  INSERT INTO first.times VALUES
    ('2026-03-01', '2026-03-01 12:00:00.5', '2026-03-01 12:00+02', NULL, 1), ('2026-02-01', NULL, NULL, NULL, 2);
  ANALYZE second.only; ANALYZE first.months_1; ANALYZE first.months_2; ANALYZE first.months_else;`;

describe("a table is described", () => {
  test("column by column, in our types and in PostgreSQL's words", async () => {
    const [table] = await warehouse.describe([["first", "kinds"]]);
    const columns = table?.columns.map(({ name, type, nativeType }) => [name, type, nativeType]);
    expect(columns).toEqual([
      ["t", "string", "text"],
      ["v", "string", "character varying(10)"],
      ["c", "string", "character(3)"],
      ["i2", "int", "smallint"],
      ["i4", "int", "integer"],
      ["i8", "int", "bigint"],
      ["n", "decimal", "numeric(18,2)"],
      ["f4", "float", "real"],
      ["f8", "float", "double precision"],
      ["b", "boolean", "boolean"],
      ["d", "date", "date"],
      ["ts", "timestamp", "timestamp without time zone"],
      ["tz", "timestamptz", "timestamp with time zone"],
      ["iv", "interval", "interval"],
      ["u", "string", "uuid"],
      ["j", "unknown", "jsonb"],
      ["a", "unknown", "integer[]"],
      ["dom", "int", expect.stringMatching(/small$/)],
      ["e", "unknown", expect.stringMatching(/mood$/)],
    ]);
    expect(table?.columns.filter(({ isNullable }) => !isNullable).map(({ name }) => name)).toEqual(["t", "i8"]);
  });

  test("by its schema, its database, or where the search path finds it first", async () => {
    const database = new URL(url).pathname.slice(1);
    const paths = [["twice"], ["second", "twice"], [database, "second", "twice"], ["only"]];
    const tables = await warehouse.describe(paths);
    expect(tables.map((table) => table?.columns.map(({ name }) => name))).toEqual([["one"], ["two"], ["two"], ["id"]]);
    expect(tables.map((table) => table?.path)).toEqual(paths);
  });

  test("also with odd names; and what is not there is null, in its place", async () => {
    const tables = await warehouse.describe([
      ["nowhere"],
      ['Odd "one', "Ta.ble"],
      ["first", "only"],
      ["other", "first", "kinds"],
      ["KINDS"],
      ["a", "b", "first", "kinds"],
    ]);
    expect(tables.map((table) => table?.columns[0]?.name ?? null)).toEqual([null, 'Col "umn', null, null, null, null]);
  });

  test("as a table or a view, with the rows that the statistics tell", async () => {
    const tables = await warehouse.describe([["only"], ["seen"], ["kept"], ["times"], ["months"]]);
    expect(tables.map((table) => [table?.kind, table?.rows])).toEqual([
      ["table", 500],
      ["view", null],
      ["table", null],
      ["table", null],
      ["table", 100],
    ]);
  });

  test("with the column and the grain of its partitions", async () => {
    const tables = await warehouse.describe([["months"], ["days"], ["uneven"], ["regions"], ["computed"], ["only"]]);
    expect(tables.map((table) => table?.partition)).toEqual([
      { column: "day", grain: "month", isFilterRequired: false },
      { column: "at", grain: "day", isFilterRequired: false },
      { column: "day", grain: null, isFilterRequired: false },
      { column: "region", grain: null, isFilterRequired: false },
      null,
      null,
    ]);
  });
});

describe("an estimate", () => {
  test("tells columns and rows, and runs nothing", async () => {
    const text = "SELECT id, $1::numeric AS x, id AS id, pg_sleep(3600) IS NULL AS slept FROM second.only -- the end";
    expect(await warehouse.dryRun({ text, values: ["1.5"] })).toEqual({
      columns: [
        { name: "id", type: "INT" },
        { name: "x", type: "DECIMAL" },
        { name: "id", type: "INT" },
        { name: "slept", type: "BOOLEAN" },
      ],
      rows: 500,
      bytesProcessed: null,
    });
  });

  test("fails as a run would", async () => {
    await expect(warehouse.dryRun({ text: "SELECT nope FROM second.only", values: [] })).rejects.toMatchObject({
      kind: "missing",
    });
    await expect(warehouse.dryRun({ text: "ANALYZE SELECT 1", values: [] })).rejects.toMatchObject({
      kind: "statement",
    });
  });
});

describe("what we may do", () => {
  const reader = `reader_${process.pid}`;
  const open = () => openPostgres(url.replace("assay@", `${reader}@`));
  beforeAll(async () => {
    const loader = await openPostgresLoader(url);
    await loader.run(`CREATE ROLE ${reader} LOGIN; GRANT USAGE ON SCHEMA first TO ${reader};
      GRANT SELECT ON first.seen, first.kinds TO ${reader}; GRANT SELECT ON second.only TO ${reader};
      GRANT SELECT (i), UPDATE (i) ON first.times TO ${reader}; GRANT TRUNCATE ON first.months TO ${reader}`);
    await loader.close();
  });
  afterAll(async () => {
    const loader = await openPostgresLoader(url);
    await loader.run(`DROP OWNED BY ${reader}; DROP ROLE ${reader}`);
    await loader.close();
  });

  test("is told table by table", async () => {
    const own = await open();
    const paths = [
      ["first", "kinds"],
      ["first", "times"],
      ["first", "months"],
      ["second", "only"],
      ["first", "days"],
    ];
    const permissions = await own.permissions(paths);
    await own.close();
    expect(permissions.map(({ canRead, canWrite }) => [canRead, canWrite])).toEqual([
      [true, false],
      [true, true],
      [false, true],
      [false, false],
      [false, false],
    ]);
    expect(new Set(permissions.map(({ user }) => user))).toEqual(new Set([reader]));
  });

  test("is everything for a superuser", async () => {
    expect(await warehouse.permissions([["first", "kinds"]])).toEqual([
      { user: "assay", canRead: true, canWrite: true },
    ]);
  });

  test("a statement beyond it is denied", async () => {
    const own = await open();
    await expect(own.execute({ text: "SELECT * FROM first.months", values: [] })).rejects.toMatchObject({
      kind: "denied",
      message: "The warehouse does not let us read this.",
    });
    await own.close();
  });
});

test("data is as fresh as the latest time in its column; PostgreSQL itself keeps none", async () => {
  const of = (column: string | null) => warehouse.freshness({ table: ["first", "times"], column });
  expect(await of("d")).toBe("2026-03-01T00:00:00Z");
  expect(await of("ts")).toBe("2026-03-01T12:00:00.5Z");
  expect(await of("tz")).toBe("2026-03-01T10:00:00Z");
  expect(await of("nothing")).toBeNull();
  expect(await of(null)).toBeNull();
  await expect(of("i")).rejects.toMatchObject({ kind: "statement", message: 'Column "i" holds no times.' });
  await expect(of("nope")).rejects.toMatchObject({ kind: "missing" });
});
