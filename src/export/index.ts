/**
 * Whole answers as files, written while their rows come: CSV, JSON, NDJSON, Arrow, Parquet.
 * Imports warehouse. See ARCHITECTURE.md.
 */
export { toCsv } from "./csv.ts";
export { acceptedFormat, FORMATS, type Format } from "./formats.ts";
export type * from "./table.ts";
