import type { Period } from "../engine/index.ts";
import { isStandardGrain, type StandardGrain } from "../expression/index.ts";
import type { ResolvedRange } from "../request/index.ts";
import type { Builder } from "./builder.ts";

/** A period that a time was cut into. */
export interface Bucket {
  /** As the answer writes it: a date, a local time in the query's zone, or an instant with `Z`. */
  readonly start: string;
  readonly grain: string;
  readonly timeZone: string;
  /** Those of a calendar's own grain, where the end is asked for. */
  readonly periods: readonly Period[];
  /** What the rows cover, the end exclusive; null: everything. */
  readonly covered: ResolvedRange | null;
}

export function timeBucketType(builder: Builder) {
  return builder.objectRef<Bucket>("TimeBucket").implement({
    description: "A period that a time was cut into.",
    fields: (t) => ({
      start: t.field({ type: "Timestamp", resolve: ({ start }) => start }),
      end: t.field({
        type: "Timestamp",
        description: "Where the next period starts. The last one that a calendar holds ends where it starts.",
        resolve: endOf,
      }),
      label: t.string({
        description: "`2026`, `2026-Q1`, `2026-01`, `2026-W05`; finer periods and a calendar's own by their start.",
        resolve: bucketLabel,
      }),
      complete: t.boolean({
        description:
          "Whether the values cover all of the period: it is over, by the clock of the query's zone, and the range does not cut it.",
        resolve: (bucket, _, { frames }) => isOver(bucket, frames.now) && !isCut(bucket),
      }),
    }),
  });
}

export function isOver(bucket: Bucket, now: Date): boolean {
  const end = endOf(bucket);
  return end !== bucket.start && momentOf(end) <= nowFor(end, bucket.timeZone, now);
}

/** Instants are of the finest grain, to whose whole periods a range is widened. */
function isCut(bucket: Bucket): boolean {
  const { start, covered } = bucket;
  if (!covered || start.endsWith("Z")) return false;
  const isBefore = (a: string, b: string): boolean => momentOf(a) < momentOf(b);
  const startsEarlier = covered.start !== null && isBefore(start, covered.start);
  return startsEarlier || (covered.end !== null && isBefore(covered.end, endOf(bucket)));
}

function endOf({ start, grain, periods }: Bucket): string {
  if (isStandardGrain(grain)) return written(after(momentOf(start), grain), start);
  return periods.find((period) => period.start === start.slice(0, 10))?.end ?? start;
}

const DAY_MS = 86_400_000;

/** Milliseconds of a local time, read as if it were UTC, or of an instant. */
function momentOf(text: string): number {
  const iso = text.replace(" ", "T");
  return Date.parse(iso.includes("T") && !iso.endsWith("Z") ? `${iso}Z` : iso);
}

function after(at: number, grain: StandardGrain): number {
  const date = new Date(at);
  switch (grain) {
    case "nanosecond":
    case "microsecond":
    case "millisecond":
      return at + 1;
    case "second":
      return at + 1_000;
    case "minute":
      return at + 60_000;
    case "hour":
      return at + 3_600_000;
    case "day":
      return at + DAY_MS;
    case "week":
      return at + 7 * DAY_MS;
    case "month":
      return date.setUTCMonth(date.getUTCMonth() + 1);
    case "quarter":
      return date.setUTCMonth(date.getUTCMonth() + 3);
    case "year":
      return date.setUTCFullYear(date.getUTCFullYear() + 1);
  }
}

/** In the form that the start has. */
function written(at: number, like: string): string {
  const iso = new Date(at).toISOString().replace(/^\+0/, "");
  if (like.length === 10) return iso.slice(0, 10);
  const seconds = iso.replace(/(\.000)?Z$/, "").replace("T", like.charAt(10));
  return like.endsWith("Z") ? `${seconds}Z` : seconds;
}

/** The same kind of moment as `end`: an instant, or the local time of the zone. */
function nowFor(end: string, timeZone: string, now: Date): number {
  if (end.endsWith("Z")) return now.getTime();
  // Swedish writes times as ISO does: 2026-01-31 13:00:00.
  return momentOf(now.toLocaleString("sv-SE", { timeZone }));
}

function bucketLabel({ start, grain }: Bucket): string {
  switch (grain) {
    case "year":
      return start.slice(0, 4);
    case "quarter":
      return `${start.slice(0, 4)}-Q${Math.floor((Number(start.slice(5, 7)) + 2) / 3)}`;
    case "month":
      return start.slice(0, 7);
    case "week":
      return isoWeek(start);
    default:
      return start;
  }
}

/** ISO 8601: a week belongs to the year that holds its Thursday. `start` is a Monday. */
function isoWeek(start: string): string {
  const thursday = new Date(Date.parse(start.slice(0, 10)) + 3 * DAY_MS);
  const year = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY_MS));
  return `${year}-W${String(week).padStart(2, "0")}`;
}
