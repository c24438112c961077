import type { Calendar } from "../catalog/index.ts";
import type { CalendarDefinition } from "../definition/index.ts";
import { isStandardGrain } from "../expression/index.ts";
import { humanise } from "./humanise.ts";
import { buildSource, byName } from "./model.ts";

export function buildCalendar(definition: CalendarDefinition): Calendar {
  const grain = definition.grain.value;
  return {
    name: definition.name.value,
    source: buildSource(definition.source),
    column: definition.column.value,
    grain: isStandardGrain(grain) ? grain : "day",
    customGrains: byName(
      definition.customGrains.map(({ name, column, label }) => ({
        name: name.value,
        column: column.value,
        label: label ?? humanise(name.value),
      })),
    ),
    span: definition.name.span,
  };
}
