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
export function metricCell(row: TypedRow, metric: TypedMetric, args: MetricArguments): Cell | JsonNumber {
  // The rest of a top is no group among others.
  if (row.view.isRest && args.calc === "rank") return null;
  const found = placeOf(row.view, metric, args);
  if (found instanceof Refusal) {
    if (row.index > 0) return null;
    throw refusalError(found);
  }
  if (found === null) return null;
  const cell = row.cells[found] ?? null;
  const { numbers = null } = args;
  const isNumber = (numbers ?? row.view.frame.basis.numbers) === "json";
  return isNumber && typeof cell === "string" ? new JsonNumber(cell) : cell;
}

function placeOf({ frame, places }: RowsView, metric: TypedMetric, args: MetricArguments): number | Refusal | null {
  const column = columnFor(frame.basis.model, metric, args);
  const place = column instanceof Refusal ? column : places.get(column);
  if (place === undefined) throw new Error(`Metric ${metric.metric.name} was selected but not asked for`);
  return place;
}

/** What compiled selections ask with the same arguments for every row is worked out once. */
const columns = new WeakMap<MetricArguments, string | Refusal>();

function columnFor(model: TypedModel, metric: TypedMetric, args: MetricArguments): string | Refusal {
  const known = columns.get(args);
  if (known !== undefined) return known;
  const found = columnOf(model, metric, args);
  columns.set(args, found);
  return found;
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
export function groupPlace(row: TypedRow, name: string, matches: (group: Group) => boolean): GroupPlace | null {
  const { frame, groupPlaces } = row.view;
  const isIt = (group: Group): boolean => group.name === name && matches(group);
  const at = frame.groups.findIndex(isIt);
  const [place, group] = [groupPlaces[at], frame.groups[at]];
  if (place !== undefined && group) return { place, group };
  if (row.index > 0 || frame.absent.some(isIt)) return null;
  const grouped = frame.groups.length === 0 ? "nothing" : frame.groups.map(({ column }) => column).join(", ");
  throw userError(
    "KEY_NOT_GROUPED",
    `The rows are not grouped by "${name}" but by ${grouped}. Add it to groupBy, or leave the field out.`,
  );
}

export interface GroupPlace {
  readonly place: number;
  readonly group: Group;
}
