import { expect, test } from "vitest";
import type { Endpoint, Fault } from "../support/bigquery-double/double.ts";
import type { Script } from "../support/bigquery-double/jobs.ts";
import { rowsOf, withBigQuery } from "../support/bigquery-double/with-bigquery.ts";

const twoPages: Script = {
  fields: [["n", "INTEGER"]],
  rows: [["1"], ["2"], ["3"]],
  pageRows: 2,
};

const without = (key: string): Fault => ({ change: ({ [key]: _, ...answer }) => answer });
const withA = (changes: Record<string, unknown>): Fault => ({ change: (answer) => ({ ...answer, ...changes }) });
const field = (type: unknown) => withA({ schema: { fields: [{ name: "n", type }] } });

test.each<[string, Endpoint, Fault]>([
  ["a page of a proxy", "insert", { text: "<html>Bad gateway</html>" }],
  ["nothing", "insert", { text: "" }],
  ["a list", "insert", { text: "[]" }],
  ["null", "insert", { text: "null" }],
  ["no status", "insert", without("status")],
  ["no job", "insert", without("jobReference")],
  ["another job", "insert", withA({ jobReference: { jobId: "another", location: "EU" } })],
  ["a number for a place", "insert", { change: (answer) => withPlace(answer, 7) }],
  ["no JSON", "results", { text: '{"jobComplete": tr' }],
  ["no word of the end", "results", without("jobComplete")],
  ["no schema", "results", without("schema")],
  ["fields that are none", "results", withA({ schema: { fields: "n" } })],
  ["a column without a name", "results", withA({ schema: { fields: [{ type: "INTEGER" }] } })],
  ["rows that are none", "results", withA({ rows: { f: [] } })],
  ["a row that is none", "results", withA({ rows: [7] })],
  ["too few cells", "results", withA({ rows: [{ f: [] }] })],
  ["too many cells", "results", withA({ rows: [{ f: [{ v: "1" }, { v: "2" }] }] })],
  ["a cell that is none", "results", withA({ rows: [{ f: ["1"] }] })],
  ["a cell without a value", "results", withA({ rows: [{ f: [{}] }] })],
  ["a cell of another type", "results", withA({ rows: [{ f: [{ v: "one" }] }] })],
  ["a cell that is a number", "results", withA({ rows: [{ f: [{ v: 12 }] }] })],
  ["a count that is none", "results", withA({ totalRows: "three" })],
  ["fewer rows than it says", "results", withA({ totalRows: "4" })],
  ["an end before the last row", "results", without("pageToken")],
  ["a page that leads to itself", "results", withA({ pageToken: "0" })],
  ["no statistics", "get", without("statistics")],
  ["costs that are none", "get", withA({ statistics: { query: { totalBytesBilled: "much" } } })],
])("%s in answer to %s fails the statement, and only that", (_, endpoint, fault) =>
  withBigQuery(async (warehouse, double) => {
    double.script = () => twoPages;
    double.fault(endpoint, fault, fault);
    await expect(rowsOf(warehouse)).rejects.toMatchObject({
      kind: "unavailable",
      message: "The warehouse gave an answer that cannot be understood.",
      cause: { message: expect.stringContaining("Unexpected answer of BigQuery") },
    });
    // The process stands, and so does the warehouse.
    double.noFault();
    expect(await rowsOf(warehouse)).toEqual(twoPages.rows);
  }),
);

test("pages that lead in a circle end it as soon as there are too many rows", () =>
  withBigQuery(async (warehouse, double) => {
    double.script = () => twoPages;
    const untouched = withA({});
    const back = withA({ pageToken: "0" });
    double.fault("results", untouched, back, untouched, back, untouched, back);
    await expect(rowsOf(warehouse)).rejects.toMatchObject({ kind: "unavailable" });
    expect(double.count("results")).toBe(3);
  }));

test("a server whose dry run tells no columns is asked for no rows", () =>
  withBigQuery(async (warehouse, double) => {
    double.script = () => ({ fields: [["day", "DATE"]], bytesProcessed: 12 });
    double.fault("insert", { change: (answer) => ({ ...answer, statistics: { totalBytesProcessed: "12" } }) });
    const estimate = await warehouse.dryRun({ text: "SELECT @p1 -- day", values: ["x"] });
    expect(estimate).toEqual({ columns: [{ name: "day", type: "DATE" }], bytesProcessed: 12, rows: null });
    expect(double.bodies("insert").at(-1)).toMatchObject({
      configuration: { query: { query: "SELECT * FROM (\nSELECT @p1 -- day\n) LIMIT 0" } },
    });
  }));

test("a column of lists, records or an unknown type is refused by name", () =>
  withBigQuery(async (warehouse, double) => {
    for (const fault of [field("TABLE"), field(null), field("RECORD"), field("STRUCT")]) {
      double.fault("results", fault);
      await expect(rowsOf(warehouse)).rejects.toMatchObject({ kind: "statement", message: /^Column "n" holds/ });
    }
    double.script = () => ({ fields: [["n", "INTEGER", "REPEATED"]], rows: [[[{ v: "1" }]]] });
    await expect(rowsOf(warehouse)).rejects.toThrow('Column "n" holds lists');
  }));

test("a refusal in other words than BigQuery's is one all the same", () =>
  withBigQuery(async (warehouse, double) => {
    double.fault("insert", { status: 403, reason: "" });
    await expect(rowsOf(warehouse)).rejects.toMatchObject({ kind: "denied" });
    double.fault("results", { change: () => ({ error: "no object" }) });
    await expect(rowsOf(warehouse)).rejects.toMatchObject({ kind: "unavailable" });
  }));

function withPlace(answer: Record<string, unknown>, location: unknown) {
  return { ...answer, jobReference: Object.assign({}, answer["jobReference"], { location }) };
}
