import type { Expr } from "../expression/index.ts";
import { canonicalJson, compareText, sha256 } from "../std/index.ts";
import type { Aggregate, Combine, Join, PlanNode, Result, Scan, Window } from "./node.ts";

/** What a plan answers, whatever its columns are called and however it was spelled. */
export interface CanonicalPlan {
  /** Equal for two plans exactly if they have the same rows, in the same order, as far as one can tell from the plans. */
  readonly rows: string;
  /** Of each column, in order: equal for two columns of equal rows exactly if they hold the same cells. */
  readonly columns: readonly string[];
}

/**
 * Rows are told by what they come from, and a column by how it is computed from them: so neither names, nor columns that
 * are computed beside it, nor the order of conditions, groups and metrics takes part. Nothing is left out that decides
 * on a cell: what differs in a way that is not known to be none is different.
 */
export function canonicalPlan(plan: PlanNode): CanonicalPlan {
  const known = new Map<PlanNode, Told>();
  const tell = (node: PlanNode): Told => {
    let told = known.get(node);
    if (!told) known.set(node, (told = toldOf(node, tell)));
    return told;
  };
  const { rows, columns } = tell(plan);
  return { rows, columns: [...columns.values()] };
}

/** Rows, and columns by their names here, in order. */
interface Told {
  readonly rows: string;
  readonly columns: ReadonlyMap<string, string>;
}

type Tell = (node: PlanNode) => Told;

function toldOf(node: PlanNode, tell: Tell): Told {
  switch (node.kind) {
    case "scan":
      return scan(node);
    case "filter": {
      const input = tell(node.input);
      return { ...input, rows: id("filter", input.rows, conditions(node.conditions, nameIn(input))) };
    }
    case "project": {
      const input = tell(node.input);
      const columns = node.columns.map(({ name, expr, type }) => {
        // A column that is only passed on is the one it was.
        const told = expr.kind === "ref" ? nameIn(input)(expr.ref) : id("is", type, spell(expr, nameIn(input)));
        return [name, told] as const;
      });
      return { rows: input.rows, columns: new Map(columns) };
    }
    case "aggregate":
      return aggregate(node, tell(node.input));
    case "join":
      return join(node, tell(node.left), tell(node.right));
    case "combine":
      return combine(node, node.branches.map(tell));
    case "window":
      return window(node, tell(node.input));
    case "result":
      return result(node, tell(node.input));
    case "bundle":
      throw new Error("A bundle is several answers; each of them is told by itself.");
  }
}

function scan({ source, types = {}, guard, minimumGroup, where, columns }: Scan): Told {
  const own = (ref: unknown): string => canonicalJson(ref);
  const rows = id(
    "scan",
    canonicalJson([source, types, minimumGroup]),
    guard ? spell(guard, own) : "",
    conditions(where, own),
  );
  return { rows, columns: new Map(columns.map(({ name, expr, type }) => [name, id("is", type, spell(expr, own))])) };
}

function aggregate({ keys, measures }: Aggregate, input: Told): Told {
  const of = nameIn(input);
  const columns = measures.map(({ name, aggregation, arg, percentile, filter, type }) => {
    const parts = [aggregation, spell(arg, of), canonicalJson(percentile), filter ? spell(filter, of) : "", type];
    return [name, id("aggregate", ...parts)] as const;
  });
  return {
    rows: id("groups", input.rows, ...sorted(keys.map(of))),
    columns: new Map([...keys.map((key) => [key, of(key)] as const), ...columns]),
  };
}

function join({ type, on, nullsMatch = false, condition, columns }: Join, left: Told, right: Told): Told {
  const of = (name: string): string => {
    const side = left.columns.has(name) ? "left" : "right";
    return id(side, nameIn(side === "left" ? left : right)(name));
  };
  const pairs = on.map((pair) => id(nameIn(left)(pair.left), nameIn(right)(pair.right)));
  const how = [type, String(nullsMatch), condition ? spell(condition, of) : ""];
  return {
    rows: id("join", ...how, left.rows, right.rows, ...sorted(pairs)),
    columns: new Map(columns.map((name) => [name, of(name)])),
  };
}

