import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEngine, type EngineLimits, type QueryEvent } from "../../src/engine/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import type { QueryRequest } from "../../src/request/index.ts";
import { openWarehouse, readAll, type StatementOrigin, type Warehouse } from "../../src/warehouse/index.ts";
import { shopCatalog } from "../support/shop.ts";

const origins: StatementOrigin[] = [];
let warehouse: Warehouse;

/** DuckDB, which charges nothing, as if it charged. */
beforeAll(async () => {
  const duckDb = await openWarehouse("duckdb::memory:");
  const seed = readFileSync(join(import.meta.dirname, "../fixtures/shop/seed.sql"), "utf8");
  for (const text of seed.split(/;\s*$/m).filter((statement) => statement.trim() !== "")) {
    await readAll(await duckDb.execute({ text, values: [] }));
  }
  warehouse = {
    ...duckDb,
    async execute(statement, options) {
      if (options?.origin) origins.push(options.origin);
      const result = await duckDb.execute(statement, options);
      return { ...result, run: { ...result.run, bytesProcessed: 40, bytesBilled: 10_485_760 } };
    },
  };
});
afterAll(() => warehouse.close());

async function ask(request: QueryRequest, limits: EngineLimits = {}) {
  const events: QueryEvent[] = [];
  const onQuery = (event: QueryEvent) => void events.push(event);
  const engine = createEngine({ catalog: shopCatalog(), warehouse, limits, onQuery });
  try {
    const { rows, hasNextPage } = await engine.query(request, OPERATOR);
    return { rows, hasNextPage, events };
  } catch (refusal) {
    return { refusal, events };
  }
}

const byCustomer: QueryRequest = { metrics: ["revenue"], groupBy: [{ name: "customer" }] };

test("an answer of more rows than max_rows is refused", async () => {
  expect(await ask(byCustomer, { maxRows: 2 })).toMatchObject({ refusal: { code: "LIMIT_EXCEEDED" } });
  expect(await ask({ ...byCustomer, limit: 3 }, { maxRows: 2 })).toMatchObject({ refusal: { code: "LIMIT_EXCEEDED" } });
});

test("a page of just max_rows is an answer: the row that tells of the next page does not count", async () => {
  expect(await ask({ ...byCustomer, limit: 2 }, { maxRows: 2 })).toMatchObject({
    rows: [expect.anything(), expect.anything()],
    hasNextPage: true,
  });
});

test("whatever letters a caller writes, counters get the metric's own name", async () => {
  const { events } = await ask({ metrics: ["REVENUE", { name: "rEvEnUe", as: "again" }] });
  expect(events).toMatchObject([{ outcome: "answered", metrics: ["revenue"] }]);
});

test("a question that is refused before its metrics are found names none", async () => {
  const { events } = await ask({ metrics: ['evil"} 1\n'] });
  expect(events).toMatchObject([{ outcome: "refused", code: "UNKNOWN_METRIC", metrics: [], bytesBilled: null }]);
});

test("what the warehouse charged is told also when its rows are refused", async () => {
  const { events } = await ask(byCustomer, { maxRows: 1 });
  expect(events).toMatchObject([
    { outcome: "refused", code: "LIMIT_EXCEEDED", metrics: ["revenue"], rows: 0, bytesBilled: 10_485_760 },
  ]);
});

test("the warehouse is told the metric that was asked before the inputs below it", async () => {
  await ask({ metrics: ["net"] });
  expect(origins.at(-1)?.metrics[0]).toBe("net");
  expect(origins.at(-1)?.metrics.length).toBeGreaterThan(1);
});
