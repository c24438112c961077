import { describe, expect, test } from "vitest";
import type { Script } from "../support/bigquery-double/jobs.ts";
import { withBigQuery } from "../support/bigquery-double/with-bigquery.ts";

const columns = [
  { name: "id", type: "INTEGER", mode: "REQUIRED" },
  { name: "amount", type: "NUMERIC", mode: "NULLABLE" },
  { name: "huge", type: "BIGNUMERIC" },
  { name: "ratio", type: "FLOAT64" },
  { name: "is_paid", type: "BOOLEAN" },
  { name: "note", type: "STRING" },
  { name: "day", type: "DATE" },
  { name: "at", type: "TIMESTAMP" },
  { name: "local_at", type: "DATETIME" },
  { name: "span", type: "INTERVAL" },
  { name: "tags", type: "STRING", mode: "REPEATED" },
  { name: "address", type: "RECORD", fields: [{ name: "city", type: "STRING" }] },
];

const orders = {
  type: "TABLE",
  schema: { fields: columns },
  numRows: "1234567",
  lastModifiedTime: "1767272400123",
  timePartitioning: { type: "DAY", field: "day" },
  requirePartitionFilter: true,
};

const noColumns = { schema: { fields: [] }, numRows: "0" };

describe("a table", () => {
  test("is described: columns, types, nulls, partitions, rows", () =>
    withBigQuery(async (warehouse, double) => {
      double.tables.set("acme.shop.orders", orders);
      const [description] = await warehouse.describe([["orders"]]);
      expect(description).toMatchObject({
        path: ["orders"],
        kind: "table",
        partition: { column: "day", grain: "day", isFilterRequired: true },
        rows: 1_234_567,
      });
      const told = description?.columns.map((column) => Object.values(column).join(" "));
      expect(told).toEqual([
        "id int INTEGER false",
        "amount decimal NUMERIC true",
        "huge decimal BIGNUMERIC true",
        "ratio float FLOAT64 true",
        "is_paid boolean BOOLEAN true",
        "note string STRING true",
        "day date DATE true",
        "at timestamptz TIMESTAMP true",
        "local_at timestamp DATETIME true",
        "span interval INTERVAL true",
        "tags unknown ARRAY<STRING> true",
        "address unknown RECORD true",
      ]);
    }));

  test("is found by its own name, with its dataset, with its project, and else is null", () =>
    withBigQuery(async (warehouse, double) => {
      double.tables.set("acme.shop.orders", orders);
      double.tables.set("elsewhere.data.orders", { ...noColumns, type: "TABLE" });
      const paths = [["orders"], ["shop", "orders"], ["gone"], ["elsewhere", "data", "orders"], ["data", "orders"]];
      const found = await warehouse.describe(paths);
      expect(found.map((each) => each?.path ?? null)).toEqual([paths[0], paths[1], null, paths[3], null]);
      double.fault("table", { status: 403, reason: "accessDenied" });
      expect(await warehouse.describe([["orders"]])).toEqual([null]);
      double.fault("table", { status: 403, reason: "quotaExceeded" });
      await expect(warehouse.describe([["orders"]])).rejects.toMatchObject({ kind: "busy" });
    }));

  test.each([
    [{ timePartitioning: { type: "HOUR" } }, { column: "_PARTITIONTIME", grain: "hour", isFilterRequired: false }],
    [{ timePartitioning: { type: "MONTH", field: "day" } }, { column: "day", grain: "month", isFilterRequired: false }],
    [
      { timePartitioning: { type: "YEAR", field: "at", requirePartitionFilter: true } },
      { column: "at", grain: "year", isFilterRequired: true },
    ],
    [
      { rangePartitioning: { field: "id", range: { start: "0", end: "100", interval: "10" } } },
      { column: "id", grain: null, isFilterRequired: false },
    ],
    [{}, null],
  ])("cut apart by %o is told as %o", (partitioning, partition) =>
    withBigQuery(async (warehouse, double) => {
      double.tables.set("acme.shop.t", { ...noColumns, type: "TABLE", ...partitioning });
      expect(await warehouse.describe([["t"]])).toMatchObject([{ partition }]);
    }),
  );

  test("is a view where BigQuery says so, and then has no count of rows", () =>
    withBigQuery(async (warehouse, double) => {
      double.tables.set("acme.shop.v", { type: "VIEW", schema: { fields: [] }, lastModifiedTime: "1767272400123" });
      expect(await warehouse.describe([["v"]])).toMatchObject([{ kind: "view", rows: null, partition: null }]);
      // When its text changed says nothing of its rows.
      expect(await warehouse.freshness({ table: ["v"], column: null })).toBeNull();
    }));

  test("that is described in no words of BigQuery's is an error", () =>
    withBigQuery(async (warehouse, double) => {
      for (const table of [{}, { schema: {}, numRows: 7 }, { schema: { fields: [7] } }, { schema: [] }]) {
        double.tables.set("acme.shop.t", table);
        await expect(warehouse.describe([["t"]])).rejects.toMatchObject({ kind: "unavailable" });
      }
    }));
});

