import type { ColumnExpression, Dimension, JoinStep, Model } from "../../catalog/index.ts";
import { validityOf } from "../../catalog/index.ts";
import type { Expr, ScalarType } from "../../expression/index.ts";
import { call, print, ref } from "../../expression/index.ts";
import { accessTo } from "../../policy/index.ts";
import type { Field } from "../../request/index.ts";
import { cutTime, toLocal, toPhysical } from "../lower.ts";
import type { Column, Join, Physical, PlanNode, Scan } from "../node.ts";
import { columnsOf } from "../node.ts";
import { calendarColumn } from "./calendar.ts";
import type { PlanContext } from "./context.ts";
import { maskedValue } from "./masked-value.ts";
import { metricPer } from "./stitch.ts";

/** Rows of one model, joined to whatever its fields need; never more and never fewer rows than the model has. */
export interface Rows {
  readonly node: PlanNode;
  readonly columnOf: (field: Field) => string;
}

export interface RowsRequest {
  readonly model: Model;
  readonly fields: readonly Field[];
  /** Columns of the model's own rows, such as a measure's input. */
  readonly values: readonly Column<Physical>[];
  /** The row's time, which picks the version of a dimension with validity; null in questions for values. */
  readonly time: Field | null;
  /** `full` also keeps members that no row uses. */
  readonly join: "left" | "full";
  /** Periods that every row of the base is paired with, before members that no row uses are added. */
  readonly crossed?: PlanNode | null;
}

/** One source in the tree of joins. */
interface Side {
  readonly parent: Side | null;
  readonly name: string;
  readonly model: Model;
  /** Roles from the base: `order__customer`; empty for the base. */
  readonly path: string;
  readonly columns: Map<string, Column<Physical>>;
  readonly children: { readonly step: JoinStep; readonly side: Side }[];
}

export function readRows(context: PlanContext, request: RowsRequest): Rows {
  const { model, fields } = request;
  const root: Side = { parent: null, name: model.name, model, path: "", columns: new Map(), children: [] };
  for (const value of request.values) root.columns.set(value.name, value);
  const sideOf = layOut(root, fields.map(stepsOf));
  for (const field of fields) addField(context, sideOf, field);
  if (request.time && hasValidity(root)) addField(context, sideOf, request.time);
  const tree = withKeys(context, root, request.time);
  const base = scanOf(context, root);
  let node: PlanNode = joinAll(
    context,
    request.crossed ? joinOf("cross", base, request.crossed, [], null) : base,
    tree,
    request.join,
  );
  for (const field of unique(fields)) node = joinLookup(context, node, field, request.join);
  return { node, columnOf: (field) => field.key };
}

function addField(context: PlanContext, sideOf: (steps: readonly JoinStep[]) => Side, field: Field): void {
  if (field.value.kind === "metric") return addField(context, sideOf, field.value.entity);
  if (field.value.kind === "calendar") return;
  const { path, element } = field.value;
  const side = sideOf(path.steps);
  if (element.kind === "entity") {
    const [key] = element.entity.key;
    if (key) side.columns.set(field.key, { name: field.key, expr: keyExpr(key), type: field.type });
    return;
  }
  const { dimension } = element;
  const name = field.cut?.kind === "custom" ? baseColumn(field) : field.key;
  const shown = maskedValue(context, accessTo(context.access, side.model.name), dimension);
  const expr = cutTime(shown, dimension.type, field.cut, context.timeZone);
  side.columns.set(name, { name, expr, type: field.type });
}

/** The sources that lie on one path, in order. */
interface Chain {
  readonly steps: readonly JoinStep[];
  readonly sides: readonly Side[];
}

/**
 * Lays the paths out as a tree of joins. A model that promises its key is joined once for all paths through it. One
 * that only calls an entity primary, as imported definitions do, is joined by each longer path for itself: that is how
 * MetricFlow joins, and the numbers stay the same where the key turns out not to be unique.
 */
function layOut(root: Side, paths: readonly (readonly JoinStep[])[]): (steps: readonly JoinStep[]) => Side {
  const chains: Chain[] = [];
  for (const steps of paths.toSorted((a, b) => b.length - a.length)) {
    if (!chains.some((chain) => startsWith(chain.steps, steps))) chains.push({ steps, sides: addChain(root, steps) });
  }
  return (steps) => {
    const side =
      steps.length === 0 ? root : chains.find((chain) => startsWith(chain.steps, steps))?.sides[steps.length - 1];
    if (!side) throw new Error("A field's path was not laid out.");
    return side;
  };
}

function addChain(root: Side, steps: readonly JoinStep[]): readonly Side[] {
  const sides: Side[] = [];
  let isShared = true;
  for (const step of steps) {
    const parent: Side = sides.at(-1) ?? root;
    const known: Side["children"][number] | undefined = isShared
      ? parent.children.find((child) => sameStep(child.step, step))
      : undefined;
    isShared = known !== undefined && step.to.isKeyPromised;
    sides.push(known && isShared ? known.side : addChild(parent, step));
  }
  return sides;
}

