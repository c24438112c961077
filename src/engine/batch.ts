import type { Principal } from "../identity/index.ts";
import type { QueryRequest } from "../request/index.ts";
import { canonicalJson } from "../std/index.ts";
import type { Answer, QueryOptions } from "./engine.ts";
import type { OpenParts } from "./parts.ts";
import { openQuestion, type Question } from "./question.ts";
import { asError } from "./run.ts";

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
  const { signal, optimize } = options;
  const wishes = [...new Set(opened.filter(isQuestion))].map((question) => ({ question, ...(signal && { signal }) }));
  const answers = parts.results.answer(parts, wishes, optimize);
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
