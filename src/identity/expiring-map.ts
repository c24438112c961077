import type { Clock } from "./clock.ts";

/** A map in which every entry has its time; when it is full, the oldest entry makes room. */
export interface ExpiringMap<V> {
  get(key: string): V | undefined;
  set(key: string, value: V, ttlMs: number): void;
  delete(key: string): void;
}

export function createExpiringMap<V>(limit: number, clock: Clock): ExpiringMap<V> {
  const entries = new Map<string, { readonly value: V; readonly until: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (clock.monotonic() < entry.until) return entry.value;
      entries.delete(key);
      return undefined;
    },
    set(key, value, ttlMs) {
      entries.delete(key);
      const [oldest] = entries.keys();
      if (oldest !== undefined && entries.size >= limit) entries.delete(oldest);
      entries.set(key, { value, until: clock.monotonic() + ttlMs });
    },
    delete: (key) => void entries.delete(key),
  };
}
