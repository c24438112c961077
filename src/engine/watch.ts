import { randomUUID } from "node:crypto";
import { Refusal } from "../diagnostics/index.ts";
import type { Principal } from "../identity/index.ts";
import type { QueryRequest } from "../request/index.ts";
import type { Provenance, QueryEvent, QueryOptions } from "./engine.ts";

type Cost = Pick<Provenance, "bytesProcessed" | "bytesBilled">;
type Times = Pick<Provenance, "planMs" | "warehouseMs">;

/** The clock and the identifier of one question, and the word that it has ended. */
export function watchQuery(
  onQuery: ((event: QueryEvent) => void) | undefined,
  request: QueryRequest,
  principal: Principal,
  options: QueryOptions,
) {
  const queryId = randomUUID();
  const consumer = options.consumer ?? "engine";
  const started = performance.now();
  let planned: number | null = null;
  const times = (): Times => {
    const now = performance.now();
    return { planMs: (planned ?? now) - started, warehouseMs: planned === null ? 0 : now - planned };
  };
  const asked = { queryId, principal, consumer, metrics: (request.metrics ?? []).map(nameOf) };
  return {
    queryId,
    consumer,
    started,
    /** By the clock on the wall. */
    startedAt: new Date().toISOString(),
    planned(): void {
      planned = performance.now();
    },
    answered(rows: number, cost: Cost): Times {
      const took = times();
      onQuery?.({ ...asked, outcome: "answered", code: null, rows, ...cost, ...took });
      return took;
    },
    /** @returns what was thrown, for the caller to throw on. */
    failed(thrown: unknown): unknown {
      const nothing = { rows: 0, bytesProcessed: null, bytesBilled: null };
      const how =
        thrown instanceof Refusal
          ? { outcome: "refused" as const, code: thrown.code }
          : { outcome: "failed" as const, code: null };
      onQuery?.({ ...asked, ...how, ...nothing, ...times() });
      return thrown;
    },
  };
}

function nameOf(metric: NonNullable<QueryRequest["metrics"]>[number]): string {
  return typeof metric === "string" ? metric : metric.name;
}
