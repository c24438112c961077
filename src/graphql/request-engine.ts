import { Refusal } from "../diagnostics/index.ts";
import type { Answer, AnswerStream, Engine, Pending, QueryOptions } from "../engine/index.ts";
import type { QueryRequest } from "../request/index.ts";
import type { RequestWatch } from "../telemetry/index.ts";
import { documentHash } from "./document-hash.ts";
import { LIMITS } from "./limits.ts";
import type { Report } from "./report.ts";

/** What holds for every question of one HTTP request. */
export interface RequestTerms {
  /** Who makes the request, for counts and costs. */
  readonly consumer: string;
  /** JSON in which the document stands. */
  readonly body: string;
  readonly report: Report;
  readonly watch: RequestWatch;
  /** Every metric, inputs included, must be certified, whatever the arguments say. */
  readonly requireCertified: boolean;
}

/**
 * The engine for one request. Beyond the limit its questions are refused: a short document can ask for the values of
 * every dimension of every metric.
 */
export function engineForRequest(engine: Engine, terms: RequestTerms): Engine {
  const { consumer, body, report } = terms;
  let [calls, asked] = [0, 0];
  let document: string | undefined;
  const refusalOf = (questions: number): Refusal | null => {
    calls++;
    asked += questions;
    if (calls <= LIMITS.statements && asked <= LIMITS.questions) return null;
    const [limit, what] =
      calls > LIMITS.statements ? [LIMITS.statements, "statements"] : [LIMITS.questions, "questions"];
    return new Refusal("LIMIT_EXCEEDED", `One request may cause ${limit} ${what}; ask for the rest in another.`);
  };
  const onTerms = (request: QueryRequest): QueryRequest =>
    terms.requireCertified ? { ...request, requireCertified: true } : request;
  const labelled = (options?: QueryOptions) => {
    document ??= documentHash(body);
    return { ...options, consumer, trace: terms.watch.trace, ...(document !== undefined && { document }) };
  };
  const told = async <T extends Answer | AnswerStream | Pending>(asked: Promise<T>): Promise<T> => {
    try {
      const answer = await asked;
      report.told(answer);
      return answer;
    } catch (thrown) {
      if (thrown instanceof Error) report.told(thrown);
      throw thrown;
    }
  };
  return {
    ...engine,
    explain: (request, principal, options) => engine.explain(onTerms(request), principal, options),
    async query(request, principal, options) {
      const refusal = refusalOf(1);
      if (refusal) throw refusal;
      return told(engine.query(onTerms(request), principal, labelled(options)));
    },
    async queryAll(requests, principal, options) {
      const refusal = refusalOf(requests.length);
      if (refusal) return requests.map(() => refusal);
      const answers = await engine.queryAll(requests.map(onTerms), principal, labelled(options));
      for (const answer of answers) report.told(answer);
      return answers;
    },
    async askAll(requests, principal, options) {
      const refusal = refusalOf(requests.length);
      if (refusal) return requests.map(() => refusal);
      const answers = await engine.askAll(requests.map(onTerms), principal, {
        ...labelled(options),
        waitMs: options.waitMs,
      });
      for (const answer of answers) report.told(answer);
      return answers;
    },
    async stream(request, principal, options) {
      const refusal = refusalOf(1);
      if (refusal) throw refusal;
      return told(engine.stream(onTerms(request), principal, labelled(options)));
    },
    jobs: {
      ...engine.jobs,
      async *watch(queryId, principal) {
        for await (const state of engine.jobs.watch(queryId, principal)) {
          report.told(state);
          yield state;
        }
      },
      result: (queryId, principal) => told(engine.jobs.result(queryId, principal)),
    },
  };
}
