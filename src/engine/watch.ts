import { randomUUID } from "node:crypto";
import { Refusal } from "../diagnostics/index.ts";
import type { Principal } from "../identity/index.ts";
import type { Provenance, QueryEvent, QueryOptions } from "./engine.ts";
import type { CacheUse } from "./kept-result.ts";

type Cost = Pick<Provenance, "bytesProcessed" | "bytesBilled">;
type Times = Pick<Provenance, "planMs" | "warehouseMs">;

/** The clock and the identifier of one question, and the word that it has ended. */
export function watchQuery(
  onQuery: ((event: QueryEvent) => void) | undefined,
  principal: Principal,
  options: QueryOptions,
) {
  const queryId = randomUUID();
  const consumer = options.consumer ?? "engine";
  const started = performance.now();
  const startedAt = new Date();
  let planned: number | null = null;
  let metrics: readonly string[] = [];
  let cost: Cost = { bytesProcessed: null, bytesBilled: null };
  const times = (): Times => {
    const now = performance.now();
    return { planMs: (planned ?? now) - started, warehouseMs: planned === null ? 0 : now - planned };
  };
  const { requestId = null, door = null } = options.trace ?? {};
  const span = options.trace?.begin("question", { "assay.query_id": queryId, "assay.consumer": consumer });
  const facts = () => ({ queryId, requestId, door, principal, consumer, metrics, ...cost });
  const ended = (outcome: QueryEvent["outcome"], code: string | null, rows: number): void => {
    span?.set({ "assay.outcome": outcome, "assay.rows": rows, ...(code !== null && { "assay.code": code }) });
    span?.end(outcome === "failed");
  };
  return {
    queryId,
    consumer,
    started,
    /** Who asked for it, as one id for all questions of a request. */
    requestId,
    span,
    /** By the clock on the wall. */
    get startedAt() {
      return startedAt.toISOString();
    },
    /** @param asked Names of the catalog. */
    planned(asked: readonly string[], catalogVersion: string): void {
      planned = performance.now();
      metrics = asked;
      span?.set({
        "assay.metrics": asked,
        "assay.catalog_version": catalogVersion,
        "assay.plan_ms": planned - started,
      });
    },
    /** The warehouse answers, whatever comes of its rows: this much it charges, besides what it charged before. */
    ran({ bytesProcessed, bytesBilled }: Cost): void {
      cost = {
        bytesProcessed: sumOf(cost.bytesProcessed, bytesProcessed),
        bytesBilled: sumOf(cost.bytesBilled, bytesBilled),
      };
    },
    times,
    answered(rows: number, cache: CacheUse = "miss"): Times {
      const took = times();
      onQuery?.({ ...facts(), outcome: "answered", code: null, rows, cache, ...took });
      ended("answered", null, rows);
      return took;
    },
    /**
     * @param rows That had left before.
     * @returns what was thrown, for the caller to throw on.
     */
    failed(thrown: unknown, rows = 0): unknown {
      const how =
        thrown instanceof Refusal
          ? { outcome: "refused" as const, code: thrown.code }
          : { outcome: "failed" as const, code: null };
      onQuery?.({ ...facts(), ...how, rows, cache: null, ...times() });
      ended(how.outcome, how.code, rows);
      return thrown;
    },
  };
}

export function sumOf(a: number | null, b: number | null): number | null {
  return a === null ? b : a + (b ?? 0);
}
