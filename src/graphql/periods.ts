import type { Catalog } from "../catalog/index.ts";
import type { Period } from "../engine/index.ts";
import { compareGrains, isStandardGrain } from "../expression/index.ts";
import type {
  Calc,
  GroupByReference,
  MetricReference,
  QueryRequest,
  ResolvedRange,
  TimeRange,
} from "../request/index.ts";
import { resolveRequest, widen } from "../request/index.ts";
import type { Cell } from "../warehouse/index.ts";
import type { Context } from "./context.ts";
import { type Bucket, isOver } from "./typed-bucket.ts";

/** By grain: the periods of the calendars' own grains whose ends are asked for. */
export type Periods = ReadonlyMap<string, readonly Period[]>;

/** What decides how periods look from here. */
export interface Clock {
  readonly catalog: Catalog;
  readonly timeZone: string;
  readonly now: Date;
}

const METRIC_TIME = "metric_time";

/** What rows cover: their range in whole periods of the finest time in `wholeFor`, the end exclusive. */
export function coverOf(catalog: Catalog, range: TimeRange | null | undefined): ResolvedRange | null {
  if (!range) return null;
  const grains = (range.wholeFor ?? []).flatMap(({ name, grain }) => {
    if (name !== METRIC_TIME || !grain) return [];
    if (isStandardGrain(grain)) return grain;
    return catalog.calendars.find(({ customGrains }) => customGrains.has(grain))?.grain ?? [];
  });
  const [finest = "millisecond"] = grains.sort(compareGrains);
  return widen(range, finest);
}

/** Only calendars know where these end. */
function customGrainsIn(groups: readonly GroupByReference[]): readonly string[] {
  return groups.flatMap(({ name, grain }) => (name === METRIC_TIME && grain && !isStandardGrain(grain) ? [grain] : []));
}

const COMPARING: ReadonlySet<Calc> = new Set(["previous", "delta", "delta_ratio"]);

/** Whether a column shows an earlier period beside this one, or instead of it. */
export function looksBack({ shift, calc }: Pick<MetricReference, "shift" | "calc">): boolean {
  return Boolean(shift) || COMPARING.has(calc ?? "value");
}

/** A range is widened to the days of a calendar only, so its own periods may be cut. */
export function cutWarnings(
  { catalog }: Pick<Clock, "catalog">,
  range: TimeRange | null | undefined,
  periods: Periods,
): readonly string[] {
  const covered = coverOf(catalog, range);
  return customGrainsIn(range?.wholeFor ?? []).flatMap((grain) => {
    const isInside = (moment: string | null | undefined): boolean =>
      typeof moment === "string" &&
      (periods.get(grain) ?? []).some(({ start, end }) => start < moment && end !== null && moment < end);
    const cut = [...(isInside(covered?.start) ? ["the first"] : []), ...(isInside(covered?.end) ? ["the last"] : [])];
    if (cut.length === 0) return [];
    return `timeRange: it cuts ${cut.join(" and ")} ${grain.toUpperCase()}, whose values cover a part of it, while a previous period is whole.`;
  });
}

/**
 * Where rows by time look back and the last of them is not over.
 *
 * @param groups With the values that the rows have of each.
 */
export function unfinishedWarnings(
  { timeZone, now }: Clock,
  groups: readonly (Pick<GroupByReference, "name" | "grain"> & { readonly cells: readonly Cell[] })[],
  periods: Periods,
): readonly string[] {
  const [finest] = groups.filter(({ name, grain }) => name === METRIC_TIME && grain).sort((a, b) => compare(a, b));
  if (!finest?.grain) return [];
  const { grain, cells } = finest;
  const starts = new Set(cells.filter((cell) => typeof cell === "string"));
  const bucketAt = (start: string): Bucket => {
    return { start, grain, timeZone, periods: periods.get(grain) ?? [], covered: null };
  };
  if ([...starts].every((start) => isOver(bucketAt(start), now))) return [];
  return [
    `to date: the last ${grain.toUpperCase()} is not over, while its previous value covers the whole period before it.`,
  ];
}

/** What of a question decides how its periods look: with its rows it tells what to mind. */
export interface PeriodsAsked {
  /** Both ends are dates or date-times. */
  readonly timeRange: TimeRange | null;
  readonly timeZone: string | null;
  /** The first cells of a row. */
  readonly groups: readonly { readonly name: string; readonly grain: string | null }[];
  readonly isBack: boolean;
}

/** Null: nothing can be cut, and nothing looks back. */
export function periodsAsked(catalog: Catalog, request: QueryRequest): PeriodsAsked | null {
  const { metrics, timeRange = null, timeZone = null, minMaxOnly } = request;
  const isBack = (metrics ?? []).some((metric) => typeof metric !== "string" && looksBack(metric));
  if (minMaxOnly || !(timeRange || isBack)) return null;
  const groups = resolveRequest(catalog, request).groupBy.map(({ item: { isMetricTime, element, grain } }) => {
    return { name: isMetricTime ? METRIC_TIME : element, grain };
  });
  return { timeRange, timeZone, groups, isBack };
}

/** What to mind of periods that the range cuts, or that are not over. */
export async function periodWarnings(
  { engine, frames }: Context,
  asked: PeriodsAsked | null,
  rows: readonly (readonly Cell[])[],
): Promise<readonly string[]> {
  if (!asked) return [];
  const { catalog } = engine;
  const { timeRange, timeZone, groups, isBack } = asked;
  const grains = customGrainsIn(groups);
  const periods = new Map(
    await Promise.all(grains.map(async (grain) => [grain, await engine.periodsOf(grain)] as const)),
  );
  const clock = { catalog, timeZone: timeZone ?? catalog.timeZone, now: frames.now };
  const withCells = groups.map((group, i) => ({ ...group, cells: rows.map((row) => row[i] ?? null) }));
  return [
    ...(timeRange ? cutWarnings(clock, { ...timeRange, wholeFor: groups }, periods) : []),
    ...(isBack ? unfinishedWarnings(clock, withCells, periods) : []),
  ];
}

/** A calendar's own grains are the coarser ones. */
function compare({ grain: a }: Pick<GroupByReference, "grain">, { grain: b }: Pick<GroupByReference, "grain">): number {
  if (a && b && isStandardGrain(a) && isStandardGrain(b)) return compareGrains(a, b);
  return Number(a && !isStandardGrain(a)) - Number(b && !isStandardGrain(b));
}
