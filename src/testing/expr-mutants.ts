import type { Call, Expr, FunctionName } from "../expression/index.ts";

/**
 * The expression with one thing changed each time: an operator or a bound for its neighbour, a default for NULL dropped,
 * a CASE for one of its values. Operations with a constant that changes nothing are left alone.
 */
export function exprMutants<R>(expr: Expr<R>): readonly Expr<R>[] {
  switch (expr.kind) {
    case "literal":
    case "ref":
      return [];
    case "cast":
      return exprMutants(expr.arg).map((arg) => ({ ...expr, arg }));
    case "call":
      return [
        ...changedCall(expr),
        ...expr.args.flatMap((arg, n) =>
          exprMutants(arg).map((other) => ({ ...expr, args: expr.args.map((same, i) => (i === n ? other : same)) })),
        ),
      ];
    case "case":
      return [
        ...expr.branches.map(({ value }) => value),
        ...expr.branches.flatMap((branch, n) =>
          [
            ...exprMutants(branch.when).map((when) => ({ ...branch, when })),
            ...exprMutants(branch.value).map((value) => ({ ...branch, value })),
          ].map((other) => ({ ...expr, branches: expr.branches.map((same, i) => (i === n ? other : same)) })),
        ),
        ...(expr.otherwise ? exprMutants(expr.otherwise) : []).map((otherwise) => ({ ...expr, otherwise })),
      ];
  }
}

const NEIGHBOUR: Partial<Record<FunctionName, FunctionName>> = {
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
};

function changedCall<R>(expr: Call<R>): readonly Expr<R>[] {
  if (expr.fn === "coalesce") return expr.args.slice(0, 1);
  const fn = NEIGHBOUR[expr.fn];
  return fn && !hasNeutralConstant(expr) ? [{ ...expr, fn }] : [];
}

/** `a + 0` is `a - 0`, and `a * 1` is `a / 1`. */
function hasNeutralConstant<R>({ fn, args }: Call<R>): boolean {
  const neutral = fn === "+" || fn === "-" ? 0 : 1;
  const last = args.at(-1);
  const isArithmetic = ["+", "-", "*", "/"].includes(fn);
  return isArithmetic && last?.kind === "literal" && Number(last.value) === neutral;
}
