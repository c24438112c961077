import { type AuthorizedQuery, accessOf, hidesSmallGroups } from "../../policy/index.ts";
import type { GroupBy, ValuesQuery } from "../../request/index.ts";
import { createNames } from "../names.ts";
import type { PlanNode, Result } from "../node.ts";
import { countOf } from "./count.ts";
import { buildMetrics, type Shared } from "./metrics.ts";
import { completeOrder } from "./order.ts";
import { withoutSmallGroups } from "./small-groups.ts";
import { distinct } from "./steps.ts";
import { buildValues, minAndMax } from "./values.ts";

/**
 * The logical plan of a question, as its definitions say it: correct, not yet cheap.
 *
 * @param hashKey Secret of masks by hash. It stands in the plan, so only plans that nobody is shown may have a real one.
 */
export function buildPlan(query: AuthorizedQuery, hashKey: string | null = null): PlanNode {
  const shared = { catalog: query.catalog, timeZone: query.timeZone, hashKey };
  return query.kind === "metrics"
    ? buildMetrics(shared, query, (output) => accessOf(query, output))
    : valuesPlan(shared, query);
}

function valuesPlan(shared: Shared, query: AuthorizedQuery & ValuesQuery): PlanNode {
  const access = accessOf(query, null);
  const names = createNames(query.groupBy.map((group) => group.key));
  const rows = buildValues({ ...shared, names, memberships: [], access }, query);
  const [field] = query.source.fields;
  if (query.minMaxOnly && field) {
    // The ends are values of single rows: only of values that would be listed.
    const ends = minAndMax(hidesSmallGroups(access) ? withoutSmallGroups(distinct(rows, [field.key])) : rows, field);
    const output = query.groupBy[0]?.output ?? field.key;
    return answerOf(
      query,
      ends,
      [],
      [
        { from: `${field.key}__min`, name: `${output}__min` },
        { from: `${field.key}__max`, name: `${output}__max` },
      ],
    );
  }
  const keys = [...new Set(query.groupBy.map((group) => group.key))];
  const values = withoutSmallGroups(query.isDistinct ? distinct(rows, keys) : rows);
  return answerOf(
    query,
    values,
    query.groupBy,
    query.groupBy.map(({ key, output }) => ({ from: key, name: output })),
  );
}

function answerOf(query: ValuesQuery, input: PlanNode, groups: readonly GroupBy[], columns: Result["columns"]): Result {
  if (query.countOnly) return countOf(input);
  const orderBy = completeOrder(query.orderBy, groups);
  return { kind: "result", input, columns, orderBy, limit: query.limit, offset: query.offset };
}
