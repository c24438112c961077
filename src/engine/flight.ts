import type { Refusal } from "../diagnostics/index.ts";
import type { Statement, StatementRun } from "../warehouse/index.ts";
import type { Question } from "./question.ts";
import type { Landed, Progress } from "./run.ts";

/** Somebody who wants the answer to a question. */
export interface Wish {
  readonly question: Question;
  /** Aborts when they want it no more. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Why it is not to be answered any more; null: it is. */
  readonly withdrawn?: () => Refusal | null;
}

/** One question under way, for all that ask the same. It goes on as long as one of them wants it. */
export class Flight {
  /** What runs, by the rights of whoever asked first: those of all others are equal. */
  readonly leader: Question;
  /** When it was asked, among all words of refreshed sources. */
  readonly epoch: number;
  readonly token: string | null;
  readonly startedAtMs: number;
  readonly startedAt = new Date().toISOString();
  readonly runs: { readonly run: StatementRun; readonly statement: Statement }[] = [];
  group: FlightGroup | null = null;
  readonly #wishes = new Set<Wish>();
  readonly #landing = Promise.withResolvers<Landed | Error>();
  #progress: Progress | null = null;
  #payer: Wish | null = null;

  constructor(leader: Question, at: { readonly epoch: number; readonly token: string | null; readonly nowMs: number }) {
    this.leader = leader;
    this.epoch = at.epoch;
    this.token = at.token;
    this.startedAtMs = at.nowMs;
  }

  get plan() {
    return this.leader.plan;
  }

  get landed(): Promise<Landed | Error> {
    return this.#landing.promise;
  }

  get isAborted(): boolean {
    return this.group?.signal.aborted === true;
  }

  get isWanted(): boolean {
    return [...this.#wishes].some(isWanted);
  }

  /** @returns resolves when this one has left while others stay; never otherwise */
  board(wish: Wish): Promise<"left"> {
    this.#wishes.add(wish);
    if (this.#progress) wish.onProgress?.(this.#progress);
    const left = Promise.withResolvers<"left">();
    const leave = (): void => {
      if (this.isWanted) left.resolve("left");
      else this.group?.stopIfUnwanted();
    };
    if (wish.signal?.aborted) leave();
    else wish.signal?.addEventListener("abort", leave, { once: true });
    void this.landed.then(() => wish.signal?.removeEventListener("abort", leave));
    return left.promise;
  }

  progress(progress: Progress): void {
    this.#progress = progress;
    for (const wish of this.#wishes) wish.onProgress?.(progress);
  }

  land(outcome: Landed | Error): void {
    const [first] = this.#wishes;
    this.#payer = [...this.#wishes].find(isWanted) ?? first ?? null;
    this.#landing.resolve(outcome);
  }

  /** Whose record has what the statement cost: the first who still wants it. */
  isPaidBy(wish: Wish): boolean {
    return this.#payer === wish;
  }
}

/** Flights that run as one statement. */
export class FlightGroup {
  readonly flights: readonly Flight[];
  readonly #controller = new AbortController();

  constructor(flights: readonly Flight[]) {
    this.flights = flights;
    for (const flight of flights) flight.group = this;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  stopIfUnwanted(): void {
    if (!this.flights.some(({ isWanted }) => isWanted)) this.stop();
  }

  stop(): void {
    this.#controller.abort();
  }
}

function isWanted({ signal }: Wish): boolean {
  return signal?.aborted !== true;
}
