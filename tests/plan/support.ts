import type { Expr, ScalarType } from "../../src/expression/index.ts";
import { call, int, ref, text } from "../../src/expression/index.ts";
import type {
  Aggregate,
  AggregateMeasure,
  Combine,
  Filter,
  Join,
  Physical,
  PlanNode,
  Project,
  Result,
  Scan,
  Window,
} from "../../src/plan/index.ts";
import { columnsOf } from "../../src/plan/index.ts";

/** Short constructors for plans: names of columns stand for the columns. */

export function scan(name: string, columns: readonly string[], more: Partial<Scan> = {}): Scan {
  const own = columns.map((column) => ({ name: column, expr: source(column), type: "unknown" as const }));
  return {
    kind: "scan",
    name,
    source: { kind: "table", path: [name] },
    guard: null,
    minimumGroup: null,
    where: [],
    ...more,
    columns: [...own, ...(more.columns ?? [])],
  };
}

/** A column of the source itself. */
export function source(column: string): Expr<Physical> {
  return ref({ kind: "column", name: column });
}

export function filter(input: PlanNode, ...conditions: readonly Expr<string>[]): Filter {
  return { kind: "filter", input, conditions };
}

/** @param on Pairs of equal names. */
export function join(
  type: Join["type"],
  left: PlanNode,
  right: PlanNode,
  on: readonly string[],
  more: Partial<Join> = {},
): Join {
  const columns = [...new Set([...columnsOf(left), ...columnsOf(right)].map(({ name }) => name))];
  const pairs = on.map((name) => ({ left: name, right: name }));
  return { kind: "join", type, left, right, on: pairs, condition: null, columns, ...more };
}

export function aggregate(
  input: PlanNode,
  keys: readonly string[],
  ...measures: readonly AggregateMeasure[]
): Aggregate {
  return { kind: "aggregate", input, keys, measures };
}

/** `revenue = sum(amount)`. */
export function measure(
  name: string,
  aggregation: AggregateMeasure["aggregation"],
  column: string | null,
  condition: Expr<string> | null = null,
): AggregateMeasure {
  const arg: Expr<string> = column === null ? int(1) : ref(column);
  return { name, aggregation, arg, percentile: null, filter: condition, type: "int" };
}

export function combine(keys: readonly string[], ...branches: readonly PlanNode[]): Combine {
  return { kind: "combine", keys, branches };
}

export function project(
  input: PlanNode,
  columns: Readonly<Record<string, Expr<string>>>,
  type: ScalarType = "unknown",
): Project {
  return { kind: "project", input, columns: Object.entries(columns).map(([name, expr]) => ({ name, expr, type })) };
}

export function rowNumber(input: PlanNode, name: string, partitionBy: readonly string[], orderBy: string): Window {
  return {
    kind: "window",
    input,
    name,
    compute: { fn: "row_number" },
    partitionBy,
    orderBy: [{ column: orderBy, direction: "desc" }],
  };
}

export function result(input: PlanNode, ...columns: readonly string[]): Result {
  return {
    kind: "result",
    input,
    columns: columns.map((name) => ({ from: name, name })),
    orderBy: [],
    limit: null,
    offset: 0,
  };
}

export function eq(column: string, value: string): Expr<string> {
  return call("=", ref(column), text(value));
}
