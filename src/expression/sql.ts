import type { Node } from "libpg-query";
import { remembered } from "../std/index.ts";
import { AGGREGATES } from "./calls.ts";
import { type Context, type Placed, problem, qualified, start } from "./context.ts";
import { convert } from "./convert.ts";
import { type AggregateOf, convertAggregate } from "./convert-aggregate.ts";
import { type Expr, type FilterName, mapRefs, refsOf, type TextRange } from "./expr.ts";
import type { Aggregation } from "./functions.ts";
import { parse } from "./parse.ts";
import type { Parsed } from "./problem.ts";
import { indexFrom, indexOfClose, nameOf, tokenFrom } from "./tokens.ts";

/** A name as other tools write it: `price`, `sales.price`. Unquoted names are in lower case. */
export interface SqlName {
  readonly kind: "name";
  readonly table: string | null;
  readonly name: string;
}

export interface SqlAggregate {
  readonly kind: "aggregate";
  readonly aggregate: AggregateOf<SqlName>;
}

export type SqlTerm = SqlName | SqlAggregate;

const REMEMBERED = 1_000;

/**
 * SQL of another tool, as far as our language has it: names may be qualified by a table, and aggregates may stand
 * anywhere but inside each other. `sum(x) FILTER (WHERE c)` is read as `sum(CASE WHEN c THEN x END)`.
 */
export const parseSql: (text: string) => Parsed<Expr<SqlTerm>> = remembered((text) => {
  const aggregates: AggregateOf<FilterName>[] = [];
  return parse(
    text,
    false,
    (node, cx) =>
      mapRefs(convert(node, cx), (name, at) => ({ kind: "ref", ref: termOf(name, aggregates), ...(at && { at }) })),
    ({ agg_filter: filter, ...node }, at, cx) => {
      const found = convertAggregate({ FuncCall: node }, cx);
      const expr: Expr<FilterName> = filter
        ? { kind: "case", branches: [{ when: convert(filter, cx), value: found.expr }], otherwise: null }
        : found.expr;
      if (refsOf(expr).some((name) => placeholderOf(name) !== null)) {
        return problem(cx, "expression/not-allowed", at, "One aggregate stands inside another.", null);
      }
      aggregates.push({ ...found, expr });
      return { kind: "ref", ref: { kind: "name", text: qualified("", String(aggregates.length - 1)) }, at };
    },
  );
}, REMEMBERED);

/** Which of the aggregates a reference stands for. A table's name is never empty. */
function placeholderOf(name: FilterName): number | null {
  const prefix = qualified("", "");
  return name.kind === "name" && name.text.startsWith(prefix) ? Number(name.text.slice(prefix.length)) : null;
}

function termOf(name: FilterName, aggregates: readonly AggregateOf<FilterName>[]): SqlTerm {
  const aggregate = aggregates[placeholderOf(name) ?? -1];
  if (!aggregate) return sqlName(name);
  const expr = mapRefs(aggregate.expr, (inner, at) => ({ kind: "ref", ref: sqlName(inner), ...(at && { at }) }));
  return { kind: "aggregate", aggregate: { ...aggregate, expr } };
}

function sqlName(name: FilterName): SqlName {
  const text = name.kind === "name" ? name.text : name.metric;
  const cut = text.indexOf(qualified("", ""));
  return { kind: "name", table: cut < 0 ? null : text.slice(0, cut), name: text.slice(cut + 1) };
}

/** SQL that our language lacks, taken as it stands. */
export interface OpaqueSql {
  /** The names it reads, in order. */
  readonly names: readonly (SqlName & { readonly at: TextRange })[];
  /** The aggregate that the whole text is, and where its one argument stands; null for any other text. */
  readonly aggregate: { readonly aggregation: Aggregation; readonly argument: TextRange } | null;
}

/** What a text reads that is one value over columns in PostgreSQL's grammar: no subquery, no window function. */
export const readOpaqueSql: (text: string) => Parsed<OpaqueSql> = remembered(
  (text) => parse(text, false, (node, cx) => ({ names: namesIn(node, cx), aggregate: aggregateOf(node, cx) })),
  REMEMBERED,
);

function namesIn(root: Node, cx: Context): OpaqueSql["names"] {
  const names: (SqlName & { readonly at: TextRange })[] = [];
  const refuse = (what: string): Placed =>
    problem(cx, "expression/not-allowed", { start: 0, end: cx.text.length }, what, null);
  const open: unknown[] = [root];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    if (typeof item !== "object" || item === null) continue;
    if ("SubLink" in item) refuse("A subquery is not allowed.");
    if ("over" in item && item.over) refuse("Window functions are not allowed.");
    if (item !== root && "FuncCall" in item && isAggregate(item.FuncCall, cx))
      refuse("One aggregate stands inside another value.");
    if ("ColumnRef" in item) {
      const node = item.ColumnRef;
      const from = typeof node === "object" && node !== null && "location" in node ? Number(node.location) : -1;
      const name = nameAt(start(from, cx), cx);
      if (name) names.push(name);
      else refuse("A name in it cannot be read.");
    } else open.push(...Object.values(item));
  }
  return names.toSorted((a, b) => a.at.start - b.at.start);
}

function isAggregate(found: unknown, cx: Context): boolean {
  const hasPlace = typeof found === "object" && found !== null && "location" in found;
  const token = hasPlace ? tokenFrom(cx.tokens, start(Number(found.location), cx)) : undefined;
  return token !== undefined && AGGREGATES.has(nameOf(token));
}

function nameAt(from: number, cx: Context): OpaqueSql["names"][number] | null {
  const index = indexFrom(cx.tokens, from);
  const [first, dot, second, more] = cx.tokens.slice(index, index + 4);
  if (!first || first.start !== from || !(first.kind === "word" || first.kind === "quoted")) return null;
  if (dot?.text !== ".") {
    return { kind: "name", table: null, name: nameOf(first), at: { start: first.start, end: first.end } };
  }
  if (!second || !(second.kind === "word" || second.kind === "quoted") || more?.text === ".") return null;
  return { kind: "name", table: nameOf(first), name: nameOf(second), at: { start: first.start, end: second.end } };
}

function aggregateOf(node: Node, cx: Context): OpaqueSql["aggregate"] {
  const call = "FuncCall" in node ? node.FuncCall : null;
  if (!call || call.args?.length !== 1 || call.agg_filter || call.agg_order || call.agg_within_group) return null;
  const from = start(call.location, cx);
  const token = tokenFrom(cx.tokens, from);
  const aggregation = token && AGGREGATES.get(nameOf(token));
  const opening = indexFrom(cx.tokens, from) + 1;
  const close = cx.tokens[indexOfClose(cx.tokens, opening)];
  const first = cx.tokens[opening + (call.agg_distinct ? 2 : 1)];
  if (!aggregation || !first || !close || cx.tokens[opening]?.text !== "(") return null;
  if (call.agg_distinct && aggregation !== "count") return null;
  const argument = { start: first.start, end: close.start };
  return { aggregation: call.agg_distinct ? "count_distinct" : aggregation, argument };
}
