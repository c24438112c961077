import { type Cell, type CellType, type ResultColumn, WarehouseError } from "../warehouse.ts";
import { asObject, type JsonObject, listAt, malformed, textAt } from "./json.ts";

/** A column of a result and how BigQuery's text becomes cells: chosen once a column, called once a row. */
export interface ColumnReader extends ResultColumn {
  /**
   * @param value What the wire holds: text, or null.
   * @throws WarehouseError "out-of-range" for NaN and infinities, "unavailable" for what no such column can hold.
   */
  readonly read: (value: unknown) => Cell;
}

/**
 * @param schema `{"fields": [{"name", "type", "mode"}]}`.
 * @throws WarehouseError for a list or a record, which have no spelling in a result.
 */
export function columnReaders(schema: JsonObject): readonly ColumnReader[] {
  return listAt(schema, "fields").map((each) => columnReader(asObject(each, "a field")));
}

function columnReader(field: JsonObject): ColumnReader {
  const name = textAt(field, "name");
  if (name === null) throw malformed("a field has no name");
  const nativeType = textAt(field, "type") ?? "";
  const kind = textAt(field, "mode") === "REPEATED" ? undefined : KINDS.get(nativeType);
  if (!kind) throw unspeakable(name, nativeType);
  const { type, pattern, convert } = kind;
  const read = (value: unknown): Cell => {
    if (value === null) return null;
    if (typeof value !== "string" || !pattern.test(value)) throw malformed(`a cell of type ${nativeType} is none`);
    const cell = convert(value);
    if (cell === undefined) throw outOfRange(name, value);
    return cell;
  };
  return { name, type, read };
}

interface Kind {
  readonly type: CellType;
  /** What the wire may hold. */
  readonly pattern: RegExp;
  /** undefined: the contract has no spelling for this value. */
  readonly convert: (text: string) => Cell | undefined;
}

const asItIs = (text: string): Cell => text;
const TEXT: Kind = { type: "STRING", pattern: /^/, convert: asItIs }; // and whatever has no type of its own in the contract
const INT: Kind = { type: "INT", pattern: /^-?\d+$/, convert: asItIs };
const FLOAT: Kind = { type: "FLOAT", pattern: /^(-?[\d.]+(e[+-]?\d+)?|[+-]?inf(inity)?|nan)$/i, convert: finite };
const DECIMAL: Kind = { type: "DECIMAL", pattern: /^-?\d+(\.\d+)?$/, convert: asItIs };
const BOOLEAN: Kind = { type: "BOOLEAN", pattern: /^(true|false)$/, convert: (text) => text === "true" };
const DATETIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/;

/** Results spell types in the words of legacy SQL, tables in either. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ["STRING", TEXT],
  ["BYTES", TEXT],
  ["TIME", TEXT],
  ["GEOGRAPHY", TEXT],
  ["JSON", TEXT],
  ["INTERVAL", TEXT],
  ["INTEGER", INT],
  ["INT64", INT],
  ["FLOAT", FLOAT],
  ["FLOAT64", FLOAT],
  ["NUMERIC", DECIMAL],
  ["BIGNUMERIC", DECIMAL],
  ["BOOLEAN", BOOLEAN],
  ["BOOL", BOOLEAN],
  ["DATE", { type: "DATE", pattern: /^\d{4}-\d\d-\d\d$/, convert: asItIs }],
  ["DATETIME", { type: "TIMESTAMP", pattern: DATETIME, convert: withoutZeros }],
  ["TIMESTAMP", { type: "TIMESTAMP", pattern: /^-?\d{1,18}$/, convert: instantText }],
]);

function finite(text: string): number | undefined {
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** @param text Microseconds since 1970 in UTC: years 1 to 9999. */
function instantText(text: string): string | undefined {
  const microseconds = BigInt(text);
  const fraction = ((microseconds % SECOND) + SECOND) % SECOND;
  const date = new Date(Number((microseconds - fraction) / 1000n));
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) return undefined;
  const seconds = date.toISOString().slice(0, "2026-01-31T13:00:00".length);
  return `${withoutZeros(`${seconds}.${String(fraction).padStart(6, "0")}`)}Z`;
}

const SECOND = 1_000_000n;

/** @param text A date and time whose fraction may end in zeros. */
function withoutZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function outOfRange(column: string, text: string): WarehouseError {
  return new WarehouseError("out-of-range", `Column "${column}" holds ${text}, which has no spelling in a result.`);
}

function unspeakable(column: string, nativeType: string): WarehouseError {
  const what = nativeType === "RECORD" || nativeType === "STRUCT" ? "records" : "lists or values of an unknown type";
  const cause = new Error(`Its type is ${nativeType}.`);
  return new WarehouseError("statement", `Column "${column}" holds ${what}, which have no spelling in a result.`, {
    cause,
  });
}