describe("freshness", () => {
  test("is when BigQuery changed the table last", () =>
    withBigQuery(async (warehouse, double) => {
      double.tables.set("acme.shop.orders", orders);
      expect(await warehouse.freshness({ table: ["orders"], column: null })).toBe("2026-01-01T13:00:00.123Z");
      expect(await warehouse.freshness({ table: ["gone"], column: null })).toBeNull();
    }));

  test.each<[string, string | null, string | null]>([
    ["DATE", "2026-01-31", "2026-01-31T00:00:00Z"],
    ["TIMESTAMP", "1767272400500000", "2026-01-01T13:00:00.5Z"],
    ["DATETIME", "2026-01-01T13:00:00", "2026-01-01T13:00:00Z"],
    ["TIMESTAMP", null, null],
  ])("by a column of type %s is its latest value", (type, latest, expected) =>
    withBigQuery(async (warehouse, double) => {
      const texts: string[] = [];
      double.script = (text): Script => {
        texts.push(text);
        return { fields: [["f0_", type]], rows: [[latest]] };
      };
      expect(await warehouse.freshness({ table: ["shop", "or`ders"], column: "at" })).toBe(expected);
      expect(texts).toEqual(["SELECT MAX(`at`) FROM `shop`.`or\\`ders` WHERE `at` >= '0001-01-01'"]);
    }),
  );

  test("by a column that holds no times is refused", () =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => ({ fields: [["f0_", "INTEGER"]], rows: [["7"]] });
      await expect(warehouse.freshness({ table: ["orders"], column: "id" })).rejects.toMatchObject({
        kind: "statement",
        message: 'Column "id" holds no times.',
      });
    }));
});

describe("permissions", () => {
  const asOurselves = (): Script => ({ fields: [["f0_", "STRING"]], rows: [["assay@acme.example"]] });

  test("are those that BigQuery says we have", () =>
    withBigQuery(async (warehouse, double) => {
      double.script = asOurselves;
      double.tables.set("acme.shop.orders", orders);
      const user = "assay@acme.example";
      double.permissions = ["bigquery.tables.getData"];
      expect(await warehouse.permissions([["orders"]])).toEqual([{ user, canRead: true, canWrite: false }]);
      double.permissions = ["bigquery.tables.getData", "bigquery.tables.updateData"];
      expect(await warehouse.permissions([["orders"]])).toEqual([{ user, canRead: true, canWrite: true }]);
      double.permissions = [];
      expect(await warehouse.permissions([["orders"]])).toEqual([{ user, canRead: false, canWrite: false }]);
    }));

  test("are tried out where nobody can tell", () =>
    withBigQuery(async (warehouse, double) => {
      double.tables.set("acme.shop.orders", orders);
      double.script = asOurselves;
      const unknown = { status: 501, reason: "notImplemented" };
      double.fault("permissions", unknown);
      expect(await warehouse.permissions([["orders"]])).toMatchObject([{ canRead: true, canWrite: null }]);
      double.fault("permissions", unknown);
      const denied = { reason: "accessDenied", status: 403, message: "Access Denied" };
      double.script = (text) => (text.includes("orders") ? { fails: denied } : asOurselves());
      expect(await warehouse.permissions([["orders"]])).toMatchObject([{ canRead: false, canWrite: null }]);
      expect(double.jobs.size).toBe(2); // who we are; the trial is a dry run
    }));
});
