import type { Calendar } from "../../catalog/index.ts";
import type { ScalarType } from "../../expression/index.ts";
import { ref } from "../../expression/index.ts";
import type { Field, ResolvedRange, RowCondition, TimeCut } from "../../request/index.ts";
import { isDayOrCoarser } from "../../request/index.ts";
import { cutTime, inRange, toColumns, toDate } from "../lower.ts";
import type { Column, Physical, PlanNode, Scan } from "../node.ts";
import type { PlanContext } from "./context.ts";
import { filtered } from "./rows.ts";

/** A cut of the calendar's own time. Calendars hold local dates or times, so no zone is needed. */
export function calendarColumn(cut: TimeCut, calendar: Calendar): Omit<Column<Physical>, "name"> {
  if (cut.kind === "custom") {
    const custom = calendar.customGrains.get(cut.name);
    if (!custom) throw new Error(`Calendar "${calendar.name}" has no grain "${cut.name}".`);
    return { expr: toDate(ref<Physical>({ kind: "column", name: custom.column })), type: "date" };
  }
  const own = ref<Physical>({ kind: "column", name: calendar.column });
  return { expr: cutTime(own, "unknown", cut, "UTC"), type: typeOfCut(cut) };
}

/** Calendar rows with the fields' cuts under the fields' keys, and any further columns. */
export function calendarScan(
  calendar: Calendar,
  fields: readonly Pick<Field, "key" | "cut">[],
  more: readonly Column<Physical>[],
): Scan {
  const cuts = new Map(fields.flatMap((field) => (field.cut ? [[field.key, field.cut] as const] : [])));
  const columns = [...cuts].map(([name, cut]) => ({ name, ...calendarColumn(cut, calendar) }));
  return {
    kind: "scan",
    name: calendar.name,
    source: calendar.source,
    guard: null,
    minimumGroup: null,
    where: [],
    columns: [...columns, ...more],
  };
}

/** The calendar's rows within a range and under conditions on time, cut as the fields ask. */
export function calendarRows(
  context: PlanContext,
  calendar: Calendar,
  fields: readonly Field[],
  range: ResolvedRange | null,
  conditions: readonly RowCondition[],
  more: readonly Column<Physical>[] = [],
): PlanNode {
  const own: Column<Physical> = {
    name: context.names.of(`calendar ${calendar.name}`, calendar.column),
    expr: ref({ kind: "column", name: calendar.column }),
    type: "unknown",
  };
  const scan = calendarScan(calendar, fields, range ? [...more, own] : more);
  return filtered(scan, [
    ...conditions.map((condition) => toColumns(condition, (field) => field.key)),
    ...(range ? inRange<string>(ref(own.name), "unknown", range, context.timeZone) : []),
  ]);
}

function typeOfCut(cut: TimeCut): ScalarType {
  if (cut.kind === "part") return "int";
  return cut.kind === "custom" || isDayOrCoarser(cut.grain) ? "date" : "timestamp";
}
