import { ByteWriter, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import type { Cell, Row } from "../warehouse/index.ts";
import type { Table, WriteOptions } from "./table.ts";
import { daysOf, fitted, int64Of, microsOf, type TypedColumn, typedGroups, unscaledOf } from "./typed.ts";

/** Apache Parquet: a row group for each group of rows, which is all that is kept of them besides its place and its bounds. */
export async function* writeParquet(table: Table, options: WriteOptions): AsyncGenerator<Uint8Array> {
  const bytes = new ByteWriter();
  let file: ParquetWriter | null = null;
  for await (const { columns, rows } of typedGroups(table, options)) {
    file ??= new ParquetWriter({ writer: bytes, schema: schemaOf(columns), createdBy: "assay" });
    await file.write({
      columnData: columns.map((column, i) => ({ name: column.name, data: valuesOf(column, rows, i) })),
      rowGroupSize: Math.max(1, rows.length),
    });
    yield taken(bytes);
  }
  await file?.finish();
  yield taken(bytes);
}

/** What has been written so far; places in the file go on from there. */
function taken(bytes: ByteWriter): Uint8Array {
  const chunk = new Uint8Array(bytes.getBuffer());
  bytes.index = 0;
  return chunk;
}

function schemaOf(columns: readonly TypedColumn[]): SchemaElement[] {
  return [{ name: "root", num_children: columns.length }, ...columns.map(elementOf)];
}

function elementOf({ name, type }: TypedColumn): SchemaElement {
  const element = { name, repetition_type: "OPTIONAL" } as const;
  switch (type.kind) {
    case "text":
      return { ...element, type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } };
    case "int64":
      return { ...element, type: "INT64" };
    case "float64":
      return { ...element, type: "DOUBLE" };
    case "boolean":
      return { ...element, type: "BOOLEAN" };
    case "date":
      return { ...element, type: "INT32", converted_type: "DATE", logical_type: { type: "DATE" } };
    case "timestamp": {
      const logical = { type: "TIMESTAMP", isAdjustedToUTC: type.isUtc, unit: "MICROS" } as const;
      return {
        ...element,
        type: "INT64",
        // The older name means UTC: where there is no zone it would be a lie.
        ...(type.isUtc && { converted_type: "TIMESTAMP_MICROS" as const }),
        logical_type: logical,
      };
    }
    case "decimal": {
      const { scale } = type;
      return {
        ...element,
        type: "FIXED_LEN_BYTE_ARRAY",
        type_length: 16,
        converted_type: "DECIMAL",
        scale,
        precision: 38,
        logical_type: { type: "DECIMAL", precision: 38, scale },
      };
    }
  }
}

type ParquetValue = string | number | bigint | boolean | null;

function valuesOf(column: TypedColumn, rows: readonly Row[], index: number): ParquetValue[] {
  return rows.map((row) => {
    const cell = row[index] ?? null;
    return cell === null ? null : fitted(valueOf(column, cell), column);
  });
}

function valueOf({ type }: TypedColumn, cell: Exclude<Cell, null>): ParquetValue {
  switch (type.kind) {
    case "text":
      return String(cell);
    case "int64":
      return int64Of(cell);
    case "decimal":
      return unscaledOf(cell, type.scale);
    case "float64":
      return typeof cell === "number" ? cell : null;
    case "boolean":
      return typeof cell === "boolean" ? cell : null;
    case "date":
      return daysOf(cell);
    case "timestamp":
      return microsOf(cell, type.isUtc);
  }
}
