import { Refusal } from "../diagnostics/index.ts";
import type { QueryRequest } from "../request/index.ts";
import { absoluteRange, customUnitOf, isRealZone, parseRequest } from "../request/index.ts";
import { canonicalJson } from "../std/index.ts";
import type { Context } from "./context.ts";
import { refusedQuestion } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import { type PeriodsAsked, periodsAsked, periodWarnings } from "./periods.ts";
import { decodeQueryId } from "./query-id.ts";
import { assembled, isPending, MAX_ROWS, NOTHING, type Numbers, type Piece, type QueryResult } from "./query-result.ts";
import { totalsOf } from "./totals.ts";

export interface Asked {
  readonly waitMs: number;
  readonly numbers: Numbers;
  readonly wantsCount: boolean;
}

/** Answers a request, its totals and the number of its groups: one call of the engine, so that they share scans. */
export async function askQuery(context: Context, input: object, asked: Asked): Promise<QueryResult> {
  return refusing(context, async () => {
    const { engine, principal, signal } = context;
    checkWait(asked.waitMs);
    const { totals: sets, ...body } = { totals: null, ...input };
    const request = await absolute(context, parseRequest(body));
    const limit = request.limit ?? engine.catalog.savedQueries.get(request.savedQuery ?? "")?.limit ?? null;
    // The ends of one group-by are one row, and take no limit.
    const main = request.minMaxOnly ? request : { ...request, limit: Math.min(limit ?? MAX_ROWS, MAX_ROWS) };
    const totals = totalRequests(context, request, sets ?? []);
    const count = asked.wantsCount ? [{ ...request, countOnly: true, limit: null, offset: null, orderBy: [] }] : [];
    const pieces = await engine.askAll([main, ...totals, ...count], principal, { signal, waitMs: asked.waitMs });
    spend(context, pieces);
    if (pieces.some((piece) => "stage" in piece)) {
      for (const piece of pieces) if ("rows" in piece) context.held.hold(piece, principal);
    }
    const periods = pieces[0] instanceof Error ? null : periodsAsked(engine.catalog, request);
    const result = assembled(
      {
        main: pieces[0],
        totals: pieces.slice(1, 1 + totals.length),
        count: asked.wantsCount ? pieces[1 + totals.length] : null,
        hasPreviousPage: (request.offset ?? 0) > 0,
        isCapped: (limit ?? Infinity) > MAX_ROWS,
        ignoresHaving: totals.length > 0 && (request.having ?? []).length > 0,
        periods,
      },
      asked.numbers,
    );
    return withWarnings(context, periods, result);
  });
}

async function withWarnings(context: Context, periods: PeriodsAsked | null, result: QueryResult): Promise<QueryResult> {
  const { rows, provenance } = result;
  if (!rows || !provenance) return result;
  const more = await periodWarnings(context, periods, rows);
  return { ...result, provenance: { ...provenance, warnings: [...provenance.warnings, ...more] } };
}

/** How a pending answer has gone on. */
export async function queryResult(context: Context, id: string, numbers: Numbers): Promise<QueryResult> {
  return refusing(context, async () => {
    const { engine, principal, held } = context;
    const parts = decodeQueryId(id);
    const resultOf = (queryId: string) => held.get(queryId, principal) ?? engine.jobs.result(queryId, principal);
    const [main, count, ...totals] = await Promise.all([
      resultOf(parts.main),
      parts.count === null ? null : resultOf(parts.count),
      ...parts.totals.map(resultOf),
    ]);
    spend(context, [main, ...totals]);
    return withWarnings(context, parts.periods, assembled({ ...parts, main, count, totals }, numbers));
  });
}

