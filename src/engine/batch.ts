import type { Principal } from "../identity/index.ts";
import type { QueryRequest } from "../request/index.ts";
import { canonicalJson } from "../std/index.ts";
import type { Answer, QueryOptions } from "./engine.ts";
import { groupBySources } from "./group.ts";
import type { OpenParts } from "./parts.ts";
import { openQuestion, type Question } from "./question.ts";
import { asError, type RunOptions, runTogether } from "./run.ts";

/**
 * Several questions of one principal at once: those that share a source become one statement, the others run beside it.
 *
 * @returns one for each request, in order; an Error stands in the place of one that has no answer. Never rejects.
 */
export async function answerAll(
  parts: OpenParts,
  requests: readonly QueryRequest[],
  principal: Principal,
  options: QueryOptions,
): Promise<readonly (Answer | Error)[]> {
  const opened = await openAll(parts, requests, principal, options);
  const answers = runAll(parts, opened.filter(isQuestion), () => options);
  return Promise.all(
    opened.map(async (one) => (isQuestion(one) ? await answers.get(one) : one) ?? new Error("A question got lost.")),
  );
}

/** Equal requests become one question: the same object stands in the place of each. */
export async function openAll(
  parts: OpenParts,
  requests: readonly QueryRequest[],
  principal: Principal,
  options: QueryOptions,
): Promise<readonly (Question | Error)[]> {
  const opening = new Map<string, Promise<Question | Error>>();
  return Promise.all(
    requests.map((request) => {
      const text = canonicalJson(request);
      const opened = opening.get(text) ?? openQuestion(parts, request, principal, options).catch(asError);
      opening.set(text, opened);
      return opened;
    }),
  );
}

export function isQuestion(one: Question | Error): one is Question {
  return !(one instanceof Error);
}

/**
 * Runs each group of questions as one statement, all groups at once.
 *
 * @param optionsOf Of a group that is about to run.
 */
export function runAll(
  parts: OpenParts,
  questions: readonly Question[],
  optionsOf: (group: readonly Question[]) => RunOptions,
): ReadonlyMap<Question, Promise<Answer | Error>> {
  const answers = new Map<Question, Promise<Answer | Error>>();
  for (const group of groupBySources(parts.catalog, [...new Set(questions)])) {
    const all = runTogether(parts, group, optionsOf(group));
    group.forEach((question, i) => {
      answers.set(
        question,
        all.then((answered) => answered[i] ?? new Error("A question was left without an answer.")),
      );
    });
  }
  return answers;
}
