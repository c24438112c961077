import type { Catalog } from "../catalog/index.ts";
import { OPERATOR } from "../identity/index.ts";
import { absoluteRange, customUnitOf, type QueryRequest } from "../request/index.ts";
import { readAll, type Warehouse } from "../warehouse/index.ts";
import type { Period } from "./engine.ts";
import { planQuery } from "./plan-query.ts";

/** Reads the periods of calendars, each grain once in ten minutes. They are nobody's data: no guard, no line of the audit log. */
export function createPeriods(warehouse: Warehouse) {
  const known = new WeakMap<Catalog, Map<string, Kept>>();
  return function periodsOf(catalog: Catalog, grain: string): Promise<readonly Period[]> {
    const kept = known.get(catalog) ?? new Map<string, Kept>();
    known.set(catalog, kept);
    const before = kept.get(grain);
    if (before && performance.now() - before.readAt < KEEP_MS) return before.periods;
    const periods = readPeriods(catalog, warehouse, grain);
    kept.set(grain, { periods, readAt: performance.now() });
    periods.catch(() => kept.delete(grain));
    return periods;
  };
}

interface Kept {
  readonly periods: Promise<readonly Period[]>;
  /** Of `performance.now`. */
  readonly readAt: number;
}

const KEEP_MS = 600_000;

/**
 * The request with every range of custom periods (the last 4 fiscal quarters) told by its ends, which only the calendar
 * knows. Other relative ranges are left as they are.
 */
export async function withAbsoluteRanges(
  catalog: Catalog,
  request: QueryRequest,
  periodsOf: (grain: string) => Promise<readonly Period[]>,
): Promise<QueryRequest> {
  const parent = request.parent ? await withAbsoluteRanges(catalog, request.parent, periodsOf) : null;
  const whole: QueryRequest = parent ? { ...request, parent } : request;
  const unit = customUnitOf(request.timeRange);
  const timeZone = request.timeZone ?? catalog.timeZone;
  // What is no zone is refused where the request is resolved.
  if (unit === null || !request.timeRange || !isZone(timeZone)) return whole;
  return { ...whole, timeRange: absoluteRange(request.timeRange, timeZone, new Date(), await periodsOf(unit)) };
}

function isZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }) !== null;
  } catch {
    return false;
  }
}

/** Custom grains hold the first day of each period; a period ends where the next one starts. */
async function readPeriods(catalog: Catalog, warehouse: Warehouse, grain: string): Promise<readonly Period[]> {
  const request = { groupBy: [{ name: "metric_time", grain }] };
  const { statement } = planQuery(catalog, warehouse.dialect, request, OPERATOR);
  const rows = await readAll(await warehouse.execute(statement));
  const starts = rows.flatMap(([start]) => (typeof start === "string" ? start : [])).sort();
  return starts.map((start, i) => ({ start, end: starts[i + 1] ?? null }));
}
