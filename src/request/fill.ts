import type { Catalog } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { chooseCalendar } from "./calendars.ts";
import { leavesOf } from "./leaves.ts";
import type { QueryRequest } from "./request.ts";
import type { Field, GroupBy, Output, ResolvedFill } from "./resolved.ts";

/** Which periods get a row, whether or not anything happened in them. */
export function fillOf(
  catalog: Catalog,
  request: QueryRequest,
  groups: readonly GroupBy[],
  outputs: readonly Output[],
): ResolvedFill | null {
  const filled = (request.groupBy ?? []).findIndex(({ fill }) => fill);
  if (filled < 0) return null;
  const [leaf] = outputs.flatMap((output) => leavesOf(output.of));
  const fields = leaf?.groupBy ?? [];
  const isTime = (field: Field | undefined): boolean => field?.isMetricTime === true && field.cut?.kind !== "part";
  if (!isTime(fields[filled])) {
    throw new Refusal("INVALID_REQUEST", "Only metric_time at a grain can be filled.", {
      suggestions: ["metric_time"],
      path: ["groupBy", String(filled), "fill"],
    });
  }
  const times = groups.flatMap(({ key }, i) => {
    const field = fields[i];
    return field?.isMetricTime && field.cut ? [{ key, cut: field.cut }] : [];
  });
  const calendar = chooseCalendar(
    catalog,
    times.map(({ cut }) => cut),
    "Filling",
  );
  return { times, calendar, range: leaf?.range ?? null };
}
