import { createMemoryStore, type ResultStore } from "../cache/index.ts";
import type { Catalog } from "../catalog/index.ts";
import type { Answer, Engine, Repeat } from "../engine/index.ts";
import { identityDigestOf, type Principal } from "../identity/index.ts";
import { sha256 } from "../std/index.ts";

/**
 * Whole answers as the bytes that were sent, for the same request of the same principal. One is kept when each of its
 * questions was answered from rows that are kept, and given again while every question would be answered from those very
 * rows: whatever ends them ends it. See docs/caching.md.
 */
export interface AnswerCache {
  /** What an answer is kept under: a digest, so that no question can be read from it. null: nothing is kept. */
  keyOf(asked: AskedBytes): string | null;
  /** null: it is not there, or would not be the same now. */
  find(key: string): Promise<KeptAnswer | null>;
  keep(key: string, made: MadeAnswer): void;
  /** Looks at how a request is answered over one catalog. */
  follow(engine: Engine): Followed;
  readonly kept: { readonly entries: number; readonly bytes: number };
}

export interface KeptAnswer {
  /** Text where it is small: see `send`. */
  readonly body: string | Buffer;
  readonly type: string;
  /** Of an answer to a GET. */
  readonly tag: string | null;
  readonly repeat: Repeat;
}

export interface MadeAnswer extends Pick<KeptAnswer, "type" | "tag"> {
  readonly body: Buffer;
  readonly followed: Followed;
}

/** One request as it is being answered. */
export interface Followed {
  /** What it has to ask instead, so that nothing is missed. */
  readonly engine: Engine;
  /** The definitions that it began with. */
  readonly catalog: Catalog;
  /** What it says of now is of this quarter of an hour, counted from 1970. */
  readonly quarter: number;
  /** null: something that it was told is no answer, or may be another the next time. */
  answers(): readonly Answer[] | null;
}

export interface AnswerCacheOptions {
  /** 0: nothing is kept. */
  readonly maxBytes: number;
  /** Milliseconds since 1970, by which periods begin and end. */
  readonly now?: () => number;
}

export function createAnswerCache(
  engine: Pick<Engine, "catalog" | "repeat">,
  { maxBytes, now = () => Date.now() }: AnswerCacheOptions,
): AnswerCache {
  const store: ResultStore<Entry> | null = maxBytes > 0 ? createMemoryStore(maxBytes) : null;
  const largest = Math.min(LARGEST_BYTES, maxBytes / 8);
  let { catalog } = engine;
  const quarter = (): number => Math.floor(now() / QUARTER_MS);

  /** Under other definitions all of them are gone. */
  function dropOutdated(): void {
    if (catalog === engine.catalog) return;
    store?.clear();
    catalog = engine.catalog;
  }

  return {
    keyOf: (asked) => (store ? digestOf(asked) : null),
    async find(key) {
      dropOutdated();
      const entry = await store?.get(key);
      if (!entry) return null;
      if (entry.quarter === quarter() && (await entry.repeat.isCurrent())) return entry;
      store?.delete(key);
      return null;
    },
    keep(key, { body, type, tag, followed }) {
      dropOutdated();
      const answers = followed.answers();
      if (!store || !answers || followed.catalog !== catalog || body.length > largest) return;
      // What tells one question from another is in none of the next answer.
      if (answers.some(({ provenance }) => body.includes(provenance.queryId))) return;
      const repeat = engine.repeat(answers);
      if (!repeat) return;
      const entry = { body: packed(body), type, tag, repeat, quarter: followed.quarter };
      store.set(key, entry, { bytes: body.length + repeat.bytes, ttlMs: Infinity });
    },
    follow: (inner) => follow(inner, quarter()),
    get kept() {
      return { entries: store?.count ?? 0, bytes: store?.bytes ?? 0 };
    },
  };
}

interface Entry extends KeptAnswer {
  readonly quarter: number;
}

/**
 * Of everything that an answer says of now (ranges relative to it, whether a period is over) nothing changes but where a
 * period begins: in every zone that is where a quarter of an hour does. The engine repeats no answer with finer periods.
 */
const QUARTER_MS = 15 * 60_000;

const LARGEST_BYTES = 8 * 2 ** 20;
const SMALL_BYTES = 4_096;

/** Whatever decides on the bytes of an answer, besides the definitions and the rows. */
export interface AskedBytes {
  readonly principal: Principal;
  readonly consumer: string;
  readonly method: string;
  /** The type of the answer. */
  readonly accept: string;
  /** The body as it came, or the address with its parameters. */
  readonly text: string;
}

function digestOf({ principal, consumer, method, accept, text }: AskedBytes): string {
  // JSON has no line end of its own: what follows it cannot be read as part of it.
  return sha256(`${JSON.stringify([identityDigestOf(principal), consumer, method, accept])}\n${text}`);
}

/** A copy of its own: a view of a larger piece of memory would keep all of that. */
function packed(body: Buffer): string | Buffer {
  if (body.length <= SMALL_BYTES) return body.toString();
  const copy = Buffer.allocUnsafeSlow(body.length);
  body.copy(copy);
  return copy;
}

function follow(inner: Engine, quarter: number): Followed {
  // Equal questions that are asked together are one, and have one answer.
  const answers = new Set<Answer>();
  let isRepeatable = true;
  const spoil = (): void => void (isRepeatable = false);
  const note = <T extends object>(outcome: T): T => {
    if (isAnswer(outcome)) answers.add(outcome);
    else spoil();
    return outcome;
  };
  const engine: Engine = {
    ...inner,
    async query(...args) {
      try {
        return note(await inner.query(...args));
      } catch (thrown) {
        spoil();
        throw thrown;
      }
    },
    queryAll: async (...args) => (await inner.queryAll(...args)).map(note),
    askAll: async (...args) => (await inner.askAll(...args)).map(note),
    stream: (...args) => (spoil(), inner.stream(...args)),
    // Of a calendar, whose rows are read beside all others.
    periodsOf: (...args) => (spoil(), inner.periodsOf(...args)),
    jobs: {
      result: (...args) => (spoil(), inner.jobs.result(...args)),
      watch: (...args) => (spoil(), inner.jobs.watch(...args)),
      cancel: (...args) => (spoil(), inner.jobs.cancel(...args)),
    },
  };
  return {
    engine,
    catalog: inner.catalog,
    quarter,
    answers: () => (isRepeatable && answers.size > 0 ? [...answers] : null),
  };
}

function isAnswer(outcome: object): outcome is Answer {
  return !(outcome instanceof Error) && "provenance" in outcome && "rows" in outcome;
}
