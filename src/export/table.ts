import type { CellType, Row } from "../warehouse/index.ts";

/** An answer on its way: the columns are known, the rows come while they are written. */
export interface Table {
  readonly columns: readonly TableColumn[];
  /** Leaving the loop early ends the statement. */
  readonly batches: AsyncIterable<readonly Row[]>;
}

export interface TableColumn {
  readonly name: string;
  readonly type: CellType;
}

export interface WriteOptions {
  /**
   * How INT and DECIMAL are written: `text` keeps their digits as text in every format; `json` writes them as numbers in JSON. Null: as
   * each format does it by itself, which is text in JSON and a number of fixed width in Arrow and Parquet.
   */
  readonly numbers: "text" | "json" | null;
  /** CSV: whether text that a spreadsheet would run as a formula gets an apostrophe in front. */
  readonly formulas: "defuse" | "keep";
  /** CSV: whether a byte order mark tells Excel that it is UTF-8. */
  readonly bom: boolean;
}

/** Writes one format. Takes the next rows only when more bytes are asked for. */
export type Writer = (table: Table, options: WriteOptions) => AsyncIterable<Uint8Array>;

/** So many cells make one batch of Arrow or one row group of Parquet: some megabytes, some tens of milliseconds. */
const CELLS_A_GROUP = 50_000;

/** The same rows in groups of one size, whatever the size of the batches. */
export async function* groupsOf({ columns, batches }: Table): AsyncGenerator<readonly Row[]> {
  const size = Math.ceil(CELLS_A_GROUP / columns.length);
  let group: Row[] = [];
  for await (const batch of batches) {
    for (const row of batch) {
      group.push(row);
      if (group.length < size) continue;
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}
