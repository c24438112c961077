import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { BigQueryDouble, Fault } from "../support/bigquery-double/double.ts";
import type { Script } from "../support/bigquery-double/jobs.ts";
import { rowsOf, withBigQuery } from "../support/bigquery-double/with-bigquery.ts";
import { until } from "../support/until.ts";

const endless: Script = { runMs: 3_600_000 };
const aborted = { name: "WarehouseError", kind: "aborted", cause: "enough" };
const unavailable: Fault = { status: 503, reason: "backendError" };

/** How each job ended: the reason of its failure, null where it ended well. */
function ends(double: BigQueryDouble): (string | null)[] {
  return [...double.jobs.values()].map(({ failure }) => failure?.reason ?? null);
}

describe("a statement that nobody waits for any more", () => {
  test("is ended in BigQuery", () =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => endless;
      const controller = new AbortController();
      const failure = rowsOf(warehouse, "SELECT 1", { signal: controller.signal });
      await until(() => double.count("results") === 1);
      controller.abort("enough");
      await expect(failure).rejects.toMatchObject(aborted);
      await until(() => double.runningJobs === 0);
      expect(ends(double)).toEqual(["stopped"]);
      // Nothing waits for an answer any more either.
      await until(() => double.inFlight === 0);
    }));

  test.each<[string, readonly Fault[]]>([
    ["is on its way", [{ afterMs: 200 }]],
    ["was made, and the answer is lost", ["lose"]],
    ["was made, and the answer stalls", ["stall"]],
    ["was refused for a moment", [unavailable, unavailable, { afterMs: 100 }]],
  ])("is ended though its job %s", (_, faults) =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => endless;
      double.fault("insert", ...faults);
      const controller = new AbortController();
      const failure = rowsOf(warehouse, "SELECT 1", { signal: controller.signal });
      await until(() => double.count("insert") === 1);
      await delay(20);
      controller.abort("enough");
      await expect(failure).rejects.toMatchObject(aborted);
      await warehouse.close();
      expect(double.runningJobs).toBe(0);
      await until(() => double.inFlight === 0);
    }),
  );

  test.each<[string, readonly Fault[]]>([
    ["are refused for a moment", [unavailable, unavailable, unavailable, unavailable]],
    ["get lost", ["reset", "lose", "cut"]],
    ["are not understood", [{ text: "{}" }, { text: "no" }]],
  ])("is ended though our requests for that %s", (_, faults) =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => endless;
      double.fault("cancel", ...faults);
      const controller = new AbortController();
      const failure = rowsOf(warehouse, "SELECT 1", { signal: controller.signal });
      await until(() => double.count("results") === 1);
      controller.abort("enough");
      await expect(failure).rejects.toMatchObject(aborted);
      await until(() => double.runningJobs === 0);
      expect(ends(double)).toEqual(["stopped"]);
    }),
  );

  test("may end just then, and nobody is the worse for it", () =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => ({ ...endless, onCancel: "completes" });
      const controller = new AbortController();
      const failure = rowsOf(warehouse, "SELECT 1", { signal: controller.signal });
      await until(() => double.count("results") === 1);
      controller.abort("enough");
      await expect(failure).rejects.toMatchObject(aborted);
      double.script = () => ({ rows: [["1"]] });
      expect(await rowsOf(warehouse)).toEqual([["1"]]);
      expect(ends(double)).toEqual([null, null]);
    }));

  test("is not begun when it was given up before", () =>
    withBigQuery(async (warehouse, double) => {
      const options = { signal: AbortSignal.abort("enough") };
      await expect(rowsOf(warehouse, "SELECT 1", options)).rejects.toMatchObject(aborted);
      await expect(warehouse.dryRun({ text: "SELECT 1", values: [] }, options)).rejects.toMatchObject(aborted);
      await expect(warehouse.describe([["orders"]], options)).rejects.toMatchObject(aborted);
      expect(double.asked).toEqual([]);
    }));

  test("is not read on", () =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => ({ rows: [["1"], ["2"]], pageRows: 1 });
      const controller = new AbortController();
      const { batches } = await warehouse.execute({ text: "SELECT 1", values: [] }, { signal: controller.signal });
      double.fault("results", "hang");
      const reading = (async () => {
        for await (const _ of batches);
      })();
      await until(() => double.count("results") === 2);
      controller.abort("enough");
      await expect(reading).rejects.toMatchObject(aborted);
      await until(() => double.inFlight === 0);
    }));
});