function combine({ keys }: Combine, branches: readonly Told[]): Told {
  const told = keys.map((key) => ({
    key,
    told: id("key", ...sorted(branches.map((branch) => id(branch.rows, nameIn(branch)(key))))),
  }));
  const ordered = told.toSorted((a, b) => compareText(a.told, b.told)).map(({ key }) => key);
  // Equal branches have equal rows, and so equal cells.
  const idOf = (branch: Told) => id("branch", branch.rows, ...ordered.map(nameIn(branch)));
  const cells = branches.flatMap((branch) =>
    [...branch.columns]
      .filter(([name]) => !keys.includes(name))
      .map(([name, column]) => [name, id("of", idOf(branch), column)] as const),
  );
  return {
    rows: id("combine", ...sorted(branches.map(idOf))),
    columns: new Map([...told.map(({ key, told: column }) => [key, column] as const), ...cells]),
  };
}

function window({ name, compute, partitionBy, orderBy }: Window, input: Told): Told {
  const of = nameIn(input);
  const column = "column" in compute ? of(compute.column) : "";
  const order = orderBy.map((sort) => id(of(sort.column), sort.direction, sort.nulls ?? ""));
  const told = id("window", compute.fn, column, id("by", ...sorted(partitionBy.map(of))), ...order);
  return { rows: input.rows, columns: new Map([...input.columns, [name, told]]) };
}

function result({ columns, orderBy, after, limit, offset }: Result, input: Told): Told {
  const named = new Map(columns.map(({ from, name }) => [name, nameIn(input)(from)]));
  const own = nameIn({ rows: "", columns: named });
  const order = orderBy.map(({ column, direction, nulls = "" }) => id(own(column), direction, nulls));
  const values = (after ?? []).map((value) => spell(value, own));
  return {
    rows: id("result", input.rows, id("order", ...order), id("after", ...values), String(limit), String(offset)),
    columns: named,
  };
}

function nameIn({ columns }: Told): (name: string) => string {
  return (name) => {
    const column = columns.get(name);
    if (column === undefined) throw new Error(`Plan step reads column "${name}", which its input does not have.`);
    return column;
  };
}

function conditions<R>(all: readonly Expr<R>[], of: (ref: R) => string): string {
  return id("and", ...sorted(all.flatMap((one) => operands("and", one)).map((one) => spell(one, of))));
}

/** Equal texts, equal values in every row. `at` takes no part. */
function spell<R>(expr: Expr<R>, of: (ref: R) => string): string {
  switch (expr.kind) {
    case "literal":
      return id("literal", expr.type, canonicalJson(expr.value));
    case "ref":
      return id("ref", of(expr.ref));
    case "cast":
      return id("cast", expr.to, String(expr.isTry), spell(expr.arg, of));
    case "case": {
      const branches = expr.branches.map(({ when, value }) => id(spell(when, of), spell(value, of)));
      return id("case", expr.otherwise ? spell(expr.otherwise, of) : "", ...branches);
    }
    case "call": {
      const { fn } = expr;
      if (fn === "and" || fn === "or") {
        const parts = sorted(operands(fn, expr).map((arg) => spell(arg, of)));
        return parts.length === 1 ? (parts[0] ?? "") : id(fn, ...parts);
      }
      const args = expr.args.map((arg) => spell(arg, of));
      if (fn === "in") return id(fn, args[0] ?? "", ...sorted(args.slice(1)));
      const mirrored = MIRRORED.get(fn);
      if (mirrored) return id(mirrored, ...args.toReversed());
      // Not more than the two: sums of floats depend on which are added first.
      return id(fn, ...(COMMUTATIVE.has(fn) && args.length === 2 ? args.toSorted(compareText) : args));
    }
  }
}

function operands<R>(fn: "and" | "or", expr: Expr<R>): readonly Expr<R>[] {
  return expr.kind === "call" && expr.fn === fn ? expr.args.flatMap((arg) => operands(fn, arg)) : [expr];
}

const COMMUTATIVE: ReadonlySet<string> = new Set([
  "=",
  "<>",
  "is_distinct_from",
  "is_not_distinct_from",
  "+",
  "*",
  "greatest",
  "least",
]);

const MIRRORED: ReadonlyMap<string, string> = new Map([
  [">", "<"],
  [">=", "<="],
]);

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort(compareText);
}

/** Of a list of texts: itself where it is short. JSON keeps them apart; a digest never begins with a bracket. */
function id(...parts: readonly string[]): string {
  const text = JSON.stringify(parts);
  return text.length <= LONGEST ? text : sha256(text);
}

const LONGEST = 96;
