import type { DatePart, ScalarType } from "../expression/index.ts";
import type { FieldValue } from "./offered-field.ts";

/**
 * How Data Studio writes one kind of time: digits without separators.
 *
 * @see https://developers.google.com/apps-script/reference/data-studio/field-type
 */
export interface TimeFormat {
  readonly semanticType: string;
  /**
   * @param text As our answers write it: `2027-01-03`, `2027-01-03T14:05:09`, the digits of a part.
   * @throws Error for what is no such text
   */
  readonly write: (text: string) => string;
  /**
   * The constant that a value of a filter stands for, in Data Studio's own format or as `YYYY-MM-DD`, which means the
   * period that the day lies in.
   *
   * @returns null: it is no such time
   */
  readonly read: (text: string) => FieldValue | null;
}

/** Grains that Data Studio has a type for. Finer ones than seconds have none. */
export const TYPED_GRAINS = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"] as const;
export type TypedGrain = (typeof TYPED_GRAINS)[number];

export function isTypedGrain(grain: string): grain is TypedGrain {
  return TYPED_GRAINS.some((typed) => typed === grain);
}

/**
 * @param type Of a cell: `timestamptz` for instants, which are written in UTC.
 * @param isUtc Whether instants are cut in UTC. Elsewhere an hour may begin at half past.
 */
export function grainFormat(grain: TypedGrain, type: ScalarType, isUtc: boolean): TimeFormat {
  const { semanticType, digits, toDigits, fromDigits } = GRAINS[grain === "hour" && !isUtc ? "minute" : grain];
  const write = (text: string) => toDigits(momentOf(text));
  const isDate = digits <= 8;
  return {
    semanticType,
    write,
    read(text) {
      const moment = momentIn(text);
      // A day says nothing of the hours in it.
      const isReadable = moment !== null && (moment.clock === null) === isDate;
      const own = isReadable ? toDigits(moment) : text;
      if (own.length !== digits || !/^\d+$/.test(own)) return null;
      const start = momentIn(fromDigits(own));
      if (!start || toDigits(start) !== own) return null;
      if (isDate) return { type: "date", value: start.day };
      return { type: "time", value: `${start.day}T${start.clock}${type === "timestamptz" ? "Z" : ""}` };
    },
  };
}

/** A period of a calendar's grain is known by its first day, which sorts as text. */
export const CUSTOM_GRAIN: TimeFormat = {
  semanticType: "TEXT",
  write: (text) => momentOf(text).day,
  read(text) {
    const moment = momentIn(text);
    return moment?.clock === null ? { type: "date", value: moment.day } : null;
  },
};

/** A date that is not cut. */
export function wholeDate(): TimeFormat {
  return grainFormat("day", "date", true);
}

export function partFormat(part: DatePart): TimeFormat {
  const { semanticType, width, least, most } = PARTS[part];
  const ofWeek = part === "dow";
  return {
    semanticType,
    // Ours counts Monday 1 to Sunday 7, theirs Sunday 0 to Saturday 6.
    write: (text) => (ofWeek ? String(Number(text) % 7) : text.padStart(width, "0")),
    read(text) {
      if (!/^\d{1,4}$/.test(text)) return null;
      const number = Number(text);
      if (ofWeek && number > 6) return null;
      const ours = ofWeek && number === 0 ? 7 : number;
      return ours < least || ours > most ? null : { type: "int", value: String(ours) };
    },
  };
}

const PARTS: Readonly<
  Record<
    DatePart,
    { readonly semanticType: string; readonly width: number; readonly least: number; readonly most: number }
  >
> = {
  year: { semanticType: "YEAR", width: 4, least: 1, most: 9999 },
  quarter: { semanticType: "QUARTER", width: 1, least: 1, most: 4 },
  month: { semanticType: "MONTH", width: 2, least: 1, most: 12 },
  day: { semanticType: "DAY", width: 2, least: 1, most: 31 },
  dow: { semanticType: "DAY_OF_WEEK", width: 1, least: 1, most: 7 },
  doy: { semanticType: "NUMBER", width: 1, least: 1, most: 366 },
};

/** A day, and where a clock is told, the second of it. */
interface Moment {
  /** `YYYY-MM-DD` */
  readonly day: string;
  /** `HH:MM:SS`; null: none is told. */
  readonly clock: string | null;
}

interface GrainDigits {
  readonly semanticType: string;
  /** How long a value is. */
  readonly digits: number;
  readonly toDigits: (moment: Moment) => string;
  /** ISO text of the start, of what has that many digits; a check that it is one is left to the caller. */
  readonly fromDigits: (digits: string) => string;
}

