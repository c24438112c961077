import { Refusal } from "../diagnostics/index.ts";
import { isStandardGrain, type StandardGrain } from "../expression/index.ts";
import { DAY_MS, moved, print, startOf } from "./range.ts";
import type { TimeRange } from "./request.ts";

/** A period of a custom grain: dates, the end exclusive and null where it is not known. */
export interface Period {
  readonly start: string;
  readonly end: string | null;
}

/** The custom grain whose periods `absoluteRange` has to know; null where it needs none. */
export function customUnitOf(range: TimeRange | null | undefined): string | null {
  const unit = (range?.last?.unit ?? range?.toDate)?.toLowerCase();
  return unit === undefined || isStandardGrain(unit) ? null : unit;
}

/**
 * The range with both ends as dates or date-times. `last` counts complete periods before the one that `now` lies in;
 * `toDate` goes from the start of that one to today.
 *
 * @param periods Those of the custom unit, if the range has one, in order.
 * @throws Refusal INVALID_RANGE when two kinds of range are given, the count is none, or the calendar does not reach.
 */
export function absoluteRange(
  range: TimeRange,
  timeZone: string,
  now: Date,
  periods: readonly Period[] = [],
): Omit<TimeRange, "last" | "toDate"> {
  const { start = null, end = null, last = null, toDate = null, ...made } = range;
  if (!last && toDate === null) return { start, end, ...made };
  if (start !== null || end !== null || (last && toDate !== null)) {
    throw invalid("A time range has start and end, or last, or toDate: give one of them.", []);
  }
  const unit = (last?.unit ?? toDate ?? "").toLowerCase();
  const today = localTime(now, timeZone);
  if (last && !(Number.isSafeInteger(last.n) && last.n >= 1 && last.n <= MAX_PERIODS)) {
    throw invalid(`last.n must be a whole number from 1 to ${MAX_PERIODS}.`, ["last", "n"]);
  }
  if (!isStandardGrain(unit)) return customRange(last?.n ?? null, unit, today, periods);
  const current = startOf(today, unit);
  if (!last) {
    const until = SUB_DAY.has(unit) ? today : startOf(today, "day");
    return { start: print(current), end: print(until), step: { n: 1, unit } };
  }
  const first = moved(current, unit, -last.n);
  return { start: print(first), end: lastMoment(current, unit), step: { n: last.n, unit } };
}

const MAX_PERIODS = 10_000;
const SUB_DAY: ReadonlySet<StandardGrain> = new Set([
  "nanosecond",
  "microsecond",
  "millisecond",
  "second",
  "minute",
  "hour",
]);

function customRange(
  n: number | null,
  unit: string,
  today: number,
  periods: readonly Period[],
): Pick<TimeRange, "start" | "end" | "before"> {
  const day = print(startOf(today, "day"));
  // A calendar that has ended does not tell which period today lies in.
  const current = periods.findLastIndex(({ start, end }) => start <= day && end !== null && day < end);
  const period = periods[current];
  const first = periods[n === null ? current : current - n];
  if (!first || !period) {
    const path = n === null ? ["toDate"] : ["last"];
    if (periods.length === 0) {
      const message = `Only the calendar's table tells the days of ${unit} periods, and none is known here; give start and end.`;
      throw invalid(message, path);
    }
    throw invalid(
      `The calendar does not hold the ${n === null ? "" : `last ${n} `}${unit} periods before today.`,
      path,
    );
  }
  if (n === null) return { start: period.start, end: day, before: toSameDay(periods[current - 1], period, day) };
  const before = periods[current - 2 * n];
  return {
    start: first.start,
    end: dayBefore(period.start),
    before: before ? { start: before.start, end: dayBefore(first.start) } : null,
  };
}

/** As many days of a period as have passed of the next; all of it where that is over, or longer. */
function toSameDay(period: Period | undefined, next: Period, today: string): NonNullable<TimeRange["before"]> | null {
  if (!period) return null;
  const last = dayBefore(next.start);
  const end = print(Date.parse(period.start) + Date.parse(today) - Date.parse(next.start));
  const isOver = next.end !== null && today === dayBefore(next.end);
  return { start: period.start, end: isOver || end > last ? last : end };
}

function dayBefore(day: string): string {
  return print(Date.parse(day) - DAY_MS);
}

/** The last moment before a period starts: a whole day, or the millisecond before an hour. */
function lastMoment(start: number, unit: StandardGrain): string {
  return SUB_DAY.has(unit) ? print(start - 1) : print(start - DAY_MS);
}

/** Milliseconds of the local time in the zone, read as if it were UTC. */
function localTime(now: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(now);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
}

function invalid(message: string, path: readonly string[]): Refusal {
  return new Refusal("INVALID_RANGE", message, { path: ["timeRange", ...path] });
}
