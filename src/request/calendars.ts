import type { Calendar, Catalog } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { StandardGrain } from "../expression/index.ts";
import { compareGrains } from "../expression/index.ts";
import type { TimeCut } from "./resolved.ts";

/**
 * The coarsest calendar that is fine enough for every cut (a date part counts as day); a custom grain brings its own.
 *
 * @throws Refusal NO_CALENDAR when none fits.
 */
export function chooseCalendar(catalog: Catalog, cuts: readonly TimeCut[], what: string): Calendar {
  const finest = cuts.map(grainNeeded).sort(compareGrains)[0] ?? "day";
  const [custom, second] = new Set(cuts.flatMap((cut) => (cut.kind === "custom" ? cut.calendar : [])));
  if (custom && second) {
    const message = `${what} needs one calendar, but the query asks for periods of ${custom.name} and ${second.name}.`;
    throw new Refusal("NO_CALENDAR", message, { path: ["groupBy"] });
  }
  const candidates = custom ? [custom] : catalog.calendars;
  const [best] = candidates
    .filter((calendar) => compareGrains(calendar.grain, finest) <= 0)
    .sort((a, b) => compareGrains(b.grain, a.grain));
  if (best) return best;
  const has = catalog.calendars.map((calendar) => `${calendar.name} (${calendar.grain})`).join(", ");
  throw new Refusal(
    "NO_CALENDAR",
    `${what} needs a calendar by ${finest} or finer. The catalog has ${has || "none"}.`,
    {
      path: ["groupBy"],
    },
  );
}

function grainNeeded(cut: TimeCut): StandardGrain {
  switch (cut.kind) {
    case "grain":
      return cut.grain;
    case "custom":
      return cut.calendar.grain;
    case "part":
      return "day";
  }
}
