import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { type ExecuteOptions, openDuckDb, readAll, type Warehouse } from "../../src/warehouse/index.ts";

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await openDuckDb(":memory:");
});
afterAll(() => warehouse.close());

const ENDLESS = "SELECT count(*) FROM range(100000000000000) r(i) WHERE hash(i) % 7 = 3";
const LONG = "SELECT i FROM range(100000000000) r(i)";
const HUNDRED = "SELECT i FROM range(100) r(i)";

const start = (text: string, options?: ExecuteOptions) => warehouse.execute({ text, values: [] }, options);
const read = async (text: string, options?: ExecuteOptions) => readAll(await start(text, options));
const inMs = (ms: number) => performance.now() + ms;

describe("a deadline", () => {
  const timeout = {
    name: "WarehouseError",
    kind: "timeout",
    message: "The statement took longer than it was given.",
    cause: expect.objectContaining({ kind: "aborted" }),
  };

  test("ends the statement in the engine: more of them than connections leave room for the next", async () => {
    const running = Array.from({ length: 20 }, () => read(ENDLESS, { deadline: inMs(20) }));
    for (const end of await Promise.allSettled(running)) {
      expect(end).toMatchObject({ status: "rejected", reason: timeout });
    }
    expect(await read("SELECT 1")).toEqual([["1"]]);
  });

  test("that has passed lets nothing start", async () => {
    await expect(read("CREATE TABLE late (i INTEGER)", { deadline: inMs(-1) })).rejects.toMatchObject(timeout);
    expect(await read("SELECT count(*) FROM duckdb_tables()")).toEqual([["0"]]);
  });

  test("that passes while rows are read ends the reading", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { batches } = await start(LONG, { deadline: inMs(60_000) });
    let rows = 0;
    const reading = (async () => {
      for await (const batch of batches) {
        if (rows === 0) vi.advanceTimersByTime(60_000);
        rows += batch.length;
      }
    })();
    await expect(reading).rejects.toMatchObject(timeout);
    expect(rows).toBeGreaterThan(0);
  });

  test("counts the wait for a connection", async () => {
    const controller = new AbortController();
    const busy = Array.from({ length: 20 }, () => read(ENDLESS, { signal: controller.signal }));
    const ended = Promise.allSettled(busy);
    await expect(read("SELECT 1", { deadline: inMs(20) })).rejects.toMatchObject(timeout);
    controller.abort();
    await ended;
  });

  test("that is far leaves a statement alone, also one beyond what a timer can wait", async () => {
    for (const ms of [60_000, 1e12, Infinity]) expect(await read(HUNDRED, { deadline: inMs(ms) })).toHaveLength(100);
  });

  test("does not hide the failures that come before it", async () => {
    const options = { deadline: inMs(60_000) };
    await expect(read("SELECT nothing FROM range(1)", options)).rejects.toMatchObject({ kind: "missing" });
    await expect(read("SELECT 'x'::INTEGER", options)).rejects.toMatchObject({ kind: "not-convertible" });
  });
});

describe("the caller's abort", () => {
  test("stays an abort, with a deadline to come or passed", async () => {
    const controller = new AbortController();
    const running = read(ENDLESS, { signal: controller.signal, deadline: inMs(60_000) });
    setTimeout(() => controller.abort(), 10);
    await expect(running).rejects.toMatchObject({ kind: "aborted" });
    const both = read(ENDLESS, { signal: AbortSignal.abort(), deadline: inMs(-1) });
    await expect(both).rejects.toMatchObject({ kind: "aborted" });
  });

  test("that never comes does not keep a deadline from ending the statement", async () => {
    const { signal } = new AbortController();
    await expect(read(ENDLESS, { signal, deadline: inMs(10) })).rejects.toMatchObject({ kind: "timeout" });
  });
});

describe("a limit", () => {
  test("of rows lets as many through, and one more fails the whole answer", async () => {
    expect(await read(HUNDRED, { limits: { maxRows: 100 } })).toHaveLength(100);
    await expect(read(HUNDRED, { limits: { maxRows: 99 } })).rejects.toMatchObject({
      name: "WarehouseError",
      kind: "too-large",
      message: "The answer is more than 99 rows, which is the limit.",
    });
    expect(await read("SELECT 1 WHERE false", { limits: { maxRows: 0 } })).toEqual([]);
  });

  test("of rows counts over all batches, and never hands out more", async () => {
    const { batches } = await start(LONG, { limits: { maxRows: 10_000 } });
    let rows = 0;
    const reading = (async () => {
      for await (const batch of batches) rows += batch.length;
    })();
    await expect(reading).rejects.toMatchObject({ kind: "too-large" });
    expect(rows).toBeGreaterThan(2_000);
    expect(rows).toBeLessThanOrEqual(10_000);
  });

  test("of bytes counts text as UTF-8, and every other cell as eight", async () => {
    const text = "SELECT 'Grüße', true, 0.5::DOUBLE, NULL, 12"; // 7 + 8 + 8 + 8 + 2
    expect(await read(text, { limits: { maxBytes: 33 } })).toHaveLength(1);
    await expect(read(text, { limits: { maxBytes: 32 } })).rejects.toMatchObject({
      kind: "too-large",
      message: "The answer is more than 32 bytes, which is the limit.",
    });
  });

  test("ends the statement: more of them than connections leave room for the next", async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      await expect(read(LONG, { limits: { maxRows: 10 } })).rejects.toMatchObject({ kind: "too-large" });
    }
    expect(await read("SELECT 1")).toEqual([["1"]]);
  });
});

describe("the timer of a deadline", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("runs while rows are read, and is gone after the last", async () => {
    const result = await start(HUNDRED, { deadline: inMs(60_000) });
    expect(vi.getTimerCount()).toBe(1);
    await readAll(result);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is gone when the reader leaves early", async () => {
    const { batches } = await start(LONG, { deadline: inMs(60_000) });
    for await (const batch of batches) {
      expect(batch.length).toBeGreaterThan(0);
      break;
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is gone when the statement fails: at once, by its limits, or with its caller", async () => {
    const deadline = inMs(60_000);
    await expect(read("SELECT nothing FROM range(1)", { deadline })).rejects.toMatchObject({ kind: "missing" });
    await expect(read(HUNDRED, { deadline, limits: { maxRows: 1 } })).rejects.toMatchObject({ kind: "too-large" });
    await expect(read(HUNDRED, { deadline, signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "aborted" });
    expect(vi.getTimerCount()).toBe(0);
  });
});
