/**
 * The name under which a file is attached. Left to itself DuckDB would call it like the file, and a file `shop.duckdb`
 * with a schema `shop` makes every `shop.orders` ambiguous.
 */
export const DATABASE = "assay_warehouse";

/** The statement that attaches a DuckDB file under our name. */
export function attach(path: string, access: "read-only" | "read-write"): string {
  return `ATTACH '${path.replaceAll("'", "''")}' AS ${DATABASE}${access === "read-only" ? " (READ_ONLY)" : ""}`;
}
