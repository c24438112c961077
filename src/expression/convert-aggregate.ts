import type { FuncCall, Node } from "libpg-query";
import { int } from "./build.ts";
import { AGGREGATES } from "./calls.ts";
import { type Context, callRange, failed, type Placed, problem, start, wholeText } from "./context.ts";
import { convert } from "./convert.ts";
import type { Expr, FilterName, TextRange } from "./expr.ts";
import type { Aggregation } from "./functions.ts";
import { nameOf, tokenFrom } from "./tokens.ts";

export interface AggregateOf<R> {
  readonly aggregation: Aggregation;
  readonly expr: Expr<R>;
  /** Set for percentile and median only; the fraction is 0 to 1, in the digits that were written. */
  readonly percentile: { readonly fraction: string; readonly kind: "continuous" | "discrete" } | null;
}

/** A whole text that is one aggregate: `count(distinct customer_id)`. */
export function convertAggregate(node: Node, cx: Context): AggregateOf<FilterName> {
  const found = "FuncCall" in node ? node.FuncCall : null;
  const from = start(found?.location, cx);
  const token = found && tokenFrom(cx.tokens, from);
  const name = token ? nameOf(token) : "";
  const aggregation = AGGREGATES.get(name);
  if (!found || !aggregation || found.funcname?.length !== 1) {
    const help =
      "Write sum(amount), count(*), count(distinct x), average(x), percentile(x, 0.95); arithmetic on aggregates belongs in a derived metric.";
    return none(
      problem(cx, "expression/not-allowed", wholeText(cx), "One aggregate of one expression is wanted here.", help),
    );
  }
  const at = callRange(from, cx);
  const args = found.args ?? [];
  const unfit = refuseForm(found, name, at, cx);
  if (unfit) return none(unfit);
  if (name.startsWith("percentile")) return percentile(found, name, at, cx);
  if (name === "count" && found.agg_star) return { aggregation, expr: { ...int(1), at }, percentile: null };
  const [only, ...others] = args;
  if (!only || others.length > 0) {
    return none(
      problem(cx, "expression/wrong-arguments", at, `${name}() takes one argument, not ${args.length}.`, null),
    );
  }
  return {
    aggregation: found.agg_distinct ? "count_distinct" : aggregation,
    expr: convert(only, cx),
    percentile: aggregation === "median" ? { fraction: "0.5", kind: "continuous" } : null,
  };
}

function refuseForm(found: FuncCall, name: string, at: TextRange, cx: Context): Placed | null {
  const refuse = (message: string, help: string | null) => problem(cx, "expression/not-allowed", at, message, help);
  if (found.over) return refuse("Window functions are not allowed.", "For running totals use a cumulative metric.");
  if (found.agg_filter)
    return refuse(
      "FILTER is not allowed.",
      `Write ${name}(CASE WHEN condition THEN x END), or give the metric a filter.`,
    );
  if (found.agg_star && name !== "count") return refuse(`${name}(*) means nothing.`, `Write ${name}(column).`);
  if (found.agg_distinct && name !== "count")
    return refuse(`${name}(DISTINCT …) is not allowed.`, "Only count takes DISTINCT.");
  const isPercentile = name === "percentile_cont" || name === "percentile_disc";
  if (isPercentile !== (found.agg_within_group === true)) {
    return refuse(
      `${name}() is not written like this.`,
      isPercentile ? `${name}(0.95) WITHIN GROUP (ORDER BY x)` : `${name}(x)`,
    );
  }
  if (found.func_variadic || (found.agg_order && !isPercentile))
    return refuse(`${name}() takes plain arguments only.`, null);
  return null;
}

function percentile(found: FuncCall, name: string, at: TextRange, cx: Context): AggregateOf<FilterName> {
  const [order, ...moreOrder] = found.agg_order ?? [];
  const sort = order && "SortBy" in order ? order.SortBy : null;
  const [value, fraction, ...others] = sort ? [sort.node, ...(found.args ?? [])] : (found.args ?? []);
  const isPlainSort =
    !sort ||
    (sort.sortby_dir !== "SORTBY_DESC" &&
      sort.sortby_dir !== "SORTBY_USING" &&
      sort.sortby_nulls === "SORTBY_NULLS_DEFAULT");
  if (!isPlainSort || moreOrder.length > 0) {
    return none(
      problem(
        cx,
        "expression/not-allowed",
        at,
        `${name}() is ordered by one expression, ascending.`,
        "For the other end write 1 - the fraction.",
      ),
    );
  }
  if (!value || !fraction || others.length > 0) {
    return none(
      problem(
        cx,
        "expression/wrong-arguments",
        at,
        `${name}() takes a value and a fraction.`,
        "percentile(amount, 0.95)",
      ),
    );
  }
  const part = convert(fraction, cx);
  const isNumber = part.kind === "literal" && (part.type === "int" || part.type === "decimal");
  const digits = isNumber ? String(part.value) : "";
  if (!isNumber || Number(digits) < 0 || Number(digits) > 1) {
    return none(
      problem(
        cx,
        "expression/wrong-arguments",
        part.at,
        "The fraction must be a constant from 0 to 1.",
        "For the 95th percentile write 0.95.",
      ),
    );
  }
  const kind = name === "percentile_disc" ? "discrete" : "continuous";
  return { aggregation: "percentile", expr: convert(value, cx), percentile: { fraction: digits, kind } };
}

/** Stands for what could not be read; a problem tells why. */
function none(at: Placed): AggregateOf<FilterName> {
  return { aggregation: "count", expr: failed(at.at), percentile: null };
}