const GRAINS: Readonly<Record<TypedGrain, GrainDigits>> = {
  year: {
    semanticType: "YEAR",
    digits: 4,
    toDigits: ({ day }) => day.slice(0, 4),
    fromDigits: (text) => `${text}-01-01`,
  },
  quarter: {
    semanticType: "YEAR_QUARTER",
    digits: 5,
    toDigits: ({ day }) => `${day.slice(0, 4)}${Math.ceil(Number(day.slice(5, 7)) / 3)}`,
    fromDigits: (text) => `${text.slice(0, 4)}-${String(Number(text.slice(4)) * 3 - 2).padStart(2, "0")}-01`,
  },
  month: {
    semanticType: "YEAR_MONTH",
    digits: 6,
    toDigits: ({ day }) => day.slice(0, 4) + day.slice(5, 7),
    fromDigits: (text) => `${text.slice(0, 4)}-${text.slice(4)}-01`,
  },
  week: { semanticType: "YEAR_WEEK", digits: 6, toDigits: ({ day }) => isoWeekOf(day), fromDigits: mondayOf },
  day: { semanticType: "YEAR_MONTH_DAY", digits: 8, toDigits: (moment) => digitsOf(moment, 8), fromDigits: isoOf },
  hour: {
    semanticType: "YEAR_MONTH_DAY_HOUR",
    digits: 10,
    toDigits: (moment) => digitsOf(moment, 10),
    fromDigits: isoOf,
  },
  // Apps Script's types have none for minutes.
  minute: {
    semanticType: "YEAR_MONTH_DAY_SECOND",
    digits: 14,
    toDigits: (moment) => digitsOf(moment, 14),
    fromDigits: isoOf,
  },
  second: {
    semanticType: "YEAR_MONTH_DAY_SECOND",
    digits: 14,
    toDigits: (moment) => digitsOf(moment, 14),
    fromDigits: isoOf,
  },
};

function digitsOf({ day, clock }: Moment, length: number): string {
  return `${day}${clock ?? "00:00:00"}`.replace(/\D/g, "").slice(0, length);
}

function isoOf(digits: string): string {
  const [, year, month, day, clock = ""] = /^(\d{4})(\d\d)(\d\d)(\d*)$/.exec(digits) ?? [];
  const [hour, minute = "00", second = "00"] = clock.match(/\d\d/g) ?? [];
  return `${year}-${month}-${day}${hour === undefined ? "" : `T${hour}:${minute}:${second}`}`;
}

const DAY_MS = 86_400_000;

/** Week 1 is the one with the year's first Thursday. @see https://www.iso.org/iso-8601-date-and-time-format.html */
function isoWeekOf(day: string): string {
  const at = Date.parse(`${day}T00:00:00Z`);
  const thursday = new Date(at + (3 - daysSinceMonday(at)) * DAY_MS);
  const year = thursday.toISOString().slice(0, thursday.toISOString().indexOf("-"));
  const days = (thursday.getTime() - Date.parse(`${year}-01-01T00:00:00Z`)) / DAY_MS;
  return `${year}${String(Math.floor(days / 7) + 1).padStart(2, "0")}`;
}

/** ISO text of the Monday on which a week begins; the fourth of January lies in week 1. */
function mondayOf(week: string): string {
  const fourth = Date.parse(`${week.slice(0, 4)}-01-04T00:00:00Z`);
  const monday = fourth + ((Number(week.slice(4)) - 1) * 7 - daysSinceMonday(fourth)) * DAY_MS;
  return new Date(monday).toISOString().slice(0, 10);
}

function daysSinceMonday(at: number): number {
  return (new Date(at).getUTCDay() + 6) % 7;
}

/** Of a cell, which is a real time: each row has some. */
function momentOf(text: string): Moment {
  const moment = split(text);
  if (!moment) throw new Error("A cell of a time column is no time of the years 0001 to 9999.");
  return moment;
}

/** Of what somebody wrote. null: it is no such time. */
function momentIn(text: string): Moment | null {
  const moment = split(text);
  if (!moment) return null;
  const { day, clock } = moment;
  const at = new Date(`${day}T${clock ?? "00:00:00"}Z`);
  // What the calendar or the clock does not have is moved to what they have.
  const isReal = !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 19) === `${day}T${clock ?? "00:00:00"}`;
  return isReal && !day.startsWith("0000") ? moment : null;
}

/** ISO 8601 text; fractions of a second and the sign of UTC are left out. */
function split(text: string): Moment | null {
  const [, day, clock = null] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(?:\.\d+)?Z?)?$/.exec(text) ?? [];
  return day === undefined ? null : { day, clock };
}
