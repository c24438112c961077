import { describe, expect, test } from "vitest";
import { openWarehouse, type WarehouseErrorKind } from "../../src/warehouse/index.ts";
import type { Endpoint, Fault } from "../support/bigquery-double/double.ts";
import type { Failure, Script } from "../support/bigquery-double/jobs.ts";
import { rowsOf, withBigQuery } from "../support/bigquery-double/with-bigquery.ts";

const threeRows: Script = {
  fields: [
    ["day", "DATE"],
    ["n", "INTEGER"],
  ],
  rows: [
    ["2026-01-01", "1"],
    ["2026-01-02", "2"],
    ["2026-01-03", null],
  ],
  pageRows: 2,
};

const unavailable: Fault = { status: 503, reason: "backendError" };
const tooFast: Fault = { status: 403, reason: "rateLimitExceeded" };
const quotaUsedUp: Fault = { status: 403, reason: "quotaExceeded" };

describe("what passes is tried again", () => {
  test.each<[Endpoint, string, readonly Fault[]]>([
    ["insert", "is refused for a moment", [unavailable, { status: 500, reason: "internalError" }]],
    ["insert", "comes too fast", [tooFast]],
    ["insert", "comes too fast, in the word of HTTP", [{ status: 429, reason: "" }]],
    ["insert", "meets a proxy in trouble", [{ status: 502, reason: "" }, "reset"]],
    ["insert", "is answered in part", ["cut"]],
    ["insert", "gets no answer though the job was made", ["lose"]],
    ["insert", "gets no answer twice", ["lose", "lose"]],
    ["results", "loses its connection", ["reset", "lose"]],
    ["results", "is answered in part", ["cut"]],
    ["results", "is refused for a moment", [unavailable, tooFast]],
    ["get", "is refused for a moment", [unavailable, "reset"]],
  ])("%s that %s, and one job answers in full", (endpoint, _, faults) =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => threeRows;
      double.fault(endpoint, ...faults);
      expect(await rowsOf(warehouse)).toEqual(threeRows.rows);
      expect(double.jobs.size).toBe(1);
    }),
  );

  test("a page that breaks off is read again, and no row comes twice", () =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => threeRows;
      const { batches } = await warehouse.execute({ text: "SELECT 1", values: [] });
      double.fault("results", "cut", "reset");
      const rows = [];
      for await (const batch of batches) rows.push(...batch);
      expect(rows).toEqual(threeRows.rows);
      expect(double.count("results")).toBe(4);
    }));

  test("a job that BigQuery could not finish is followed by one other", () =>
    withBigQuery(async (warehouse, double) => {
      const fails = { reason: "jobBackendError", status: 400, message: "The job encountered an internal error." };
      double.script = () => (double.jobs.size === 0 ? { fails } : threeRows);
      expect(await rowsOf(warehouse)).toEqual(threeRows.rows);
      expect([...double.jobs.keys()]).toHaveLength(2);
      double.script = () => ({ fails });
      await expect(rowsOf(warehouse)).rejects.toMatchObject({ kind: "unavailable", cause: { reason: fails.reason } });
      expect(double.jobs.size).toBe(4);
    }));
});

describe("what lasts is told at once", () => {
  test.each<[string, WarehouseErrorKind, Fault]>([
    ["a quota is used up", "busy", quotaUsedUp],
    ["we may not read", "denied", { status: 403, reason: "accessDenied" }],
    ["our credentials are refused", "denied", { status: 401, reason: "authError" }],
    ["there is no such dataset", "missing", { status: 404, reason: "notFound" }],
    ["the statement is wrong", "statement", { status: 400, reason: "invalidQuery" }],
  ])("%s: %s", (_, kind, fault) =>
    withBigQuery(async (warehouse, double) => {
      double.fault("insert", fault);
      await expect(rowsOf(warehouse)).rejects.toMatchObject({ name: "WarehouseError", kind });
      expect(double.asked).toHaveLength(1);
    }),
  );

  test("a used-up quota is told by name, apart from requests that come too fast", () =>
    withBigQuery(async (warehouse, double) => {
      double.fault("insert", quotaUsedUp);
      await expect(rowsOf(warehouse)).rejects.toMatchObject({
        message: expect.stringMatching(/^A quota of the warehouse is used up\.(?!.*moment)/),
      });
    }));

  test("trouble that does not pass is told after three attempts", () =>
    withBigQuery(async (warehouse, double) => {
      double.fault("insert", tooFast, tooFast, tooFast);
      await expect(rowsOf(warehouse)).rejects.toMatchObject({
        kind: "busy",
        message: "The warehouse has too much to do now. Try again in a moment.",
      });
      expect(double.count("insert")).toBe(3);
      double.fault("results", "reset", unavailable, "cut");
      await expect(rowsOf(warehouse)).rejects.toMatchObject({ kind: "unavailable" });
      expect(double.count("results")).toBe(3);
    }));

  test("in long trouble most requests are sent once, so that ours do not add to it", () =>
    withBigQuery(async (warehouse, double) => {
      const many = 100;
      double.fault("insert", ...Array.from({ length: 3 * many }, () => unavailable));
      const failures = await Promise.allSettled(Array.from({ length: many }, () => rowsOf(warehouse)));
      expect(failures.every(({ status }) => status === "rejected")).toBe(true);
      // At first ten, then a tenth of all requests; jobs that may exist are looked after besides.
      const others = double.asked.length - double.count("insert");
      expect(double.count("insert")).toBeLessThanOrEqual(many + 10 + (many + others) / 10 + 1);
    }));
});

