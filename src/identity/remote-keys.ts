import type { KeyObject } from "node:crypto";
import { sha256 } from "../std/index.ts";
import { AuthenticationError } from "./authentication-error.ts";
import type { Clock } from "./clock.ts";
import { createExpiringMap } from "./expiring-map.ts";
import { fetchKeySet } from "./key-set.ts";
import type { Algorithm, FoundKey, Keys } from "./keys.ts";

const MINUTE_MS = 60_000;
/** Keys older than this are asked for again before they are used. */
const FRESH_MS = 10 * MINUTE_MS;
/** How often names of unknown keys may make us ask while ours are fresh: anybody can invent them. */
const UNKNOWN_KEY_PAUSE_MS = 30_000;
const FAILURE_PAUSE_MS = 5_000;
const UNKNOWN_KEYS_KEPT = 1_000;
const UNKNOWN_KEY_TTL_MS = 2 * MINUTE_MS;

export interface RemoteKeysOptions {
  readonly url: URL;
  readonly algorithm: Algorithm;
  /** How long keys may be used beyond their ten minutes while the issuer does not answer. */
  readonly staleMs: number;
  readonly clock: Clock;
}

/** The keys that an issuer publishes (RFC 7517), fetched when they are first needed. */
export function createRemoteKeys({ url, algorithm, staleMs, clock }: RemoteKeysOptions): Keys {
  let held: Held | null = null;
  let generation = 0;
  let attempt: Attempt | null = null;
  const unknown = createExpiringMap<true>(UNKNOWN_KEYS_KEPT, clock);

  async function find(kid: string | null): Promise<FoundKey> {
    if (kid === null) throw new AuthenticationError("the token names no key");
    const known = isYoungerThan(FRESH_MS) ? held?.keys.get(kid) : undefined;
    if (known) return { key: known, generation };
    const hasAsked = mayAsk(kid);
    const running = hasAsked ? ask() : attempt?.running;
    const failure = await running;
    if (held === null || !isYoungerThan(FRESH_MS + staleMs))
      throw new AuthenticationError("the issuer's keys cannot be had", { cause: failure ?? attempt?.failure });
    const key = held.keys.get(kid);
    if (key) return { key, generation };
    if (hasAsked && failure === null) unknown.set(kid, true, UNKNOWN_KEY_TTL_MS);
    throw new AuthenticationError("the token names no key of its issuer");
  }

  function mayAsk(kid: string): boolean {
    if (attempt === null) return true;
    if (attempt.running !== null) return false;
    const sinceAttempt = clock.monotonic() - attempt.at;
    if (attempt.failure !== null) return sinceAttempt >= FAILURE_PAUSE_MS;
    return sinceAttempt >= UNKNOWN_KEY_PAUSE_MS && unknown.get(kid) === undefined;
  }

  /** One at a time. Answers null, or what went wrong. */
  function ask(): Promise<unknown> {
    const running = fetchKeySet(url, algorithm)
      .then(hold)
      .then(
        () => settle(null),
        (failure: unknown) => settle(failure),
      );
    const at = clock.monotonic();
    attempt = { at, running, failure: null };
    function settle(failure: unknown): unknown {
      attempt = { at, running: null, failure };
      return failure;
    }
    return running;
  }

  function hold(keys: ReadonlyMap<string, KeyObject>): void {
    const print = printOf(keys);
    if (held !== null && held.print !== print) generation++;
    held = { keys, print, at: clock.monotonic() };
  }

  function isYoungerThan(ageMs: number): boolean {
    return held !== null && clock.monotonic() - held.at < ageMs;
  }

  return { find, generation: () => generation };
}

interface Held {
  readonly keys: ReadonlyMap<string, KeyObject>;
  readonly print: string;
  readonly at: number;
}

/** The last time we asked: under way, or with what came of it. */
interface Attempt {
  readonly at: number;
  readonly running: Promise<unknown> | null;
  readonly failure: unknown;
}

/** Equal for equal keys under equal names. */
function printOf(keys: ReadonlyMap<string, KeyObject>): string {
  const lines = [...keys].map(([kid, key]) =>
    JSON.stringify([kid, key.export({ type: "spki", format: "der" }).toString("base64")]),
  );
  return sha256(lines.sort().join("\n"));
}
