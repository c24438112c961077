import type { LedgerEvent } from "./event.ts";
import { digestOf } from "./print-event.ts";

/**
 * Why an event does not follow those before it; null: it does.
 *
 * @param before In the order of `seq`, whatever is wrong with them.
 */
export function breakBefore(event: LedgerEvent, before: LedgerEvent | null): string | null {
  const due = (before?.seq ?? 0) + 1;
  if (event.seq !== due) return `event ${due} is missing before event ${event.seq}`;
  if (!before) return event.prev === null ? null : "it is the first event and names one before it";
  if (event.prev === digestOf(before)) return null;
  return `event ${before.seq} is not what it was when event ${event.seq} was written`;
}
