import { addDays, dayOf } from "../ledger/day.ts";

export const GRAINS = ["month", "quarter"] as const;
/** `all`: without periods, for metrics that have no time. */
export type ImpactGrain = (typeof GRAINS)[number] | "all";

const MONTHS: Readonly<Record<(typeof GRAINS)[number], { readonly length: number; readonly count: number }>> = {
  month: { length: 1, count: 13 },
  quarter: { length: 3, count: 8 },
};

/** The last 13 months, or 8 quarters, the current one included. */
export function rangeOf(grain: (typeof GRAINS)[number], now: Date): { readonly start: string; readonly end: string } {
  const { length, count } = MONTHS[grain];
  const month = Math.floor(now.getUTCMonth() / length) * length;
  const first = new Date(Date.UTC(now.getUTCFullYear(), month - (count - 1) * length, 1));
  const next = new Date(Date.UTC(now.getUTCFullYear(), month + length, 1));
  return { start: dayOf(first.getTime()), end: addDays(dayOf(next.getTime()), -1) };
}

/** The day that a period ends on. @param period Its first day, as answers name it. */
export function lastDayOf(grain: (typeof GRAINS)[number], period: string): string {
  const [year = 0, month = 1] = period.split("-").map(Number);
  return addDays(dayOf(Date.UTC(year, month - 1 + MONTHS[grain].length, 1)), -1);
}

/** Whether books of all its days are closed. */
export function isClosed(grain: ImpactGrain, period: string | null, closedThrough: string | null): boolean {
  if (grain === "all" || period === null || closedThrough === null) return false;
  return lastDayOf(grain, period.slice(0, 10)) <= closedThrough;
}

/** The quarter that a month is in: its first day. */
export function quarterOf(month: string): string {
  const [year = "", number = "1"] = month.split("-");
  const first = Math.floor((Number(number) - 1) / 3) * 3 + 1;
  return `${year}-${String(first).padStart(2, "0")}-01`;
}
