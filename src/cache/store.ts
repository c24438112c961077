/** Where values wait to be given again. One process's memory now; what several share answers with promises. */
export interface ResultStore<T> {
  /** undefined: it is not there, or its time is over. */
  get(key: string): T | undefined | Promise<T | undefined>;
  /** What is larger than the store is not kept, and what was asked longest ago makes room. */
  set(key: string, value: T, size: EntrySize): void;
  delete(key: string): void;
  /** Of all entries, as they were told. */
  readonly bytes: number;
  readonly count: number;
  /** Those in this process. */
  values(): Iterable<T>;
  clear(): void;
}

export interface EntrySize {
  /** That the value takes in memory; what the store itself needs for an entry is added. */
  readonly bytes: number;
  /** Infinity: until there is no more room. */
  readonly ttlMs: number;
}
