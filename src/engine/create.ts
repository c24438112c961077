import type { Principal } from "../identity/index.ts";
import { visibleTo } from "../policy/index.ts";
import type { QueryRequest } from "../request/index.ts";
import { answerAll } from "./batch.ts";
import type { Answer, Engine, QueryOptions } from "./engine.ts";
import { createJobs, type JobStore } from "./jobs.ts";
import type { EngineParts, OpenParts } from "./parts.ts";
import { createPeriods, type Periods, withAbsoluteRanges } from "./periods.ts";
import { explainQuery } from "./plan-query.ts";
import { openQuestion, recordRefused } from "./question.ts";
import { repeatOf } from "./repeat.ts";
import { createResults, type Results } from "./results.ts";
import { streamAnswer } from "./stream.ts";

/**
 * Opens the pipeline over a checked catalog. Closing it ends what runs and closes the warehouse.
 */
export function createEngine(parts: EngineParts): Engine {
  // Nothing below holds on to the first catalog: what is planned, parsed and shown under one goes with it.
  const { catalog: first, ...rest } = parts;
  const { warehouse } = rest;
  const shared: Lasting = {
    jobs: createJobs(),
    periods: createPeriods(warehouse, rest.limits?.timeoutMs),
    results: createResults(parts),
  };
  let catalog = first;
  const swap = (next: Engine["catalog"]): void => {
    catalog = next;
    shared.jobs.swapped(next.version);
    shared.results.swapped(next);
  };
  const pinned = (): Engine => overOne({ ...rest, catalog }, shared, { swap, pinned });
  return {
    swap,
    pinned,
    dialect: warehouse.dialect,
    get catalog() {
      return catalog;
    },
    get jobs() {
      return pinned().jobs;
    },
    get kept() {
      return shared.results.kept;
    },
    get running() {
      return shared.results.running;
    },
    catalogFor: (principal) => pinned().catalogFor(principal),
    query: (...asked) => pinned().query(...asked),
    queryAll: (...asked) => pinned().queryAll(...asked),
    askAll: (...asked) => pinned().askAll(...asked),
    refused: (...asked) => pinned().refused(...asked),
    stream: (...asked) => pinned().stream(...asked),
    explain: (...asked) => pinned().explain(...asked),
    periodsOf: (...asked) => pinned().periodsOf(...asked),
    refreshed: (event) => pinned().refreshed(event),
    repeat: (answers) => pinned().repeat(answers),
    ping: () => warehouse.ping(),
    close: () => pinned().close(),
  };
}

/**
 * The pipeline, which every question takes:
 *
 *   request -resolve-> resolved -authorize-> authorised -plan-> plan -optimize-> plan -sql-> statement -warehouse-> rows
 *
 * `openQuestion` goes as far as the statement. `results` gives what the same question was answered before, lets it wait
 * for who asks the same at this moment, or runs the statement. Each leaves it on record.
 */
async function answer(
  parts: OpenParts,
  request: QueryRequest,
  principal: Principal,
  options: QueryOptions,
): Promise<Answer> {
  const question = await openQuestion(parts, request, principal, options);
  const { signal, optimize } = options;
  const answers = parts.results.answer(parts, [{ question, ...(signal && { signal }) }], optimize);
  const answered = await answers.get(question);
  if (!answered || answered instanceof Error) throw answered ?? new Error("A question was left without an answer.");
  return answered;
}

/** What outlives a catalog. */
interface Lasting {
  readonly jobs: JobStore;
  readonly periods: Periods;
  readonly results: Results;
}

/** An engine that knows one catalog for ever. */
function overOne(
  given: EngineParts,
  { jobs, periods, results }: Lasting,
  swapping: Pick<Engine, "swap" | "pinned">,
): Engine {
  const { catalog, warehouse, hashKey } = given;
  const parts: OpenParts = { ...given, results, periodsOf: (grain) => periods.read(catalog, grain) };
  return {
    ...swapping,
    catalog,
    dialect: warehouse.dialect,
    jobs: jobs.over(parts),
    explain(request, principal, options) {
      // Nothing is read for it: periods of a calendar are those that were read for a question.
      const absolute = withAbsoluteRanges(catalog, request, (grain) => periods.known(catalog, grain) ?? []);
      return explainQuery(catalog, warehouse.dialect, absolute, principal, {
        ...options,
        hasHashKey: hashKey !== undefined,
      });
    },
    query: (request, principal, options = {}) => answer(parts, request, principal, options),
    queryAll: (requests, principal, options = {}) => answerAll(parts, requests, principal, options),
    askAll: (requests, principal, options) => jobs.askAll(parts, requests, principal, options),
    refused: (request, principal, options, refusal) => recordRefused(parts, request, principal, options, refusal),
    stream: (request, principal, options = {}) => streamAnswer(parts, request, principal, options),
    periodsOf: parts.periodsOf,
    catalogFor: (principal) => visibleTo(catalog, principal),
    refreshed(event) {
      const told = results.refreshed(parts, event);
      if (catalog.calendars.some(({ name }) => told.names.includes(name))) periods.refreshed();
      return told;
    },
    repeat: (answers) => repeatOf(parts, answers),
    get kept() {
      return results.kept;
    },
    get running() {
      return results.running;
    },
    ping: () => warehouse.ping(),
    async close() {
      jobs.close();
      await results.close();
      await warehouse.close();
    },
  };
}
