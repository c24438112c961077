/** The gate in front of engines as they are; how its parts count is in the files beside this one. */
import { availableParallelism } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { array, asyncProperty, assert as check, constantFrom, integer, record } from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  type GateSettings,
  guarded,
  openDuckDb,
  openPostgres,
  openPostgresLoader,
  readAll,
  type Warehouse,
  WarehouseError,
} from "../../../src/warehouse/index.ts";
import { emptyPostgres } from "../../support/postgres.ts";
import { until } from "../../support/until.ts";
import { asked, busy, failureOf, MANY_ROWS, quiet, rowsOf, withDuckDb, withPostgres } from "./support.ts";

describe("a turn", () => {
  test("lasts until the last row is read, or the reader leaves", () =>
    withDuckDb({ concurrency: 1 }, async (warehouse) => {
      for (const leaves of [true, false]) {
        const { batches } = await warehouse.execute({ text: MANY_ROWS, values: [] });
        const next = rowsOf(warehouse, "SELECT 1");
        expect(warehouse.gate.stats()).toMatchObject({ running: 1, waiting: 1 });
        let rows = 0;
        for await (const batch of batches) {
          rows += batch.length;
          expect(warehouse.gate.stats()).toMatchObject({ running: 1, waiting: 1 });
          if (leaves) break;
        }
        expect(rows === 1_000_000).toBe(!leaves);
        expect(await next).toEqual([["1"]]);
        expect(warehouse.gate.stats()).toMatchObject(quiet);
      }
    }));

  afterEach(() => {
    vi.useRealTimers();
  });

  test("of rows that nobody reads ends with their deadline, or when they are not wanted any more", () =>
    withDuckDb({ concurrency: 1 }, async (warehouse) => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      // More of them than the engine has connections.
      for (let i = 0; i < 2 * availableParallelism() + 8; i++) {
        const isLate = i % 2 === 0;
        const controller = new AbortController();
        const ends = isLate ? { deadline: performance.now() + 5_000 } : { signal: controller.signal };
        await warehouse.execute({ text: MANY_ROWS, values: [] }, ends);
        const next = rowsOf(warehouse, "SELECT 1");
        expect(warehouse.gate.stats()).toMatchObject({ running: 1, waiting: 1 });
        if (isLate) vi.advanceTimersByTime(5_000);
        else controller.abort();
        expect(await next).toEqual([["1"]]);
      }
    }));

  test("is had by as many as the engine takes, or as the setting says", async () => {
    const duckdb = await openDuckDb(":memory:");
    const postgres = await openPostgres(await emptyPostgres(), { maxConnections: 3 });
    const most = (warehouse: Warehouse, settings?: GateSettings) =>
      guarded(warehouse, settings).gate.stats().concurrency;
    expect(most(duckdb)).toBeGreaterThanOrEqual(4);
    expect(most(postgres)).toBe(3);
    expect(most(postgres, { concurrency: 2 })).toBe(2);
    await Promise.all([duckdb.close(), postgres.close()]);
  });

  test("goes round among principals, so that one with many statements does not keep another waiting", () =>
    withDuckDb({ concurrency: 1 }, async (warehouse) => {
      const { batches } = await warehouse.execute({ text: MANY_ROWS, values: [] }, asked("hog"));
      const order: string[] = [];
      const ask = async (who: string) => {
        await rowsOf(warehouse, "SELECT 1", asked(who));
        order.push(who);
      };
      const all = [...Array.from({ length: 20 }, () => ask("hog")), ask("small")];
      await batches[Symbol.asyncIterator]().return?.();
      await Promise.all(all);
      expect(order.indexOf("small")).toBe(1);
    }));

  test.each([1, 2, 3].map((seed) => [seed]))(
    "is never lost, however statements fail, end early, come late or are left (%s)",
    (seed) =>
      withDuckDb({ concurrency: 2, queue: 5 }, async (warehouse) => {
        const step = record({
          how: constantFrom("read", "leave", "fail", "abort", "late", "wrong-cell"),
          who: constantFrom("a", "b", "c"),
          afterMs: integer({ min: 0, max: 4 }),
        });
        await check(
          asyncProperty(array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
            const all = steps.map(async ({ how, who, afterMs }) => {
              const controller = new AbortController();
              const options = asked(who, {
                ...(how === "abort" && { signal: controller.signal }),
                ...(how === "late" && { deadline: performance.now() + afterMs }),
              });
              if (how === "abort") setTimeout(() => controller.abort(), afterMs);
              const text = TEXTS.get(how) ?? LONGER;
              const { batches } = await warehouse.execute({ text, values: [] }, options);
              for await (const _ of batches) if (how === "leave") break;
            });
            await Promise.allSettled(all);
            expect(warehouse.gate.stats()).toMatchObject(quiet);
          }),
          { numRuns: 15, seed },
        );
        expect(await Promise.all([1, 2].map(() => rowsOf(warehouse, "SELECT 1")))).toEqual([[["1"]], [["1"]]]);
      }),
  );

  const LONGER = "SELECT * FROM range(20000)";
  const TEXTS = new Map([
    ["fail", "SELECT wrong"],
    ["wrong-cell", "SELECT 'x'::INT FROM range(5)"],
  ]);
});

