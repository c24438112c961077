import type { Diagnostic, Span } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import type { Draft } from "../draft.ts";

/** The name of a custom grain means that grain everywhere: no second one, no dimension, no entity. */
export function* checkCalendars({ calendars, models }: Draft): Iterable<Diagnostic> {
  const grains = new Map<string, Span>();
  for (const { definition } of calendars) {
    for (const { name } of definition.customGrains) {
      const before = grains.get(name.value);
      if (before) {
        yield report("calendar/grain-twice", { grain: name.value }, name.span, [
          { message: "Defined here.", span: before },
        ]);
      } else grains.set(name.value, name.span);
    }
  }
  for (const { definition } of models) {
    for (const { name } of [...definition.dimensions, ...definition.entities]) {
      const grain = grains.get(name.value);
      if (!grain) continue;
      const related = [{ message: "The grain is defined here.", span: grain }];
      yield report("model/name-of-a-grain", { name: name.value, model: definition.name.value }, name.span, related);
    }
  }
}
