import { describe, expect, test } from "vitest";
import { Budgets } from "../../src/warehouse/bigquery/budget.ts";
import { rowsOf, withBigQuery } from "../support/bigquery-double/with-bigquery.ts";
import { until } from "../support/until.ts";

const GB = 1_000_000_000;
const by = (principal: string) => ({ origin: { requestId: "r", metrics: ["m"], consumer: "cli", principal } });
const spent = { name: "WarehouseError", kind: "too-large", message: expect.stringContaining("24 hours") };

describe("what a principal may be charged for in a day", () => {
  test("bounds each statement, and when it is used up nothing is sent", () =>
    withBigQuery(
      async (warehouse, double) => {
        double.script = () => ({ bytesBilled: 4 * GB });
        await rowsOf(warehouse, "SELECT 1", by("ann"));
        await rowsOf(warehouse, "SELECT 1", by("ann"));
        double.script = () => ({ bytesBilled: 2 * GB });
        await rowsOf(warehouse, "SELECT 1", by("ann"));
        expect(double.bodies("insert").map(limitOf)).toEqual([`${10 * GB}`, `${6 * GB}`, `${2 * GB}`]);
        double.asked = [];
        await expect(rowsOf(warehouse, "SELECT 1", by("ann"))).rejects.toMatchObject(spent);
        expect(double.asked).toEqual([]);
        // Others have their own, and what nobody asked for is not counted.
        await rowsOf(warehouse, "SELECT 1", by("bob"));
        await rowsOf(warehouse);
      },
      { maxBytesBilledPerPrincipal: 10 * GB },
    ));

  test("is not passed by statements at the same time", () =>
    withBigQuery(
      async (warehouse, double) => {
        double.script = () => ({ bytesBilled: 3 * GB, runMs: 20 });
        const all = await Promise.allSettled(Array.from({ length: 8 }, () => rowsOf(warehouse, "SELECT 1", by("ann"))));
        expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
        const charged = [...double.jobs.values()].filter(({ failure }) => failure === null);
        expect(charged).toHaveLength(3);
      },
      { maxBytesBilledPerPrincipal: 10 * GB },
    ));

  test("lets statements run side by side that fit into it together", () =>
    withBigQuery(
      async (warehouse, double) => {
        double.script = () => ({ bytesBilled: GB, runMs: 3_600_000, onCancel: "completes" });
        const both = [rowsOf(warehouse, "SELECT 1", by("ann")), rowsOf(warehouse, "SELECT 2", by("ann"))];
        await until(() => double.runningJobs === 2);
        for (const job of double.jobs.values()) job.cancel();
        await Promise.all(both);
        expect(double.bodies("insert").map(limitOf)).toEqual([`${4 * GB}`, `${4 * GB}`]);
      },
      { maxBytesBilled: 4 * GB, maxBytesBilledPerPrincipal: 10 * GB },
    ));

  test("is charged for a job that was stopped, not for one that was refused", () =>
    withBigQuery(
      async (warehouse, double) => {
        double.script = () => ({ bytesBilled: 7 * GB, fails: { reason: "invalidQuery", status: 400, message: "no" } });
        await expect(rowsOf(warehouse, "SELECT 1", by("ann"))).rejects.toMatchObject({ kind: "statement" });
        double.script = () => ({ bytesBilled: 7 * GB, runMs: 3_600_000 });
        const controller = new AbortController();
        const stopped = rowsOf(warehouse, "SELECT 1", { ...by("ann"), signal: controller.signal });
        await until(() => double.count("results") === 2);
        controller.abort();
        await expect(stopped).rejects.toMatchObject({ kind: "aborted" });
        double.script = () => ({});
        await rowsOf(warehouse, "SELECT 1", by("ann"));
        expect(double.bodies("insert").map(limitOf)).toEqual([`${10 * GB}`, `${10 * GB}`, `${3 * GB}`]);
      },
      { maxBytesBilledPerPrincipal: 10 * GB },
    ));

  test("may be waited for no longer than a deadline, nor after closing", () =>
    withBigQuery(
      async (warehouse, double) => {
        double.script = () => ({ runMs: 3_600_000 });
        const first = rowsOf(warehouse, "SELECT 1", by("ann"));
        await until(() => double.runningJobs === 1);
        const late = rowsOf(warehouse, "SELECT 2", { ...by("ann"), deadline: performance.now() + 30 });
        await expect(late).rejects.toMatchObject({ kind: "timeout" });
        const both = Promise.allSettled([first, rowsOf(warehouse, "SELECT 3", by("ann"))]);
        await warehouse.close();
        const closed = { status: "rejected", reason: { kind: "unavailable" } };
        expect(await both).toMatchObject([closed, closed]);
        expect(double.jobs.size).toBe(1);
      },
      { maxBytesBilledPerPrincipal: 10 * GB },
    ));
});

const HOUR_MS = 3_600_000;
const patient = new AbortController().signal;

test("what was charged is forgotten after a day, and not before", async () => {
  let now = 5.5 * HOUR_MS;
  const budgets = new Budgets(10, () => now);
  (await budgets.reserve("ann", Infinity, patient)).settle(6);
  now += 12 * HOUR_MS;
  (await budgets.reserve("ann", Infinity, patient)).settle(4);
  await expect(budgets.reserve("ann", 1, patient)).rejects.toMatchObject(spent);
  now += 12 * HOUR_MS - 1;
  await expect(budgets.reserve("ann", 1, patient)).rejects.toMatchObject(spent);
  now += HOUR_MS + 1;
  const reservation = await budgets.reserve("ann", Infinity, patient);
  expect(reservation.bytes).toBe(6);
  reservation.settle(0);
  reservation.settle(6); // a second time counts for nothing
  expect((await budgets.reserve("ann", Infinity, patient)).bytes).toBe(6);
});

test("of too many principals those are forgotten who were charged least", async () => {
  const budgets = new Budgets(10);
  (await budgets.reserve("spender", Infinity, patient)).settle(9);
  for (let index = 0; index < 10_500; index++) (await budgets.reserve(`p${index}`, 1, patient)).settle(1);
  expect((await budgets.reserve("spender", Infinity, patient)).bytes).toBe(1);
});

function limitOf(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body)).configuration.query.maximumBytesBilled;
}
