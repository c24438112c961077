import type { Catalog } from "../../catalog/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import type { StandardGrain } from "../../expression/index.ts";
import { compareGrains, isStandardGrain } from "../../expression/index.ts";
import type { Draft } from "../draft.ts";
import { groundOf } from "../draft.ts";
import { knownGrains } from "../window.ts";

/** The grain a metric is shown at exists and is not finer than its times. */
export function* checkGrains({ catalog, customGrains, metrics }: Draft): Iterable<Diagnostic> {
  for (const { definition, metric } of metrics) {
    const { grain } = definition;
    if (!grain) continue;
    const base = baseOf(grain.value, catalog);
    if (!base) {
      yield report("metric/unknown-grain", { grain: grain.value, known: knownGrains(customGrains) }, grain.span);
      continue;
    }
    for (const { timeDimension, model } of groundOf(catalog, metric)) {
      const time = catalog.models.get(model)?.dimensions.get(timeDimension ?? "");
      if (time?.kind !== "time" || compareGrains(base, time.grain) >= 0) continue;
      const names = { metric: metric.name, grain: grain.value, time: time.name, model, finest: time.grain };
      yield report("metric/grain-too-fine", names, grain.span);
      break;
    }
  }
}

/** A standard grain is its own base; a custom one has that of its calendar. */
function baseOf(grain: string, catalog: Catalog): StandardGrain | undefined {
  if (isStandardGrain(grain)) return grain;
  return catalog.calendars.find((calendar) => calendar.customGrains.has(grain))?.grain;
}