function addChild(parent: Side, step: JoinStep): Side {
  const twins = parent.children.filter((child) => child.step.left === step.left).length;
  const link = twins === 0 ? step.left.name : `${step.left.name}_${twins + 1}`;
  const path = parent.path === "" ? link : `${parent.path}__${link}`;
  const name = step.left.name === step.left.entity ? step.to.name : step.left.name;
  const side: Side = { parent, name, model: step.to, path, columns: new Map(), children: [] };
  parent.children.push({ step, side });
  return side;
}

function startsWith(steps: readonly JoinStep[], start: readonly JoinStep[]): boolean {
  return start.length <= steps.length && start.every((step, i) => sameStep(step, steps[i]));
}

function sameStep(a: JoinStep, b: JoinStep | undefined): boolean {
  return a.left === b?.left && a.right === b.right && a.to === b.to;
}

/** The joins that a field needs; a custom period and a metric per entity are looked up from what those bring. */
function stepsOf(field: Field): readonly JoinStep[] {
  if (field.value.kind === "metric") return stepsOf(field.value.entity);
  return field.value.kind === "element" ? field.value.path.steps : [];
}

function hasValidity(side: Side): boolean {
  return side.children.some(({ step, side: child }) => step.right.type === "natural" || hasValidity(child));
}

function scanOf(context: PlanContext, side: Side): Scan {
  const { guard, minimumGroupSize } = accessTo(context.access, side.model.name);
  return {
    kind: "scan",
    name: side.name,
    source: side.model.source,
    ...(side.model.columns && {
      types: Object.fromEntries([...side.model.columns].map(([name, { type }]) => [name, type])),
    }),
    guard: guard && toPhysical({ kind: "expr", expr: guard }),
    minimumGroup: minimumGroupSize,
    where: [],
    columns: [...side.columns.values()],
  };
}

/** One source with the joins that hang on it; every column they need is in its scan. */
interface JoinTree {
  readonly side: Side;
  readonly joins: readonly {
    readonly on: Join["on"];
    readonly condition: Expr<string> | null;
    readonly to: JoinTree;
  }[];
}

/** Gives both sides of every join their keys; only then are the scans complete. */
function withKeys(context: PlanContext, side: Side, time: Field | null): JoinTree {
  const joins = side.children.map(({ step, side: child }) => ({
    on: addKeys(context, side, child, step),
    condition: step.right.type === "natural" ? validAt(context, child, time) : null,
    to: withKeys(context, child, time),
  }));
  return { side, joins };
}

function joinAll(context: PlanContext, left: PlanNode, tree: JoinTree, type: "left" | "full"): PlanNode {
  return tree.joins.reduce(
    (node, { on, condition, to }) =>
      joinAll(context, joinOf(type, node, scanOf(context, to.side), on, condition), to, type),
    left,
  );
}

/** Puts the key on both sides under one name, with any partition both models declare. */
function addKeys(context: PlanContext, parent: Side, side: Side, step: JoinStep): Join["on"] {
  const isComposite = step.left.key.length > 1;
  const keys = step.left.key.map((leftKey, i) => {
    const rightKey = step.right.key[i];
    if (!rightKey) throw new Error(`Keys of ${step.from.name} and ${step.to.name} differ in length.`);
    const wanted = `${side.path}_key${isComposite ? `_${i + 1}` : ""}`;
    return {
      name: context.names.of(`key ${parent.path} ${side.path} ${step.to.name} ${i}`, wanted),
      left: leftKey,
      right: rightKey,
    };
  });
  const partitions = [...step.to.dimensions.values()].flatMap((right) => {
    const held = right.isPartition ? nearestPartition(parent, right.name) : null;
    if (!held) return [];
    const name = context.names.of(
      `partition ${held.side.path} ${side.path} ${right.name}`,
      `${side.path}_${right.name}`,
    );
    return [{ name, side: held.side, left: toPhysical(held.dimension.value), right: toPhysical(right.value) }];
  });
  for (const { name, left, right } of keys) {
    parent.columns.set(name, { name, expr: keyExpr(left), type: "unknown" });
    side.columns.set(name, { name, expr: keyExpr(right), type: "unknown" });
  }
  for (const partition of partitions) {
    const { name } = partition;
    partition.side.columns.set(name, { name, expr: partition.left, type: "unknown" });
    side.columns.set(name, { name, expr: partition.right, type: "unknown" });
  }
  return [...keys, ...partitions].map(({ name }) => ({ left: name, right: name }));
}

