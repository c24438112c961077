import { describe, expect, test } from "vitest";
import { type Row, readAll } from "../../src/warehouse/index.ts";
import type { BigQueryDouble } from "../support/bigquery-double/double.ts";
import type { Script } from "../support/bigquery-double/jobs.ts";
import { rowsOf, withBigQuery } from "../support/bigquery-double/with-bigquery.ts";
import { until } from "../support/until.ts";

const origin = { requestId: "r-1", metrics: ["net_revenue"], principal: "d1gest", consumer: "finance-app" };

const numbers = (count: number): Script => ({
  fields: [["n", "INTEGER"]],
  rows: Array.from({ length: count }, (_, index) => [`${index}`]),
});

const untilTold = (count: number): Script => ({ ...numbers(count), runMs: 3_600_000, onCancel: "completes" });

/** Ends the jobs that run until told. */
function complete(double: BigQueryDouble): void {
  for (const job of double.jobs.values()) job.cancel();
}

describe("a statement", () => {
  test("is a job with an id of ours, typed parameters, labels and limits", () =>
    withBigQuery(
      async (warehouse, double) => {
        await rowsOf(
          warehouse,
          "SELECT @p1, @p2, @p3, @p4, @p5, @p6",
          { origin, limits: { maxBytesBilled: 5_000_000_000 } },
          ["it's {{projectId}}", 7, 1.5, true, null, 2 ** 60],
        );
        expect(double.bodies("insert")).toEqual([
          {
            configuration: {
              query: {
                query: "SELECT @p1, @p2, @p3, @p4, @p5, @p6",
                useLegacySql: false,
                defaultDataset: { projectId: "acme", datasetId: "shop" },
                priority: "BATCH",
                maximumBytesBilled: "4000000000",
                parameterMode: "NAMED",
                queryParameters: [
                  parameter("p1", "STRING", "it's {{projectId}}"),
                  parameter("p2", "INT64", "7"),
                  parameter("p3", "FLOAT64", "1.5"),
                  parameter("p4", "BOOL", "true"),
                  parameter("p5", "STRING", null),
                  parameter("p6", "FLOAT64", "1152921504606847000"),
                ],
              },
              labels: {
                metric: "net_revenue",
                consumer: "finance-app",
                environment: "production",
                query_digest: expect.stringMatching(/^[0-9a-f]{32}$/),
              },
              jobTimeoutMs: "300000",
            },
            jobReference: {
              projectId: "acme",
              jobId: expect.stringMatching(/^assay_[0-9a-f-]{36}$/),
              location: "EU",
            },
          },
        ]);
        expect(double.asked.map(({ authorization }) => authorization)).not.toContainEqual(expect.anything());
      },
      { priority: "BATCH", environment: "Production", maxBytesBilled: 4_000_000_000 },
    ));

  test("has labels that BigQuery takes, whatever the names are", () =>
    withBigQuery(async (warehouse, double) => {
      const metrics = ["Größe: Umsatz ".repeat(9), "orders", "returns"];
      await rowsOf(warehouse, "SELECT 1", { origin: { ...origin, metrics, consumer: "Sheets Add-on" } });
      await rowsOf(warehouse, "SELECT 1", { origin: { ...origin, metrics: [] } });
      await rowsOf(warehouse, "SELECT 2");
      const [many, none, nobody] = double.bodies("insert").map(labelsOf);
      expect(many).toMatchObject({ more_metrics: "2", consumer: "sheets_add-on" });
      expect(many?.["metric"]).toMatch(/^gr__e__umsatz_gr__e/);
      expect(Object.keys(none ?? {})).toEqual(["consumer", "query_digest"]);
      expect(Object.keys(nobody ?? {})).toEqual(["query_digest"]);
      expect(none?.["query_digest"]).toBe(many?.["query_digest"]);
      expect(nobody?.["query_digest"]).not.toBe(many?.["query_digest"]);
    }));

  test("tells its deadline to BigQuery", () =>
    withBigQuery(async (warehouse, double) => {
      await rowsOf(warehouse, "SELECT 1", { deadline: performance.now() + 20_000 });
      const [body] = double.bodies("insert");
      expect(body).toMatchObject({ configuration: { jobTimeoutMs: expect.stringMatching(/^(1\d{4}|20000)$/) } });
    }));

  test("is waited for as long as BigQuery holds its answer back, and again", () =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => ({ ...untilTold(1), holdMs: 1 });
      const begun = performance.now();
      const answer = rowsOf(warehouse);
      await until(() => double.count("results") >= 6);
      // A server that answers at once, though it has nothing to say, is not asked without pause.
      expect(performance.now() - begun).toBeGreaterThan(5 * 90);
      complete(double);
      expect(await answer).toEqual([["0"]]);
    }));

  test("tells while it runs how much it has read, where BigQuery says", () =>
    withBigQuery(async (warehouse, double) => {
      const told: (number | null)[] = [];
      const ask = async () => readAll(await warehouse.execute({ text: "SELECT 1", values: [] }, { onProgress }));
      const onProgress = (bytes: number | null) => told.push(bytes);
      for (const bytesSoFar of [4_096, null]) {
        double.script = () => ({ ...untilTold(1), holdMs: 50, ...(bytesSoFar !== null && { bytesSoFar }) });
        const answer = ask();
        await until(() => told.length >= 2);
        complete(double);
        await answer;
        expect(new Set(told.splice(0))).toEqual(new Set([bytesSoFar]));
      }
    }));

  test("says what it read, what it costs and where it ran", () =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => ({ bytesProcessed: 1_000, bytesBilled: 10_485_760, cacheHit: true });
      const { run } = await warehouse.execute({ text: "SELECT 1", values: [] });
      expect(run).toEqual({
        servedBy: "acme",
        dataAsOf: null,
        bytesProcessed: 1_000,
        bytesBilled: 10_485_760,
        isFromEngineCache: true,
      });
    }));

  test("goes over connections that are kept, and none is left at the end", () =>
    withBigQuery(async (warehouse, double) => {
      for (let index = 0; index < 5; index++) await rowsOf(warehouse);
      expect(await double.connections()).toBe(1);
      await warehouse.close();
      await until(async () => (await double.connections()) === 0);
    }));
});

