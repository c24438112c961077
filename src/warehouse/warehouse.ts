import type { Dialect } from "../catalog/index.ts";
import type { ScalarType, StandardGrain } from "../expression/index.ts";
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
  readonly run: StatementRun;
}

/** Where and how a statement ran, as far as the engine tells. */
export interface StatementRun {
  /** The host, project or file that answered, without credentials. */
  readonly servedBy: string;
  /** How current its data is, ISO 8601 with `Z`; null: as current as the statement. Set for a replica that lags. */
  readonly dataAsOf: string | null;
  /** What the engine read and what it charges for, in bytes; null where it does not count them. */
  readonly bytesProcessed: number | null;
  readonly bytesBilled: number | null;
  /** Whether the engine answered from a cache of its own; null where it does not say. */
  readonly isFromEngineCache: boolean | null;
}

/** On whose behalf a statement runs: for the engine's own logs, comments, labels and budgets; never part of the answer. */
export interface StatementOrigin {
  readonly requestId: string;
  readonly metrics: readonly string[];
  /** A digest, never a name: what is written into warehouses is read by many. */
  readonly principal: string;
  /** The door or the application that asks: `graphql`, `cli`, `finance-app`. */
  readonly consumer: string;
}

/** More than one of these is never returned in part: the statement fails as "too-large". */
export interface StatementLimits {
  readonly maxRows?: number;
  /** Of all cells as text. */
  readonly maxBytes?: number;
  /** Where the engine charges by bytes; checked by the engine before it reads. */
  readonly maxBytesBilled?: number;
}

export interface ExecuteOptions {
  /** Aborting ends the statement in the warehouse, not only our wait for it. */
  readonly signal?: AbortSignal;
  /** By the clock of `performance.now()`, in milliseconds: the wait for a connection and the reading of rows included. */
  readonly deadline?: number;
  readonly limits?: StatementLimits;
  readonly origin?: StatementOrigin;
  /** Told when a statement that may have to wait has its turn. */
  readonly onTurn?: () => void;
  /** Told now and then while the statement runs, where the engine tells: bytes read so far, null where it does not count. */
  readonly onProgress?: (bytesProcessed: number | null) => void;
}

/** What a statement would cost and answer, found without running it. */
export interface Estimate {
  readonly columns: readonly ResultColumn[];
  /** null where the engine gives no estimate. */
  readonly bytesProcessed: number | null;
  readonly rows: number | null;
}

/** Name of a table as a model writes it: `["shop", "orders"]`, or `["project", "dataset", "table"]`. */
export type TablePath = readonly string[];

/** What the warehouse itself says of a table or view. */
export interface TableDescription {
  readonly path: TablePath;
  readonly kind: "table" | "view";
  readonly columns: readonly DescribedColumn[];
  /** How the engine cuts the table apart; null: not at all. `grain` null: not by time. */
  readonly partition: {
    readonly column: string;
    readonly grain: StandardGrain | null;
    readonly isFilterRequired: boolean;
  } | null;
  /** An estimate; null when unknown. */
  readonly rows: number | null;
}

export interface DescribedColumn {
  readonly name: string;
  readonly type: ScalarType;
  /** In the engine's own word. */
  readonly nativeType: string;
  readonly isNullable: boolean;
}

/** What our credentials allow. `canWrite` true is a finding: reading is all that is needed. */
export interface Permissions {
  /** Our name there, without secrets. */
  readonly user: string;
  readonly canRead: boolean;
  /** null where the engine cannot tell. */
  readonly canWrite: boolean | null;
}

/** Somewhere that runs statements. Opened by `openWarehouse(url)`. */
export interface Warehouse {
  readonly dialect: Dialect;
  /** For messages: the URL without credentials. */
  readonly name: string;
  /** How many statements run at once; more wait their turn inside. Missing: it does not say. */
  readonly concurrency?: number;
  /** How often it had to be told once more to end a statement. Missing: it does not say. */
  cancelRetries?(): number;
  /**
   * Why a statement would be refused as too much now, to be asked before it is made; null: it would not. Missing: nothing
   * is known before.
   *
   * @param principal As in `StatementOrigin`.
   * @param deadline As in `ExecuteOptions`.
   */
  refusal?(principal: string, deadline?: number): WarehouseError | null;
  /** @throws WarehouseError when the warehouse refuses the statement, the signal aborts it or a bound is passed. */
  execute(statement: Statement, options?: ExecuteOptions): Promise<Result>;
  /** Checks the statement as a run would. @throws WarehouseError */
  dryRun(statement: Statement, options?: Pick<ExecuteOptions, "signal" | "deadline" | "origin">): Promise<Estimate>;
  /** One entry a table, in the order asked for; null: there is no such table, or none that we may see. @throws WarehouseError */
  describe(
    tables: readonly TablePath[],
    options?: Pick<ExecuteOptions, "signal">,
  ): Promise<readonly (TableDescription | null)[]>;
  /** On these tables, all of which exist. @throws WarehouseError */
  permissions(tables: readonly TablePath[]): Promise<readonly Permissions[]>;
  /**
   * When a table last changed, ISO 8601 with `Z`: the latest value of the column, or without one what the engine itself
   * remembers; null where it remembers nothing, or the table is empty. @throws WarehouseError
   */
  freshness(
    source: { readonly table: TablePath; readonly column: string | null },
    options?: Pick<ExecuteOptions, "deadline">,
  ): Promise<string | null>;
  /** A sign of life, also while as many statements run as may. @throws WarehouseError */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * - `statement`: refused as wrong SQL; `missing`: a table or column is not there; `denied`: our grants do not allow it.
 * - `aborted`: by the caller; `timeout`: by the deadline or the engine's own limit.
 * - `unavailable`: cannot be reached, or broke off; `busy`: too much at once, try again later.
 * - `too-large`: more rows, bytes or cost than allowed.
 * - `out-of-range`, `not-convertible`: what the data holds.
 */
export type WarehouseErrorKind =
  | "statement"
  | "missing"
  | "denied"
  | "aborted"
  | "timeout"
  | "unavailable"
  | "busy"
  | "too-large"
  | "out-of-range"
  | "not-convertible";

/** What the warehouse refused, with its own words in `cause`: for logs, never for callers. */
export class WarehouseError extends Error {
  override readonly name = "WarehouseError";
  readonly kind: WarehouseErrorKind;
  /** When it may be worth trying again; null: nobody knows. */
  readonly retryAfterMs: number | null;
  /** Whether it failed by no fault of its own, unanswered: the same statement may be answered at once. */
  readonly isPassing: boolean;

  constructor(
    kind: WarehouseErrorKind,
    message: string,
    { retryAfterMs = null, isPassing = false, ...options }: WarehouseErrorOptions = {},
  ) {
    super(message, options);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
    this.isPassing = isPassing;
  }
}

interface WarehouseErrorOptions {
  readonly cause?: unknown;
  readonly retryAfterMs?: number | null;
  readonly isPassing?: boolean;
}

/** All rows of a result. */
export async function readAll({ batches }: Omit<Result, "run">): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const batch of batches) for (const row of batch) rows.push(row);
  return rows;
}
