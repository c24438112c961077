import type { Expr } from "../../expression/index.ts";
import { allOf, call, int, literal, ref } from "../../expression/index.ts";
import type { AggregateMeasure, Column, Join, PlanNode } from "../node.ts";
import { columnsOf, inputsOf } from "../node.ts";
import { asTheyAre } from "./steps.ts";

/**
 * Leaves out groups that hold fewer rows of a model than its policy asks for; where there are no groups, the values
 * become NULL. The aggregates that decide are those next to the answer: what they group is what somebody sees.
 *
 *   aggregate by region: swipes           compute region, swipes
 *     left join on employee          =>     filter employees >= 5
 *       scan swipes                           aggregate by region: swipes, count_distinct(employee) as employees
 *       scan employees, at least 5              left join on employee
 *                                                 scan swipes
 *                                                 scan employees
 */
export function withoutSmallGroups(node: PlanNode): PlanNode {
  if (!isLimited(node)) return node;
  switch (node.kind) {
    case "scan":
      return node;
    case "join":
      return { ...node, left: withoutSmallGroups(node.left), right: withoutSmallGroups(node.right) };
    case "combine":
      return { ...node, branches: node.branches.map(withoutSmallGroups) };
    case "filter":
      // One of a period's running values is chosen first: another must not take the place of one that is left out.
      return node.input.kind === "window" && node.input.input.kind === "aggregate"
        ? onlyLarge(node, marked(node))
        : { ...node, input: withoutSmallGroups(node.input) };
    case "project":
    case "window":
      return { ...node, input: withoutSmallGroups(node.input) };
    case "result":
    case "bundle":
      return node;
    case "aggregate":
      return onlyLarge(node, marked(node));
  }
}

/** An answer within a question has left its small groups out. */
function isLimited(node: PlanNode): boolean {
  if (node.kind === "result") return false;
  return node.kind === "scan" ? node.minimumGroup !== null : inputsOf(node).some(isLimited);
}

/** Columns that tell rows of a model apart, or, above an aggregate, how many of them a group holds. */
interface Mark {
  /** Each alone counts no more rows than there are: one that counts enough will do. */
  readonly names: readonly string[];
  readonly least: number;
  /** `row`: not NULL once for each row; `key`: equal for equal rows; `size`: already counted. */
  readonly kind: "row" | "key" | "size";
}

interface Marked {
  readonly node: PlanNode;
  readonly marks: readonly Mark[];
}

/** The step with columns for the rows of every model below it that has a minimum. */
function marked(node: PlanNode): Marked {
  if (!isLimited(node)) return { node, marks: [] };
  switch (node.kind) {
    case "scan": {
      const name = free(node, `row_of_${node.name}`);
      const columns = [...node.columns, { name, expr: int(1), type: "int" } as const];
      return { node: { ...node, columns }, marks: [{ names: [name], least: node.minimumGroup ?? 0, kind: "row" }] };
    }
    case "join":
      return markedJoin(node);
    case "result":
    case "bundle":
      return { node, marks: [] };
    case "filter":
    case "window": {
      const { node: input, marks } = marked(node.input);
      return { node: { ...node, input }, marks };
    }
    case "project": {
      const { node: input, marks } = marked(node.input);
      const passed = namesOf(marks).map((name): Column<string> => ({ name, expr: ref(name), type: "unknown" }));
      return { node: { ...node, input, columns: [...node.columns, ...passed] }, marks };
    }
    case "aggregate": {
      const { node: input, marks } = marked(node.input);
      const sizes = marks.map((mark) => ({
        ...mark,
        sizes: mark.names.map((name) => ({ of: name, name: `${name}_count` })),
      }));
      const measures = sizes.flatMap((mark) => mark.sizes.map(({ of, name }) => sizeOf(mark.kind, of, name)));
      return {
        node: { ...node, input, measures: [...node.measures, ...measures] },
        marks: sizes.map((mark) => ({ names: mark.sizes.map(({ name }) => name), least: mark.least, kind: "size" })),
      };
    }
    case "combine":
      // Several metrics of one entity, which the join above tells apart.
      return { node, marks: [{ names: [], least: leastOf(node), kind: "size" }] };
  }
}

