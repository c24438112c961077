import type { Refusal } from "../diagnostics/index.ts";
import { digestOf } from "../identity/index.ts";
import type { Answer, Pending } from "./engine.ts";
import type { Question } from "./question.ts";
import type { Reading } from "./reading.ts";
import type { Progress } from "./run.ts";

/** One question that runs whoever waits for it. Wanted as long as somebody waits, or was promised its answer. */
export class Job {
  readonly queryId: string;
  readonly key: string;
  /** Digest of who asked, claims included. */
  readonly principal: string;
  readonly catalogVersion: string;
  readonly readings: readonly Reading[];
  /** When it was asked, among all words of refreshed sources. */
  readonly epoch: number;
  isPromised = false;
  outcome: Answer | Error | null = null;
  /** Why it is no longer to be answered. */
  withdrawn: Refusal | null = null;
  readonly #controller = new AbortController();
  readonly #startedAt = performance.now();
  #endedAt = Infinity;
  #waiting = 0;
  #progress: Progress = { stage: "waiting", bytesProcessed: null };
  #changed = Promise.withResolvers<void>();

  constructor({ queryId, key, principal, readings }: Question, catalogVersion: string, epoch: number) {
    this.queryId = queryId;
    this.key = key;
    this.principal = digestOf(principal);
    this.catalogVersion = catalogVersion;
    this.readings = readings;
    this.epoch = epoch;
  }

  /** Aborts when nobody wants it any more. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isWanted(): boolean {
    return this.outcome === null && (this.isPromised || this.#waiting > 0);
  }

  /** Whether an equal question may have its answer, if nothing that it reads was refreshed since: while it runs, and shortly after. */
  get isJoinable(): boolean {
    if (this.outcome === null) return !this.signal.aborted;
    return !(this.outcome instanceof Error) && performance.now() - this.#endedAt < FRESH_MS;
  }

  pending(): Pending {
    const elapsedMs = Math.round(performance.now() - this.#startedAt);
    const pollAfterMs = Math.min(MOST_POLL_MS, Math.max(LEAST_POLL_MS, Math.round(elapsedMs / 4)));
    return { queryId: this.queryId, pollAfterMs, elapsedMs, ...this.#progress };
  }

  /** Somebody waits, until they `leave`. */
  enter(): void {
    this.#waiting++;
  }

  leave(): void {
    this.#waiting--;
    this.#stopIfUnwanted();
  }

  /** @returns whether it ended in time, and with the signal unaborted */
  async endsWithin(ms: number, signal?: AbortSignal): Promise<"ended" | "late" | "left"> {
    if (this.outcome) return "ended";
    // By hand: to abort a timer of promises makes two errors with their stacks, for each question that is answered.
    const { promise: over, resolve } = Promise.withResolvers<"late" | "left">();
    const leave = (): void => resolve("left");
    const timer = setTimeout(() => resolve("late"), Math.min(ms, LONGEST_MS));
    if (signal?.aborted) leave();
    else signal?.addEventListener("abort", leave, { once: true });
    const ended = (async () => {
      while (!this.outcome) await this.#changed.promise;
      return "ended" as const;
    })();
    try {
      return await Promise.race([ended, over]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", leave);
    }
  }

  /** Resolves at the next change, at the latest after so long. */
  async changes(mostMs: number): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, mostMs);
    await Promise.race([this.#changed.promise, late]);
    clearTimeout(timer);
  }

  progress(progress: Progress): void {
    this.#progress = progress;
    this.#tell();
  }

  /** Nobody is to have its answer any more, whoever waits. */
  withdraw(refusal: Refusal): void {
    this.withdrawn = refusal;
    this.end(refusal);
    this.#stopIfUnwanted();
  }

  /** What it ended with first holds. */
  end(outcome: Answer | Error): void {
    if (this.outcome) return;
    this.outcome = outcome;
    this.#endedAt = performance.now();
    this.#tell();
  }

  #stopIfUnwanted(): void {
    if (!this.isWanted) this.#controller.abort(UNWANTED);
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}

/** Made once: each question that is answered is wanted no more. */
const UNWANTED = new Error("Nobody waits for the answer any more.");

/** An answer is not given again to who asks again later than this: it could have been asked for to see what has changed. */
const FRESH_MS = 10_000;
const LEAST_POLL_MS = 250;
const MOST_POLL_MS = 5_000;

/** The longest that a Node timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;
