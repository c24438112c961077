import type { Expr } from "../../expression/index.ts";
import { call, literal, ref } from "../../expression/index.ts";
import type { MetricsQuery, ResolvedCalc, Shown, TotalSet } from "../../request/index.ts";
import type { Names } from "../names.ts";
import type { Column, PlanNode, Sort, Window } from "../node.ts";
import { columnsOf } from "../node.ts";

export interface ComparisonRequest {
  readonly query: Pick<MetricsQuery, "shown" | "totals">;
  /** Of columns beside the groups'. */
  readonly names: Names;
  readonly keys: readonly Column<string>[];
  /** The column of each output. */
  readonly columnOf: ReadonlyMap<string, string>;
  /** One row for each combination of the set's keys; columns named like keys and outputs. */
  readonly totalOf: (set: TotalSet) => PlanNode;
}

/**
 * The columns of the answer, made of values that stand side by side: differences, and what ranges over all groups.
 *
 *   project revenue / total as share, case … rank_of_revenue as place
 *     window rank_of_revenue
 *       left join on <keys of the total>
 *         values
 *         totals
 */
export function withComparisons(
  input: PlanNode,
  request: ComparisonRequest,
): { readonly node: PlanNode; readonly columnOf: ReadonlyMap<string, string> } {
  const { query, names, keys, columnOf } = request;
  if (query.shown.every(({ calc }) => calc.kind === "value")) {
    return {
      node: input,
      columnOf: new Map(query.shown.map(({ name, calc }) => [name, columnFor(columnOf, calc.of)])),
    };
  }
  let node = input;
  const made = query.shown.map((shown): Column<string> => {
    const { calc, type } = shown;
    const value: Expr<string> = ref(columnFor(columnOf, calc.of));
    const name = calc.kind === "value" ? columnFor(columnOf, calc.of) : names.of(`shown ${shown.name}`, shown.name);
    return { name, type, expr: exprOf(shown, value) };
  });
  return {
    node: { kind: "project", input: node, columns: uniqueByName([...keys, ...made]) },
    columnOf: new Map(query.shown.map(({ name }, i) => [name, made[i]?.name ?? name])),
  };

  function exprOf({ calc, type }: Shown, value: Expr<string>): Expr<string> {
    switch (calc.kind) {
      case "value":
        return value;
      case "delta":
        return call("-", value, ref(columnFor(columnOf, calc.previous)));
      case "delta_ratio": {
        const previous = ref(columnFor(columnOf, calc.previous));
        return call("/", call("-", value, previous), previous);
      }
      case "share_of_total":
        return call("/", value, ref(total(calc)));
      case "rank": {
        const order: Sort = { column: columnFor(columnOf, calc.of), direction: "desc", nulls: "last" };
        const place = windowed({ compute: { fn: "rank" }, partitionBy: calc.within, orderBy: [order] });
        return where(call("is_not_null", value), ref(place));
      }
      case "running_total": {
        const column = columnFor(columnOf, calc.of);
        const order: Sort = { column: calc.along, direction: "asc" };
        const sum = ref(windowed({ compute: { fn: "sum", column }, partitionBy: calc.within, orderBy: [order] }));
        // Of whole numbers some engines add up to another type.
        const alike: Expr<string> = type === "int" ? { kind: "cast", to: "int", arg: sum, isTry: false } : sum;
        return where(call("is_not_null", ref(calc.along)), alike);
      }
    }
  }

  function windowed({ compute, partitionBy, orderBy }: Pick<Window, "compute" | "partitionBy" | "orderBy">): string {
    const of = "column" in compute ? compute.column : (orderBy[0]?.column ?? "");
    const name = names.of(`${compute.fn} ${of} ${partitionBy.join()} ${orderBy[0]?.column}`, `${compute.fn}_of_${of}`);
    const known = columnsOf(node).some((column) => column.name === name);
    if (!known) node = { kind: "window", input: node, name, compute, partitionBy, orderBy };
    return name;
  }

  /** The column that holds the total of each row's own combination. */
  function total({ total: output, within }: ResolvedCalc & { readonly kind: "share_of_total" }): string {
    const set = query.totals.find(({ keys: own }) => own.join("\n") === within.join("\n"));
    if (!set) throw new Error(`Nothing says what "${output}" is a share of.`);
    const scope = `total by ${within.join()}`;
    const found = names.of(`${scope} of ${output}`, output);
    if (columnsOf(node).some(({ name }) => name === found)) return found;
    const totals = request.totalOf(set);
    const named = columnsOf(totals).map((column) => ({
      ...column,
      expr: ref(column.name),
      name: within.includes(column.name)
        ? names.of(`${scope} at ${column.name}`, `${column.name}_of_total`)
        : names.of(`${scope} of ${column.name}`, column.name),
    }));
    const right: PlanNode = { kind: "project", input: totals, columns: named };
    const rightName = (key: string): string => names.of(`${scope} at ${key}`, `${key}_of_total`);
    const own = columnsOf(node).map(({ name }) => name);
    const values = named.flatMap(({ name }) => (within.some((key) => rightName(key) === name) ? [] : name));
    node = {
      kind: "join",
      type: within.length === 0 ? "cross" : "left",
      left: node,
      right,
      on: within.map((key) => ({ left: key, right: rightName(key) })),
      ...(within.length > 0 && { nullsMatch: true }),
      condition: null,
      columns: [...own, ...values],
    };
    return found;
  }
}

function where(when: Expr<string>, value: Expr<string>): Expr<string> {
  return { kind: "case", branches: [{ when, value }], otherwise: literal("unknown", null) };
}

function columnFor(columnOf: ReadonlyMap<string, string>, output: string): string {
  const column = columnOf.get(output);
  if (column === undefined) throw new Error(`A column is made of "${output}", which is not computed.`);
  return column;
}

function uniqueByName(columns: readonly Column<string>[]): readonly Column<string>[] {
  return [...new Map(columns.map((column) => [column.name, column])).values()];
}
