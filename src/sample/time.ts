/** A day, counted from 1970-01-01. */
export type Day = number;
/** An instant: milliseconds since 1970. */
export type Instant = number;

export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

export function day(year: number, month: number, dayOfMonth: number): Day {
  return Date.UTC(year, month - 1, dayOfMonth) / DAY_MS;
}

/** Customers sign up and subscribe from here on, so that the first month of the data has a past. */
export const PAST_START = day(2023, 1, 1);
export const START = day(2023, 11, 1);
/** The first day after the data. */
export const END = day(2026, 11, 1);

export function dayOf(instant: Instant): Day {
  return Math.floor(instant / DAY_MS);
}

/** 0 = January 1970. */
export function monthOf(date: Day): number {
  const { year, month } = partsOf(date);
  return (year - 1970) * 12 + month - 1;
}

/** First day of a month counted from January 1970. */
export function firstOfMonth(month: number): Day {
  return day(1970 + Math.floor(month / 12), (month % 12) + 1, 1);
}

export function partsOf(date: Day): { readonly year: number; readonly month: number; readonly day: number } {
  const value = new Date(date * DAY_MS);
  return { year: value.getUTCFullYear(), month: value.getUTCMonth() + 1, day: value.getUTCDate() };
}

/** Monday = 0. */
export function weekdayOf(date: Day): number {
  return (((date + 3) % 7) + 7) % 7;
}

/**
 * Spreads things over days: the share `0 ≤ x < 1` of all of them lies before a certain point of a certain day.
 *
 * @param weight How much happens on a day, compared with others.
 */
export function dayCurve(start: Day, end: Day, weight: (date: Day) => number): (share: number) => Day {
  const upTo: number[] = [];
  let total = 0;
  for (let date = start; date < end; date += 1) {
    total += weight(date);
    upTo.push(total);
  }
  return (share) => Math.min(start + lowerBound(upTo, share * total), end - 1);
}

/** How many of the sorted numbers are at most `limit`. */
export function lowerBound(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Business grows to 2.5 times over the data, is busier in November and December, and calmer on weekends. */
export function businessWeight(date: Day): number {
  const growth = 1 + (1.5 * (date - PAST_START)) / (END - PAST_START);
  const season = SEASON[partsOf(date).month - 1] ?? 1;
  return growth * season * (weekdayOf(date) < 5 ? 1 : 0.55);
}

const SEASON = [0.85, 0.85, 0.95, 1, 1, 0.95, 0.85, 0.8, 1.05, 1.1, 1.35, 1.3];
