import { randomUUID } from "node:crypto";
import { sha256 } from "../std/index.ts";
import {
  type Cell,
  readAll,
  type Statement,
  type StatementOrigin,
  type Warehouse,
  WarehouseError,
} from "../warehouse/index.ts";
import { type Finding, finding } from "./finding.ts";
import type { Relation } from "./relation.ts";

/** What the checks of one examination share. */
export interface Examination {
  readonly warehouse: Warehouse;
  /** Look at every row of large tables too. */
  readonly isFull: boolean;
  /** Tables with more rows are large: of their keys a sample is looked at, about so many rows. */
  readonly manyRows: number;
  /** The present, in milliseconds since 1970. */
  readonly now: number;
  /** Whose rights count; null: the engine has not said. */
  readonly user: string | null;
  readonly origin: StatementOrigin;
  readonly signal: AbortSignal | null;
}

export function originOfDoctor(): StatementOrigin {
  return { requestId: randomUUID(), metrics: [], principal: sha256("operator").slice(0, 16), consumer: "doctor" };
}

/** The one row of a probe, by column. @throws WarehouseError */
export async function askOne(
  { warehouse, origin, signal }: Examination,
  statement: Statement,
): Promise<Readonly<Record<string, Cell>>> {
  const { columns, batches } = await warehouse.execute(statement, { origin, ...(signal && { signal }) });
  const [row = []] = await readAll({ columns, batches });
  return Object.fromEntries(columns.map(({ name }, i) => [name.toLowerCase(), row[i] ?? null]));
}

/** The one row of a probe that counts. */
export async function count(examination: Examination, statement: Statement): Promise<(column: string) => number> {
  const row = await askOne(examination, statement);
  return (column) => Number(row[column] ?? 0);
}

/**
 * What a check found. Where the warehouse refuses its question, that is the finding.
 *
 * @param what Completes "It cannot be told whether …".
 * @throws WarehouseError when the warehouse cannot be reached any more, or the signal aborts
 */
export async function checked(
  { warehouse, user }: Examination,
  relation: Relation,
  what: string,
  check: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (thrown) {
    if (!(thrown instanceof WarehouseError) || thrown.kind === "unavailable" || thrown.kind === "aborted") throw thrown;
    const { name, source, span } = relation;
    if (thrown.kind === "denied") {
      const table = source.kind === "table" ? source.path.join(".") : null;
      return [finding("grant/cannot-read", name, { user, table, dialect: warehouse.dialect }, span)];
    }
    return [finding("check/failed", name, { what, reason: reasonOf(thrown), isTooMuch: isTooMuch(thrown) }, span)];
  }
}

/** Whether nothing is wrong but how much was asked. */
export function isTooMuch({ kind }: WarehouseError): boolean {
  return kind === "timeout" || kind === "busy" || kind === "too-large";
}

/** In the engine's own words, since whoever runs this works on the definitions; but not where they quote a value. */
export function reasonOf(error: WarehouseError): string {
  if (error.kind === "not-convertible" || error.kind === "out-of-range") return error.message;
  const words = error.cause instanceof Error ? error.cause.message : "";
  const [line = ""] = words.split("\n");
  return line === "" ? error.message : line;
}
