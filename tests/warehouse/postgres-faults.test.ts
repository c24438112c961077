import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPostgres, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { emptyPostgres } from "../support/postgres.ts";
import { type Proxy, startProxy } from "../support/proxy.ts";
import { until } from "../support/until.ts";

let url: string;
/** Looks at the server from outside. */
let watcher: Warehouse;
beforeAll(async () => {
  url = await emptyPostgres();
  watcher = await openPostgres(`${url}?application_name=watcher`);
});
afterAll(() => watcher.close());

async function rowsOf(target: Warehouse, text: string, signal?: AbortSignal) {
  return readAll(await target.execute({ text, values: [] }, signal ? { signal } : {}));
}

/** What a statement fails with; null when it does not. */
function failureOf(rows: Promise<unknown>): Promise<unknown> {
  return rows.then(
    () => null,
    (cause: unknown) => cause,
  );
}

/** Whether the server works on one of the long statements below. */
async function isRunning(): Promise<boolean> {
  return (await countOf("state = 'active' AND query ~ 'pg_sleep|generate_series'")) > 0;
}

async function isQuiet(): Promise<boolean> {
  return (await countOf("state <> 'idle'")) === 0;
}

async function countOf(condition: string): Promise<number> {
  const [row] = await rowsOf(watcher, `SELECT count(*) FROM pg_stat_activity WHERE ${OURS} AND ${condition}`);
  return Number(row?.[0]);
}

const OURS = "datname = current_database() AND backend_type = 'client backend' AND application_name <> 'watcher'";

const ENDLESS = "SELECT pg_sleep(3600)";
const BUSY = "SELECT count(*) FROM generate_series(1, 100000000000)";
const WIDE = "SELECT repeat('x', 1000), generate_series(1, 10000000)";
const aborted = { name: "WarehouseError", kind: "aborted" };
const unavailable = { name: "WarehouseError", kind: "unavailable" };

async function withWarehouse(
  options: Parameters<typeof openPostgres>[1],
  use: (warehouse: Warehouse) => Promise<void>,
) {
  const warehouse = await openPostgres(url, options);
  try {
    await use(warehouse);
  } finally {
    await warehouse.close();
  }
  await until(isQuiet);
}

async function throughProxy(
  options: Parameters<typeof openPostgres>[1],
  use: (warehouse: Warehouse, proxy: Proxy) => Promise<void>,
) {
  const proxy = await startProxy(url);
  const warehouse = await openPostgres(proxy.url, options);
  try {
    await use(warehouse, proxy);
  } finally {
    proxy.set("pass");
    await warehouse.close();
    await proxy.close();
  }
  await until(isQuiet);
}

describe("aborting", () => {
  test.each([
    ["sleeps", ENDLESS],
    ["works", BUSY],
  ])("ends a statement that %s, in the server too, and its connection serves again", (_, text) =>
    withWarehouse({ maxConnections: 1 }, async (warehouse) => {
      const [[process] = []] = await rowsOf(warehouse, "SELECT pg_backend_pid()");
      const controller = new AbortController();
      const failing = failureOf(rowsOf(warehouse, text, controller.signal));
      await until(isRunning);
      controller.abort();
      expect(await failing).toMatchObject(aborted);
      await until(isQuiet);
      expect(await rowsOf(warehouse, "SELECT pg_backend_pid()")).toEqual([[process]]);
    }),
  );

  test("ends a result whose reader has stopped reading", () =>
    withWarehouse({ maxConnections: 1 }, async (warehouse) => {
      const controller = new AbortController();
      const result = await warehouse.execute({ text: WIDE, values: [] }, { signal: controller.signal });
      await delay(100);
      controller.abort();
      await expect(readAll(result)).rejects.toMatchObject(aborted);
      expect(await rowsOf(warehouse, "SELECT 1")).toEqual([["1"]]);
    }));

  test("is repeated until the statement has ended, and each time but the first is counted", () =>
    withWarehouse({ maxConnections: 1 }, async (warehouse) => {
      const stubborn =
        "DO $$ BEGIN PERFORM pg_sleep(3600); EXCEPTION WHEN query_canceled THEN PERFORM pg_sleep(3600); END $$";
      const leaving = new AbortController();
      const failing = failureOf(rowsOf(warehouse, stubborn, leaving.signal));
      await until(isRunning);
      expect(warehouse.cancelRetries?.()).toBe(0);
      leaving.abort();
      expect(await failing).toMatchObject(aborted);
      await until(isQuiet);
      expect(warehouse.cancelRetries?.()).toBeGreaterThan(0);
    }));

  test("works at once: before the start, and for one that waits its turn", () =>
    withWarehouse({ maxConnections: 2 }, async (warehouse) => {
      await expect(rowsOf(warehouse, "SELECT 1", AbortSignal.abort())).rejects.toMatchObject(aborted);
      const controller = new AbortController();
      const many = Array.from({ length: 20 }, () => rowsOf(warehouse, ENDLESS, controller.signal));
      setImmediate(() => controller.abort());
      for (const outcome of await Promise.allSettled(many)) {
        expect(outcome).toMatchObject({ status: "rejected", reason: aborted });
      }
      expect(await rowsOf(warehouse, "SELECT 1")).toEqual([["1"]]);
    }));

  test("at any moment, it never hits whoever has the connection next", () =>
    withWarehouse({ maxConnections: 1 }, async (warehouse) => {
      for (let turn = 0; turn < 150; turn += 1) {
        const controller = new AbortController();
        const first = failureOf(rowsOf(warehouse, "SELECT pg_sleep(0.002)", controller.signal));
        await delay(turn % 6);
        controller.abort();
        expect(await rowsOf(warehouse, "SELECT 1")).toEqual([["1"]]);
        await first;
      }
    }));
});

