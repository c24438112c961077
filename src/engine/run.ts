import {
  bytesOf,
  type Result,
  type Row,
  readAll,
  refuseBeyond,
  type Statement,
  type StatementRun,
  WarehouseError,
} from "../warehouse/index.ts";
import { type Shared, together } from "./bundle.ts";
import type { EngineLimits, QueryOptions, Stage } from "./engine.ts";
import type { EngineParts } from "./parts.ts";
import type { Question, ReadResult } from "./question.ts";
import { type Turn, UNBOUNDED } from "./quotas.ts";
import { traceStatement } from "./trace-statement.ts";

export interface RunOptions extends Pick<QueryOptions, "optimize" | "signal"> {
  readonly onProgress?: (progress: Progress) => void;
  /** The warehouse answers a statement: this is the question's share of it. */
  readonly onRun?: (question: Question, run: StatementRun, statement: Statement) => void;
}

export interface Progress {
  readonly stage: Stage;
  readonly bytesProcessed: number | null;
}

export type Questions = readonly [Question, ...Question[]];

/** The rows of one question. */
export interface Landed {
  readonly read: ReadResult;
  /** Its share of what the statement cost. */
  readonly run: StatementRun;
  /** How many the statement has answered. */
  readonly questions: number;
}

/**
 * Runs questions of one principal that read the same sources as one statement. Where that is more than the dialect can
 * say, or the data or size of one is at fault, each runs by itself, so that the fault stays its own.
 *
 * To the quotas they are one question under way: time and bytes of a statement count once, the rows of each.
 *
 * @returns one for each question; an Error stands in the place of one that has no answer. Never rejects.
 */
export async function runTogether(
  parts: EngineParts,
  questions: Questions,
  options: RunOptions,
): Promise<readonly (Landed | Error)[]> {
  const [first] = questions;
  let turn = UNBOUNDED;
  try {
    if (parts.quotas) turn = parts.quotas.begin(first.principal);
    const ask = (shared: Shared) => runStatement(parts, shared, turn, options);
    const shared = questions.length > 1 ? together(questions, parts.warehouse.dialect, options) : null;
    if (shared) {
      try {
        return await ask(shared);
      } catch (thrown) {
        if (!isFaultOfOne(thrown)) throw thrown;
      }
    }
    const landed = await Promise.all(
      questions.map((question) =>
        ask({ questions: [question], statement: question.statement, places: null }).catch((thrown: unknown) => [
          asError(thrown),
        ]),
      ),
    );
    return landed.flat();
  } catch (thrown) {
    return questions.map(() => asError(thrown));
  } finally {
    turn.ended();
  }
}

/** @throws what the statement fails with, while no question of it is answered */
async function runStatement(
  parts: EngineParts,
  shared: Shared,
  turn: Turn,
  options: RunOptions,
): Promise<readonly (Landed | Error)[]> {
  const { questions, statement } = shared;
  const { results, run } = await readStatement(parts, shared, options, (ran) => {
    turn.ran(ran);
    questions.forEach((question, i) => options.onRun?.(question, shareOf(ran, i, questions.length), statement));
  });
  return questions.map((_, i) => {
    const read = results[i];
    if (!read) return new Error("A statement left a question without an answer.");
    turn.answered(read.rows.length);
    return { read, run: shareOf(run, i, questions.length), questions: questions.length };
  });
}

async function readStatement(
  { warehouse }: EngineParts,
  { questions, statement, places }: Shared,
  { signal, onProgress }: RunOptions,
  onRun: (run: StatementRun) => void,
): Promise<{ readonly results: readonly ReadResult[]; readonly run: StatementRun }> {
  const [first] = questions;
  onProgress?.({ stage: "running", bytesProcessed: null });
  const traced = traceStatement(first, warehouse.dialect, questions.length);
  try {
    const { run, ...result } = await warehouse.execute(statement, {
      ...(signal && { signal }),
      ...(first.deadline !== undefined && { deadline: first.deadline }),
      limits: sumOf(questions.map(({ limits }) => limits)),
      origin: { ...first.origin, metrics: [...new Set(questions.flatMap(({ origin }) => origin.metrics))] },
      onTurn: traced.onTurn,
      ...(onProgress && { onProgress: (bytesProcessed) => onProgress({ stage: "running", bytesProcessed }) }),
    });
    onRun(run);
    onProgress?.({ stage: "reading", bytesProcessed: run.bytesProcessed });
    const limits = questions.map((question) => question.limits);
    // No more of the result than this: what is kept of it would hold on to the statement and its definitions.
    const whole = async () => [{ columns: result.columns, rows: await readAll(result) }];
    const results = places ? await splitRows(result, places, limits) : await whole();
    traced.ran(
      run,
      results.reduce((sum, { rows }) => sum + rows.length, 0),
    );
    return { results, run };
  } catch (thrown) {
    throw traced.failed(thrown);
  }
}

/** @throws WarehouseError too-large where one question's rows pass its limits */
async function splitRows(
  { columns, batches }: Omit<Result, "run">,
  places: NonNullable<Shared["places"]>,
  limits: readonly EngineLimits[],
): Promise<readonly ReadResult[]> {
  const results = places.map((of) => {
    const rows: Row[] = [];
    return { columns: of.flatMap((place) => columns[place] ?? []), rows, bytes: 0 };
  });
  for await (const batch of batches) {
    for (const row of batch) {
      const part = Number(row[0]);
      const result = results[part];
      if (!result) throw new Error("A statement answered a question that was not asked.");
      const cells = (places[part] ?? []).map((place) => row[place] ?? null);
      result.rows.push(cells);
      result.bytes += bytesOf([cells]);
      refuseBeyond(limits[part] ?? {}, result.rows.length, result.bytes);
    }
  }
  return results;
}

/** As much as the questions could have had one by one. */
function sumOf(limits: readonly EngineLimits[]): EngineLimits {
  const sum = (key: "maxRows" | "maxBytes") => limits.reduce((total, { [key]: most = Infinity }) => total + most, 0);
  const [maxRows, maxBytes] = [sum("maxRows"), sum("maxBytes")];
  return { ...(maxRows < Infinity && { maxRows }), ...(maxBytes < Infinity && { maxBytes }) };
}

/** An even share of what the statement cost, so that the shares add up to it. */
function shareOf(run: StatementRun, index: number, count: number): StatementRun {
  const share = (bytes: number | null) =>
    bytes === null ? null : Math.floor(bytes / count) + (index < bytes % count ? 1 : 0);
  return { ...run, bytesProcessed: share(run.bytesProcessed), bytesBilled: share(run.bytesBilled) };
}

/** Whether others of the same statement might have been answered without it. */
function isFaultOfOne(thrown: unknown): boolean {
  if (!(thrown instanceof WarehouseError)) return false;
  switch (thrown.kind) {
    case "statement":
    case "missing":
    case "denied":
    case "too-large":
    case "out-of-range":
    case "not-convertible":
      return true;
    case "aborted":
    case "timeout":
    case "unavailable":
    case "busy":
      return false;
  }
}

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error("What was thrown is no error", { cause: thrown });
}
