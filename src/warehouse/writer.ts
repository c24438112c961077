import type { Dialect } from "../catalog/index.ts";
import type { Statement } from "../sql/index.ts";
import type { Row } from "./warehouse.ts";

/** A database that is there, opened to write a few rows into tables of our own. */
export interface Writer {
  readonly dialect: Dialect;
  /** For messages: the URL without credentials. */
  readonly name: string;
  /**
   * All or none, where the engine has transactions over several statements; of BigQuery each statement stands alone, and
   * a script may be one.
   *
   * @returns the rows of each statement; cells are text
   * @throws WarehouseError
   */
  transact(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]>;
  close(): Promise<void>;
}
