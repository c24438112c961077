import type { Expr } from "../../expression/index.ts";
import { call, mapRefs, ref } from "../../expression/index.ts";
import { type Access, type AuthorizedQuery, accessOf } from "../../policy/index.ts";
import type { MetricsQuery, ValuesQuery } from "../../request/index.ts";
import { createNames } from "../names.ts";
import type { Column, PlanNode, Result, Sort } from "../node.ts";
import type { PlanContext } from "./context.ts";
import { filtered } from "./rows.ts";
import { withoutSmallGroups } from "./small-groups.ts";
import { stitch } from "./stitch.ts";
import { buildValues, minAndMax } from "./values.ts";

/**
 * The logical plan of a question, as its definitions say it: correct, not yet cheap.
 *
 * @param hashKey Secret of masks by hash. It stands in the plan, so only plans that nobody is shown may have a real one.
 */
export function buildPlan(query: AuthorizedQuery, hashKey: string | null = null): PlanNode {
  const shared = {
    catalog: query.catalog,
    timeZone: query.timeZone,
    hashKey,
    names: createNames(query.groupBy.map((group) => group.key)),
  };
  return withoutSmallGroups(query.kind === "metrics" ? metricsPlan(shared, query) : valuesPlan(shared, query));
}

type Shared = Omit<PlanContext, "access">;

function metricsPlan(shared: Shared, query: AuthorizedQuery & MetricsQuery): PlanNode {
  const keys = uniqueByName(
    query.groupBy.map(({ key, type }): Column<string> => ({ name: key, expr: ref(key), type })),
  );
  // A caller may call a metric what a key is called in the plan.
  const outputNames = createNames(keys.map((key) => key.name));
  const columns = [...query.outputs, ...query.spine].map((output) => ({
    name: outputNames.of(output.name, output.name),
    of: output.of,
    access: accessOf(query, output),
  }));
  const stitched = stitch(shared, { keys, columns, calendar: query.calendar });
  const nameOf = new Map(query.outputs.map((output, i) => [output.name, columns[i]?.name ?? output.name]));
  const having = query.having.map((condition) => mapRefs(condition, (name) => ref(nameOf.get(name) ?? name)));
  const spine = keys.length > 0 ? columns.slice(query.outputs.length) : [];
  const hasRows = anyOf(spine.map(({ name }) => call("is_not_null", ref(name))));
  return resultOf(query, filtered(stitched, hasRows ? [hasRows, ...having] : having), [
    ...query.groupBy.map(({ key, output }) => ({ from: key, name: output })),
    ...query.outputs.map((output, i) => ({ from: columns[i]?.name ?? output.name, name: output.name })),
  ]);
}

function valuesPlan(shared: Shared, query: AuthorizedQuery & ValuesQuery): PlanNode {
  const access = accessOf(query, null);
  const rows = buildValues({ ...shared, access }, query);
  const [field] = query.source.fields;
  if (query.minMaxOnly && field) {
    // The ends are values of single rows: only of values that would be listed.
    const ends = minAndMax(hasMinimum(access) ? withoutSmallGroups(distinct(rows, [field.key])) : rows, field);
    const output = query.groupBy[0]?.output ?? field.key;
    return resultOf(query, ends, [
      { from: `${field.key}__min`, name: `${output}__min` },
      { from: `${field.key}__max`, name: `${output}__max` },
    ]);
  }
  const keys = [...new Set(query.groupBy.map((group) => group.key))];
  const values = query.isDistinct ? distinct(rows, keys) : rows;
  return resultOf(
    query,
    values,
    query.groupBy.map(({ key, output }) => ({ from: key, name: output })),
  );
}

function distinct(input: PlanNode, keys: readonly string[]): PlanNode {
  return { kind: "aggregate", input, keys, measures: [] };
}

function hasMinimum(access: Access): boolean {
  return access !== "everything" && [...access.values()].some(({ minimumGroupSize }) => minimumGroupSize !== null);
}

/** Group-bys end every order, so that equal questions give equal pages and pages do not overlap. */
function resultOf(query: MetricsQuery | ValuesQuery, input: PlanNode, columns: Result["columns"]): Result {
  const asked: readonly Sort[] = query.orderBy;
  const isOneRow = query.kind === "values" && query.minMaxOnly;
  const ties = isOneRow ? [] : query.groupBy.filter(({ output }) => !asked.some((order) => order.column === output));
  return {
    kind: "result",
    input,
    columns,
    orderBy: [...asked, ...ties.map(({ output }): Sort => ({ column: output, direction: "asc" }))],
    limit: query.limit,
    offset: query.offset,
  };
}

function anyOf(conditions: readonly Expr<string>[]): Expr<string> | null {
  const [first, ...rest] = conditions;
  if (!first) return null;
  return rest.length === 0 ? first : call("or", ...conditions);
}

function uniqueByName(columns: readonly Column<string>[]): readonly Column<string>[] {
  return [...new Map(columns.map((column) => [column.name, column])).values()];
}
