import { Refusal } from "../diagnostics/index.ts";
import { heapShare } from "../std/index.ts";
import { bytesOf } from "../warehouse/index.ts";
import type { Job } from "./job.ts";

/** Jobs whose answer was promised to somebody who does not wait: while they run, and for a while after. */
export interface Kept {
  get(queryId: string): Job | undefined;
  /** @returns why there is no room for it, or null */
  promise(job: Job): Refusal | null;
  /** Its answer is held from now on; one that is too large is refused instead. */
  ended(job: Job): void;
  /** Other definitions are served: answers of former ones are given to nobody any more. */
  swapped(version: string): void;
  clear(): void;
}

/** How long an answer can be fetched, and how much of them is held: for one principal, and for all. */
const KEEP_MS = 600_000;
const MOST_JOBS = { each: 100, all: 1_000 };
const MOST_BYTES = { each: heapShare(1 / 16, 64 * 2 ** 20), all: heapShare(1 / 8, 256 * 2 ** 20) };

interface Entry {
  readonly job: Job;
  /** Of an answer; null: it is running. */
  bytes: number | null;
  timer: NodeJS.Timeout | null;
}

/** @param onDropped Told of what can no longer be fetched. */
export function createKept(onDropped: (job: Job) => void): Kept {
  /** Oldest first. */
  const entries = new Map<string, Entry>();
  const those = (owner: string | null) =>
    [...entries.values()].filter(({ job }) => owner === null || job.principal === owner);

  function drop({ job, timer }: Entry): void {
    if (timer) clearTimeout(timer);
    entries.delete(job.queryId);
    onDropped(job);
  }

  /** Drops answers until there are at most so many jobs and bytes. @returns whether that was enough */
  function makeRoom(owner: string | null, mostJobs: number, mostBytes: number): boolean {
    for (;;) {
      const held = those(owner);
      const bytes = held.reduce((sum, entry) => sum + (entry.bytes ?? 0), 0);
      if (held.length <= mostJobs && bytes <= mostBytes) return true;
      const oldest = held.find((entry) => entry.bytes !== null);
      if (!oldest) return false;
      drop(oldest);
    }
  }

  return {
    swapped(version) {
      for (const entry of entries.values()) {
        if (entry.bytes !== null && entry.job.catalogVersion !== version) drop(entry);
      }
    },
    get: (queryId) => entries.get(queryId)?.job,
    promise(job) {
      if (entries.has(job.queryId)) return null;
      const hasRoom =
        makeRoom(job.principal, MOST_JOBS.each - 1, MOST_BYTES.each) &&
        makeRoom(null, MOST_JOBS.all - 1, MOST_BYTES.all);
      if (!hasRoom) return new Refusal("OVERLOADED", "Too many questions are running without anybody who waits.");
      job.isPromised = true;
      entries.set(job.queryId, { job, bytes: null, timer: null });
      return null;
    },
    ended(job) {
      const entry = entries.get(job.queryId);
      if (!entry) return;
      const { outcome } = job;
      const bytes = !outcome || outcome instanceof Error ? 0 : bytesOf(outcome.rows);
      if (bytes > MOST_BYTES.each) {
        const message = `The answer has more than ${MOST_BYTES.each} bytes, which is too large to be held for you. Ask for less, or wait for it.`;
        job.outcome = new Refusal("LIMIT_EXCEEDED", message);
      }
      entries.delete(job.queryId);
      entry.bytes = 0;
      makeRoom(job.principal, MOST_JOBS.each - 1, MOST_BYTES.each - Math.min(bytes, MOST_BYTES.each));
      makeRoom(null, MOST_JOBS.all - 1, MOST_BYTES.all - Math.min(bytes, MOST_BYTES.each));
      entry.bytes = bytes > MOST_BYTES.each ? 0 : bytes;
      entry.timer = setTimeout(() => drop(entry), KEEP_MS);
      entry.timer.unref();
      entries.set(job.queryId, entry);
    },
    clear() {
      for (const entry of those(null)) drop(entry);
    },
  };
}
