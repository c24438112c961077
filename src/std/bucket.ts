/** A level that rises with what is added and drains evenly: a full one is empty again after its period. */
export interface Bucket {
  add(amount: number, nowMs: number): void;
  /** Until that much more fits; 0: it does now. */
  waitMs(amount: number, nowMs: number): number;
}

/** @param limit What fits, and what drains in one period. */
export function createBucket(limit: number, periodMs: number): Bucket {
  let level = 0;
  let at = 0;
  const drain = (nowMs: number): void => {
    level = Math.max(0, level - ((nowMs - at) * limit) / periodMs);
    at = nowMs;
  };
  return {
    add(amount, nowMs) {
      drain(nowMs);
      level += amount;
    },
    waitMs(amount, nowMs) {
      drain(nowMs);
      return Math.max(0, ((level + amount - limit) * periodMs) / limit);
    },
  };
}
