import type { Catalog } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { MetricReference, QueryRequest, ResolvedQuery, TimeRange } from "../request/index.ts";
import { leavesOf, resolveRequest } from "../request/index.ts";

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
  const timeRange = wholeRange(catalog, base) ?? request.timeRange;
  return {
    groups: resolved.groupBy.map(({ output }) => output),
    requestFor: (places) => ({
      ...base,
      groupBy: places.flatMap((place) => groupBy[place] ?? []),
      ...(timeRange && { timeRange }),
    }),
  };
}

/**
 * The range as the request's own groups widen it: a total without metric_time has to cover the same periods as the
 * rows. null: there is none.
 */
function wholeRange(catalog: Catalog, request: QueryRequest): TimeRange | null {
  if (!request.timeRange) return null;
  const range = rangeOf(resolveRequest(catalog, { ...request, ...plainMetrics(request) }));
  return range && { start: range.start, end: range.end && before(range.end) };
}

/** Without comparisons, which move the range. */
function plainMetrics({ metrics }: QueryRequest): Pick<QueryRequest, "metrics"> {
  const plain = metrics?.map((metric): string | MetricReference => {
    if (typeof metric === "string") return metric;
    return { ...metric, shift: null, calc: null, within: null };
  });
  return plain ? { metrics: plain } : {};
}

function rangeOf(query: ResolvedQuery) {
  if (query.kind === "values") return query.range;
  const leaves = query.outputs.flatMap(({ of }) => leavesOf(of));
  return leaves.find(({ range }) => range !== null)?.range ?? null;
}

/** The last moment that lies before an exclusive end: requests name inclusive ones. */
function before(end: string): string {
  const isDate = !end.includes(" ");
  const last = new Date(
    Date.parse(isDate ? end : `${end.replace(" ", "T")}Z`) - (isDate ? 86_400_000 : 1),
  ).toISOString();
  return isDate ? last.slice(0, 10) : last.slice(0, -1);
}
