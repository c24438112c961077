/** Time as this room reads it. */
export interface Clock {
  /** Milliseconds since 1970: what `exp` is compared with. */
  now(): number;
  /** Milliseconds that only grow: what ages are measured with, because the other clock may be set. */
  monotonic(): number;
}

export const SYSTEM_CLOCK: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
