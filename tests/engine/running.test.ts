import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createEngine, type Engine } from "../../src/engine/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { openWarehouse, readAll, type Warehouse, WarehouseError } from "../../src/warehouse/index.ts";
import { shopWith } from "../policy/support.ts";
import { type Watched, watched } from "./support.ts";

const revenue = { metrics: ["revenue"] };
let inner: Warehouse;
let watch: Watched;
let engine: Engine;
beforeAll(async () => {
  inner = await openWarehouse("duckdb::memory:");
  const text =
    "create table orders as select 1 id, 'T1' tenant, 'EMEA' region, 'ann' buyer, 'open' state, date '2026-01-01' as day, 10 amount, 4 as cost";
  await readAll(await inner.execute({ text, values: [] }));
});
afterAll(() => inner.close());
beforeEach(() => {
  watch = watched(inner);
  engine = createEngine({ catalog: shopWith(""), warehouse: watch.warehouse });
});

test("questions are counted while they are being answered, each that waits for another too", async () => {
  const go = watch.hold();
  const asked = [engine.query(revenue, OPERATOR), engine.query(revenue, OPERATOR)];
  const pending = await engine.askAll([{ metrics: ["cost"] }], OPERATOR, { waitMs: 0 });
  expect(pending[0]).toHaveProperty("stage");
  expect(engine.running).toBe(3);
  go();
  await Promise.all(asked);
  await expect.poll(() => engine.running).toBe(0);
});

test("one that is refused or fails is under way no longer", async () => {
  await expect(engine.query({ metrics: ["nothing"] }, OPERATOR)).rejects.toThrow('There is no metric "nothing".');
  const failing: Warehouse = {
    ...inner,
    execute: () => Promise.reject(new WarehouseError("unavailable", "nobody is there")),
  };
  const broken = createEngine({ catalog: shopWith(""), warehouse: failing });
  await expect(broken.query(revenue, OPERATOR)).rejects.toThrow("nobody is there");
  await expect(broken.stream(revenue, OPERATOR)).rejects.toThrow("nobody is there");
  expect([engine.running, broken.running]).toEqual([0, 0]);
});

test("one whose rows come is under way until its last row, or until nobody wants more", async () => {
  const read = await engine.stream(revenue, OPERATOR);
  const left = await engine.stream(revenue, OPERATOR);
  expect(engine.running).toBe(2);
  await Array.fromAsync(read.batches);
  expect(engine.running).toBe(1);
  for await (const _ of left.batches) break;
  expect(engine.running).toBe(0);
});
