import type { Dialect } from "../catalog/index.ts";

/** A database in the making. Only it and a `Writer` may write. */
export interface Loader {
  readonly dialect: Dialect;
  /** @param sql One or several statements of that dialect. */
  run(sql: string): Promise<void>;
  append(table: TableData): Promise<void>;
  /** A file is complete only then. */
  close(): Promise<void>;
}

/**
 * A table to load. Cells are text or whole numbers: decimals in units of their last digit (cents), dates in days and
 * instants in milliseconds since 1970.
 */
export interface TableData {
  /** `schema.table`; exists already. */
  readonly name: string;
  /** All columns, in the table's order. */
  readonly columns: readonly { readonly name: string; readonly type: LoadType }[];
  readonly rows: Iterable<readonly (string | number | null)[]>;
}

export type LoadType =
  | "VARCHAR"
  | "INTEGER"
  | "BIGINT"
  | "DECIMAL(18,2)"
  | "DECIMAL(18,6)"
  | "DATE"
  | "TIMESTAMP WITH TIME ZONE";
