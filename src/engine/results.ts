import { createMemoryStore, type ResultStore } from "../cache/index.ts";
import type { CacheRule, Catalog } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { heapShare } from "../std/index.ts";
import { WarehouseError } from "../warehouse/index.ts";
import { type AnswerRule, ruleOf } from "./cache-rule.ts";
import type { Answer, Kept, RefreshEvent, Refreshed } from "./engine.ts";
import { Flight, FlightGroup, type Wish } from "./flight.ts";
import { groupBySources } from "./group.ts";
import { type CacheUse, type KeptResult, memoryOf } from "./kept-result.ts";
import type { EngineParts } from "./parts.ts";
import { createProbes } from "./probes.ts";
import type { Question } from "./question.ts";
import type { Reading } from "./reading.ts";
import { createRefreshes, type Refreshes } from "./refreshes.ts";
import type { IsCurrent } from "./repeat.ts";
import { asError, type Landed, type Progress, runTogether } from "./run.ts";

/** Answers questions that are planned: from what is kept, together with who asks the same, or from the warehouse. */
export interface Results {
  /** One for each wish; an Error stands in the place of one that has no answer. Never rejects. */
  answer(
    parts: EngineParts,
    wishes: readonly Wish[],
    optimize?: boolean,
  ): ReadonlyMap<Question, Promise<Answer | Error>>;
  /** What has been told of sources. */
  readonly refreshes: Pick<Refreshes, "epoch" | "since">;
  /** Answers from the source are outdated now. */
  refreshed(parts: EngineParts, event: RefreshEvent): Refreshed;
  /** Other definitions are served: no answer under the former ones is given any more. */
  swapped(catalog: Catalog): void;
  /** What is kept now. */
  readonly kept: Kept;
  /** How many questions are being answered. */
  readonly running: number;
  /** One more is, beside those asked here. @returns to be called when it is not any more */
  begin(): () => void;
  /** Ends all that runs, and waits for that. */
  close(): Promise<void>;
}

interface Entry extends KeptResult {
  /** Tells it from what comes after it. */
  readonly mark: symbol;
  readonly readings: readonly Reading[];
  /** Up to which word of refreshed sources it is known that none is about it. */
  epoch: number;
  readonly token: string | null;
  readonly rule: AnswerRule;
  /** When it was last known that nothing has changed. */
  validAtMs: number;
}

/** Somebody for whom nothing is kept that is current. */
interface Missing {
  readonly wish: Wish;
  readonly rule: AnswerRule | null;
  readonly token: string | null;
  /** What they get where the warehouse fails. */
  readonly fallback: Entry | null;
}

