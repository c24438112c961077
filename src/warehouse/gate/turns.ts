import { setMaxListeners } from "node:events";
import { LONGEST_MS } from "../bounds.ts";
import { type ExecuteOptions, WarehouseError } from "../warehouse.ts";

/** Why a statement was not let in: no room to wait, no turn before its deadline, or none within the longest wait. */
export type ShedReason = "full" | "late" | "waited";

export interface FairTurnsOptions {
  /** Turns at once; may change between any two calls. */
  readonly limit: () => number;
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
  readonly onShed?: (reason: ShedReason) => void;
  /** Milliseconds that only grow. */
  readonly clock?: () => number;
}

/** Ends once, however often it is told. */
export type EndTurn = () => void;

/**
 * So many at once. Others wait, and are called round robin: one of each principal in turn, and those of one principal in
 * the order in which they came.
 */
export class FairTurns {
  readonly #options: FairTurnsOptions;
  readonly #clock: () => number;
  /** Of each principal with a statement that waits; whose turn is next stands first. */
  readonly #lines = new Map<string, Set<Waiter>>();
  #running = 0;
  #waiting = 0;
  /** How often somebody is called, learnt anew each time that a line forms; null: not known yet. */
  #intervalMs: number | null = null;
  #calledAt = 0;

  constructor(options: FairTurnsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Why a statement would not be let in now; null: it would be. Who waits least has the first claim on room: it is refused
   * only where nobody has a longer line.
   */
  refusal(principal: string, deadline: number = Infinity): { reason: ShedReason; error: WarehouseError } | null {
    if (this.#isFree()) return null;
    if (this.#waiting >= this.#options.maxWaiting && this.#longestBeside(principal) === null) {
      return { reason: "full", error: this.#busy("Too many statements wait for the warehouse.") };
    }
    const expectedMs = (this.#ahead(principal) + 1) * (this.#intervalMs ?? 0);
    if (this.#clock() + expectedMs < deadline) return null;
    return { reason: "late", error: this.#busy("The warehouse cannot begin the statement before its deadline.") };
  }

  /** @throws WarehouseError "busy", as soon as it is known that no turn comes in time; "aborted" */
  async take(principal: string, { signal, deadline }: Pick<ExecuteOptions, "signal" | "deadline">): Promise<EndTurn> {
    if (signal?.aborted) throw aborted(signal.reason);
    if (this.#isFree()) return this.#begin();
    const refused = this.refusal(principal, deadline);
    if (refused) throw this.#shed(refused.reason, refused.error);
    if (this.#waiting >= this.#options.maxWaiting) this.#makeRoom(principal);
    return this.#wait(principal, signal, deadline);
  }

  /** Everybody who waits. */
  refuseAll(error: WarehouseError): void {
    for (const line of this.#lines.values()) for (const waiter of line) waiter.refuse(error);
  }

  #isFree(): boolean {
    return this.#waiting === 0 && this.#running < this.#options.limit();
  }

  #begin(): EndTurn {
    this.#running += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#running -= 1;
      this.#call();
    };
  }

  #wait(principal: string, signal: AbortSignal | undefined, deadline: number = Infinity): Promise<EndTurn> {
    const { maxWaitMs } = this.#options;
    if (this.#waiting === 0) this.#calledAt = this.#clock();
    const line = this.#lines.get(principal) ?? new Set<Waiter>();
    this.#lines.set(principal, line);
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        line.delete(waiter);
        if (line.size === 0) this.#lines.delete(principal);
        this.#waiting -= 1;
        if (this.#waiting === 0) this.#intervalMs = null;
      };
      const waiter: Waiter = {
        call: () => {
          leave();
          resolve(this.#begin());
        },
        refuse: (error) => {
          leave();
          reject(error);
        },
      };
      const onAbort = () => waiter.refuse(aborted(signal?.reason));
      const leftMs = deadline - this.#clock();
      const [reason, words] =
        leftMs < maxWaitMs
          ? (["late", "The warehouse could not begin the statement before its deadline."] as const)
          : (["waited", "The warehouse was busy for longer than a statement may wait."] as const);
      const giveUp = () => waiter.refuse(this.#shed(reason, this.#busy(words)));
      const timer = setTimeout(giveUp, Math.min(LONGEST_MS, Math.max(0, leftMs), maxWaitMs));
      if (signal) setMaxListeners(0, signal); // as many statements as one question needs share its signal
      signal?.addEventListener("abort", onAbort, { once: true });
      line.add(waiter);
      this.#waiting += 1;
    });
  }

  #call(): void {
    while (this.#waiting > 0 && this.#running < this.#options.limit()) {
      const [next] = this.#lines;
      if (next === undefined) return;
      const [principal, line] = next;
      const [waiter] = line;
      // To the end, for whoever else of theirs waits.
      this.#lines.delete(principal);
      this.#lines.set(principal, line);
      const now = this.#clock();
      const tookMs = now - this.#calledAt;
      this.#intervalMs =
        this.#intervalMs === null ? tookMs : this.#intervalMs + (tookMs - this.#intervalMs) * NEWEST_SHARE;
      this.#calledAt = now;
      waiter?.call();
    }
  }

  /** Those that are called before one more of this principal. */
  #ahead(principal: string): number {
    const own = this.#lines.get(principal)?.size ?? 0;
    let ahead = own;
    for (const [other, { size }] of this.#lines) if (other !== principal) ahead += Math.min(size, own + 1);
    return ahead;
  }

  /** The longest line of those that stay at least as long as this principal's when one leaves it and one comes here. */
  #longestBeside(principal: string): Set<Waiter> | null {
    let longest: Set<Waiter> | null = null;
    for (const line of this.#lines.values()) if (line.size > (longest?.size ?? 0)) longest = line;
    const own = this.#lines.get(principal)?.size ?? 0;
    return longest !== null && longest.size > own + 1 ? longest : null;
  }

  /** The last who came into the longest line goes. */
  #makeRoom(principal: string): void {
    const last = [...(this.#longestBeside(principal) ?? [])].at(-1);
    last?.refuse(this.#shed("full", this.#busy("Too many statements wait for the warehouse.")));
  }

  #shed(reason: ShedReason, error: WarehouseError): WarehouseError {
    this.#options.onShed?.(reason);
    return error;
  }

  #busy(words: string): WarehouseError {
    const drainMs = (this.#waiting + 1) * (this.#intervalMs ?? 0);
    const retryAfterMs = Math.round(Math.min(LONGEST_RETRY_MS, Math.max(SHORTEST_RETRY_MS, drainMs)));
    return new WarehouseError("busy", `${words} Try again in a moment.`, { retryAfterMs });
  }
}

/** Leaves its line whichever happens. */
interface Waiter {
  call(): void;
  refuse(error: WarehouseError): void;
}

/** How much the newest interval counts for, against all before it. */
const NEWEST_SHARE = 0.2;

/** HTTP tells it in whole seconds. */
const SHORTEST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

export function aborted(reason: unknown): WarehouseError {
  return new WarehouseError("aborted", "The statement was ended before it had begun.", { cause: reason });
}
