import { type Cell, type CellType, type ResultColumn, WarehouseError } from "../warehouse.ts";

/** A column of a result and how the server's text becomes cells: chosen once a column, called once a row. */
export interface ColumnReader extends ResultColumn {
  /** @throws WarehouseError "out-of-range" for NaN, infinities and times that the contract cannot spell. */
  readonly read: (text: string | null) => Cell;
}

/** @param typeId The OID of the column's type. */
export function columnReader(name: string, typeId: number): ColumnReader {
  const { type, convert } = KINDS.get(typeId) ?? TEXT;
  const read = (text: string | null): Cell => {
    if (text === null) return null;
    const cell = convert(text);
    if (cell === undefined) throw outOfRange(name, text);
    return cell;
  };
  return { name, type, read };
}

/** undefined: the contract has no spelling for this value. */
type Converter = (text: string) => Cell | undefined;

interface Kind {
  readonly type: CellType;
  readonly convert: Converter;
}

const asItIs: Converter = (text) => text;
const TEXT: Kind = { type: "STRING", convert: asItIs }; // and whatever has no type of its own in the contract
const INT: Kind = { type: "INT", convert: asItIs };
const FLOAT: Kind = { type: "FLOAT", convert: finite };

/** @see https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat */
const KINDS: ReadonlyMap<number, Kind> = new Map([
  [16, { type: "BOOLEAN", convert: (text) => text === "t" }],
  [20, INT], // int8
  [21, INT], // int2
  [23, INT], // int4
  [26, INT], // oid
  [700, FLOAT], // float4
  [701, FLOAT], // float8
  [1082, { type: "DATE", convert: dateText }],
  [1114, { type: "TIMESTAMP", convert: (text) => timestampText(text, "") }],
  [1184, { type: "TIMESTAMP", convert: (text) => timestampText(text, "Z") }],
  [1700, { type: "DECIMAL", convert: (text) => (/^-?\d/.test(text) ? text : undefined) }], // numeric
]);

function finite(text: string): number | undefined {
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** @param text In DateStyle ISO: 2026-01-31, 20260-01-31, 0044-03-15 BC, infinity. */
function dateText(text: string): string | undefined {
  return text.length === "2026-01-31".length ? text : oddDate(text);
}

/** @param text In DateStyle ISO, a zoned one in UTC: 2026-01-31 13:00:00.25+00; the fraction has no zeros at its end. */
function timestampText(text: string, zone: "" | "Z"): string | undefined {
  const [, date, time, era = ""] = /^(\S+) (\d\d:\d\d:\d\d(?:\.\d+)?)(?:\+00)?( BC)?$/.exec(text) ?? [];
  const day = date === undefined ? undefined : dateText(date + era);
  return day === undefined ? undefined : `${day}T${time}${zone}`;
}

/** Years beyond 0000 to 9999 in the expanded form of ISO 8601; undefined beyond what JavaScript can read. */
function oddDate(text: string): string | undefined {
  const [, digits, monthAndDay, era] = /^(\d{4,})(-\d\d-\d\d)( BC)?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const year = era === undefined ? Number(digits) : 1 - Number(digits);
  if (year >= 0 && year <= 9999) return `${String(year).padStart(4, "0")}${monthAndDay}`;
  const expanded = `${year < 0 ? "-" : "+"}${String(Math.abs(year)).padStart(6, "0")}${monthAndDay}`;
  return Number.isNaN(Date.parse(expanded)) ? undefined : expanded;
}

function outOfRange(column: string, text: string): WarehouseError {
  return new WarehouseError("out-of-range", `Column "${column}" holds ${text}, which has no spelling in a result.`);
}