describe("without room", () => {
  test("a statement is refused before it is sent, and who asks knows it before the statement is made", () =>
    withDuckDb({ concurrency: 1, queue: 1 }, async (warehouse) => {
      const { batches } = await warehouse.execute({ text: MANY_ROWS, values: [] }, asked("a"));
      expect(warehouse.refusal?.("a")).toBeNull();
      const waiting = rowsOf(warehouse, "SELECT 1", asked("a"));
      expect(await failureOf(rowsOf(warehouse, "SELECT 1", asked("a")))).toMatchObject(busy);
      expect(warehouse.refusal?.("a")).toMatchObject(busy);
      expect(warehouse.gate.stats()).toMatchObject({ running: 1, waiting: 1, shed: { full: 2, late: 0, waited: 0 } });
      await batches[Symbol.asyncIterator]().return?.();
      expect(await waiting).toEqual([["1"]]);
      expect(warehouse.refusal?.("a")).toBeNull();
    }));

  test("a server short of connections gets fewer statements at once, and none waits for ever", async () => {
    const url = await emptyPostgres();
    const admin = await openPostgresLoader(url);
    await admin.run("CREATE ROLE few LOGIN CONNECTION LIMIT 5");
    await admin.close();
    const few = url.replace("assay@", "few@");
    const warehouse = guarded(await openPostgres(few, { maxConnections: 10 }), { queue: 30 });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, (_, i) => rowsOf(warehouse, "SELECT pg_sleep(0.05)", asked(`p${i % 7}`))),
    );
    const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    for (const failure of failures) expect(failure).toMatchObject({ name: "WarehouseError", kind: "busy" });
    expect(failures.length).toBeGreaterThanOrEqual(60);
    expect(failures.length).toBeLessThan(95);
    expect(warehouse.gate.stats()).toMatchObject({ ...quiet, shed: { full: 60 } });
    expect(await rowsOf(warehouse, "SELECT 1")).toEqual([["1"]]);
    await warehouse.close();
  });
});

describe("who leaves", () => {
  test("frees their turn and ends the statement, and the next on the connection never hears of it", () =>
    withPostgres({ maxConnections: 1 }, {}, async (warehouse) => {
      for (let i = 0; i < 60; i++) {
        const controller = new AbortController();
        const left = failureOf(rowsOf(warehouse, "SELECT pg_sleep(0.003)", { signal: controller.signal }));
        const next = rowsOf(warehouse, "SELECT 1");
        await delay(i % 6);
        controller.abort();
        expect(await next).toEqual([["1"]]);
        expect([null, "aborted"]).toContain(kindOf(await left));
      }
      expect(warehouse.gate.stats()).toMatchObject(quiet);
    }));

  test("from a long statement leaves nothing behind in the server", () =>
    withPostgres({ maxConnections: 1 }, {}, async (warehouse, _, activeIn) => {
      const controller = new AbortController();
      const left = failureOf(rowsOf(warehouse, "SELECT pg_sleep(3601)", { signal: controller.signal }));
      await until(async () => (await activeIn("pg_sleep(3601)")) === 1);
      controller.abort();
      expect(await left).toMatchObject({ kind: "aborted" });
      await until(async () => (await activeIn("pg_sleep(3601)")) === 0);
      expect(warehouse.gate.stats()).toMatchObject(quiet);
    }));
});

function kindOf(failure: unknown): unknown {
  return failure instanceof WarehouseError ? failure.kind : failure;
}

test("closing tells who waits, and what runs", async () => {
  const warehouse = guarded(await openDuckDb(":memory:"), { concurrency: 1 });
  const { batches } = await warehouse.execute({ text: MANY_ROWS, values: [] });
  const waiting = failureOf(rowsOf(warehouse, "SELECT 1"));
  await warehouse.close();
  expect(await waiting).toMatchObject({ kind: "unavailable" });
  await expect(readAll({ columns: [], batches })).rejects.toMatchObject({ kind: "unavailable" });
});
