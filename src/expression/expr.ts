import type { FunctionName } from "./functions.ts";

/**
 * What a value is, on every engine. `timestamp` has no zone, `timestamptz` is an instant. `unknown` is a column whose
 * type was not declared: it passes every check and the warehouse decides.
 */
export type ScalarType =
  | "string"
  | "int"
  | "decimal"
  | "float"
  | "boolean"
  | "date"
  | "timestamp"
  | "timestamptz"
  | "interval"
  | "unknown";

/** Offsets of UTF-16 code units in the text an expression was written in; end exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/**
 * A typed tree over references of type `R`: column names in a model, names of group-by items in a filter, aliases of
 * inputs in a derived metric, columns of the node below in a plan. Frozen data: it prints, hashes and compares.
 * Operators are functions ("and", "=", "+"). `at` says where it was written and takes no part in meaning.
 */
export type Expr<R> = Literal | Ref<R> | Call<R> | Case<R> | Cast<R>;

/** A constant. Numbers are kept as the digits that were written, so that none is lost; null is SQL NULL. */
export interface Literal {
  readonly kind: "literal";
  readonly type: ScalarType;
  readonly value: string | boolean | null;
  readonly at?: TextRange;
}

export interface Ref<R> {
  readonly kind: "ref";
  readonly ref: R;
  readonly at?: TextRange;
}

export interface Call<R> {
  readonly kind: "call";
  readonly fn: FunctionName;
  readonly args: readonly Expr<R>[];
  readonly at?: TextRange;
}

export interface Case<R> {
  readonly kind: "case";
  readonly branches: readonly { readonly when: Expr<R>; readonly value: Expr<R> }[];
  readonly otherwise: Expr<R> | null;
  readonly at?: TextRange;
}

export interface Cast<R> {
  readonly kind: "cast";
  readonly to: ScalarType;
  readonly arg: Expr<R>;
  /** A value that cannot be cast gives NULL instead of an error. */
  readonly isTry: boolean;
  readonly at?: TextRange;
}

/**
 * A name in the filter language, not yet looked up: `customer__region`, `metric_time__month`, `booking__ds__extract_dow`;
 * or a metric's value per entity, `metric('revenue', 'customer')`. MetricFlow's templates are spellings of the same.
 */
export type FilterName =
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "metric"; readonly metric: string; readonly entities: readonly string[] };

/** A name in the condition of a policy. */
export type PolicyName =
  | { readonly kind: "column"; readonly name: string }
  | { readonly kind: "claim"; readonly name: string };

/** A new tree with every reference replaced. */
export function mapRefs<A, B>(expr: Expr<A>, replace: (ref: A, at: TextRange | undefined) => Expr<B>): Expr<B> {
  switch (expr.kind) {
    case "literal":
      return expr;
    case "ref":
      return replace(expr.ref, expr.at);
    case "call":
      return { ...expr, args: expr.args.map((arg) => mapRefs(arg, replace)) };
    case "cast":
      return { ...expr, arg: mapRefs(expr.arg, replace) };
    case "case":
      return {
        ...expr,
        branches: expr.branches.map((b) => ({ when: mapRefs(b.when, replace), value: mapRefs(b.value, replace) })),
        otherwise: expr.otherwise && mapRefs(expr.otherwise, replace),
      };
  }
}

/** Every reference in the order it is written, repeats included. */
export function refsOf<R>(expr: Expr<R>): readonly R[] {
  return refNodesOf(expr).map((node) => node.ref);
}

/** The same with the places they were written at. */
export function refNodesOf<R>(expr: Expr<R>): readonly Ref<R>[] {
  switch (expr.kind) {
    case "literal":
      return [];
    case "ref":
      return [expr];
    case "call":
      return expr.args.flatMap(refNodesOf);
    case "cast":
      return refNodesOf(expr.arg);
    case "case":
      return [
        ...expr.branches.flatMap((b) => [...refNodesOf(b.when), ...refNodesOf(b.value)]),
        ...(expr.otherwise ? refNodesOf(expr.otherwise) : []),
      ];
  }
}
