import {
  DuckDBDateValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from "@duckdb/node-api";
import { type Cell, type CellType, type ResultColumn, WarehouseError } from "../warehouse.ts";

/** A column of a result and how its values become cells: chosen once a column, called once a row. */
export interface ColumnReader extends ResultColumn {
  /** @throws WarehouseError "out-of-range" for NaN, infinities and times that the contract cannot spell. */
  readonly read: (value: DuckDBValue) => Cell;
}

export function columnReader(name: string, type: DuckDBType): ColumnReader {
  const cellType = cellTypeOf(type.typeId);
  const convert = type.typeId === DuckDBTypeId.FLOAT ? singleOf : converterOf(cellType);
  const read = (value: DuckDBValue): Cell => {
    if (value === null) return null;
    const cell = convert(value);
    if (cell === undefined) throw outOfRange(name, value);
    return cell;
  };
  return { name, type: cellType, read };
}

function cellTypeOf(typeId: DuckDBTypeId): CellType {
  switch (typeId) {
    case DuckDBTypeId.TINYINT:
    case DuckDBTypeId.SMALLINT:
    case DuckDBTypeId.INTEGER:
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.UTINYINT:
    case DuckDBTypeId.USMALLINT:
    case DuckDBTypeId.UINTEGER:
    case DuckDBTypeId.UBIGINT:
    case DuckDBTypeId.UHUGEINT:
    case DuckDBTypeId.BIGNUM:
      return "INT";
    case DuckDBTypeId.DECIMAL:
      return "DECIMAL";
    case DuckDBTypeId.FLOAT:
    case DuckDBTypeId.DOUBLE:
      return "FLOAT";
    case DuckDBTypeId.BOOLEAN:
      return "BOOLEAN";
    case DuckDBTypeId.DATE:
      return "DATE";
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_S:
    case DuckDBTypeId.TIMESTAMP_MS:
    case DuckDBTypeId.TIMESTAMP_NS:
    case DuckDBTypeId.TIMESTAMP_TZ:
      return "TIMESTAMP";
    default:
      return "STRING"; // text, and whatever has no type of its own in the contract: lists, structs, times, blobs …
  }
}

/** undefined: the contract has no spelling for this value. */
type Converter = (value: DuckDBValue) => Cell | undefined;

function converterOf(type: CellType): Converter {
  switch (type) {
    case "FLOAT":
      return (value) => (typeof value === "number" && Number.isFinite(value) ? value : undefined);
    case "BOOLEAN":
      return (value) => (typeof value === "boolean" ? value : undefined);
    case "DATE":
      return (value) => (value instanceof DuckDBDateValue ? dateText(value.days) : undefined);
    case "TIMESTAMP":
      return timestampText;
    case "STRING":
    case "INT":
    case "DECIMAL":
      return (value) => (typeof value === "string" ? value : String(value));
  }
}

/** A number of 32 bits in as few digits as tell it from its neighbours, as PostgreSQL writes it: 0.1, not 0.10000000149011612. */
function singleOf(value: DuckDBValue): Cell | undefined {
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

function timestampText(value: DuckDBValue): string | undefined {
  if (value instanceof DuckDBTimestampTZValue) return instantText(value.micros, 1_000_000n, 6, "Z");
  if (value instanceof DuckDBTimestampValue) return instantText(value.micros, 1_000_000n, 6, "");
  if (value instanceof DuckDBTimestampSecondsValue) return instantText(value.seconds, 1n, 0, "");
  if (value instanceof DuckDBTimestampMillisecondsValue) return instantText(value.millis, 1_000n, 3, "");
  if (value instanceof DuckDBTimestampNanosecondsValue) return instantText(value.nanos, 1_000_000_000n, 9, "");
  return undefined;
}

/** @param ticks Since 1970, `perSecond` of them a second: a power of ten with `digits` zeros. */
function instantText(ticks: bigint, perSecond: bigint, digits: number, zone: "" | "Z"): string | undefined {
  if (ticks === INFINITY || ticks === -INFINITY) return undefined;
  const remainder = ticks % perSecond;
  const fraction = remainder < 0n ? remainder + perSecond : remainder;
  const seconds = Number((ticks - fraction) / perSecond);
  const day = Math.floor(seconds / 86_400);
  const date = dateText(day);
  if (date === undefined) return undefined;
  const second = seconds - day * 86_400;
  const time = `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
  if (fraction === 0n) return `${date}T${time}${zone}`;
  return `${date}T${time}.${String(fraction).padStart(digits, "0").replace(/0+$/, "")}${zone}`;
}

/** How DuckDB keeps 'infinity'. */
const INFINITY = 2n ** 63n - 1n;

/**
 * Years beyond 0000 to 9999 in the expanded form of ISO 8601, as JavaScript reads and writes it: +020260-01-01.
 * Written out, because `Date` takes ten times as long.
 *
 * @param days Since 1970. undefined beyond what JavaScript can read, where DuckDB's infinite dates lie too.
 * @see https://howardhinnant.github.io/date_algorithms.html#civil_from_days
 */
function dateText(days: number): string | undefined {
  if (Math.abs(days) > 100_000_000) return undefined;
  const shifted = days + 719_468; // from 0000-03-01, so that leap days end their years
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  return `${yearText(year)}-${two(month)}-${two(day)}`;
}

function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, "0");
  return `${year < 0 ? "-" : "+"}${String(Math.abs(year)).padStart(6, "0")}`;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

function outOfRange(column: string, value: DuckDBValue): WarehouseError {
  return new WarehouseError(
    "out-of-range",
    `Column "${column}" holds ${String(value)}, which has no spelling in a result.`,
  );
}
