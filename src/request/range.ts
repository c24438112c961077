import { Refusal } from "../diagnostics/index.ts";
import type { StandardGrain } from "../expression/index.ts";
import type { TimeRange } from "./request.ts";
import type { ResolvedRange } from "./resolved.ts";

/**
 * Widens an inclusive range to whole periods: start of the first, start of the one after the last.
 *
 * @throws Refusal INVALID_RANGE when an end is no date or date-time, or the start lies after the end.
 */
export function widen(range: TimeRange, grain: StandardGrain): ResolvedRange {
  const start = range.start ? parseMoment(range.start, "start") : null;
  const end = range.end ? parseMoment(range.end, "end") : null;
  if (start && end && start.at > end.at + (end.isDate ? DAY_MS - 1 : 0)) {
    throw new Refusal(
      "INVALID_RANGE",
      `The range starts (${range.start}) after it ends (${range.end}); swap the two.`,
      {
        path: ["timeRange"],
      },
    );
  }
  const lastMoment = end && (end.isDate ? end.at + DAY_MS - 1 : end.at);
  return {
    start: start && print(startOf(start.at, grain)),
    end: lastMoment === null ? null : print(next(startOf(lastMoment, grain), grain)),
  };
}

/** The same range, and the one before it, with the ends of whole periods of the grain, which nothing then widens further. */
export function wholePeriods(range: TimeRange, grain: StandardGrain): TimeRange {
  const { start, end } = widen(range, grain);
  const before = range.before && widen(range.before, grain);
  return {
    ...range,
    start,
    end: end && lastBefore(end),
    ...(before?.start && before.end && { before: { start: before.start, end: lastBefore(before.end) } }),
    isWhole: true,
  };
}

/** The inclusive end that stands for an exclusive one: the day before, or the millisecond. */
function lastBefore(end: string): string {
  const { at, isDate } = parseMoment(end, "end");
  return print(isDate ? at - DAY_MS : at - 1);
}

export const DAY_MS = 86_400_000;
const MOMENT = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?$/;

export interface Moment {
  /** Milliseconds since 1970 of the local time, read as if it were UTC. */
  readonly at: number;
  /** A bare date: all of that day. */
  readonly isDate: boolean;
}

export function parseMoment(text: string, side: "start" | "end"): Moment {
  const match = MOMENT.exec(text.trim());
  const [, year, month, day, hour, minute, second, fraction] = match ?? [];
  const clock = Date.UTC(
    1970,
    0,
    1,
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
    Number((fraction ?? "").padEnd(3, "0").slice(0, 3)),
  );
  const at = dayOf(Number(year), Number(month) - 1, Number(day)) + clock;
  // Dates roll 02-30 over to March; a range must not move silently.
  const isReal =
    match !== null &&
    !Number.isNaN(at) &&
    Number(year) > 0 &&
    new Date(at)
      .toISOString()
      .startsWith(`${year}-${month}-${day}T${hour ?? "00"}:${minute ?? "00"}:${second ?? "00"}`);
  if (!isReal) {
    throw new Refusal(
      "INVALID_RANGE",
      `timeRange.${side} "${text.slice(0, 40)}" is not a date: write 2026-01-31 or 2026-01-31T13:00:00, without a zone.`,
      { path: ["timeRange", side] },
    );
  }
  return { at, isDate: hour === undefined };
}

/** Midnight of a day; Date.UTC would read years below 100 as 19xx. */
function dayOf(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month, day);
}

/** Milliseconds of the start of the period around a local time. */
export function startOf(at: number, grain: StandardGrain): number {
  const date = new Date(at);
  switch (grain) {
    case "nanosecond":
    case "microsecond":
    case "millisecond":
      return at;
    case "second":
      return at - (((at % 1_000) + 1_000) % 1_000);
    case "minute":
      return date.setUTCSeconds(0, 0);
    case "hour":
      return date.setUTCMinutes(0, 0, 0);
    case "day":
      return date.setUTCHours(0, 0, 0, 0);
    case "week": {
      const sinceMonday = (date.getUTCDay() + 6) % 7;
      return date.setUTCHours(0, 0, 0, 0) - sinceMonday * DAY_MS;
    }
    case "month":
      return dayOf(date.getUTCFullYear(), date.getUTCMonth(), 1);
    case "quarter":
      return dayOf(date.getUTCFullYear(), date.getUTCMonth() - (date.getUTCMonth() % 3), 1);
    case "year":
      return dayOf(date.getUTCFullYear(), 0, 1);
  }
}

/** The period after the one that starts at `at`. */
function next(at: number, grain: StandardGrain): number {
  return moved(at, grain === "microsecond" || grain === "nanosecond" ? "millisecond" : grain, 1);
}

const FIXED_MS: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: DAY_MS,
  week: 7 * DAY_MS,
};

const MONTHS: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 };

/** A local time so many grains later, or earlier; a day that the month does not have becomes its last. */
export function moved(at: number, grain: StandardGrain, count: number): number {
  const fixed = FIXED_MS[grain];
  if (fixed !== undefined) return at + fixed * count;
  const months = MONTHS[grain];
  if (months === undefined) throw new Error(`Nothing is moved by ${grain}s.`);
  const date = new Date(at);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months * count);
  const last = new Date(dayOf(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return date.setUTCDate(Math.min(day, last));
}

/** `2026-01-31` at midnight, else `2026-01-31 13:00:00[.123]`. The end of year 9999 is written as engines read it: 10000-01-01. */
export function print(at: number): string {
  const iso = new Date(at).toISOString().replace(/^\+0/, "");
  if (at % DAY_MS === 0) return iso.slice(0, -14);
  return iso.replace("T", " ").replace(/(\.000)?Z$/, "");
}
