import { setTimeout as delay } from "node:timers/promises";
import { type ExecuteOptions, type Result, type Warehouse, WarehouseError } from "../warehouse.ts";
import { AdaptiveLimit } from "./adaptive-limit.ts";
import { Breaker } from "./breaker.ts";
import { heldUntilRead } from "./held.ts";
import { RetryBudget } from "./retry-budget.ts";
import { aborted, FairTurns, type ShedReason } from "./turns.ts";

/** What is missing has a default: see docs/overload.md. */
export interface GateSettings {
  /** Most statements that run at once. */
  readonly concurrency?: number;
  /** Most statements that wait. */
  readonly queue?: number;
  /** How long a statement waits at most, where its deadline does not come before. */
  readonly maxWaitMs?: number;
}

/** Told as it happens. */
export interface GateHooks {
  /** A statement got its turn after so long. */
  readonly onTurn?: (waitedMs: number) => void;
  readonly onShed?: (reason: ShedReason) => void;
  readonly onRetry?: () => void;
  readonly onBreaker?: (isOpen: boolean) => void;
}

/** How it is now, and what has been since it opened. */
export interface GateStats {
  /** Until their last row is read. */
  readonly running: number;
  readonly waiting: number;
  /** Statements that may run at once now, and at best. */
  readonly limit: number;
  readonly concurrency: number;
  readonly isBreakerOpen: boolean;
  /** Asked for, let in or not. */
  readonly statements: number;
  readonly retries: number;
  readonly shed: Readonly<Record<ShedReason, number>>;
}

export interface GuardedWarehouse extends Warehouse {
  readonly gate: { stats(): GateStats };
}

/**
 * The same warehouse for many callers at once: what it cannot take waits its turn in a bounded line that is fair between
 * principals, or is refused at once; while it cannot be reached nothing is sent; what failed by no fault of its own is
 * asked once more. Only `execute` passes the gate: looks at tables and probes are few.
 */
export function guarded(warehouse: Warehouse, settings: GateSettings = {}, hooks: GateHooks = {}): GuardedWarehouse {
  const concurrency = settings.concurrency ?? warehouse.concurrency ?? CONCURRENCY;
  const limit = new AdaptiveLimit(concurrency);
  const budget = new RetryBudget();
  const counts = { statements: 0, retries: 0, shed: { full: 0, late: 0, waited: 0 } };
  const onShed = (reason: ShedReason) => {
    counts.shed[reason] += 1;
    hooks.onShed?.(reason);
  };
  const turns = new FairTurns({
    limit: () => limit.now,
    maxWaiting: settings.queue ?? QUEUE,
    maxWaitMs: settings.maxWaitMs ?? MAX_WAIT_MS,
    onShed,
  });
  const breaker = new Breaker({
    probe: () => warehouse.dryRun(PROBE, { deadline: performance.now() + PROBE_MS }),
    onChange(isOpen) {
      if (isOpen) turns.refuseAll(outOfReach());
      hooks.onBreaker?.(isOpen);
    },
  });

  const execute: Warehouse["execute"] = async (statement, options = {}) => {
    counts.statements += 1;
    budget.earn();
    if (breaker.isOpen) throw outOfReach();
    const askedAt = performance.now();
    const end = await turns.take(options.origin?.principal ?? "", options);
    hooks.onTurn?.(performance.now() - askedAt);
    options.onTurn?.();
    try {
      const result = await attempts(() => warehouse.execute(statement, options), options);
      breaker.answered();
      return { ...result, batches: heldUntilRead(result.batches, end, options) };
    } catch (thrown) {
      noteFailure(thrown);
      end();
      throw thrown;
    }
  };

  /** One, or two where the first could not be answered through no fault of the statement. */
  async function attempts(attempt: () => Promise<Result>, options: ExecuteOptions): Promise<Result> {
    try {
      return await measured(attempt);
    } catch (thrown) {
      const pauseMs = SHORTEST_PAUSE_MS * (1 + Math.random() * 3);
      const isInTime = performance.now() + pauseMs < (options.deadline ?? Infinity);
      if (!(thrown instanceof WarehouseError && thrown.isPassing) || !isInTime || !budget.spend()) throw thrown;
      const { signal } = options;
      await delay(pauseMs, undefined, signal ? { signal } : {}).catch((cause: unknown) => {
        throw aborted(cause);
      });
      counts.retries += 1;
      hooks.onRetry?.();
      return measured(attempt);
    }
  }

  async function measured(attempt: () => Promise<Result>): Promise<Result> {
    const ended = limit.begin();
    try {
      const result = await attempt();
      ended("well");
      return result;
    } catch (thrown) {
      if (thrown instanceof WarehouseError && thrown.kind === "busy") ended("overloaded");
      throw thrown;
    }
  }

  function noteFailure(thrown: unknown): void {
    if (!(thrown instanceof WarehouseError)) return;
    if (thrown.kind === "unavailable") breaker.failed();
    // At an end that we set ourselves the warehouse may have been silent or not.
    else if (thrown.kind !== "aborted" && thrown.kind !== "timeout") breaker.answered();
  }

  return {
    ...warehouse,
    execute,
    refusal(principal, deadline) {
      const refused = turns.refusal(principal, deadline);
      if (refused) onShed(refused.reason);
      return refused?.error ?? null;
    },
    async close() {
      breaker.close();
      turns.refuseAll(new WarehouseError("unavailable", "The warehouse is closed."));
      await warehouse.close();
    },
    gate: {
      stats: () => ({
        running: turns.running,
        waiting: turns.waiting,
        limit: limit.now,
        concurrency,
        isBreakerOpen: breaker.isOpen,
        statements: counts.statements,
        retries: counts.retries,
        shed: { ...counts.shed },
      }),
    },
  };
}

/** Where the warehouse does not say: BigQuery takes as many as it has room for, and has a queue of its own. */
const CONCURRENCY = 40;
const QUEUE = 100;
const MAX_WAIT_MS = 10_000;

const PROBE = { text: "SELECT 1", values: [] };
const PROBE_MS = 1_000;

/** Before a statement is asked once more; up to four times as long, so that not all come back at once. */
const SHORTEST_PAUSE_MS = 20;

function outOfReach(): WarehouseError {
  return new WarehouseError("unavailable", "The warehouse cannot be reached; it is asked again as soon as it answers.");
}
