import type { Dialect } from "../catalog/index.ts";
import type { Statement } from "../sql/index.ts";

export type CellType = "STRING" | "INT" | "DECIMAL" | "FLOAT" | "BOOLEAN" | "DATE" | "TIMESTAMP";

/**
 * One value in the spelling of the contract, the same from every engine: INT and DECIMAL as digits in a string, FLOAT
 * as a number, DATE `YYYY-MM-DD`, TIMESTAMP ISO 8601 without a zone or, from a zoned column, with `Z`; SQL NULL is null.
 */
export type Cell = string | number | boolean | null;
export type Row = readonly Cell[];

export interface ResultColumn {
  readonly name: string;
  readonly type: CellType;
}

export interface Result {
  readonly columns: readonly ResultColumn[];
  /** Batches of at most some thousand rows, one cell a column. Leaving the loop early ends the statement. */
  readonly batches: AsyncIterable<readonly Row[]>;
}

export interface ExecuteOptions {
  /** Aborting ends the statement in the warehouse, not only our wait for it. */
  readonly signal?: AbortSignal;
}

/** Somewhere that runs statements. Opened by `openWarehouse(url)`. */
export interface Warehouse {
  readonly dialect: Dialect;
  /** For messages: the URL without credentials. */
  readonly name: string;
  /** @throws WarehouseError when the warehouse refuses the statement or the signal aborts it. */
  execute(statement: Statement, options?: ExecuteOptions): Promise<Result>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** What the warehouse refused, with its own words in `cause`: for logs, never for callers. */
export class WarehouseError extends Error {
  override readonly name = "WarehouseError";
  readonly kind: "statement" | "aborted" | "unavailable" | "out-of-range" | "not-convertible";

  constructor(kind: WarehouseError["kind"], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/** All rows of a result. */
export async function readAll(result: Result): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const batch of result.batches) for (const row of batch) rows.push(row);
  return rows;
}
