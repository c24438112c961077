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
  const convert = converterOf(cellType);
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

const DAY_MS = 86_400_000;

/** Years beyond 0000 to 9999 in the expanded form of ISO 8601, as JavaScript reads and writes it: +020260-01-01. */
function dateText(days: number): string | undefined {
  return isoText(days * DAY_MS)?.split("T")[0];
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
  const remainder = ticks % perSecond;
  const fraction = remainder < 0n ? remainder + perSecond : remainder;
  const seconds = (ticks - fraction) / perSecond;
  const text = isoText(Number(seconds) * 1000)?.slice(0, -".000Z".length);
  if (text === undefined || fraction === 0n) return text && text + zone;
  return `${text}.${String(fraction).padStart(digits, "0").replace(/0+$/, "")}${zone}`;
}

/** undefined outside the range of a JavaScript date, where DuckDB's infinities lie too. */
function isoText(milliseconds: number): string | undefined {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function outOfRange(column: string, value: DuckDBValue): WarehouseError {
  return new WarehouseError(
    "out-of-range",
    `Column "${column}" holds ${String(value)}, which has no spelling in a result.`,
  );
}