/** How it goes on until it is there, and the answer as the last. What fails comes as an Error, so that it is told. */
export async function* watchResult(
  context: Context,
  id: string,
  numbers: Numbers,
): AsyncGenerator<QueryResult | Error, void> {
  const { engine, principal, held } = context;
  const { main, totals, count } = decodeQueryId(id);
  try {
    for (const queryId of [main, ...totals, ...(count === null ? [] : [count])]) {
      if (held.get(queryId, principal)) continue;
      for await (const state of engine.jobs.watch(queryId, principal)) {
        if (isPending(state)) yield { ...NOTHING, pending: { ...state, queryId: id } };
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) {
      yield thrown instanceof Error ? thrown : new Error("What was thrown is no error", { cause: thrown });
      return;
    }
  }
  // Tells a refusal too, as asking for the result does.
  yield await queryResult(context, id, numbers).catch((thrown: unknown) =>
    thrown instanceof Error ? thrown : new Error("What was thrown is no error", { cause: thrown }),
  );
}

/** @returns whether there was anything to cancel */
export function cancelQuery({ engine, principal }: Context, id: string): boolean {
  const { main, totals, count } = decodeQueryId(id);
  const ids = [main, ...totals, ...(count === null ? [] : [count])];
  return ids.map((queryId) => engine.jobs.cancel(queryId, principal)).includes(true);
}

/** Refusals become the answer, here and in the response's extensions. */
async function refusing(context: Context, answer: () => Promise<QueryResult>): Promise<QueryResult> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const refusal = refusedQuestion(error);
    context.report.refused(refusal);
    return { ...NOTHING, refusal };
  }
}

/** @throws Refusal LIMIT_EXCEEDED */
function spend({ budget }: Context, pieces: readonly Piece[]): void {
  for (const piece of pieces) if ("rows" in piece) budget.spend(piece);
}

function checkWait(waitMs: number): void {
  if (waitMs >= 0 && waitMs <= LIMITS.waitMs) return;
  throw new Refusal("INVALID_LIMIT", `waitMs must be from 0 to ${LIMITS.waitMs}.`, { path: ["waitMs"] });
}

/** A range relative to now means the same for the rows and for their totals. */
async function absolute({ engine }: Context, request: QueryRequest): Promise<QueryRequest> {
  const { timeRange, timeZone } = request;
  if (!timeRange?.last && !timeRange?.toDate) return request;
  const zone = timeZone ?? engine.catalog.timeZone;
  // Whoever resolves the request says what is wrong with it.
  if (!isRealZone(zone)) return request;
  const unit = customUnitOf(timeRange);
  const periods = unit === null ? [] : await engine.periodsOf(unit);
  return { ...request, timeRange: absoluteRange(timeRange, zone, new Date(), periods) };
}

/** One request for each set of totals, by the places that its names have among the group columns. */
function totalRequests(context: Context, request: QueryRequest, sets: unknown): readonly QueryRequest[] {
  if (!isSets(sets) || sets.length === 0) return [];
  checkSets(sets);
  const { groups, requestFor } = totalsOf(context.engine.catalog, request, MAX_ROWS);
  return sets.map((names, i) =>
    requestFor(
      names.map((name, j) => {
        const place = groups.indexOf(name);
        if (place >= 0) return place;
        throw new Refusal("UNKNOWN_GROUP_BY", `"${name}" is no group column of the answer.`, {
          path: ["totals", String(i), String(j)],
          suggestions: groups,
        });
      }),
    ),
  );
}

/** Each is a question of its own. */
function checkSets(sets: readonly (readonly string[])[]): void {
  const path = ["totals"];
  if (sets.length > LIMITS.totals) {
    const message = `totals has ${sets.length} sets; at most ${LIMITS.totals} are evaluated. Ask for the rest in another request.`;
    throw new Refusal("LIMIT_EXCEEDED", message, { path });
  }
  const seen = new Set<string>();
  for (const [i, names] of sets.entries()) {
    const key = canonicalJson([...names].sort());
    if (seen.has(key)) {
      const message = `totals[${i}] names the groups of a set before it; name each set once.`;
      throw new Refusal("INVALID_REQUEST", message, { path: [...path, String(i)] });
    }
    seen.add(key);
  }
}

function isSets(sets: unknown): sets is readonly (readonly string[])[] {
  return Array.isArray(sets) && sets.every(Array.isArray);
}