/** Rows that are looked up may meet many others: they are told apart by the key that they are found by. */
function markedJoin(node: Join): Marked {
  const left = marked(node.left);
  const right = marked(node.right);
  const passing = (marks: readonly Mark[]) => [...node.columns, ...namesOf(marks)];
  if (right.marks.length === 0 || node.on.length === 0 || isOfPeriods(node.left)) {
    const marks = [...left.marks, ...right.marks];
    return { node: { ...node, left: left.node, right: right.node, columns: passing(marks) }, marks };
  }
  const own = asTheyAre(node.right);
  const keys = node.on.flatMap(({ right: key }): readonly Column<string>[] => {
    const type = own.find((column) => column.name === key)?.type ?? "unknown";
    return [{ name: free(node, `row_by_${key}`), expr: ref(key), type }];
  });
  const keyed: PlanNode = { kind: "project", input: node.right, columns: [...own, ...keys] };
  const least = Math.max(...right.marks.map((mark) => mark.least));
  const marks: readonly Mark[] = [...left.marks, { names: keys.map(({ name }) => name), least, kind: "key" }];
  return { node: { ...node, left: left.node, right: keyed, columns: passing(marks) }, marks };
}

function namesOf(marks: readonly Mark[]): readonly string[] {
  return marks.flatMap(({ names }) => names);
}

/** Whether the driving side holds periods, whose rows are nobody's. */
function isOfPeriods(node: PlanNode): boolean {
  switch (node.kind) {
    case "aggregate":
    case "combine":
      return true;
    case "scan":
      return false;
    case "join":
      return isOfPeriods(node.left);
    case "filter":
    case "project":
    case "window":
      return isOfPeriods(node.input);
    case "result":
    case "bundle":
      return false;
  }
}

function leastOf(node: PlanNode): number {
  if (node.kind === "result") return 0;
  if (node.kind === "scan") return node.minimumGroup ?? 0;
  return Math.max(0, ...inputsOf(node).map(leastOf));
}

function sizeOf(kind: Mark["kind"], column: string, name: string): AggregateMeasure {
  const aggregation = kind === "row" ? "count" : kind === "key" ? "count_distinct" : "min";
  return { name, aggregation, arg: ref(column), percentile: null, filter: null, type: "int" };
}

function onlyLarge(shown: PlanNode, { node, marks }: Marked): PlanNode {
  const isLarge = allOf(marks.map(isEnough));
  if (!isLarge) return node;
  const columns = columnsOf(shown);
  if (hasGroups(shown)) {
    const kept: PlanNode = { kind: "filter", input: node, conditions: [isLarge] };
    return { kind: "project", input: kept, columns: columns.map((column) => ({ ...column, expr: ref(column.name) })) };
  }
  const orNull = columns.map(({ name, type }): Column<string> => {
    const branches = [{ when: isLarge, value: ref(name) }];
    return { name, expr: { kind: "case", branches, otherwise: literal("unknown", null) }, type };
  });
  return { kind: "project", input: node, columns: orNull };
}

function isEnough({ names, least }: Mark): Expr<string> {
  const [first, ...others] = names.map((name): Expr<string> => call(">=", ref(name), int(least)));
  if (!first) throw new Error("Rows of a model with a minimum cannot be counted.");
  return others.length === 0 ? first : call("or", first, ...others);
}

function hasGroups(node: PlanNode): boolean {
  return node.kind === "aggregate" ? node.keys.length > 0 : true;
}

function free(node: PlanNode, wanted: string): string {
  const taken = new Set(columnsOf(node).map(({ name }) => name));
  let name = wanted;
  for (let i = 2; taken.has(name); i++) name = `${wanted}_${i}`;
  return name;
}
