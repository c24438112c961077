import type { Statement } from "../sql/index.ts";
import { type ExecuteOptions, type Result, type Row, type StatementLimits, WarehouseError } from "./warehouse.ts";

type Execute = (statement: Statement, options: ExecuteOptions) => Promise<Result>;

/**
 * Runs a statement of any engine within its deadline and limits: at the deadline its signal aborts, and a result that
 * grows beyond a limit ends the statement and fails as a whole. Engines set their own timeout besides, for the case
 * that we are gone.
 */
export async function executeWithin(
  execute: Execute,
  statement: Statement,
  options: ExecuteOptions = {},
): Promise<Result> {
  const timer = timerTo(options.deadline);
  const signals = [options.signal, timer?.signal].filter((signal) => signal !== undefined);
  const bounded: ExecuteOptions = signals.length > 0 ? { ...options, signal: AbortSignal.any(signals) } : options;
  const explain = (thrown: unknown): unknown =>
    timer?.signal.aborted && !options.signal?.aborted ? late(thrown) : thrown;
  try {
    const { columns, batches, run } = await execute(statement, bounded);
    return { columns, run, batches: within(batches, options.limits ?? {}, explain, () => timer?.stop()) };
  } catch (thrown) {
    timer?.stop();
    throw explain(thrown);
  }
}

async function* within(
  batches: AsyncIterable<readonly Row[]>,
  limits: StatementLimits,
  explain: (thrown: unknown) => unknown,
  done: () => void,
): AsyncGenerator<readonly Row[]> {
  let rows = 0;
  let bytes = 0;
  try {
    for await (const batch of batches) {
      rows += batch.length;
      if (limits.maxBytes !== undefined) bytes += bytesOf(batch);
      refuseBeyond(limits, rows, bytes);
      yield batch;
    }
  } catch (thrown) {
    throw explain(thrown);
  } finally {
    done();
  }
}

/** @throws WarehouseError too-large */
export function refuseBeyond(limits: StatementLimits, rows: number, bytes: number): void {
  const { maxRows = Infinity, maxBytes = Infinity } = limits;
  if (rows > maxRows) throw tooLarge(`more than ${maxRows} rows`);
  if (bytes > maxBytes) throw tooLarge(`more than ${maxBytes} bytes`);
}

/** Of all cells as text. */
export function bytesOf(batch: readonly Row[]): number {
  let bytes = 0;
  for (const row of batch) {
    for (const cell of row) bytes += typeof cell === "string" ? Buffer.byteLength(cell) : PLAIN_BYTES;
  }
  return bytes;
}

/** A number, a boolean or nothing. */
const PLAIN_BYTES = 8;

/** The longest that a Node timer can wait; beyond it would fire at once. */
export const LONGEST_MS = 2 ** 31 - 1;

function timerTo(deadline: number | undefined): { readonly signal: AbortSignal; stop(): void } | null {
  if (deadline === undefined) return null;
  const controller = new AbortController();
  const left = Math.min(LONGEST_MS, deadline - performance.now());
  if (left <= 0) controller.abort();
  const timer = setTimeout(() => controller.abort(), Math.max(0, left));
  timer.unref();
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}

function late(cause: unknown): WarehouseError {
  return new WarehouseError("timeout", "The statement took longer than it was given.", { cause });
}

function tooLarge(what: string): WarehouseError {
  return new WarehouseError("too-large", `The answer is ${what}, which is the limit.`);
}
