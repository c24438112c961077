import { LRUCache } from "lru-cache";
import type { ResultStore } from "./store.ts";

/**
 * Keeps values in this process, up to so many bytes.
 *
 * @param clock Milliseconds that only grow: a clock that is set back must not make values live longer.
 */
export function createMemoryStore<T extends object>(
  maxBytes: number,
  clock: () => number = () => performance.now(),
): ResultStore<T> {
  const entries = new LRUCache<string, T>({
    maxSize: maxBytes,
    maxEntrySize: maxBytes,
    perf: { now: clock },
    // Otherwise the time is read at most once a millisecond, by a timer.
    ttlResolution: 0,
  });
  return {
    get: (key) => entries.get(key),
    set(key, value, { bytes, ttlMs }) {
      if (ttlMs <= 0) return;
      entries.set(key, value, {
        size: Math.ceil(bytes) + ENTRY_BYTES,
        ...(Number.isFinite(ttlMs) && { ttl: Math.ceil(ttlMs) }),
      });
    },
    delete: (key) => void entries.delete(key),
    get bytes() {
      return entries.calculatedSize;
    },
    get count() {
      return entries.size;
    },
    values: () => entries.values(),
    clear: () => entries.clear(),
  };
}

/** The key, the places in the lists of the cache, and the object around a value. */
const ENTRY_BYTES = 1_024;