export function createResults(parts: EngineParts): Results {
  const { isEnabled = true, maxBytes = mostBytes(), ttlMs = 0, clock = () => performance.now() } = parts.cache ?? {};
  const fallback: CacheRule | null =
    ttlMs > 0 ? { ttlMs, staleMs: 0, refresh: "time", isDeterministic: false, span: null } : null;
  const store: ResultStore<Entry> = createMemoryStore(maxBytes, clock);
  const probes = createProbes(parts, clock);
  const refreshes = createRefreshes();
  const flights = new Map<string, Flight>();
  const running = new Map<FlightGroup, Promise<unknown>>();
  const refreshing = new Set<string>();
  let { catalog } = parts;

  async function answerAll(
    over: EngineParts,
    wishes: readonly Wish[],
    optimize: boolean,
  ): Promise<ReadonlyMap<Wish, Promise<Answer | Error>>> {
    const looked = await Promise.all(wishes.map((wish) => look(wish)));
    const answers = new Map<Wish, Promise<Answer | Error>>();
    const missing: Missing[] = [];
    for (const { entry, ...rest } of looked) {
      const { wish } = rest;
      const state = entry ? stateOf(entry, rest.token) : "gone";
      if (entry && (state === "fresh" || state === "aging")) {
        const given =
          state === "fresh"
            ? give(over, wish.question, entry, "hit", currentTest(wish.question.share.key, entry))
            : give(over, wish.question, entry, "stale");
        answers.set(wish, given);
        if (state === "aging") refresh(over, wish, optimize);
      } else {
        missing.push({ ...rest, fallback: entry && state === "outdated" ? entry : null });
      }
    }
    for (const [wish, answer] of fly(over, missing, optimize)) answers.set(wish, answer);
    return answers;
  }

  async function look(wish: Wish): Promise<Omit<Missing, "fallback"> & { readonly entry: Entry | null }> {
    const rule = isEnabled ? ruleOf(wish.question, fallback) : null;
    if (!rule) return { wish, rule, token: null, entry: null };
    const token = rule.probed.length > 0 ? await probes.tokenOf(rule.probed, wish.question.deadline) : null;
    const found = store.get(wish.question.share.key);
    return { wish, rule, token, entry: (found instanceof Promise ? await found : found) ?? null };
  }

  /** Whether the very entry is still there, and fresh. Holds none of its rows. */
  function currentTest(key: string, { mark, rule: { probed } }: Entry): IsCurrent {
    return async () => {
      const token = probed.length > 0 ? await probes.tokenOf(probed) : null;
      const found = await store.get(key);
      return found?.mark === mark && stateOf(found, token) === "fresh";
    };
  }

  /** fresh: as good as new; aging: its time is over; outdated: known to be, or not known not to be. */
  function stateOf(entry: Entry, token: string | null): "fresh" | "aging" | "outdated" | "gone" {
    const { rule, readAtMs } = entry;
    const now = clock();
    const isChanged = !isUntold(entry) || (rule.probed.length > 0 && (token === null || token !== entry.token));
    if (!isChanged && now < readAtMs + rule.ttlMs) {
      entry.validAtMs = now;
      return "fresh";
    }
    const endedAt = Math.min(readAtMs + rule.ttlMs, isChanged ? entry.validAtMs : Infinity);
    if (now >= endedAt + rule.staleMs) return "gone";
    return isChanged ? "outdated" : "aging";
  }

  function isUntold(entry: Entry): boolean {
    if (refreshes.since(entry.readings, entry.epoch)) return false;
    // No word is compared with it twice: there may be many of both.
    entry.epoch = refreshes.epoch;
    return true;
  }

  /** Every wish takes part in what runs already, or something new. */
  function fly(
    over: EngineParts,
    missing: readonly Missing[],
    optimize: boolean,
  ): ReadonlyMap<Wish, Promise<Answer | Error>> {
    const fresh: Flight[] = [];
    const answers = new Map<Wish, Promise<Answer | Error>>();
    for (const one of missing) {
      const { question } = one.wish;
      const { key } = question.share;
      let flight = flights.get(key);
      if (!flight || !isJoinable(flight)) {
        flight = new Flight(question, { epoch: refreshes.epoch, token: one.token, nowMs: clock() });
        flights.set(key, flight);
        fresh.push(flight);
      }
      answers.set(one.wish, wait(over, one, { flight, left: flight.board(one.wish), optimize }));
    }
    for (const group of groupBySources(over.catalog, fresh)) launch(over, group, optimize, missing);
    return answers;
  }

  function isJoinable(flight: Flight): boolean {
    return !flight.isAborted && !refreshes.since(flight.leader.readings, flight.epoch);
  }

  function launch(
    over: EngineParts,
    flown: readonly [Flight, ...Flight[]],
    optimize: boolean,
    missing: readonly Missing[],
  ): void {
    const group = new FlightGroup(flown);
    // All may have left while it was looked at what is kept.
    group.stopIfUnwanted();
    const [first, ...others] = flown;
    const rules = new Map(missing.map(({ wish, rule }) => [wish.question, rule]));
    const byLeader = new Map(flown.map((flight) => [flight.leader, flight]));
    const run = async (): Promise<void> => {
      const landed = await runTogether(over, [first.leader, ...others.map(({ leader }) => leader)], {
        optimize,
        signal: group.signal,
        onProgress: (progress: Progress) => {
          for (const flight of flown) flight.progress(progress);
        },
        onRun: (question, ran, statement) => byLeader.get(question)?.runs.push({ run: ran, statement }),
      });
      flown.forEach((flight, i) => {
        const outcome = landed[i] ?? new Error("A question was left without an answer.");
        const { key } = flight.leader.share;
        const rule = rules.get(flight.leader);
        // Under other definitions there may have been word that was about none of these.
        if (rule && over.catalog === catalog && !(outcome instanceof Error)) keep(flight, outcome, rule);
        if (flights.get(key) === flight) flights.delete(key);
        flight.land(outcome);
      });
    };
    // After every wish of this call has come aboard.
    running.set(
      group,
      run().finally(() => running.delete(group)),
    );
  }

  function keep(flight: Flight, landed: Landed, rule: AnswerRule): void {
    const { readings } = flight.leader;
    // What was told to have changed while it was read may have been read before.
    if (refreshes.since(readings, flight.epoch) || (rule.probed.length > 0 && flight.token === null)) return;
    if (isBehind(landed.run.dataAsOf, readings, rule)) return;
    const entry: Entry = {
      ...keptOf(flight, landed),
      mark: Symbol("kept"),
      readings,
      epoch: flight.epoch,
      token: flight.token,
      rule,
      validAtMs: flight.startedAtMs,
    };
    const age = clock() - flight.startedAtMs;
    store.set(flight.leader.share.key, entry, {
      bytes: memoryOf(landed.read),
      ttlMs: rule.ttlMs + rule.staleMs - age,
    });
  }

  /** Whether a replica may have answered that had not yet come to what was told, or seen on another host. */
  function isBehind(dataAsOf: string | null, readings: readonly Reading[], { probed }: AnswerRule): boolean {
    if (dataAsOf === null) return false;
    const asOfMs = Date.parse(dataAsOf) - CLOCKS_APART_MS;
    return refreshes.isBeyond(readings, asOfMs) || probes.isBeyond(probed, asOfMs);
  }

  async function wait(
    over: EngineParts,
    missing: Missing,
    { flight, left, optimize }: { readonly flight: Flight; readonly left: Promise<"left">; readonly optimize: boolean },
  ): Promise<Answer | Error> {
    const { wish, fallback: old } = missing;
    const { question } = wish;
    const outcome = await Promise.race([flight.landed, left]);
    if (outcome !== "left" && flight.isPaidBy(wish)) {
      for (const { run, statement } of flight.runs) question.ran(run, statement);
    }
    const withdrawn = wish.withdrawn?.();
    if (withdrawn) return asError(await question.failed(withdrawn));
    if (outcome === "left" || wish.signal?.aborted) {
      return asError(await question.failed(outcome instanceof Error ? outcome : aborted()));
    }
    if (!(outcome instanceof Error)) {
      if (flight.leader !== question) return give(over, question, keptOf(flight, outcome), "coalesced");
      const { read, run, questions } = keptOf(flight, outcome);
      return question.answered(read, run, questions).catch(asError);
    }
    // What was wrong with whoever asked first is nothing to the others.
    if (flight.leader !== question && (isOfOne(outcome) || isOfAnotherLine(outcome, flight.leader, question))) {
      return fly(over, [missing], optimize).get(wish) ?? outcome;
    }
    // While it failed, the time of the old one may have passed.
    if (old && isDown(outcome) && stateOf(old, missing.token) !== "gone") return give(over, question, old, "stale");
    return asError(await question.failed(outcome));
  }

  async function give(
    over: EngineParts,
    question: Question,
    kept: KeptResult,
    use: CacheUse,
    isCurrent?: IsCurrent,
  ): Promise<Answer | Error> {
    try {
      over.quotas?.reused(question.principal, [kept.read.rows.length]);
      return await question.reused(kept, use, use === "stale" ? [agedBy(clock() - kept.readAtMs)] : [], isCurrent);
    } catch (thrown) {
      return asError(await question.failed(thrown));
    }
  }

  /** A new answer for whoever asks next: one at a time, and not at once again after one has failed. */
  function refresh(over: EngineParts, { question }: Wish, optimize: boolean): void {
    const { key } = question.share;
    if (refreshing.has(key) || flights.has(key)) return;
    refreshing.add(key);
    const ask = async (): Promise<void> => {
      const wish: Wish = { question: await question.reopen() };
      const { entry: _, ...looked } = await look(wish);
      await fly(over, [{ ...looked, fallback: null }], optimize).get(wish);
    };
    void ask()
      .catch(() => {})
      .finally(() => setTimeout(() => refreshing.delete(key), AGAIN_MS).unref());
  }

  let asked = 0;
  function begin(): () => void {
    asked++;
    return () => void asked--;
  }

  return {
    answer(over, wishes, optimize = true) {
      const all = answerAll(over, wishes, optimize);
      return new Map(
        wishes.map((wish) => [
          wish.question,
          all
            .then(
              (answers) => answers.get(wish) ?? new Error("A question was left without an answer."),
              async (thrown: unknown) => asError(await wish.question.failed(thrown)),
            )
            .finally(begin()),
        ]),
      );
    },
    begin,
    refreshes,
    get running() {
      return asked;
    },
    refreshed(over, event) {
      const current = [...store.values()].filter(isUntold);
      const told = refreshes.tell(over.catalog, event);
      return { ...told, answers: current.filter((entry) => !isUntold(entry)).length };
    },
    swapped(next) {
      catalog = next;
      store.clear();
    },
    get kept() {
      return { entries: store.count, bytes: store.bytes };
    },
    async close() {
      for (const group of running.keys()) group.stop();
      await Promise.all(running.values());
      store.clear();
    },
  };
}

