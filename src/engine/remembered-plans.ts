import type { Catalog, Dialect } from "../catalog/index.ts";
import { digestOf, type Principal } from "../identity/index.ts";
import type { QueryRequest } from "../request/index.ts";
import { canonicalJson, sha256 } from "../std/index.ts";
import { type PlannedQuery, type PlanOptions, planQuery } from "./plan-query.ts";

/**
 * As `planQuery`, but what the same principal, with the same claims, asked of the same catalog lately is not planned again:
 * an answer that is kept costs little else. A request that is relative to now is another one at every moment.
 *
 * @throws Refusal, which is never remembered
 */
export function planAgain(
  catalog: Catalog,
  dialect: Dialect,
  request: QueryRequest,
  principal: Principal,
  {
    optimize = true,
    hashKey = null,
    isPaged = true,
  }: Pick<PlanOptions, "optimize" | "isPaged"> & {
    readonly hashKey?: string | null;
  },
): PlannedQuery {
  const plan = (): PlannedQuery =>
    planQuery(catalog, dialect, request, principal, { optimize, isPaged, ...(hashKey !== null && { hashKey }) });
  const text = canonicalJson(request);
  if (RELATIVE.test(text)) return plan();
  const key = sha256(canonicalJson([dialect, digestOf(principal), optimize, isPaged, hashKey, text]));
  const known = plans.get(catalog) ?? new Map<string, PlannedQuery>();
  plans.set(catalog, known);
  const planned = known.get(key) ?? plan();
  // The one that was asked for last stands last.
  known.delete(key);
  known.set(key, planned);
  const [oldest] = known.keys();
  if (known.size > MOST && oldest !== undefined) known.delete(oldest);
  return planned;
}

/** Catalogs never change: what is swapped in is another. */
const plans = new WeakMap<Catalog, Map<string, PlannedQuery>>();

/** A plan and its statement take some 50 KB. */
const MOST = 200;

const RELATIVE = /"last":\{|"toDate":"/;
