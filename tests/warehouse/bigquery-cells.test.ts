import { expect, test } from "vitest";
import { type Cell, readAll } from "../../src/warehouse/index.ts";
import { rowsOf, withBigQuery } from "../support/bigquery-double/with-bigquery.ts";

/** Type and text as the wire holds them; the contract's type and spelling. */
const SPELLINGS: readonly (readonly [string, string | null, string, Cell])[] = [
  ["STRING", "Grüße 🌍", "STRING", "Grüße 🌍"],
  ["STRING", "", "STRING", ""],
  ["STRING", "NaN", "STRING", "NaN"],
  ["STRING", null, "STRING", null],
  ["BYTES", "AAEC/w==", "STRING", "AAEC/w=="],
  ["JSON", '{"a":1.50}', "STRING", '{"a":1.50}'],
  ["TIME", "13:05:00.500000", "STRING", "13:05:00.500000"],
  ["INTERVAL", "1-2 3 4:5:6", "STRING", "1-2 3 4:5:6"],
  ["GEOGRAPHY", "POINT(1 2)", "STRING", "POINT(1 2)"],
  ["INTEGER", "9223372036854775807", "INT", "9223372036854775807"],
  ["INT64", "-9223372036854775808", "INT", "-9223372036854775808"],
  ["INTEGER", "9007199254740993", "INT", "9007199254740993"],
  ["INTEGER", null, "INT", null],
  ["NUMERIC", "12.50", "DECIMAL", "12.50"],
  ["NUMERIC", "99999999999999999999999999999.999999999", "DECIMAL", "99999999999999999999999999999.999999999"],
  ["NUMERIC", "-0.000000001", "DECIMAL", "-0.000000001"],
  ["NUMERIC", null, "DECIMAL", null],
  [
    "BIGNUMERIC",
    "578960446186580977117854925043439539266.34992332820282019728792003956564819967",
    "DECIMAL",
    "578960446186580977117854925043439539266.34992332820282019728792003956564819967",
  ],
  ["FLOAT", "1.5E10", "FLOAT", 1.5e10],
  ["FLOAT64", "-1.0E-300", "FLOAT", -1e-300],
  ["FLOAT", "0.1", "FLOAT", 0.1],
  ["FLOAT", null, "FLOAT", null],
  ["BOOLEAN", "true", "BOOLEAN", true],
  ["BOOL", "false", "BOOLEAN", false],
  ["BOOLEAN", null, "BOOLEAN", null],
  ["DATE", "2026-03-29", "DATE", "2026-03-29"],
  ["DATE", "0001-01-01", "DATE", "0001-01-01"],
  ["DATE", "9999-12-31", "DATE", "9999-12-31"],
  ["DATE", null, "DATE", null],
  ["DATETIME", "2026-01-01T13:00:00", "TIMESTAMP", "2026-01-01T13:00:00"],
  ["DATETIME", "2026-01-01T13:00:00.250000", "TIMESTAMP", "2026-01-01T13:00:00.25"],
  ["DATETIME", "0001-01-01T00:00:00.000001", "TIMESTAMP", "0001-01-01T00:00:00.000001"],
  ["TIMESTAMP", "0", "TIMESTAMP", "1970-01-01T00:00:00Z"],
  ["TIMESTAMP", "1767272400123456", "TIMESTAMP", "2026-01-01T13:00:00.123456Z"],
  ["TIMESTAMP", "1767272400100000", "TIMESTAMP", "2026-01-01T13:00:00.1Z"],
  ["TIMESTAMP", "-1", "TIMESTAMP", "1969-12-31T23:59:59.999999Z"],
  ["TIMESTAMP", "-62135596800000000", "TIMESTAMP", "0001-01-01T00:00:00Z"],
  ["TIMESTAMP", "253402300799999999", "TIMESTAMP", "9999-12-31T23:59:59.999999Z"],
  ["TIMESTAMP", null, "TIMESTAMP", null],
];

test("every value comes out in the spelling of the contract, to the last digit", () =>
  withBigQuery(async (warehouse, double) => {
    double.script = () => ({
      fields: SPELLINGS.map(([type], index) => [`c${index}`, type]),
      rows: [SPELLINGS.map(([, text]) => text)],
    });
    const result = await warehouse.execute({ text: "SELECT 1", values: [] });
    expect(result.columns).toEqual(SPELLINGS.map(([, , type], index) => ({ name: `c${index}`, type })));
    expect(await readAll(result)).toEqual([SPELLINGS.map(([, , , cell]) => cell)]);
  }));

test.each([
  ["FLOAT", "NaN"],
  ["FLOAT", "Infinity"],
  ["FLOAT64", "-Infinity"],
  ["FLOAT", "1.8E400"],
  ["TIMESTAMP", "253402300800000000"],
])("a %s of %s has no spelling, and the answer fails", (type, text) =>
  withBigQuery(async (warehouse, double) => {
    double.script = () => ({ fields: [["ratio", type]], rows: [["1"], [text]].slice(1) });
    await expect(rowsOf(warehouse)).rejects.toMatchObject({
      kind: "out-of-range",
      message: `Column "ratio" holds ${text}, which has no spelling in a result.`,
    });
  }),
);

test.each([
  ["INTEGER", "1.0"],
  ["INTEGER", "1e3"],
  ["NUMERIC", "1e-9"],
  ["NUMERIC", "NaN"],
  ["BOOLEAN", "TRUE"],
  ["DATE", "2026-1-1"],
  ["DATETIME", "2026-01-01 13:00:00"],
  ["TIMESTAMP", "1.7672724E9"],
  ["TIMESTAMP", "2026-01-01T13:00:00Z"],
])("a %s of %s is not BigQuery's spelling, and is not guessed at", (type, text) =>
  withBigQuery(async (warehouse, double) => {
    double.script = () => ({ fields: [["c", type]], rows: [[text]] });
    await expect(rowsOf(warehouse)).rejects.toMatchObject({ kind: "unavailable" });
  }),
);