describe("time", () => {
  test("the server ends a statement that takes longer than allowed", () =>
    withWarehouse({ statementTimeoutMs: 1_000 }, async (warehouse) => {
      await expect(rowsOf(warehouse, ENDLESS)).rejects.toMatchObject({
        kind: "timeout",
        message: "The statement took longer than the warehouse allows.",
      });
      expect(await rowsOf(warehouse, "SELECT 1")).toEqual([["1"]]);
    }));

  test("waiting for a connection ends", () =>
    withWarehouse({ maxConnections: 1, maxWaitMs: 500 }, async (warehouse) => {
      const controller = new AbortController();
      const busy = failureOf(rowsOf(warehouse, ENDLESS, controller.signal));
      await until(isRunning);
      await expect(rowsOf(warehouse, "SELECT 1")).rejects.toMatchObject({ kind: "busy" });
      controller.abort();
      expect(await busy).toMatchObject(aborted);
      await until(isQuiet);
      expect(await rowsOf(warehouse, "SELECT 1")).toEqual([["1"]]);
    }));

  test("a server that says nothing any more is given up on abort, and served again when it speaks", () =>
    throughProxy({ maxConnections: 2 }, async (warehouse, proxy) => {
      proxy.set("hold");
      const asked = rowsOf(warehouse, "SELECT 1", AbortSignal.timeout(100));
      await expect(asked).rejects.toMatchObject(aborted);
      proxy.set("pass");
      expect(await rowsOf(warehouse, "SELECT 2")).toEqual([["2"]]);
    }));

  test("a server that says nothing from the start cannot be opened", async () => {
    const proxy = await startProxy(url);
    proxy.set("hold");
    await expect(openPostgres(proxy.url, { connectTimeoutMs: 100 })).rejects.toMatchObject(unavailable);
    await proxy.close();
  });
});

describe("losing the connection", () => {
  test("in the middle of a statement it fails, and the next one works", () =>
    withWarehouse({ maxConnections: 1 }, async (warehouse) => {
      const failing = failureOf(rowsOf(warehouse, ENDLESS));
      await until(isRunning);
      await rowsOf(watcher, TERMINATE);
      expect(await failing).toMatchObject(unavailable);
      expect(await rowsOf(warehouse, "SELECT 1")).toEqual([["1"]]);
    }));

  test("while idle nobody notices", () =>
    withWarehouse({ maxConnections: 3 }, async (warehouse) => {
      await Promise.all([1, 2, 3].map(() => rowsOf(warehouse, "SELECT pg_sleep(0.05)")));
      await rowsOf(watcher, TERMINATE);
      await delay(50); // they have ended by now; we need not have read so yet
      expect(await rowsOf(warehouse, "SELECT 1")).toEqual([["1"]]);
    }));

  test("in the middle of a result it is an error, never a short answer", () =>
    throughProxy({ maxConnections: 1 }, async (warehouse, proxy) => {
      proxy.resetAfter(1_000_000);
      await expect(rowsOf(warehouse, WIDE)).rejects.toMatchObject(unavailable);
      proxy.resetAfter(Number.POSITIVE_INFINITY);
      expect(await rowsOf(warehouse, "SELECT 1")).toEqual([["1"]]);
    }));

  test("leaves no statement behind in the server", () =>
    throughProxy({ maxConnections: 1 }, async (warehouse, proxy) => {
      const failing = failureOf(rowsOf(warehouse, BUSY));
      await until(isRunning);
      proxy.reset();
      expect(await failing).toMatchObject(unavailable);
      await until(isQuiet);
    }));
});

/** Waits until they have ended. */
const TERMINATE = `SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE ${OURS}`;

describe("closing", () => {
  test("ends what runs, what is being read and what waits, and refuses what comes", async () => {
    const warehouse = await openPostgres(url, { maxConnections: 2 });
    const result = await warehouse.execute({ text: WIDE, values: [] });
    const sleeping = failureOf(rowsOf(warehouse, ENDLESS));
    const waiting = failureOf(rowsOf(warehouse, "SELECT 1"));
    await until(isRunning);
    await warehouse.close();
    for (const failure of await Promise.all([sleeping, waiting])) expect(failure).toMatchObject(unavailable);
    const closed = { ...unavailable, message: "The warehouse is closed." };
    await expect(readAll(result)).rejects.toMatchObject(closed);
    await expect(warehouse.ping()).rejects.toMatchObject(closed);
    await warehouse.close();
    await until(async () => (await countOf("true")) === 0);
  });
});
