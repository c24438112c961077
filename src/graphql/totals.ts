import type { Catalog } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { QueryRequest } from "../request/index.ts";
import { resolveRequest } from "../request/index.ts";

/** What a request's totals are made from. */
export interface TotalsBase {
  /** Output names of the group-bys, in order. */
  readonly groups: readonly string[];
  /** The request that answers with a row for each combination of the groups at these places. */
  readonly requestFor: (places: readonly number[]) => QueryRequest;
}

/**
 * Totals are values over every row that `where` and `timeRange` keep, evaluated at their own grain: the same request
 * with fewer groups, and without what chooses among its rows.
 *
 * @param limit Of the rows of one set
 * @throws Refusal as the request itself would, and where its `where` tests a metric: that would choose among totals.
 */
export function totalsOf(catalog: Catalog, request: QueryRequest, limit: number): TotalsBase {
  const saved = catalog.savedQueries.get(request.savedQuery ?? "");
  const groupBy = request.groupBy ?? saved?.groupBy ?? [];
  // Set, or a saved query's own would come back.
  const base: QueryRequest = { ...request, having: [], orderBy: [], limit, offset: 0, top: null, after: null };
  const resolved = resolveRequest(catalog, base);
  if (resolved.kind === "metrics" && resolved.having.length > 0) {
    const message = "where tests a metric, which would choose among the totals; put that condition into having.";
    throw new Refusal("INVALID_REQUEST", message, { path: ["where"] });
  }
  return {
    groups: resolved.groupBy.map(({ output }) => output),
    requestFor: (places) => ({
      ...base,
      groupBy: places.flatMap((place) => groupBy[place] ?? []),
      ...(request.timeRange && { timeRange: { ...request.timeRange, wholeFor: groupBy } }),
    }),
  };
}
