/** What the gate makes of failures, of engines as they are. */
import { describe, expect, test } from "vitest";
import {
  type GateHooks,
  guarded,
  openDuckDb,
  readAll,
  type Warehouse,
  WarehouseError,
  type WarehouseErrorKind,
} from "../../../src/warehouse/index.ts";
import { until } from "../../support/until.ts";
import { failureOf, quiet, rowsOf, withPostgres } from "./support.ts";

describe("a warehouse that cannot be reached", () => {
  test("holds a statement until its deadline, and its turn no longer", () =>
    withPostgres({ maxConnections: 2 }, { concurrency: 1 }, async (warehouse, proxy, activeIn) => {
      const held = failureOf(rowsOf(warehouse, "SELECT pg_sleep(3602)", { deadline: performance.now() + 3_000 }));
      await until(async () => (await activeIn("pg_sleep(3602)")) === 1);
      proxy.set("hold");
      expect(await held).toMatchObject({ kind: "timeout" });
      expect(warehouse.gate.stats()).toMatchObject(quiet);
      proxy.set("pass");
      await until(async () => (await failureOf(rowsOf(warehouse, "SELECT 1"))) === null);
    }));

  test("is asked nothing after some failures, also by those that wait, and serves when it is back", () =>
    withPostgres({ maxConnections: 2, healthCheckMs: 100 }, {}, async (warehouse, proxy) => {
      proxy.set("hold");
      const deadline = () => performance.now() + 50;
      await until(async () => {
        await failureOf(rowsOf(warehouse, "SELECT 1", { deadline: deadline() }));
        return warehouse.gate.stats().isBreakerOpen;
      });
      const failures = await Promise.all(Array.from({ length: 50 }, () => failureOf(rowsOf(warehouse, "SELECT 1"))));
      for (const failure of failures) expect(failure).toMatchObject({ name: "WarehouseError", kind: "unavailable" });
      proxy.set("pass");
      await until(() => !warehouse.gate.stats().isBreakerOpen);
      expect(await rowsOf(warehouse, "SELECT 1")).toEqual([["1"]]);
    }));
});

describe("a statement that fails", () => {
  /** A real engine, in front of which every n-th attempt fails so. */
  async function failing(error: WarehouseError, every: number, hooks: GateHooks = {}, onFailure = () => {}) {
    const opened = await openDuckDb(":memory:");
    let attempts = 0;
    const execute: Warehouse["execute"] = async (statement, options) => {
      attempts += 1;
      if (attempts % every === 0) {
        onFailure();
        throw error;
      }
      return opened.execute(statement, options);
    };
    return { warehouse: guarded({ ...opened, execute }, { queue: 10_000 }, hooks), attempts: () => attempts };
  }

  test("by no fault of its own is asked once more, within a tenth of all statements", async () => {
    let told = 0;
    const error = new WarehouseError("unavailable", "No.", { isPassing: true });
    const { warehouse, attempts } = await failing(error, 2, { onRetry: () => void (told += 1) });
    const outcomes = await Promise.all(Array.from({ length: 500 }, () => failureOf(rowsOf(warehouse, "SELECT 1"))));
    const { retries, statements } = warehouse.gate.stats();
    expect(statements).toBe(500);
    expect(retries).toBeGreaterThan(0);
    expect(retries).toBe(told);
    expect(attempts()).toBeLessThanOrEqual(1.1 * statements);
    expect(outcomes.filter((failure) => failure !== null).length).toBeLessThanOrEqual(attempts() / 2);
    await warehouse.close();
  });

  test.each([
    "statement",
    "missing",
    "denied",
    "aborted",
    "timeout",
    "unavailable",
    "busy",
    "too-large",
    "out-of-range",
    "not-convertible",
  ] satisfies WarehouseErrorKind[])("as %s by what it is itself is asked once", async (kind) => {
    const { warehouse, attempts } = await failing(new WarehouseError(kind, "No."), 21);
    for (let i = 0; i < 20; i++) await rowsOf(warehouse, "SELECT 1");
    expect(await failureOf(rowsOf(warehouse, "SELECT 1"))).toMatchObject({ kind });
    expect(attempts()).toBe(21);
    expect(warehouse.gate.stats()).toMatchObject({ ...quiet, retries: 0 });
    await warehouse.close();
  });

  test("among its rows is an error, and not asked again", () =>
    withPostgres({ maxConnections: 1 }, {}, async (warehouse, proxy) => {
      for (let i = 0; i < 20; i++) await rowsOf(warehouse, "SELECT 1");
      const text = "SELECT repeat('x', 1000), generate_series(1, 1000000)";
      const { batches } = await warehouse.execute({ text, values: [] });
      proxy.reset();
      await expect(readAll({ columns: [], batches })).rejects.toMatchObject({ kind: "unavailable" });
      expect(warehouse.gate.stats()).toMatchObject({ ...quiet, statements: 21, retries: 0 });
    }));

  test("while it is asked again can still be left", async () => {
    const controller = new AbortController();
    const error = new WarehouseError("unavailable", "No.", { isPassing: true });
    // By then it pauses, for some time, before it asks again.
    const { warehouse, attempts } = await failing(error, 11, {}, () => setImmediate(() => controller.abort()));
    for (let i = 0; i < 10; i++) await rowsOf(warehouse, "SELECT 1");
    const left = failureOf(rowsOf(warehouse, "SELECT 1", { signal: controller.signal }));
    expect(await left).toMatchObject({ kind: "aborted" });
    expect(attempts()).toBe(11);
    expect(warehouse.gate.stats()).toMatchObject(quiet);
    await warehouse.close();
  });
});
