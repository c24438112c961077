import type { Window } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { isStandardGrain } from "../expression/index.ts";
import { DAY_MS, type Moment, moved, parseMoment, print } from "./range.ts";
import type { Shift, TimeRange } from "./request.ts";

const DURATION = /^P(?:(\d{1,5})([YMWD])|T(\d{1,5})H)$/i;
const GRAINS: Readonly<Record<string, string>> = { Y: "year", M: "month", W: "week", D: "day" };

/**
 * How far back a shift goes.
 *
 * @throws Refusal INVALID_REQUEST for what is no duration of one unit, and for none or less.
 */
export function windowOf(shift: Shift, path: readonly string[]): Window {
  const { by = null, periods = null, unit = null } = shift;
  if ((by === null) === (periods === null && unit === null)) {
    throw invalid('A shift has by, such as "P1Y", or periods and unit.', path);
  }
  const window = by === null ? { count: periods ?? 1, grain: unit?.toLowerCase() ?? "" } : durationOf(by, path);
  if (!Number.isSafeInteger(window.count) || window.count < 1 || window.count > 10_000) {
    throw invalid("A shift goes back by 1 to 10,000 periods.", path);
  }
  if (window.grain === "") throw invalid("A shift by periods needs their unit.", path);
  return window;
}

function durationOf(by: string, path: readonly string[]): Window {
  const [, count, letter, hours] = DURATION.exec(by.trim()) ?? [];
  const grain = hours === undefined ? GRAINS[letter?.toUpperCase() ?? ""] : "hour";
  if (grain) return { count: Number(count ?? hours), grain };
  throw invalid(`"${by.slice(0, 40)}" is not a duration of one unit: write P1Y, P3M, P2W, P10D or PT6H.`, [
    ...path,
    "by",
  ]);
}

/**
 * The range so far back. An end that is the last of a month stays one; another stays on its day, or becomes the last
 * where that month is shorter.
 *
 * @throws Refusal NOT_SUPPORTED for periods of a custom calendar, which only a group-by of time knows.
 */
export function movedBack(range: TimeRange, { count, grain }: Window, path: readonly string[]): TimeRange {
  if (!isStandardGrain(grain)) {
    throw new Refusal("NOT_SUPPORTED", `A shift by ${grain} needs metric_time among the groups.`, {
      suggestions: ["metric_time"],
      path,
    });
  }
  const back = (at: number): number => moved(at, grain, -count);
  const start = range.start ? parseMoment(range.start, "start") : null;
  const end = range.end ? parseMoment(range.end, "end") : null;
  return {
    start: start && print(back(start.at)),
    end: end && print(endsMonth(end) ? back(end.at + DAY_MS) - DAY_MS : back(end.at)),
  };
}

function endsMonth({ at, isDate }: Moment): boolean {
  return isDate && new Date(at + DAY_MS).getUTCDate() === 1;
}

/**
 * The period before a range is as long as the range: so many months where it has whole ones, else so many days. Null
 * where an end is open or in the middle of a day.
 */
export function lengthOf(range: TimeRange): Window | null {
  const start = range.start ? parseMoment(range.start, "start") : null;
  const end = range.end ? parseMoment(range.end, "end") : null;
  if (!start?.isDate || !end?.isDate) return null;
  const months = monthsBetween(start, end);
  if (months !== null) return { count: months, grain: "month" };
  const days = (end.at + DAY_MS - start.at) / DAY_MS;
  return days > 0 ? { count: days, grain: "day" } : null;
}

function monthsBetween(start: Moment, end: Moment): number | null {
  const from = new Date(start.at);
  const to = new Date(end.at + DAY_MS);
  if (from.getUTCDate() !== 1 || to.getUTCDate() !== 1) return null;
  const months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
  return months > 0 ? months : null;
}

function invalid(message: string, path: readonly string[]): Refusal {
  return new Refusal("INVALID_REQUEST", message, { path });
}