describe("a job that fails", () => {
  test.each<[WarehouseErrorKind, Failure]>([
    ["missing", job("notFound", "Not found: Table acme:shop.orders was not found in location EU", 404)],
    ["missing", job("invalidQuery", "Unrecognized name: amout; Did you mean amount? at [1:8]")],
    ["denied", job("accessDenied", "Access Denied: Table acme:shop.orders: User does not have permission", 403)],
    ["too-large", job("resourcesExceeded", "Resources exceeded during query execution")],
    ["too-large", job("responseTooLarge", "Response too large to return", 403)],
    [
      "too-large",
      job(
        "invalidQuery",
        "Cannot query over table 'shop.events' without a filter over column(s) 'day' that can be used",
      ),
    ],
    ["busy", job("quotaExceeded", "Quota exceeded: Your project exceeded quota for concurrent queries", 403)],
    ["out-of-range", job("invalidQuery", "int64 overflow: 9223372036854775807 + 1")],
    ["not-convertible", job("invalidQuery", "Bad int64 value: secret-value")],
    ["not-convertible", job("invalidQuery", "Invalid NUMERIC value: secret-value")],
    ["not-convertible", job("invalidQuery", "Could not cast literal 'x' to type DATE at [1:13]")],
    ["statement", job("invalidQuery", "Syntax error: Unexpected end of script at [1:8]")],
    ["aborted", job("stopped", "Job execution was cancelled: User requested cancellation")],
    ["timeout", job("timeout", "Operation timed out after 6.0 hours")],
    ["unavailable", job("jobInternalError", "Your job failed within BigQuery")],
  ])("is told as %s, with BigQuery's words in the cause only: %o", (kind, fails) =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => ({ fails });
      const failure = rowsOf(warehouse);
      await expect(failure).rejects.toMatchObject({ kind, cause: { message: fails.message } });
      await expect(failure).rejects.not.toThrow(fails.message);
      expect(double.jobs.size).toBe(1);
    }),
  );

  test("for its price is too large, and is not tried again", () =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => ({ bytesBilled: 20_000_000 });
      const limits = { maxBytesBilled: 10_000_000 };
      await expect(rowsOf(warehouse, "SELECT 1", { limits })).rejects.toMatchObject({
        kind: "too-large",
        cause: { reason: "bytesBilledLimitExceeded" },
      });
      expect(double.jobs.size).toBe(1);
    }));

  test("in the answer to its creation is told the same", () =>
    withBigQuery(async (warehouse, double) => {
      const errorResult = { reason: "notFound", message: "Not found: Table acme:shop.orders" };
      double.fault("insert", { change: (answer) => ({ ...answer, status: { state: "DONE", errorResult } }) });
      await expect(rowsOf(warehouse)).rejects.toMatchObject({ kind: "missing", cause: errorResult });
    }));
});

function job(reason: string, message: string, status = 400): Failure {
  return { reason, message, status };
}

test("an endpoint that is not there could not be reached, which is no word about a statement", async () => {
  const bigquery = { apiEndpoint: "http://127.0.0.1:1" };
  for (const url of ["bigquery://acme/shop", "bigquery://acme/shop?location=EU"]) {
    await expect(openWarehouse(url, { bigquery })).rejects.toMatchObject({
      kind: "unavailable",
      message: "bigquery://acme/shop at http://127.0.0.1:1 could not be reached.",
    });
  }
});