describe("a deadline", () => {
  test("ends the job", () =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => endless;
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      onTestFinished(() => void vi.useRealTimers());
      // The double keeps BigQuery's own timeout too, by a clock that goes on.
      const failure = rowsOf(warehouse, "SELECT 1", { deadline: performance.now() + 60_000 });
      await until(() => double.count("results") === 1);
      vi.advanceTimersByTime(60_000);
      vi.useRealTimers();
      await expect(failure).rejects.toMatchObject({ kind: "timeout" });
      await until(() => double.runningJobs === 0);
      expect(double.jobs.size).toBe(1);
    }));

  test.each(["insert", "results", "get"] as const)("holds though nothing comes back from %s", (endpoint) =>
    withBigQuery(async (warehouse, double) => {
      double.fault(endpoint, "hang");
      const failure = rowsOf(warehouse, "SELECT 1", { deadline: performance.now() + 50 });
      await expect(failure).rejects.toMatchObject({ kind: "timeout" });
      await warehouse.close();
      await until(() => double.inFlight === 0);
    }),
  );

  test("holds in the middle of an answer, and while estimating", () =>
    withBigQuery(async (warehouse, double) => {
      double.fault("results", "stall");
      const failure = rowsOf(warehouse, "SELECT 1", { deadline: performance.now() + 50 });
      await expect(failure).rejects.toMatchObject({ kind: "timeout" });
      double.fault("insert", "hang");
      const estimate = warehouse.dryRun({ text: "SELECT 1", values: [] }, { deadline: performance.now() + 50 });
      await expect(estimate).rejects.toMatchObject({ kind: "timeout" });
      await until(() => double.inFlight === 0);
    }));

  test("of BigQuery's own is told as such", () =>
    withBigQuery(
      async (warehouse, double) => {
        double.script = () => endless;
        await expect(rowsOf(warehouse)).rejects.toMatchObject({ kind: "timeout", cause: { reason: "stopped" } });
      },
      { statementTimeoutMs: 30 },
    ));
});

describe("closing", () => {
  test("ends every job and waits for that, and nothing runs afterwards", () =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => ({ ...endless, onCancel: "lingers" });
      const running = Promise.allSettled(["SELECT 1", "SELECT 2", "SELECT 3"].map((text) => rowsOf(warehouse, text)));
      await until(() => double.count("results") === 3);
      await warehouse.close();
      expect(ends(double)).toEqual(["stopped", "stopped", "stopped"]);
      const closed = { name: "WarehouseError", kind: "unavailable", message: "The warehouse is closed." };
      expect((await running).map((each) => each.status === "rejected" && each.reason)).toMatchObject([
        closed,
        closed,
        closed,
      ]);
      double.asked = [];
      await expect(rowsOf(warehouse)).rejects.toMatchObject(closed);
      await expect(warehouse.ping()).rejects.toMatchObject(closed);
      expect(double.asked).toEqual([]);
      await warehouse.close();
    }));

  test("does not wait for a server that is gone for good", () =>
    withBigQuery(async (warehouse, double) => {
      double.script = () => endless;
      void rowsOf(warehouse).catch(() => {});
      await until(() => double.count("results") === 1);
      double.fault("cancel", ...Array.from({ length: 100 }, (): Fault => "hang"));
      await warehouse.close();
      for (const job of double.jobs.values()) job.cancel();
    }));
});
