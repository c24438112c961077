import type { Cell } from "../warehouse/index.ts";
import { refusalError, userError } from "./errors.ts";
import type { Group } from "./frame.ts";
import type { TypedRow } from "./loader.ts";
import type { TypedMetric } from "./typed-model.ts";

/**
 * The value of a metric in a row. A metric that cannot be answered over this frame is null in every row, and says why
 * at the first: the reason is the same for all, and a page may hold thousands.
 */
export function metricCell(row: TypedRow, { metric }: TypedMetric): Cell {
  const place = row.of.cells.get(metric.name);
  if (typeof place === "number") return row.cells[place] ?? null;
  if (place === undefined) throw new Error(`Metric ${metric.name} was selected but not asked for`);
  if (row.index > 0) return null;
  throw refusalError(place);
}

/** Where a group-by's value stands in the rows. Says at the first row when the frame is not grouped by it. */
export function groupPlace(row: TypedRow, name: string, matches: (group: Group) => boolean): number | null {
  const { groups } = row.of.frame;
  const place = groups.findIndex((group) => group.name === name && matches(group));
  if (place >= 0) return place;
  if (row.index > 0) return null;
  const grouped = groups.length === 0 ? "nothing" : groups.map(({ column }) => column).join(", ");
  throw userError(
    "KEY_NOT_GROUPED",
    `The rows are not grouped by "${name}" but by ${grouped}. Add it to groupBy, or leave the field out.`,
  );
}
