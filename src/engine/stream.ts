import { Refusal } from "../diagnostics/index.ts";
import type { Principal } from "../identity/index.ts";
import type { QueryRequest } from "../request/index.ts";
import type { Row } from "../warehouse/index.ts";
import type { AnswerStream, QueryOptions } from "./engine.ts";
import type { OpenParts } from "./parts.ts";
import { openQuestion, type Question } from "./question.ts";
import { UNBOUNDED } from "./quotas.ts";
import { traceStatement } from "./trace-statement.ts";

/**
 * One question whose rows are handed on as they come. Before the first leaves, a line of the audit log says that they do;
 * when the last has, or nobody wants more, another says how many there were.
 */
export async function streamAnswer(
  parts: OpenParts,
  request: QueryRequest,
  principal: Principal,
  options: QueryOptions,
): Promise<AnswerStream> {
  const question = await openQuestion(parts, request, principal, {
    ...options,
    isPaged: false,
    needsStatement: true,
  });
  const traced = traceStatement(question, parts.warehouse.dialect);
  const end = parts.results.begin();
  let turn = UNBOUNDED;
  try {
    if (parts.quotas) turn = parts.quotas.begin(principal);
    const { columns, batches, run } = await parts.warehouse.execute(question.statement, {
      ...(options.signal && { signal: options.signal }),
      ...(question.deadline !== undefined && { deadline: question.deadline }),
      limits: question.limits,
      origin: question.origin,
      onTurn: traced.onTurn,
    });
    turn.ran(run);
    question.ran(run, question.statement);
    const source = batches[Symbol.asyncIterator]();
    // What was never begun could not be left either.
    const first = await source.next();
    try {
      const opened = await question.streaming(columns, run);
      const ended = (rows: number) => {
        turn.answered(rows);
        turn.ended();
        end();
        traced.ran(run, rows);
      };
      return { ...opened, batches: handOn(question, source, first, ended) };
    } catch (thrown) {
      await source.return?.();
      throw thrown;
    }
  } catch (thrown) {
    turn.ended();
    end();
    throw await question.failed(traced.failed(thrown));
  }
}

type Batches = AsyncIterator<readonly Row[]>;

function handOn(
  question: Question,
  source: Batches,
  first: IteratorResult<readonly Row[]>,
  ended: (rows: number) => void,
): AsyncIterable<readonly Row[]> {
  let waiting: typeof first | null = first;
  let rows = 0;
  let isOver = false;
  const finish = (): void => {
    isOver = true;
    ended(rows);
  };
  const iterator: Batches = {
    async next() {
      if (isOver) return NOTHING_MORE;
      try {
        const batch: typeof first = waiting ?? (await source.next());
        waiting = null;
        if (batch.done) {
          finish();
          // Where this cannot be written the answer is none, and whoever reads it has to know.
          await question.streamed(rows);
          return NOTHING_MORE;
        }
        rows += batch.value.length;
        return batch;
      } catch (thrown) {
        if (!isOver) finish();
        throw await question.failed(thrown, rows);
      }
    },
    async return() {
      if (isOver) return NOTHING_MORE;
      finish();
      await source.return?.();
      await question.failed(new Refusal("CANCELLED", "The rest of the rows was not wanted."), rows);
      return NOTHING_MORE;
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

const NOTHING_MORE: IteratorReturnResult<undefined> = { done: true, value: undefined };
