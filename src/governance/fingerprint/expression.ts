import type { ColumnExpression, Model } from "../../catalog/index.ts";
import type { Expr } from "../../expression/index.ts";
import { conjuncts } from "../../expression/index.ts";
import { type Doc, sortedDocs } from "./doc.ts";
import { canonicalSql } from "./sql-text.ts";

/** A tree without the places it was written at; brackets around what stands in AND or OR anyway are dropped. */
export function expressionDoc<R>(expr: Expr<R>, refDoc: (ref: R) => Doc): Doc {
  const of = (inner: Expr<R>): Doc => expressionDoc(inner, refDoc);
  switch (expr.kind) {
    case "literal":
      return { literal: expr.value, type: expr.type };
    case "ref":
      return refDoc(expr.ref);
    case "call":
      return { args: operandsOf(expr).map(of), call: expr.fn };
    case "cast":
      return { arg: of(expr.arg), cast: expr.to, try: expr.isTry };
    case "case":
      return {
        case: expr.branches.map(({ when, value }) => ({ value: of(value), when: of(when) })),
        else: expr.otherwise && of(expr.otherwise),
      };
  }
}

function operandsOf<R>(expr: Expr<R> & { readonly kind: "call" }): readonly Expr<R>[] {
  const { fn, args } = expr;
  if (fn !== "and" && fn !== "or") return args;
  return args.flatMap((arg) => (arg.kind === "call" && arg.fn === fn ? operandsOf(arg) : [arg]));
}

/** Conditions that must all hold, in no order. */
export function conditionDocs<R>(conditions: readonly Expr<R>[], refDoc: (ref: R) => Doc): readonly Doc[] {
  return sortedDocs(conditions.flatMap(conjuncts).map((condition) => expressionDoc(condition, refDoc)));
}

/** A column of the warehouse, by the name it has there. */
export function columnDoc(model: Model, name: string): Doc {
  return { column: name, type: model.columns?.get(name)?.type ?? "unknown" };
}

/** How a value comes out of a row of the model. */
export function valueDoc(model: Model, value: ColumnExpression): Doc {
  if (value.kind === "expr") return expressionDoc(value.expr, (column) => columnDoc(model, column));
  return {
    columns: sortedDocs(value.columns.map((column) => columnDoc(model, column))),
    sql: Object.fromEntries(Object.entries(value.sql).map(([engine, text]) => [engine, canonicalSql(text)])),
    type: value.type,
  };
}

export function keyDoc(model: Model, key: readonly Expr<string>[]): Doc {
  return key.map((part) => expressionDoc(part, (column) => columnDoc(model, column)));
}
