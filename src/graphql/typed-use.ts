import { Refusal } from "../diagnostics/index.ts";
import type { Calc, MetricReference, Shift } from "../request/index.ts";
import { canonicalJson, sha256 } from "../std/index.ts";
import type { Filter } from "./filter.ts";
import { filterText } from "./filter.ts";
import type { Numbers } from "./query-result.ts";
import { type Group, type GroupArgument, groupsOf, type Maybe, referenceOf } from "./typed-groups.ts";
import type { TypedMetric, TypedModel } from "./typed-model.ts";

/** Arguments of a metric's field. */
export interface MetricArguments {
  readonly shift?: Maybe<{ readonly [Part in keyof Shift]?: Maybe<Shift[Part]> }>;
  readonly calc?: Maybe<Calc>;
  readonly within?: Maybe<readonly GroupArgument[]>;
  readonly where?: Maybe<Filter>;
  readonly numbers?: Maybe<Numbers>;
}

/** One metric and how it is shown. Equal columns mean equal values, whichever aliases ask for them. */
export interface Use {
  /** Name of the column in the answer. */
  readonly column: string;
  readonly metric: string;
  readonly shift: Shift | null;
  readonly calc: Calc;
  readonly within: readonly Group[];
  readonly where: string | null;
}

/** What ranges over several groups. */
const RANGING: ReadonlySet<Calc> = new Set(["share_of_total", "rank", "running_total"]);

/** @throws Refusal when the arguments contradict each other. */
export function useOf(model: TypedModel, { metric }: TypedMetric, args: MetricArguments): Use {
  const calc = args.calc ?? "value";
  const within = groupsOf(args.within ?? [], ["within"]);
  if (within.length > 0 && !RANGING.has(calc)) {
    const message = `within says what a share, a rank or a running total ranges over; ${calc.toUpperCase()} is none.`;
    throw new Refusal("INVALID_REQUEST", message, { path: ["within"] });
  }
  const where = args.where ? filterText(model, args.where, ["where"]) : null;
  const use = { metric: metric.name, shift: shiftOf(args.shift), calc, within, where };
  return { ...use, column: columnOf(model, use) };
}

/** A shift with what it says only, so that equal ones are equal data. */
function shiftOf(shift: MetricArguments["shift"]): Shift | null {
  if (!shift) return null;
  const { by = null, periods = null, unit = null } = shift;
  return { ...(by !== null && { by }), ...(periods !== null && { periods }), ...(unit !== null && { unit }) };
}

/** The metric's own value. */
export function plainUse(model: TypedModel, metric: string): Use {
  const use = { metric, shift: null, calc: "value", within: [], where: null } as const;
  return { ...use, column: columnOf(model, use) };
}

/** A metric may be called like a group; a condition on one must not become one on the other. */
function columnOf(model: TypedModel, use: Omit<Use, "column">): string {
  const { metric, shift, calc, within, where } = use;
  const isPlain = !shift && calc === "value" && where === null;
  const isGroup = [...model.dimensions, ...model.times].some(({ option }) => option.name === metric);
  return isPlain && !isGroup ? metric : `${metric}_${sha256(canonicalJson([shift, calc, within, where])).slice(0, 12)}`;
}

/**
 * What the use asks of the planner.
 *
 * @param ranges What its share, rank or running total stays within in any case: the groups of a breakdown's parent.
 */
export function metricReference(use: Use, ranges: readonly Group[]): MetricReference {
  const { metric, column, shift, calc, within, where } = use;
  const isOfAll = within.length === 0 && calc === "running_total";
  const ranged = RANGING.has(calc) && !isOfAll ? [...ranges, ...within.filter((group) => !holds(ranges, group))] : [];
  return {
    name: metric,
    ...(column !== metric && { as: column }),
    ...(shift && { shift }),
    ...(calc !== "value" && { calc }),
    ...(ranged.length > 0 && { within: ranged.map((group) => ({ ...referenceOf(group), as: null })) }),
    ...(where !== null && { where: [where] }),
  };
}

function holds(groups: readonly Group[], { column }: Group): boolean {
  return groups.some((group) => group.column === column);
}
