import { isObject } from "../../std/index.ts";
import { type ColumnReader, columnReaders } from "./cells.ts";
import { asObject, countAt, type JsonObject, listAt, malformed, objectAt, textAt } from "./json.ts";

/** What BigQuery tells of a job that has ended; null: does not tell. */
export interface JobCosts {
  readonly bytesProcessed: number | null;
  readonly bytesBilled: number | null;
  readonly isFromCache: boolean | null;
}

/** Rows as they came over the wire, of as many cells each as there are columns. */
export interface Page {
  readonly columns: readonly ColumnReader[];
  readonly rows: readonly (readonly unknown[])[];
  /** Of all pages. */
  readonly totalRows: number | null;
  /** null: this is the last page. */
  readonly nextToken: string | null;
}

/**
 * @param answer `{"schema", "rows": [{"f": [{"v"}]}], "totalRows", "pageToken"}`.
 * @throws WarehouseError when it is none.
 */
export function pageOf(answer: JsonObject): Page {
  const columns = columnReaders(objectAt(answer, "schema"));
  const rows = listAt(answer, "rows").map((row) => {
    const cells = listAt(asObject(row, "a row"), "f").map((cell) => asObject(cell, "a cell")["v"]);
    if (cells.length !== columns.length)
      throw malformed(`a row of ${columns.length} columns has ${cells.length} cells`);
    return cells;
  });
  return {
    columns,
    rows,
    totalRows: countAt(answer, "totalRows"),
    nextToken: textAt(answer, "pageToken") || null,
  };
}

/** @param job `{"statistics": {"totalBytesProcessed", "query": {"totalBytesBilled", "cacheHit"}}}`. */
export function costsOf(job: JsonObject): JobCosts {
  const statistics = objectAt(job, "statistics");
  const query = isObject(statistics["query"]) ? statistics["query"] : {};
  const { cacheHit } = query;
  return {
    bytesProcessed: countAt(statistics, "totalBytesProcessed") ?? countAt(query, "totalBytesProcessed"),
    bytesBilled: countAt(query, "totalBytesBilled"),
    isFromCache: typeof cacheHit === "boolean" ? cacheHit : null,
  };
}
