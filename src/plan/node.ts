import type { AggregateSpec, ColumnExpression, Source } from "../catalog/index.ts";
import type { Aggregation, Expr, Literal, ScalarType } from "../expression/index.ts";
import { PART, type Slots } from "./bundle.ts";

/**
 * One step of a logical plan: relational algebra over named columns. Frozen data: it prints, hashes and compares.
 * Column names are unique within a step's output; equal subtrees mean equal rows.
 */
export type PlanNode = Scan | Join | Filter | Project | Aggregate | Combine | Window | Result | Bundle;

/** What an expression in a scan may read: a column of the source, or the author's own SQL. */
export type Physical =
  | { readonly kind: "column"; readonly name: string }
  | Extract<ColumnExpression, { readonly kind: "opaque" }>;

export interface Column<R> {
  readonly name: string;
  readonly expr: Expr<R>;
  readonly type: ScalarType;
}

/** Rows of one source with values computed from each. The policy's guard and `where` see the source's own columns. */
export interface Scan {
  readonly kind: "scan";
  /** What the rows are, for people: the model, or the role it plays. */
  readonly name: string;
  readonly source: Source;
  /** Of the source's own columns, as far as they are declared. */
  readonly types?: Readonly<Record<string, ScalarType>>;
  readonly guard: Expr<Physical> | null;
  /** Groups of fewer of these rows are left out of answers; null: no such rule. */
  readonly minimumGroup: number | null;
  readonly where: readonly Expr<Physical>[];
  readonly columns: readonly Column<Physical>[];
}

/** `left` and `full` keep rows without a match. */
export interface Join {
  readonly kind: "join";
  readonly type: "left" | "inner" | "full" | "cross";
  readonly left: PlanNode;
  readonly right: PlanNode;
  readonly on: readonly { readonly left: string; readonly right: string }[];
  /** Whether NULL meets NULL in `on`, as in groups; otherwise it meets nothing. */
  readonly nullsMatch?: boolean;
  /** Over columns of both sides whose names differ. */
  readonly condition: Expr<string> | null;
  /** What it passes on, in order; where both sides have a name, the left one's. */
  readonly columns: readonly string[];
}

export interface Filter {
  readonly kind: "filter";
  readonly input: PlanNode;
  readonly conditions: readonly Expr<string>[];
}

export interface Project {
  readonly kind: "project";
  readonly input: PlanNode;
  readonly columns: readonly Column<string>[];
}

/** One row for each combination of the keys, NULL being a value; without keys exactly one row. */
export interface Aggregate {
  readonly kind: "aggregate";
  readonly input: PlanNode;
  readonly keys: readonly string[];
  readonly measures: readonly AggregateMeasure[];
}

export interface AggregateMeasure {
  readonly name: string;
  readonly aggregation: Aggregation;
  readonly arg: Expr<string>;
  readonly percentile: AggregateSpec["percentile"];
  /** Only these rows; a group without any gives NULL, as if computed apart. */
  readonly filter: Expr<string> | null;
  readonly type: ScalarType;
}

/** Branches stitched on the keys, NULL equal to NULL; each branch has at most one row a key. */
export interface Combine {
  readonly kind: "combine";
  readonly branches: readonly PlanNode[];
  readonly keys: readonly string[];
}

/** Adds a column computed over the rows that share `partitionBy`. */
export interface Window {
  readonly kind: "window";
  readonly input: PlanNode;
  readonly name: string;
  readonly compute:
    | { readonly fn: "min" | "max"; readonly column: string }
    | { readonly fn: "row_number" | "rank" }
    /** With an order: so far, rows of equal order together. */
    | { readonly fn: "sum"; readonly column: string }
    | { readonly fn: "first_value"; readonly column: string };
  readonly partitionBy: readonly string[];
  readonly orderBy: readonly Sort[];
}

export interface Sort {
  readonly column: string;
  readonly direction: "asc" | "desc";
  /** Otherwise they come last ascending, first descending. */
  readonly nulls?: "last";
}

