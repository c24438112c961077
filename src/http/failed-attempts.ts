import { type Bucket, createBucket } from "../std/index.ts";

/** Counts refused credentials by the address of the socket; what a proxy says of addresses is never looked at. */
export interface FailedAttempts {
  /** @returns seconds until the next one is looked at again; null: it is */
  count(address: string): number | null;
}

const PER_MINUTE = 20;
const MINUTE_MS = 60_000;

/** Beyond this many the address that was seen longest ago starts anew. */
const MAX_ADDRESSES = 10_000;

/** @param clock Milliseconds that only grow. */
export function createFailedAttempts(clock: () => number = () => performance.now()): FailedAttempts {
  const buckets = new Map<string, Bucket>();
  return {
    count(address) {
      const bucket = buckets.get(address) ?? createBucket(PER_MINUTE, MINUTE_MS);
      buckets.delete(address);
      const [oldest] = buckets.keys();
      if (oldest !== undefined && buckets.size >= MAX_ADDRESSES) buckets.delete(oldest);
      buckets.set(address, bucket);
      const waitMs = bucket.waitMs(1, clock());
      if (waitMs > 0) return Math.ceil(waitMs / 1_000);
      bucket.add(1, clock());
      return null;
    },
  };
}
