import { isObject } from "../std/index.ts";
import { userError } from "./errors.ts";

const DECIMAL = /^[+-]?(\d{1,60}(\.\d{0,60})?|\.\d{1,60})$/;
const INTEGER = /^[+-]?\d{1,60}$/;
const TIME = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DURATION = /^P\d{1,5}[YMWD]$/;

/** Reads digits given as text or as a JSON number, and keeps every one of them. Messages never repeat the value. */
export function readDecimal(value: unknown): string {
  const text = typeof value === "number" && Number.isFinite(value) ? String(value) : value;
  if (typeof text === "string" && DECIMAL.test(text)) return text;
  throw userError("BAD_USER_INPUT", 'A Decimal is written as digits, in text or as a number: "12.50".');
}

export function readInteger(value: unknown): string {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text === "string" && INTEGER.test(text)) return text;
  throw userError("BAD_USER_INPUT", 'A BigInt is written as whole digits, in text beyond 53 bits: "9007199254740993".');
}

export function readTime(value: unknown): string {
  if (typeof value === "string" && TIME.test(value)) return value;
  throw userError(
    "BAD_USER_INPUT",
    'A Timestamp is an ISO 8601 date or date-time: "2026-01-31" or "2026-01-31T13:00:00".',
  );
}

export function readDate(value: unknown): string {
  if (typeof value === "string" && DATE.test(value)) return value;
  throw userError("BAD_USER_INPUT", 'A Date is a day in ISO 8601: "2026-01-31".');
}

export function readDuration(value: unknown): string {
  if (typeof value === "string" && DURATION.test(value)) return value;
  throw userError("BAD_USER_INPUT", 'A Duration is one unit of ISO 8601: "P1Y", "P3M", "P2W" or "P10D".');
}

/** A name, or an object whose shape the request parser checks; values of enums become the request's lower-case words. */
export function readMetricRef(value: unknown): unknown {
  if (typeof value === "string") return value;
  if (isObject(value)) return withRequestWords(value);
  throw userError(
    "BAD_USER_INPUT",
    'A MetricRef is a metric\'s name or an object: "revenue" or {name: "revenue", as: "r", where: ["…"]}.',
  );
}

/** Digits that the caller wants as a JSON number: the nearest double. */
export class JsonNumber {
  readonly value: number;

  constructor(digits: string | number) {
    this.value = Number(digits);
    if (!Number.isFinite(this.value)) throw new Error("A number came back that JSON cannot hold");
  }
}

/** Digits stay text, unless they were asked for as a number; a number that an engine gave for them is written out. */
export function writeDigits(value: unknown): string | number {
  if (typeof value === "string") return value;
  if (value instanceof JsonNumber) return value.value;
  if (typeof value === "number") return String(value);
  throw new Error(`A number came back as ${typeof value}`);
}

function withRequestWords(reference: Readonly<Record<string, unknown>>): unknown {
  const { calc, shift, within } = reference;
  return {
    ...reference,
    ...(typeof calc === "string" && { calc: calc.toLowerCase() }),
    ...(isObject(shift) && { shift: lowered(shift, "unit") }),
    ...(Array.isArray(within) && {
      within: within.map((group: unknown) => (isObject(group) ? lowered(lowered(group, "grain"), "datePart") : group)),
    }),
  };
}

function lowered(record: Readonly<Record<string, unknown>>, field: string): Readonly<Record<string, unknown>> {
  const word = record[field];
  return typeof word === "string" ? { ...record, [field]: word.toLowerCase() } : record;
}