describe("an answer", () => {
  test("comes page by page, each only when the one before was taken", () =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => numbers(12_001);
      const { batches } = await warehouse.execute({ text: "SELECT n", values: [] });
      const sizes: number[] = [];
      const rows: Row[] = [];
      for await (const batch of batches) {
        sizes.push(batch.length);
        rows.push(...batch);
        expect(double.count("results")).toBe(sizes.length);
      }
      expect(sizes).toEqual([5_000, 5_000, 2_001]);
      expect(rows).toEqual(numbers(12_001).rows);
    }));

  test("may be left before its end", () =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => ({ ...numbers(10), pageRows: 2 });
      const { batches } = await warehouse.execute({ text: "SELECT n", values: [] });
      for await (const _ of batches) break;
      expect(double.count("results")).toBe(1);
      expect(double.runningJobs).toBe(0);
    }));

  test("without rows has its columns all the same", () =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => numbers(0);
      const result = await warehouse.execute({ text: "SELECT n", values: [] });
      expect(result.columns).toEqual([{ name: "n", type: "INT" }]);
      expect(await readAll(result)).toEqual([]);
    }));

  test("that grows beyond a limit fails as a whole", () =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => ({ ...numbers(10), pageRows: 4 });
      await expect(rowsOf(warehouse, "SELECT n", { limits: { maxRows: 9 } })).rejects.toMatchObject({
        kind: "too-large",
      });
      expect(await rowsOf(warehouse, "SELECT n", { limits: { maxRows: 10 } })).toHaveLength(10);
    }));
});

test("a dry run tells columns and bytes, and makes no job", () =>
  withBigQuery(async (warehouse, double) => {
    double.script = () => ({ fields: [["day", "DATE"]], bytesProcessed: 123_456 });
    const estimate = await warehouse.dryRun({ text: "SELECT @p1", values: ["x"] }, { origin });
    expect(estimate).toEqual({ columns: [{ name: "day", type: "DATE" }], bytesProcessed: 123_456, rows: null });
    expect(double.jobs.size).toBe(0);
    expect(double.bodies("insert")).toMatchObject([
      { configuration: { dryRun: true, labels: { consumer: "finance-app" } } },
    ]);
    double.script = () => ({ fails: { reason: "invalidQuery", status: 400, message: "Syntax error at [1:8]" } });
    await expect(warehouse.dryRun({ text: "SELECT (", values: [] })).rejects.toMatchObject({
      kind: "statement",
      cause: { message: "Syntax error at [1:8]" },
    });
  }));

function parameter(name: string, type: string, value: string | null) {
  return { name, parameterType: { type }, parameterValue: { value } };
}

function labelsOf(body: unknown): Record<string, string> {
  expect(body).toMatchObject({ configuration: { labels: expect.any(Object) } });
  return JSON.parse(JSON.stringify(body)).configuration.labels;
}