/** The answer: columns under their final names, ordered, cut. */
export interface Result {
  readonly kind: "result";
  readonly input: PlanNode;
  readonly columns: readonly { readonly from: string; readonly name: string }[];
  /** Over final names. */
  readonly orderBy: readonly Sort[];
  /** Only rows behind the one with these values, one for each column of the order. */
  readonly after?: readonly Literal[];
  readonly limit: number | null;
  readonly offset: number;
}

/** Several answers as one: every row says which it belongs to, and has its cells in that answer's slots. See bundle.ts. */
export interface Bundle {
  readonly kind: "bundle";
  readonly parts: readonly Result[];
  readonly slots: Slots;
}

export function inputsOf(node: PlanNode): readonly PlanNode[] {
  switch (node.kind) {
    case "scan":
      return [];
    case "join":
      return [node.left, node.right];
    case "filter":
    case "project":
    case "aggregate":
    case "window":
    case "result":
      return [node.input];
    case "combine":
      return node.branches;
    case "bundle":
      return node.parts;
  }
}

/** The same step over other inputs; the node itself when none changed. */
export function withInputs(node: PlanNode, inputs: readonly PlanNode[]): PlanNode {
  if (inputsOf(node).every((input, i) => input === inputs[i])) return node;
  const [first, second] = inputs as [PlanNode, PlanNode];
  switch (node.kind) {
    case "scan":
      return node;
    case "join":
      return { ...node, left: first, right: second };
    case "filter":
    case "project":
    case "aggregate":
    case "window":
    case "result":
      return { ...node, input: first };
    case "combine":
      return { ...node, branches: inputs };
    case "bundle":
      return { ...node, parts: inputs.filter((input) => input.kind === "result") };
  }
}

/** A column that a step passes on. */
export interface OutputColumn {
  readonly name: string;
  readonly type: ScalarType;
}

/** The columns of a step, in order. Computed once a node. */
export function columnsOf(node: PlanNode): readonly OutputColumn[] {
  let columns = known.get(node);
  if (!columns) known.set(node, (columns = outputOf(node)));
  return columns;
}

const known = new WeakMap<PlanNode, readonly OutputColumn[]>();

function outputOf(node: PlanNode): readonly OutputColumn[] {
  switch (node.kind) {
    case "scan":
    case "project":
      return node.columns.map(({ name, type }) => ({ name, type }));
    case "join": {
      const all = byName([...columnsOf(node.right), ...columnsOf(node.left)]);
      return node.columns.map((name) => need(all, name));
    }
    case "filter":
      return columnsOf(node.input);
    case "aggregate": {
      const all = byName(columnsOf(node.input));
      return [...node.keys.map((key) => need(all, key)), ...node.measures.map(({ name, type }) => ({ name, type }))];
    }
    case "combine": {
      const [first] = node.branches;
      const all = byName(first ? columnsOf(first) : []);
      const values = node.branches.flatMap((branch) =>
        columnsOf(branch).filter(({ name }) => !node.keys.includes(name)),
      );
      return [...node.keys.map((key) => need(all, key)), ...values];
    }
    case "window": {
      const all = byName(columnsOf(node.input));
      const type = "column" in node.compute ? need(all, node.compute.column).type : "int";
      return [...columnsOf(node.input), { name: node.name, type }];
    }
    case "result": {
      const all = byName(columnsOf(node.input));
      return node.columns.map(({ from, name }) => ({ name, type: need(all, from).type }));
    }
    case "bundle":
      return [{ name: PART, type: "int" }, ...node.slots.slots.map(({ name, type }) => ({ name, type }))];
  }
}

function byName(columns: readonly OutputColumn[]): ReadonlyMap<string, OutputColumn> {
  return new Map(columns.map((column) => [column.name, column]));
}

function need(columns: ReadonlyMap<string, OutputColumn>, name: string): OutputColumn {
  const column = columns.get(name);
  if (!column) throw new Error(`Plan step reads column "${name}", which its input does not have.`);
  return column;
}
