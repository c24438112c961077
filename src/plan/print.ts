import type { Expr } from "../expression/index.ts";
import { print as printExpr } from "../expression/index.ts";
import type { AggregateMeasure, Column, Physical, PlanNode, Sort } from "./node.ts";
import { inputsOf } from "./node.ts";

/** A plan for people: one step a line, its inputs indented below it. */
export function print(node: PlanNode): string {
  return lines(node).join("\n");
}

function lines(node: PlanNode): readonly string[] {
  return [describe(node), ...inputsOf(node).flatMap((input) => lines(input).map((line) => `  ${line}`))];
}

/** One step, without its inputs. */
export function describe(node: PlanNode): string {
  switch (node.kind) {
    case "scan": {
      const guard = node.guard ? ` guarded by ${physical(node.guard)}` : "";
      const where = node.where.length > 0 ? ` where ${node.where.map(physical).join(" AND ")}` : "";
      return `scan ${node.name}: ${node.columns.map(column).join(", ")}${guard}${where}`;
    }
    case "join": {
      if (node.type === "cross") return "cross join";
      const keys = node.on.map(({ left, right }) => (left === right ? left : `${left} = ${right}`)).join(", ");
      const met = keys === "" ? [] : [node.nullsMatch ? `${keys}, NULL being a value` : keys];
      const on = [...met, ...(node.condition ? [over(node.condition)] : [])];
      return `${node.type} join on ${on.join(" and ")}`;
    }
    case "filter":
      return `filter ${node.conditions.map(over).join(" AND ")}`;
    case "project":
      return `compute ${node.columns.map((item) => named(item.name, over(item.expr))).join(", ")}`;
    case "aggregate": {
      const measures = node.measures.map(measure).join(", ");
      if (measures === "") return `distinct ${node.keys.join(", ")}`;
      return `aggregate${node.keys.length > 0 ? ` by ${node.keys.join(", ")}` : ""}: ${measures}`;
    }
    case "combine":
      return `combine${node.keys.length > 0 ? ` on ${node.keys.join(", ")}` : ""}`;
    case "window": {
      const { compute } = node;
      const what = "column" in compute ? `${compute.fn}(${compute.column})` : compute.fn;
      const by = node.partitionBy.length > 0 ? ` per ${node.partitionBy.join(", ")}` : "";
      return `window ${node.name} = ${what}${by}${order(node.orderBy)}`;
    }
    case "result": {
      const limit = node.limit === null ? "" : ` limit ${node.limit}`;
      const offset = node.offset === 0 ? "" : ` offset ${node.offset}`;
      const after = node.after ? ` after (${node.after.map((value) => over(value)).join(", ")})` : "";
      return `result ${node.columns.map(({ from, name }) => named(name, from)).join(", ")}${order(node.orderBy)}${after}${limit}${offset}`;
    }
    case "bundle":
      return `bundle of ${node.parts.length}`;
  }
}

function measure({ name, aggregation, arg, percentile, filter }: AggregateMeasure): string {
  const fraction = percentile
    ? `, ${percentile.fraction} ${percentile.kind}${percentile.approximate ? " approximate" : ""}`
    : "";
  return named(name, `${aggregation}(${over(arg)}${fraction})${filter ? ` where ${over(filter)}` : ""}`);
}

function column({ name, expr }: Column<Physical>): string {
  return named(name, physical(expr));
}

function named(name: string, what: string): string {
  return name === what ? name : `${what} as ${name}`;
}

function order(sorts: readonly Sort[]): string {
  return sorts.length > 0
    ? ` order by ${sorts.map(({ column: name, direction, nulls }) => `${name} ${direction}${nulls ? ` nulls ${nulls}` : ""}`).join(", ")}`
    : "";
}

function over(expr: Expr<string>): string {
  return printExpr(expr, (name) => name);
}

function physical(expr: Expr<Physical>): string {
  return printExpr(expr, (source) => (source.kind === "column" ? source.name : `sql(${source.columns.join(", ")})`));
}
