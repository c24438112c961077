import type { Calendar } from "../../catalog/index.ts";
import type { Expr } from "../../expression/index.ts";
import { allOf, call, int, literal, mapRefs, print, ref, refsOf } from "../../expression/index.ts";
import { type Access, hidesSmallGroups } from "../../policy/index.ts";
import type { Field, ResolvedConversion, ResolvedMetric, ResolvedOffset, ResolvedSimple } from "../../request/index.ts";
import { leavesOf, typeOfMetric } from "../../request/index.ts";
import { sameData } from "../../std/index.ts";
import type { Column, PlanNode } from "../node.ts";
import type { PlanContext } from "./context.ts";
import { buildConversions } from "./conversion.ts";
import { buildCumulative } from "./cumulative.ts";
import { alongCalendar, buildSimple } from "./simple.ts";

/** A column to compute once the inputs stand side by side. */
export interface StitchedColumn {
  readonly name: string;
  readonly of: ResolvedMetric;
  readonly access: Access;
}

export interface StitchRequest {
  readonly keys: readonly Column<string>[];
  readonly columns: readonly StitchedColumn[];
  readonly calendar: Calendar | null;
  /** By how much the metrics around these ones move them. */
  readonly offsets?: readonly ResolvedOffset[];
}

/**
 * Metrics side by side: each simple metric is aggregated apart, the aggregates are stitched on the keys, and ratios and
 * derived metrics are computed from the stitched row.
 *
 *   project <keys>, revenue / orders as average_order_value
 *     combine on <keys>
 *       aggregate … revenue
 *       aggregate … orders
 */
export function stitch(
  shared: Omit<PlanContext, "access">,
  { keys, columns, calendar, offsets: around = [] }: StitchRequest,
): PlanNode {
  const branches = new Map<string, PlanNode>();
  const accesses: Access[] = [];
  const isAlone = columns.length === 1;
  const computed = columns.map(({ name, of, access }): Column<string> => {
    const metrics = inOneRow({ ...shared, access });
    const expr = isAlone ? metrics.overRow(of, around) : metrics.beside(of, around);
    return { name, expr, type: typeOfMetric(of) };
  });
  const nodes = [...branches.values()];
  const [only] = nodes;
  const keyNames = keys.map((key) => key.name);
  const combined: PlanNode = only && nodes.length === 1 ? only : { kind: "combine", branches: nodes, keys: keyNames };
  const all = [...keys, ...computed];
  return all.every(isAsItIs) ? combined : { kind: "project", input: combined, columns: all };

  /** Metrics that the same access was decided for. */
  function inOneRow(context: PlanContext) {
    return { overRow, beside };

    /** The metric as an expression over the stitched row; asks for the branches it needs on the way. */
    function overRow(of: ResolvedMetric, offsets: readonly ResolvedOffset[]): Expr<string> {
      const laying = { calendar, offsets };
      switch (of.kind) {
        case "simple":
          return filled(
            of,
            branch(of, offsets, (name) => buildSimple(context, of, name, laying)),
          );
        case "cumulative":
          return filled(
            of.input,
            branch(of, offsets, (name) => buildCumulative(context, of, name, offsets)),
          );
        case "ratio":
          return call("/", beside(of.numerator, offsets), beside(of.denominator, offsets));
        case "derived": {
          const expr = mapRefs(of.expr, (alias) => {
            const input = of.inputs.find((candidate) => candidate.alias === alias);
            if (!input) throw new Error(`Metric "${of.metric.name}" reads "${alias}", which is none of its inputs.`);
            const moved = input.offset ? [...offsets, input.offset] : offsets;
            return of.inputs.length === 1 ? overRow(input.of, moved) : beside(input.of, moved);
          });
          return hidesSmallGroups(context.access) ? whereComplete(of.expr, expr) : expr;
        }
        case "conversion": {
          const conversions = filled(
            of.conversion,
            branch(of, offsets, (name) => conversionsOf(of, name, offsets)),
          );
          return of.metric.calculation === "conversions"
            ? conversions
            : call("/", conversions, overRow(of.base, offsets));
        }
      }
    }

    function conversionsOf(of: ResolvedConversion, name: string, offsets: readonly ResolvedOffset[]): PlanNode {
      const conversions = buildConversions(context, of, name, offsets);
      const hasTime = of.base.groupBy.some((field) => field.isMetricTime);
      return calendar && of.conversion.metric.joinToTimespine && hasTime
        ? alongCalendar(context, of.base, conversions, name, calendar)
        : conversions;
    }

    function filled(leaf: ResolvedSimple, value: Expr<string>): Expr<string> {
      const fill = fillFor(leaf, context.access);
      return fill === null ? value : call("coalesce", value, int(fill));
    }

    /** What stands in for a missing input must not stand in for one that is suppressed. */
    function whereComplete(written: Expr<string>, expr: Expr<string>): Expr<string> {
      const inputs = [...new Set(refsOf(expr))];
      const isStrict = refsOf(written).every((alias) => nullWhereAll(written, new Set([alias])));
      const when = isStrict ? null : allOf(inputs.map((name) => call("is_not_null", ref(name))));
      return when ? { kind: "case", branches: [{ when, value: expr }], otherwise: literal("unknown", null) } : expr;
    }

    /** Asked for twice, computed once. */
    function branch(
      of: ResolvedMetric,
      offsets: readonly ResolvedOffset[],
      build: (name: string) => PlanNode,
    ): Expr<string> {
      const id = identityOf(of, offsets, numberOf(context.access));
      const name = context.names.of(`value of ${id}`, of.metric.name);
      if (!branches.has(id)) branches.set(id, build(name));
      return ref(name);
    }

    /** The same where other metrics bring rows of their own: computed first where it would not stay NULL in those. */
    function beside(of: ResolvedMetric, offsets: readonly ResolvedOffset[]): Expr<string> {
      if (canShareRow(of)) return overRow(of, offsets);
      const id = `apart ${identityOf(of, offsets, numberOf(context.access))}`;
      const name = context.names.of(id, of.metric.name);
      if (!branches.has(id)) {
        branches.set(
          id,
          stitch(shared, { keys: keys.map(asKey), columns: [{ name, of, access: context.access }], calendar, offsets }),
        );
      }
      return ref(name);
    }
  }

  /** What was decided alike is shared. */
  function numberOf(access: Access): number {
    const known = accesses.findIndex((other) => sameData(other, access));
    return known >= 0 ? known : accesses.push(access) - 1;
  }
}