/** Of all answers that are kept, unless the operator sets it: as `cache.max_bytes` of the settings. */
const mostBytes = (): number => heapShare(1 / 4, 256 * 2 ** 20);

/** By which the warehouse's clock may be ahead of ours. */
const CLOCKS_APART_MS = 1_000;

/** Between two attempts to renew an answer. */
const AGAIN_MS = 1_000;

function keptOf({ leader, startedAt, startedAtMs }: Flight, { read, run, questions }: Landed): KeptResult {
  return {
    columns: leader.share.columns,
    read,
    run: { ...run, dataAsOf: run.dataAsOf ?? startedAt },
    questions,
    readAtMs: startedAtMs,
  };
}

function agedBy(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  const age = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return `stale: the rows were read ${age} ago, and no newer ones are there yet.`;
}

/** The deadline, the quota and the patience of whoever asked first. */
function isOfOne(error: Error): boolean {
  if (error instanceof Refusal) return error.code === "QUOTA_EXCEEDED" || error.code === "TIMEOUT";
  return error instanceof WarehouseError && (error.kind === "timeout" || error.kind === "aborted");
}

/** It waited in the line of whoever asked first, and found no room or no turn there: each has a line of their own. */
function isOfAnotherLine(error: Error, leader: Question, { origin }: Question): boolean {
  const isShed = error instanceof WarehouseError && error.kind === "busy" && error.retryAfterMs !== null;
  return isShed && leader.origin.principal !== origin.principal;
}

function isDown(error: Error): boolean {
  return error instanceof WarehouseError && ["unavailable", "busy", "timeout"].includes(error.kind);
}

function aborted(): WarehouseError {
  return new WarehouseError("aborted", "Nobody waits for the answer any more.");
}
