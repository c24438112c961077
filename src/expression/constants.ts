import { call, int, literal, text } from "./build.ts";
import type { Call, Literal, ScalarType } from "./expr.ts";
import { isStandardGrain, STANDARD_GRAINS } from "./time.ts";

/** A number by its digits; null when the text is no plain number. `.5` gains its zero, `5.` becomes the decimal 5. */
export function numberLiteral(digits: string): Literal | null {
  const found = /^(-?)(\d*)(\.?)(\d*)(?:[eE]([+-]?\d+))?$/.exec(digits);
  const [, sign = "", whole = "", point = "", fraction = "", exponent] = found ?? [];
  if (!found || whole + fraction === "") return null;
  const value = `${sign}${whole.replace(/^0+(?=\d)/, "") || "0"}${fraction === "" ? "" : `.${fraction}`}`;
  if (exponent !== undefined) return literal("float", `${value}e${exponent}`);
  if (point !== "") return literal("decimal", value);
  return literal(fitsInt64(value) ? "int" : "decimal", value);
}

/**
 * A date, timestamp (`2026-01-31T13:00:00`) or timestamptz (the same in UTC with `Z`) by its ISO 8601 text. The zoned
 * kind must say its offset; a date-time given as a date must be midnight.
 *
 * @returns null when the text is not such a time, or a day the calendar does not have.
 */
export function timeLiteral(type: "date" | "timestamp" | "timestamptz", written: string): Literal | null {
  const time = readTime(written.trim());
  if (!time) return null;
  if (type === "date") return time.clock === null ? literal(type, time.day) : null;
  const clock = time.clock ?? "00:00:00";
  if (type === "timestamp") return time.offsetMinutes === null ? literal(type, `${time.day}T${clock}`) : null;
  if (time.offsetMinutes === null) return null;
  const [seconds = "", fraction] = clock.split(".");
  const utc = new Date(Date.parse(`${time.day}T${seconds}Z`) - time.offsetMinutes * 60_000);
  if (utc.getUTCFullYear() < 1 || utc.getUTCFullYear() > 9999) return null;
  return literal(type, `${utc.toISOString().slice(0, 19)}${fraction === undefined ? "" : `.${fraction}`}Z`);
}

/** Whether a text can be compared with a time: an ISO date or date-time, with or without an offset. */
export function isTimeText(written: string): boolean {
  return readTime(written.trim()) !== null;
}

/** `3 day`, `-1 month`: one whole count of one grain. */
export function intervalCall(written: string): Call<never> | null {
  const [, count = "", unit = ""] = /^\s*([+-]?\d{1,9})\s+([a-z]+)\s*$/i.exec(written) ?? [];
  const grain = unit.toLowerCase().replace(/s$/, "");
  if (count === "" || !isStandardGrain(grain) || grain === "nanosecond") return null;
  return call<never>("make_interval", int(Number(count)), text(grain));
}

export const INTERVAL_GRAINS = STANDARD_GRAINS.filter((grain) => grain !== "nanosecond");

/** Kinds of value by the names that SQL gives them. */
export const TYPE_NAMES: Readonly<Record<string, ScalarType>> = {
  text: "string",
  varchar: "string",
  string: "string",
  int: "int",
  int4: "int",
  integer: "int",
  int8: "int",
  bigint: "int",
  numeric: "decimal",
  decimal: "decimal",
  float8: "float",
  float: "float",
  double: "float",
  "double precision": "float",
  bool: "boolean",
  boolean: "boolean",
  date: "date",
  timestamp: "timestamp",
  timestamptz: "timestamptz",
};

const COLUMN_TYPES: ReadonlySet<string> = new Set(Object.values(TYPE_NAMES));

/** Whether a definition may declare a column of this type: every kind of value but interval and unknown. */
export function isScalarType(name: string): name is ScalarType {
  return COLUMN_TYPES.has(name);
}

interface Time {
  readonly day: string;
  /** `HH:MM:SS` with at most six digits after the point; null: a date only. */
  readonly clock: string | null;
  readonly offsetMinutes: number | null;
}

const TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(?: ?(Z|[+-]\d{2}(?::?\d{2})?))?)?$/i;

function readTime(written: string): Time | null {
  const found = TIME.exec(written);
  if (!found) return null;
  const [, year = "", month = "", dayOfMonth = "", hour, minute = "", second = "00", fraction, zone] = found;
  const day = `${year}-${month}-${dayOfMonth}`;
  const instant = new Date(`${day}T00:00:00Z`);
  if (year === "0000" || Number.isNaN(instant.getTime()) || !instant.toISOString().startsWith(day)) return null;
  if (hour === undefined) return { day, clock: null, offsetMinutes: null };
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const digits = fraction?.replace(/0+$/, "") ?? "";
  const clock = `${hour}:${minute}:${second}${digits === "" ? "" : `.${digits}`}`;
  return { day, clock, offsetMinutes: zone === undefined ? null : offsetOf(zone) };
}

function offsetOf(zone: string): number {
  if (zone.toUpperCase() === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(":", "") || 0);
  return zone.startsWith("-") ? -minutes : minutes;
}

function fitsInt64(digits: string): boolean {
  if (digits.length < 19) return true;
  const value = BigInt(digits);
  return value >= -(2n ** 63n) && value < 2n ** 63n;
}
