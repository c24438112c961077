import {
  type Catalog,
  definitionsOf,
  findElement,
  inputsOf,
  type Metric,
  metricsBelow,
  simpleMetricsBelow,
  splitName,
} from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { Engine } from "../engine/index.ts";
import { compareGrains, isStandardGrain, type StandardGrain } from "../expression/index.ts";
import { widen } from "../request/index.ts";
import { METRIC_TIME } from "./config-params.ts";
import type { OfferedGroup } from "./offered-field.ts";

/** Dates, both inclusive. */
export interface DateRange {
  readonly startDate: string;
  readonly endDate: string;
}

/**
 * What compares with an earlier time, and how it is grouped. A value of an earlier period is that of the whole period,
 * whichever days of this one are asked for: shown beside a part it would be compared with more days than there are.
 */
export interface Shifted {
  readonly catalog: Catalog;
  readonly metrics: readonly Metric[];
  /** The grains at which their time is asked for. */
  readonly grains: readonly string[];
}

/**
 * Whether the name means the time that one of the metrics is counted at: `metric_time`, or the dimension that this stands
 * for. Either way it is the time that is shown.
 */
export function isTimeOf(catalog: Catalog, metrics: readonly Metric[], name: string): boolean {
  if (name === METRIC_TIME) return true;
  const definitions = definitionsOf(catalog);
  const { links, element } = splitName(name, { has: () => false });
  return metrics
    .flatMap((metric) => simpleMetricsBelow(definitions, metric))
    .some(({ model: of, timeDimension }) => {
      const model = definitions.models.get(of);
      const lookup = model && timeDimension === element ? findElement(definitions, model, links, element) : null;
      return lookup?.kind === "found" && lookup.at.path.steps.length === 0;
    });
}

/** @throws Refusal INVALID_RANGE where a part of a period would stand beside a whole one */
export async function checkRangeOfShifted(
  range: DateRange,
  { engine, ...asked }: Shifted & { readonly engine: Pick<Engine, "periodsOf"> },
): Promise<void> {
  const metric = shiftedOf(asked);
  const finest = finestOf(asked.grains);
  if (!metric) return;
  for (const grain of asked.grains) {
    // What is coarser than another is made of whole ones of that.
    if (isStandardGrain(grain) ? grain !== finest || isWhole(range, grain) : await isWholeOf(engine, range, grain))
      continue;
    throw new Refusal(
      "INVALID_RANGE",
      `${metric.label} compares with an earlier time, and the date range ${range.startDate} to ${range.endDate} is no whole number of ${grain}s: a part would be compared with the whole. Choose whole ${grain}s, or show the chart by day.`,
      { path: ["dateRange"] },
    );
  }
}

/**
 * @param filtered What filters test.
 * @throws Refusal INVALID_FILTER for one that takes some days out of a period
 */
export function checkFiltersOfShifted(filtered: readonly OfferedGroup[], asked: Shifted): void {
  const metric = shiftedOf(asked);
  const finest = finestOf(asked.grains);
  if (!metric) return;
  for (const { groupBy, filterName } of filtered) {
    if (!isTimeOf(asked.catalog, asked.metrics, groupBy.name)) continue;
    const { grain: cut = null, datePart = null } = groupBy;
    if (cut !== null && asked.grains.includes(cut)) continue;
    const grain = datePart !== null ? grainOfPart(datePart) : cut !== null && isStandardGrain(cut) ? cut : null;
    if (grain && finest && compareGrains(grain, finest) >= 0 && (finest !== "week" || grain === "week")) continue;
    throw new Refusal(
      "INVALID_FILTER",
      `${metric.label} compares with an earlier time, and the filter on "${filterName}" may leave a part of a period: it would be compared with the whole. Filter by what the chart is grouped by, or show the chart by day.`,
      { path: ["dimensionsFilters"] },
    );
  }
}

/** The first that does; null: nothing, or it is asked by day, where no part of a period can be cut out. */
function shiftedOf({ catalog, metrics, grains }: Shifted): Metric | null {
  const finest = finestOf(grains);
  if (finest !== null && compareGrains(finest, "day") <= 0) return null;
  const definitions = definitionsOf(catalog);
  const isShifted = (metric: Metric): boolean =>
    metricsBelow(definitions, metric).some((below) =>
      inputsOf(below).some(({ offsetWindow, offsetToGrain }) => offsetWindow !== null || offsetToGrain !== null),
    );
  return metrics.find(isShifted) ?? null;
}

function finestOf(grains: readonly string[]): StandardGrain | null {
  return grains.filter(isStandardGrain).sort(compareGrains)[0] ?? null;
}

/** The periods that a part tells apart whole. */
function grainOfPart(part: string): StandardGrain {
  return part === "year" || part === "quarter" || part === "month" ? part : "day";
}

export function isWhole({ startDate: start, endDate: end }: DateRange, grain: StandardGrain): boolean {
  const whole = widen({ start, end }, grain);
  const days = widen({ start, end }, "day");
  return whole.start === days.start && whole.end === days.end;
}

/** The same for a grain that only a calendar knows. */
async function isWholeOf(engine: Pick<Engine, "periodsOf">, range: DateRange, grain: string): Promise<boolean> {
  const periods = await engine.periodsOf(grain);
  const { start, end } = widen({ start: range.startDate, end: range.endDate }, "day");
  return periods.some((period) => period.start === start) && periods.some((period) => period.end === end);
}
