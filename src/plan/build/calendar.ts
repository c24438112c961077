import type { Calendar } from "../../catalog/index.ts";
import type { ScalarType } from "../../expression/index.ts";
import { ref } from "../../expression/index.ts";
import type { Field, TimeCut } from "../../request/index.ts";
import { isDayOrCoarser } from "../../request/index.ts";
import { cutTime, toDate } from "../lower.ts";
import type { Column, Physical, Scan } from "../node.ts";

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
export function calendarScan(calendar: Calendar, fields: readonly Field[], more: readonly Column<Physical>[]): Scan {
  const cuts = new Map(fields.flatMap((field) => (field.cut ? [[field.key, field.cut] as const] : [])));
  const columns = [...cuts].map(([name, cut]) => ({ name, ...calendarColumn(cut, calendar) }));
  return {
    kind: "scan",
    name: calendar.name,
    source: calendar.source,
    guard: null,
    where: [],
    columns: [...columns, ...more],
  };
}

function typeOfCut(cut: TimeCut): ScalarType {
  if (cut.kind === "part") return "int";
  return cut.kind === "custom" || isDayOrCoarser(cut.grain) ? "date" : "timestamp";
}
