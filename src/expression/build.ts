import type { Call, Expr, Literal, Ref, ScalarType } from "./expr.ts";
import type { FunctionName } from "./functions.ts";

/** Short constructors for trees made by code; trees made from text come from the parser. */

export function ref<R>(of: R): Ref<R> {
  return { kind: "ref", ref: of };
}

export function literal(type: ScalarType, value: string | boolean | null): Literal {
  return { kind: "literal", type, value };
}

export function text(value: string): Literal {
  return literal("string", value);
}

export function int(value: number): Literal {
  return literal("int", String(value));
}

export function call<R>(fn: FunctionName, ...args: readonly Expr<R>[]): Call<R> {
  return { kind: "call", fn, args };
}

/** All of the conditions; null when there are none. */
export function allOf<R>(conditions: readonly Expr<R>[]): Expr<R> | null {
  const [first, ...rest] = conditions;
  if (!first) return null;
  return rest.length === 0 ? first : call("and", ...conditions);
}

/** The conditions joined by AND at the top, in order; an OR stays one. */
export function conjuncts<R>(expr: Expr<R>): readonly Expr<R>[] {
  return expr.kind === "call" && expr.fn === "and" ? expr.args.flatMap(conjuncts) : [expr];
}
