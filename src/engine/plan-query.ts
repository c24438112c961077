import type { Catalog, Dialect } from "../catalog/index.ts";
import type { Principal } from "../identity/index.ts";
import type { OptimizeStep, PlanNode } from "../plan/index.ts";
import { buildPlan, columnsOf, optimize, print, toMermaid } from "../plan/index.ts";
import type { AuthorizedQuery } from "../policy/index.ts";
import { authorizationOf, authorize, visibleTo } from "../policy/index.ts";
import type { QueryRequest, ResolvedQuery } from "../request/index.ts";
import { resolveRequest } from "../request/index.ts";
import { toSql } from "../sql/index.ts";
import type { Statement } from "../warehouse/index.ts";
import { describeColumns } from "./columns.ts";
import type { Explanation, QueryOptions } from "./engine.ts";
import { type Reading, readingsOf } from "./reading.ts";

/** A question on its way to the warehouse. */
export interface PlannedQuery {
  readonly query: AuthorizedQuery;
  /** As built, so that it can still be made cheaper together with others. */
  readonly plan: PlanNode;
  /** Of this question alone. */
  readonly statement: Statement;
  readonly readings: readonly Reading[];
}

export interface PlanOptions extends Pick<QueryOptions, "optimize"> {
  readonly hashKey?: string;
  /** Whether a row beyond the limit is asked for, which tells that a next page exists. Default true. */
  readonly isPaged?: boolean;
}

/**
 * From request to SQL text.
 *
 * @throws Refusal
 */
export function planQuery(
  catalog: Catalog,
  dialect: Dialect,
  request: QueryRequest,
  principal: Principal,
  options: PlanOptions = {},
): PlannedQuery {
  const resolved = resolveRequest(visibleTo(catalog, principal), request);
  const query = authorize(options.isPaged === false ? resolved : withOneMoreRow(resolved), principal);
  const plan = buildPlan(query, options.hashKey);
  const cheaper = options.optimize === false ? plan : optimize(plan);
  return { query, plan, statement: toSql(cheaper, dialect), readings: readingsOf(cheaper) };
}

/**
 * What a question becomes, without running it: no warehouse is needed.
 *
 * @param options.hasHashKey Whether masks by hash have a key: its name stands where it would.
 */
export function explainQuery(
  catalog: Catalog,
  dialect: Dialect,
  request: QueryRequest,
  principal: Principal,
  options: Pick<QueryOptions, "optimize"> & { readonly hasHashKey?: boolean } = {},
): Explanation {
  const query = authorize(resolveRequest(visibleTo(catalog, principal), request), principal);
  const built = buildPlan(query, options.hasHashKey ? HASH_KEY_SHOWN : null);
  const steps: Explanation["steps"][number][] = [{ rule: null, plan: print(built) }];
  const onStep = ({ rule, plan }: OptimizeStep): void => void steps.push({ rule, plan: print(plan) });
  const plan = options.optimize === false ? built : optimize(built, onStep);
  const authorization = authorizationOf(query);
  return {
    columns: describeColumns(query, columnNamesOf(plan)),
    steps,
    diagram: toMermaid(plan),
    statement: toSql(plan, dialect),
    dialect,
    mayExplain: authorization.mayExplain,
    authorization,
  };
}

export function columnNamesOf(plan: PlanNode): readonly string[] {
  return columnsOf(plan).map(({ name }) => name);
}

/** What stands where the key of hashes is bound, in whatever is shown. */
const HASH_KEY_SHOWN = "policy.hash_key";

export function withoutKey(statement: Statement, hashKey: string | undefined): Statement {
  return { ...statement, values: statement.values.map((value) => (value === hashKey ? HASH_KEY_SHOWN : value)) };
}

/** One row beyond the limit tells whether a next page exists. */
function withOneMoreRow(query: ResolvedQuery): ResolvedQuery {
  const isCount = query.kind === "metrics" && query.countOnly;
  return query.limit === null || isCount ? query : { ...query, limit: query.limit + 1 };
}
