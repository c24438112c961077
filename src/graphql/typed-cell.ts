import { Refusal } from "../diagnostics/index.ts";
import type { Cell } from "../warehouse/index.ts";
import { refusalError, userError } from "./errors.ts";
import { JsonNumber } from "./scalars.ts";
import type { Group } from "./typed-groups.ts";
import type { TypedMetric, TypedModel } from "./typed-model.ts";
import type { RowsView, TypedRow } from "./typed-rows.ts";
import { type MetricArguments, useOf } from "./typed-use.ts";

/**
 * The value of a metric in a row. A metric that cannot be answered over this frame is null in every row, and says why
 * at the first: the reason is the same for all, and a page may hold thousands.
 */
export function metricReader(metric: TypedMetric, args: MetricArguments): (row: TypedRow) => Cell | JsonNumber {
  const isDigits = metric.type === "int" || metric.type === "decimal";
  const foundIn = forLast((view: RowsView) => ({
    // The rest of a top is no group among others.
    place: view.isRest && args.calc === "rank" ? null : placeOf(view, metric, args),
    isNumber: isDigits && (args.numbers ?? view.frame.basis.numbers) === "json",
  }));
  return (row) => {
    const { place: found, isNumber } = foundIn(row.view);
    if (typeof found !== "number") {
      if (found === null || row.index > 0) return null;
      throw refusalError(found);
    }
    const cell = row.cells[found] ?? null;
    // A share of digits is a float, which is a number already.
    return isNumber && (typeof cell === "string" || typeof cell === "number") ? new JsonNumber(cell) : cell;
  };
}

/** Works out once what the rows of one view have in common. */
export function forLast<T extends object, Value>(make: (of: T) => Value): (of: T) => Value {
  let last: { readonly of: T; readonly value: Value } | null = null;
  return (of) => {
    if (last?.of !== of) last = { of, value: make(of) };
    return last.value;
  };
}

function placeOf({ frame, places }: RowsView, metric: TypedMetric, args: MetricArguments): number | Refusal | null {
  const column = columnOf(frame.basis.model, metric, args);
  const place = column instanceof Refusal ? column : places.get(column);
  if (place === undefined) throw new Error(`Metric ${metric.metric.name} was selected but not asked for`);
  return place;
}

function columnOf(model: TypedModel, metric: TypedMetric, args: MetricArguments): string | Refusal {
  try {
    return useOf(model, metric, args).column;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
}

/**
 * Where a group-by's value stands in the rows: null in the rest of a top, which has none. Says at the first row when the
 * frame is not grouped by it.
 */
export function groupReader(name: string, matches: (group: Group) => boolean): (row: TypedRow) => GroupPlace | null {
  const isIt = (group: Group): boolean => group.name === name && matches(group);
  const placeIn = forLast(({ frame, groupPlaces }: RowsView): GroupPlace | null => {
    const at = frame.groups.findIndex(isIt);
    const [place, group] = [groupPlaces[at], frame.groups[at]];
    return place !== undefined && group ? { place, group } : null;
  });
  return ({ view, index }) => {
    const found = placeIn(view);
    const { groups, absent } = view.frame;
    if (found || index > 0 || absent.some(isIt)) return found;
    const grouped = groups.length === 0 ? "nothing" : groups.map(({ column }) => column).join(", ");
    throw userError(
      "KEY_NOT_GROUPED",
      `The rows are not grouped by "${name}" but by ${grouped}. Add it to groupBy, or leave the field out.`,
    );
  };
}

export interface GroupPlace {
  readonly place: number;
  readonly group: Group;
}
