import type { Expr } from "../../expression/index.ts";
import { allOf, call } from "../../expression/index.ts";
import { sameData } from "../../std/index.ts";
import type { Aggregate, AggregateMeasure, PlanNode, Scan } from "../node.ts";
import { rewrite } from "./rewrite.ts";
import type { Rule } from "./rule.ts";

/**
 * Answers several metrics over one source with one scan.
 *
 *   combine                           aggregate by day: revenue, paid where status = 'paid'
 *     aggregate by day: revenue         scan orders
 *       scan orders              =>
 *     aggregate by day: paid
 *       filter status = 'paid'
 *         scan orders
 *
 * Conditions that all share stay below; a condition of one metric moves into its measure, and where every metric has
 * one, rows that none of them counts are still dropped, so that no group appears which none of them has. Branches with
 * other joins or another time stay apart.
 */
export const mergeSameSourceScans: Rule = {
  name: "merge-same-source-scans",
  apply: (plan) => rewrite(plan, mergeBranches),
};

function mergeBranches(node: PlanNode): PlanNode {
  if (node.kind !== "combine") return node;
  const merged: Part[] = [];
  const kept: { readonly at: number; readonly branch: PlanNode }[] = [];
  node.branches.forEach((branch, at) => {
    const part = partOf(branch, at);
    if (!part) {
      kept.push({ at, branch });
      return;
    }
    for (const [i, other] of merged.entries()) {
      const rows = sameKeys(other, part) ? mergeRows(other.rows, part.rows) : null;
      if (!rows) continue;
      merged[i] = { ...other, rows, metrics: [...other.metrics, ...part.metrics] };
      return;
    }
    merged.push(part);
  });
  const branches = [...merged.map((part) => ({ at: part.at, branch: toBranch(part) })), ...kept];
  if (branches.length === node.branches.length) return node;
  branches.sort((a, b) => a.at - b.at);
  const [only] = branches;
  return only && branches.length === 1 ? only.branch : { ...node, branches: branches.map(({ branch }) => branch) };
}

/** A branch of the plain form: an aggregate over filtered rows. */
interface Part {
  readonly at: number;
  readonly keys: readonly string[];
  readonly rows: PlanNode;
  readonly metrics: readonly {
    readonly measures: readonly AggregateMeasure[];
    readonly conditions: readonly Expr<string>[];
  }[];
}

function partOf(branch: PlanNode, at: number): Part | null {
  if (branch.kind !== "aggregate") return null;
  const { input, keys, measures } = branch;
  const rows = input.kind === "filter" ? input.input : input;
  const conditions = input.kind === "filter" ? input.conditions : [];
  return { at, keys, rows, metrics: [{ measures, conditions }] };
}

function sameKeys(a: Part, b: Part): boolean {
  return a.keys.join() === b.keys.join();
}

/** The rows of both with the columns of both; null when they are not the same rows. */
function mergeRows(a: PlanNode, b: PlanNode): PlanNode | null {
  if (a.kind === "scan" && b.kind === "scan") return mergeScans(a, b);
  if (a.kind === "join" && b.kind === "join") {
    const { left: aLeft, right: aRight, columns: aColumns, ...aRest } = a;
    const { left: bLeft, right: bRight, columns: bColumns, ...bRest } = b;
    if (!sameData(aRest, bRest)) return null;
    const left = mergeRows(aLeft, bLeft);
    const right = left && mergeRows(aRight, bRight);
    return left && right && { ...a, left, right, columns: [...new Set([...aColumns, ...bColumns])] };
  }
  return sameData(a, b) ? a : null;
}

function mergeScans(a: Scan, b: Scan): Scan | null {
  const { columns: aColumns, ...aRest } = a;
  const { columns: bColumns, ...bRest } = b;
  if (!sameData(aRest, bRest)) return null;
  const columns = new Map(aColumns.map((column) => [column.name, column]));
  for (const column of bColumns) {
    const known = columns.get(column.name);
    // One name, two meanings: metric_time of two metrics that are counted at different times.
    if (known && !sameData(known.expr, column.expr)) return null;
    columns.set(column.name, column);
  }
  return { ...a, columns: [...columns.values()] };
}

function toBranch({ keys, rows, metrics }: Part): Aggregate {
  const [first] = metrics;
  const shared = (first?.conditions ?? []).filter((condition) =>
    metrics.every((metric) => has(metric.conditions, condition)),
  );
  const own = metrics.map((metric) => allOf(metric.conditions.filter((condition) => !has(shared, condition))));
  const measures = metrics.flatMap((metric, i) =>
    metric.measures.map((measure) => ({ ...measure, filter: allOf([measure.filter ?? [], own[i] ?? []].flat()) })),
  );
  const alternatives = own.flatMap((condition) => condition ?? []);
  const isAnyCounted = alternatives.length === metrics.length && alternatives.length > 0 ? [anyOf(alternatives)] : [];
  const conditions = [...shared, ...isAnyCounted];
  const input: PlanNode = conditions.length > 0 ? { kind: "filter", input: rows, conditions } : rows;
  return { kind: "aggregate", input, keys, measures };
}

function anyOf(conditions: readonly Expr<string>[]): Expr<string> {
  const distinct = conditions.filter(
    (condition, i) => conditions.findIndex((other) => sameData(other, condition)) === i,
  );
  const [first] = distinct;
  return first && distinct.length === 1 ? first : call("or", ...distinct);
}

function has(conditions: readonly Expr<string>[], condition: Expr<string>): boolean {
  return conditions.some((other) => sameData(other, condition));
}