/** The partition of that name on the way to a source, the nearest first: a model in between may have none. */
function nearestPartition(side: Side, name: string): { readonly side: Side; readonly dimension: Dimension } | null {
  const dimension = side.model.dimensions.get(name);
  if (dimension?.isPartition) return { side, dimension };
  return side.parent && nearestPartition(side.parent, name);
}

/** Start ≤ the row's time < end, an end of NULL being open. Values without a time see every version. */
function validAt(context: PlanContext, side: Side, time: Field | null): Expr<string> | null {
  const validity = validityOf(side.model);
  if (!validity) throw new Error(`Model "${side.model.name}" is joined by a natural key without a validity window.`);
  if (!time) return null;
  const column = (dimension: typeof validity.start): Expr<string> => {
    const name = context.names.of(`validity ${side.path} ${dimension.name}`, `${side.path}_${dimension.name}`);
    side.columns.set(name, { name, expr: toPhysical(dimension.value), type: dimension.type });
    return ref(name);
  };
  const start = column(validity.start);
  const end = column(validity.end);
  // Versions that are dated by local days or times are met by the row's local time.
  const isInstant = validity.start.type === "timestamptz";
  const at: Expr<string> = isInstant ? ref(time.key) : toLocal(ref(time.key), time.type, context.timeZone);
  return call("and", call("<=", start, at), call("or", call("<", at, end), call("is_null", end)));
}

export function joinOf(
  type: Join["type"],
  left: PlanNode,
  right: PlanNode,
  on: Join["on"],
  condition: Expr<string> | null,
): Join {
  const columns = [...new Set([...columnsOf(left), ...columnsOf(right)].map(({ name }) => name))];
  return { kind: "join", type, left, right, on, condition, columns };
}

/** Fields that are found by a further join: a custom period in its calendar, a metric's value per entity. */
function joinLookup(context: PlanContext, node: PlanNode, field: Field, type: "left" | "full"): PlanNode {
  if (field.value.kind === "metric") {
    const { metric, entity } = field.value;
    const right = metricPer(context, metric, entity, field.key);
    const [key] = columnsOf(right);
    if (!key) throw new Error("A metric per entity lost its entity.");
    return type === "full"
      ? withUnknownKeys(context, node, right, entity.key, key.name)
      : joinOf(type, node, right, [{ left: entity.key, right: key.name }], null);
  }
  if (field.value.kind === "calendar" || field.cut?.kind !== "custom") return node;
  const { calendar } = field.cut;
  const day = baseColumn(field);
  const right: Scan = {
    kind: "scan",
    name: calendar.name,
    source: calendar.source,
    guard: null,
    minimumGroup: null,
    where: [],
    columns: [
      { name: day, ...calendarColumn({ kind: "grain", grain: calendar.grain }, calendar) },
      { name: field.key, ...calendarColumn(field.cut, calendar) },
    ],
  };
  return joinOf("left", node, right, [{ left: day, right: day }], null);
}

/** A key that only the right side knows is shown as itself. */
function withUnknownKeys(
  context: PlanContext,
  left: PlanNode,
  right: PlanNode,
  key: string,
  rightKey: string,
): PlanNode {
  const known = context.names.of(`${key} on the other side`, `${key}_known`);
  const renamed = columnsOf(right).map(({ name, type }) => ({
    name: name === rightKey ? known : name,
    expr: ref(name),
    type,
  }));
  const joined = joinOf(
    "full",
    left,
    { kind: "project", input: right, columns: renamed },
    [{ left: key, right: known }],
    null,
  );
  const columns = columnsOf(joined).filter(({ name }) => name !== known);
  return {
    kind: "project",
    input: joined,
    columns: columns.map(({ name, type }) => ({
      name,
      expr: name === key ? call("coalesce", ref<string>(key), ref(known)) : ref(name),
      type,
    })),
  };
}

function baseColumn(field: Field): string {
  return `${field.key}_base`;
}

function keyExpr(key: Expr<string>): Expr<Physical> {
  return toPhysical({ kind: "expr", expr: key });
}

function unique(fields: readonly Field[]): readonly Field[] {
  return [...new Map(fields.map((field) => [field.key, field])).values()];
}

/** A measure's input as a column of its model's rows: named like the column where it is one. */
export function valueColumn(
  context: PlanContext,
  model: Model,
  value: ColumnExpression,
  wanted: string,
  type: ScalarType,
): Column<Physical> {
  const expr = toPhysical(value);
  const plain = value.kind === "expr" && value.expr.kind === "ref" ? value.expr.ref : `${wanted}_input`;
  const id = value.kind === "expr" ? print(value.expr, (column) => column) : JSON.stringify(value);
  return { name: context.names.of(`value ${model.name} ${id}`, plain), expr, type };
}

export function filtered(node: PlanNode, conditions: readonly Expr<string>[]): PlanNode {
  return conditions.length === 0 ? node : { kind: "filter", input: node, conditions };
}
