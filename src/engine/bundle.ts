import type { Dialect } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { bundlePlans, optimize, slotsOf } from "../plan/index.ts";
import { toSql } from "../sql/index.ts";
import type { Statement } from "../warehouse/index.ts";
import type { QueryOptions } from "./engine.ts";
import type { Questions } from "./run.ts";

/** A statement and the questions that it answers. */
export interface Shared {
  readonly questions: Questions;
  readonly statement: Statement;
  /** Of each question, in order, where its columns stand; the first column says whose a row is. null: there is one question. */
  readonly places: readonly (readonly number[])[] | null;
}

/** @returns null where the dialect cannot say it */
export function together(
  questions: Questions,
  dialect: Dialect,
  options: Pick<QueryOptions, "optimize">,
): Shared | null {
  const built = bundlePlans(questions.map(({ plan }) => plan));
  const plan = options.optimize === false ? built : optimize(built);
  if (plan.kind !== "bundle") throw new Error("An optimised bundle is no bundle any more.");
  const places = slotsOf(plan).ofPart.map((slots) => slots.map((slot) => slot + 1));
  try {
    return { questions, statement: toSql(plan, dialect), places };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return null;
  }
}