/** What stands in for a missing value of the metric; null: nothing does. A suppressed value is not zero. */
export function fillFor(of: ResolvedMetric, access: Access): number | null {
  if (hidesSmallGroups(access)) return null;
  switch (of.kind) {
    case "simple":
      return of.metric.fillNullsWith;
    case "cumulative":
      return of.input.metric.fillNullsWith;
    case "conversion":
      return of.metric.calculation === "conversions" ? of.conversion.metric.fillNullsWith : null;
    case "ratio":
    case "derived":
      return null;
  }
}

function isAsItIs({ name, expr }: Column<string>): boolean {
  return expr.kind === "ref" && expr.ref === name;
}

function asKey({ name, type }: Column<string>): Column<string> {
  return { name, expr: ref(name), type };
}

/** The metric by one entity, over all its data: columns entity and value. */
export function metricPer(context: PlanContext, of: ResolvedMetric, entity: Field, name: string): PlanNode {
  const [key] = firstLeaf(of).groupBy;
  if (!key) throw new Error("A metric per entity was resolved without its entity.");
  const keyed: Column<string> = { name: key.key, expr: ref(key.key), type: entity.type };
  const everywhere = { ...context, memberships: [] };
  return stitch(everywhere, { keys: [keyed], columns: [{ name, of, access: context.access }], calendar: null });
}

function firstLeaf(of: ResolvedMetric): ResolvedSimple {
  switch (of.kind) {
    case "simple":
      return of;
    case "ratio":
      return firstLeaf(of.numerator);
    case "derived":
      return firstLeaf(of.inputs[0]?.of ?? of);
    case "cumulative":
      return of.input;
    case "conversion":
      return of.base;
  }
}

/** Whether the metric is NULL in rows where all its inputs are: then a row that only others have leaves it NULL anyway. */
function canShareRow(of: ResolvedMetric): boolean {
  switch (of.kind) {
    case "simple":
      return true;
    case "ratio":
      return isNullAlone(of.numerator) || isNullAlone(of.denominator);
    case "derived":
      return isNullAlone(of);
    case "cumulative":
      return true;
    case "conversion":
      return isNullAlone(of);
  }
}

function isNullAlone(of: ResolvedMetric): boolean {
  switch (of.kind) {
    case "simple":
      return of.metric.fillNullsWith === null;
    case "cumulative":
      return isNullAlone(of.input);
    case "conversion":
      return isNullAlone(of.base) || isNullAlone(of.conversion);
    case "ratio":
      return isNullAlone(of.numerator) || isNullAlone(of.denominator);
    case "derived": {
      const nullAliases = new Set(of.inputs.filter((input) => isNullAlone(input.of)).map((input) => input.alias));
      return nullWhereAll(of.expr, nullAliases);
    }
  }
}

/** Whether the expression is NULL when these names are. */
function nullWhereAll(expr: Expr<string>, names: ReadonlySet<string>): boolean {
  switch (expr.kind) {
    case "literal":
      return expr.value === null;
    case "ref":
      return names.has(expr.ref);
    case "cast":
      return nullWhereAll(expr.arg, names);
    case "case":
      return false;
    case "call":
      return STRICT.has(expr.fn)
        ? expr.args.some((arg) => nullWhereAll(arg, names))
        : expr.fn === "coalesce" && expr.args.every((arg) => nullWhereAll(arg, names));
  }
}

const STRICT: ReadonlySet<string> = new Set([
  "+",
  "-",
  "*",
  "/",
  "%",
  "negate",
  "abs",
  "sign",
  "round",
  "floor",
  "ceil",
  "sqrt",
  "power",
  "ln",
  "exp",
  "nullif",
]);

function identityOf(of: ResolvedMetric, offsets: readonly ResolvedOffset[], access: number): string {
  const conditions = leavesOf(of).map((leaf) => {
    const tests = [...leaf.ownConditions, ...leaf.queryConditions].map((condition) =>
      print(condition, (field) => field.key),
    );
    // A comparison may ask for a metric over another range than the question's.
    return [...tests, leaf.range ? `${leaf.range.start} to ${leaf.range.end}` : ""].join(" & ");
  });
  const moves = offsets.map((offset) =>
    offset.kind === "window"
      ? `${offset.window.count} ${offset.window.grain} ${offset.wholePeriods} ${offset.isComparison}`
      : `to ${offset.grain}`,
  );
  return [of.metric.name, ...conditions, ...moves, ...(access > 0 ? [`access ${access}`] : [])].join(" | ");
}
