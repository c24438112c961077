import type { Catalog, Metric } from "../catalog/index.ts";
import { groupBysOf, groupBysOfModel, metricTimeOf } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { Engine } from "../engine/index.ts";
import {
  coarser,
  compareGrains,
  isStandardGrain,
  printFilterConstant,
  printName,
  type StandardGrain,
} from "../expression/index.ts";
import type { QueryRequest } from "../request/index.ts";
import { METRIC_TIME } from "./config-params.ts";
import { checkRangeOfShifted, type DateRange, isTimeOf, isWhole } from "./shifted.ts";

/** What a date range is about. */
export interface Ranged {
  readonly catalog: Catalog;
  readonly engine: Pick<Engine, "periodsOf">;
  /** `metric_time` or another time, as a query names it. */
  readonly timeDimension: string;
  /** Those asked for. */
  readonly metrics: readonly Metric[];
  /** The model whose rows are asked for where no metric is. */
  readonly rowsOf: string | null;
  /** The grains at which their time is asked for. */
  readonly grains: readonly string[];
  /** Whether the rows are looked at for what they are like, and by nobody for what they say. */
  readonly isSample: boolean;
  /** Whether anything in the data source has a time. */
  readonly isTimed: boolean;
}

/**
 * The rows from the first to the last day and no others, at whatever grain a chart groups them: a month of which the range
 * has a part shows that part. What values there are in a period (the last of a balance, a running one) is told by those of
 * its days that lie in the range.
 *
 * @throws Refusal INVALID_RANGE for what is no range, and where values of whole periods cannot be cut by days
 */
export async function rangeOf(asked: DateRange, ranged: Ranged): Promise<Pick<QueryRequest, "timeRange" | "where">> {
  checkDates(asked);
  if (!ranged.isTimed) return {};
  // Samples are always of one day, which cuts every longer period.
  const range = ranged.isSample ? yearsOf(asked) : asked;
  const { startDate: start, endDate: end } = range;
  if (isTimeOf(ranged.catalog, ranged.metrics, ranged.timeDimension)) await checkRangeOfShifted(range, ranged);
  if (ranged.timeDimension !== METRIC_TIME) return { where: [conditionOf(range, ranged)] };
  for (const metric of ranged.metrics) checkGrain(range, metric.label, metricTimeOf(ranged.catalog, metric)?.grains);
  for (const grain of grainsOfRows(ranged)) checkGrain(range, "The data source", [grain]);
  // Widened to the periods of no group. Conditions on days would do for most, but a running total without a group of time
  // would then leave out what was before the range.
  return { timeRange: { start, end, wholeFor: [] } };
}

function yearsOf({ startDate, endDate }: DateRange): DateRange {
  return { startDate: `${startDate.slice(0, 4)}-01-01`, endDate: `${endDate.slice(0, 4)}-12-31` };
}

function checkDates({ startDate, endDate }: DateRange): void {
  for (const date of [startDate, endDate]) {
    if (!isDate(date)) {
      throw invalid(
        `"${date.slice(0, 40)}" in the date range is no date of the form 2026-01-31; choose the dates anew.`,
      );
    }
  }
  if (startDate > endDate) {
    throw invalid(`The date range begins (${startDate}) after it ends (${endDate}); swap the two.`);
  }
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text.startsWith("0000")) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** A condition on a time that is not the metrics' own. */
function conditionOf(range: DateRange, { catalog, timeDimension, metrics, rowsOf }: Ranged): string {
  const model = rowsOf === null ? undefined : catalog.models.get(rowsOf);
  const options = [
    ...metrics.map((metric) => groupBysOf(catalog, metric)),
    ...(model ? [groupBysOfModel(catalog, model)] : []),
  ].map((offered) => offered.find(({ name }) => name === timeDimension));
  const grains = options.flatMap((option) => dayOrCoarser(option?.grains) ?? []);
  if (options.length === 0 || grains.length < options.length) {
    throw new Refusal(
      "NO_PATH",
      `The date range is about "${timeDimension}", which not everything in this chart has. Choose another time dimension in the data source, or leave out what lacks it.`,
      { path: ["configParams", "timeDimension"] },
    );
  }
  const grain = grains.reduce((a, b) => (compareGrains(a, b) >= 0 ? a : b));
  checkGrain(range, `"${timeDimension}"`, grains);
  const name = printName(`${timeDimension}__${grain}`);
  const day = (date: string): string => printFilterConstant("date", date);
  return `${name} >= ${day(range.startDate)} AND ${name} <= ${day(range.endDate)}`;
}

/** Day, or the finest that there is where that is coarser; null: it is no time. */
function dayOrCoarser(grains: readonly string[] = []): StandardGrain | null {
  const standard = grains.filter(isStandardGrain).map((grain) => coarser(grain, "day"));
  return standard.sort(compareGrains)[0] ?? null;
}

/** What is recorded by month has no days to cut at. */
function checkGrain(range: DateRange, what: string, grains: readonly string[] | undefined): void {
  const grain = dayOrCoarser(grains);
  if (grain === null || isWhole(range, grain)) return;
  throw invalid(
    `${what} is recorded by ${grain}, and the date range ${range.startDate} to ${range.endDate} is no whole number of ${grain}s: its ends would cut through one. Choose a range from the first day of a ${grain} to the last of one.`,
  );
}

/** The grains of every time that rows of the model are counted at. */
function grainsOfRows({ catalog, rowsOf }: Ranged): readonly StandardGrain[] {
  const model = rowsOf === null ? undefined : catalog.models.get(rowsOf);
  if (!model) return [];
  const counted = [...catalog.metrics.values()].flatMap((metric) =>
    metric.type === "simple" && metric.model === model.name ? (metric.timeDimension ?? []) : [],
  );
  return [...counted, model.defaultTime ?? []].flat().flatMap((name) => {
    const time = model.dimensions.get(name);
    return time?.kind === "time" ? time.grain : [];
  });
}

function invalid(message: string): Refusal {
  return new Refusal("INVALID_RANGE", message, { path: ["dateRange"] });
}
