import { userError } from "./errors.ts";

const DECIMAL = /^[+-]?(\d{1,60}(\.\d{0,60})?|\.\d{1,60})$/;
const INTEGER = /^[+-]?\d{1,60}$/;
const TIME = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

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

/** A name, or an object whose shape the request parser checks. */
export function readMetricRef(value: unknown): unknown {
  if (typeof value === "string" || (typeof value === "object" && value !== null && !Array.isArray(value))) return value;
  throw userError(
    "BAD_USER_INPUT",
    'A MetricRef is a metric\'s name or an object: "revenue" or {name: "revenue", as: "r", where: ["…"]}.',
  );
}

/** Digits stay text; a number that an engine gave for them is written out in full. */
export function writeDigits(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  throw new Error(`A number came back as ${typeof value}`);
}
