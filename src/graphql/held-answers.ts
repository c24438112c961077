import type { Answer } from "../engine/index.ts";
import { digestOf, type Principal } from "../identity/index.ts";
import { heapShare } from "../std/index.ts";
import { bytesOf } from "../warehouse/index.ts";

/**
 * Answers that wait for others: of several questions asked together, some may be answered while the engine goes on with
 * the rest. One for a server; each answer is for who asked only.
 */
export interface HeldAnswers {
  hold(answer: Answer, principal: Principal): void;
  /** null: it was not held, not for this principal, or for too long. */
  get(queryId: string, principal: Principal): Answer | null;
}

/** As long as the engine keeps the others. */
const HOLD_MS = 600_000;
const MAX_BYTES = heapShare(1 / 16, 64 * 2 ** 20);
const MAX_ANSWERS = 1_000;
const MAX_OWN = 100;

export function createHeldAnswers(): HeldAnswers {
  /** Oldest first. */
  const entries = new Map<string, Entry>();
  let held = 0;
  const drop = (queryId: string): void => {
    const entry = entries.get(queryId);
    if (!entry) return;
    clearTimeout(entry.timer);
    held -= entry.bytes;
    entries.delete(queryId);
  };
  return {
    hold(answer, principal) {
      const { queryId } = answer.provenance;
      drop(queryId);
      const bytes = bytesOf(answer.rows);
      const owner = digestOf(principal);
      held += bytes;
      const timer = setTimeout(() => drop(queryId), HOLD_MS).unref();
      entries.set(queryId, { answer, owner, bytes, timer });
      const own = [...entries].filter(([, entry]) => entry.owner === owner).map(([id]) => id);
      for (const oldest of own.slice(0, -MAX_OWN)) drop(oldest);
      for (const oldest of entries.keys()) if (held > MAX_BYTES || entries.size > MAX_ANSWERS) drop(oldest);
    },
    get(queryId, principal) {
      const entry = entries.get(queryId);
      return entry?.owner === digestOf(principal) ? entry.answer : null;
    },
  };
}

interface Entry {
  readonly answer: Answer;
  readonly owner: string;
  readonly bytes: number;
  readonly timer: NodeJS.Timeout;
}
