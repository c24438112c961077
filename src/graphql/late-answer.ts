import type { Pending } from "../engine/index.ts";
import type { PendingQuestion } from "./builder.ts";
import type { Context } from "./context.ts";
import { type FrameAnswer, isBare, type Question } from "./loader.ts";
import { looksBack } from "./periods.ts";
import { assembled, type Piece } from "./query-result.ts";
import { type PagePlan, questionsOf } from "./typed-plan.ts";

/**
 * The page's rows, totals and count under one id, those that are there already held for it; null where only what lies in
 * the rows or beside a top is still to come.
 */
export function lateAnswer(
  plan: PagePlan,
  answers: readonly (FrameAnswer | Pending)[],
  { held, principal }: Context,
): PendingQuestion | null {
  const { frame } = plan;
  const byQuestion = new Map(questionsOf(plan).map((question, i) => [question, answers[i]]));
  const pieceOf = (question: Question): Piece => {
    const found = byQuestion.get(question);
    if (!found) throw new Error("A question was left without an answer");
    if (!("frame" in found)) return found;
    held.hold(found.answer, principal);
    return found.answer;
  };
  const totals = [...plan.totals.values()].map(({ question }) => question).filter((question) => !isBare(question));
  const { timeRange = null, timeZone = null } = frame.basis.request;
  const { pending } = assembled(
    {
      main: pieceOf(plan.rows.question),
      totals: totals.map(pieceOf),
      count: typeof plan.totalCount === "object" && plan.totalCount ? pieceOf(plan.totalCount) : null,
      hasPreviousPage: frame.isLaterPage,
      isCapped: false,
      ignoresHaving: totals.length > 0 && frame.request.having !== undefined,
      periods: {
        timeRange,
        timeZone,
        groups: frame.groups.map(({ name, grain }) => ({ name, grain })),
        isBack: plan.rows.question.uses.some(looksBack),
      },
    },
    frame.basis.numbers,
  );
  return pending;
}
