import { randomUUID } from "node:crypto";
import { Refusal } from "../diagnostics/index.ts";
import type { Principal } from "../identity/index.ts";
import type { Provenance, QueryEvent, QueryOptions } from "./engine.ts";

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
  let planned: number | null = null;
  let metrics: readonly string[] = [];
  let cost: Cost = { bytesProcessed: null, bytesBilled: null };
  const times = (): Times => {
    const now = performance.now();
    return { planMs: (planned ?? now) - started, warehouseMs: planned === null ? 0 : now - planned };
  };
  const facts = () => ({ queryId, principal, consumer, metrics, ...cost });
  return {
    queryId,
    consumer,
    started,
    /** By the clock on the wall. */
    startedAt: new Date().toISOString(),
    /** @param asked Names of the catalog. */
    planned(asked: readonly string[]): void {
      planned = performance.now();
      metrics = asked;
    },
    /** The warehouse answers, whatever comes of its rows: this much it charges, besides what it charged before. */
    ran({ bytesProcessed, bytesBilled }: Cost): void {
      cost = {
        bytesProcessed: sumOf(cost.bytesProcessed, bytesProcessed),
        bytesBilled: sumOf(cost.bytesBilled, bytesBilled),
      };
    },
    times,
    answered(rows: number): Times {
      const took = times();
      onQuery?.({ ...facts(), outcome: "answered", code: null, rows, ...took });
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
      onQuery?.({ ...facts(), ...how, rows, ...times() });
      return thrown;
    },
  };
}

export function sumOf(a: number | null, b: number | null): number | null {
  return a === null ? b : a + (b ?? 0);
}
