import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where one database puts what does not fit into memory. */
export interface Spill {
  /** To run before external access is switched off. */
  readonly setting: string;
  remove(): void;
}

/**
 * A folder of its own that nobody else may read. Left to itself DuckDB writes to `.tmp` where the process runs, readable
 * to all, and two databases there write into each other's files until the process crashes. Where no folder can be made,
 * what does not fit into memory is refused.
 */
export function makeSpill(): Spill {
  const folder = privateFolder();
  return {
    setting: `SET GLOBAL temp_directory = '${(folder ?? "").replaceAll("'", "''")}'`,
    remove() {
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function privateFolder(): string | null {
  try {
    return mkdtempSync(join(tmpdir(), "assay-duckdb-"));
  } catch {
    return null;
  }
}
