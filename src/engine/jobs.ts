import { Refusal } from "../diagnostics/index.ts";
import { digestOf, type Principal } from "../identity/index.ts";
import type { QueryRequest } from "../request/index.ts";
import { WarehouseError } from "../warehouse/index.ts";
import { auditReady } from "./audit.ts";
import { isQuestion, openAll } from "./batch.ts";
import type { Answer, Jobs, Pending, QueryOptions } from "./engine.ts";
import { Job } from "./job.ts";
import { createKept } from "./kept.ts";
import type { OpenParts } from "./parts.ts";
import type { Question } from "./question.ts";
import { asError, type Progress } from "./run.ts";

export type AskOptions = QueryOptions & { readonly waitMs: number };

/** The questions that run, and those that went on without their caller. One for an engine, whatever its catalog. */
export interface JobStore {
  askAll(
    parts: OpenParts,
    requests: readonly QueryRequest[],
    principal: Principal,
    options: AskOptions,
  ): Promise<readonly (Answer | Pending | Error)[]>;
  /** Those that were asked over the catalog of these parts. */
  over(parts: OpenParts): Jobs;
  /** Definitions of that version are served from now on. */
  swapped(version: string): void;
  /** Forgets all. What runs is ended by whoever runs it. */
  close(): void;
}

export function createJobs(): JobStore {
  /** What an equal question may join. */
  const byKey = new Map<string, Job>();
  const forget = (job: Job): void => {
    if (byKey.get(job.key) === job) byKey.delete(job.key);
  };
  const kept = createKept(forget);

  /** The job of each question: one that runs already, or a new one. */
  function jobsOf(parts: OpenParts, questions: readonly Question[], options: AskOptions): ReadonlyMap<Question, Job> {
    const jobs = new Map<Question, Job>();
    const fresh = new Map<Question, Job>();
    const { refreshes } = parts.results;
    for (const question of questions) {
      const known = byKey.get(question.key);
      const mayJoin = known?.isJoinable && !refreshes.since(known.readings, known.epoch);
      const job = known && mayJoin ? known : new Job(question, parts.catalog.version, refreshes.epoch);
      if (job !== known) fresh.set(question, job);
      byKey.set(job.key, job);
      jobs.set(question, job);
      // Before anything of it runs: somebody waits for it.
      job.enter();
    }
    start(parts, fresh, options);
    return jobs;
  }

  function start(parts: OpenParts, jobs: ReadonlyMap<Question, Job>, { optimize }: AskOptions): void {
    const wishes = [...jobs].map(([question, job]) => ({
      question,
      signal: job.signal,
      onProgress: (progress: Progress) => job.progress(progress),
      withdrawn: () => job.withdrawn,
    }));
    for (const [question, answer] of parts.results.answer(parts, wishes, optimize)) {
      const job = jobs.get(question);
      if (job) void answer.then((outcome) => ended(job, outcome));
    }
  }

  function ended(job: Job, outcome: Answer | Error): void {
    job.end(outcome);
    if (job.isPromised) kept.ended(job);
    else forget(job);
  }

  async function wait(question: Question, job: Job, { waitMs, signal }: AskOptions): Promise<Answer | Pending | Error> {
    try {
      const how = await job.endsWithin(waitMs, signal);
      const { outcome } = job;
      if (how === "left") return new WarehouseError("aborted", "Nobody waits for the answer any more.");
      if (outcome === null) {
        const refusal = kept.promise(job);
        if (refusal) job.withdraw(refusal);
        return refusal ?? job.pending();
      }
      if (job.queryId === question.queryId) return outcome;
      // It is the answer to another question, which was equal: this one goes on record too.
      if (outcome instanceof Error) return asError(await question.failed(outcome));
      return await question.answeredAs(outcome).catch(asError);
    } finally {
      job.leave();
    }
  }

  /** Somebody else's, one of other definitions and one that never was look the same. */
  function find({ catalog }: OpenParts, queryId: string, principal: Principal): Job | null {
    const job = kept.get(queryId);
    return job?.principal === digestOf(principal) && job.catalogVersion === catalog.version ? job : null;
  }

  async function look(parts: OpenParts, queryId: string, principal: Principal): Promise<Job> {
    await auditReady(parts.audit);
    const job = find(parts, queryId, principal);
    if (job) return job;
    const message = "No question of yours with this id is running, or has ended lately. Ask it again.";
    throw new Refusal("UNKNOWN_QUERY", message);
  }

  return {
    async askAll(parts, requests, principal, options) {
      const opened = await openAll(parts, requests, principal, options);
      const questions = [...new Set(opened.filter(isQuestion))];
      const told = new Map(
        [...jobsOf(parts, questions, options)].map(([question, job]) => [question, wait(question, job, options)]),
      );
      return Promise.all(
        opened.map(async (one) => (isQuestion(one) ? await told.get(one) : one) ?? new Error("A question got lost.")),
      );
    },
    over: (parts) => ({
      async result(queryId, principal) {
        const job = await look(parts, queryId, principal);
        return given(job.outcome ?? job.pending());
      },
      async *watch(queryId, principal) {
        const job = await look(parts, queryId, principal);
        while (!job.outcome) {
          const pending = job.pending();
          yield pending;
          await job.changes(pending.pollAfterMs);
        }
        yield given(job.outcome);
      },
      cancel(queryId, principal) {
        const job = find(parts, queryId, principal);
        if (!job || job.outcome) return false;
        job.withdraw(new Refusal("CANCELLED", "The question was cancelled."));
        return true;
      },
    }),
    swapped: (version) => kept.swapped(version),
    close() {
      kept.clear();
      byKey.clear();
    },
  };
}

function given<T>(outcome: T | Error): T {
  if (outcome instanceof Error) throw outcome;
  return outcome;
}
