import type { Catalog } from "../catalog/index.ts";
import { OPERATOR } from "../identity/index.ts";
import { absoluteRange, customUnitOf, isRealZone, type QueryRequest } from "../request/index.ts";
import { readAll, type Warehouse } from "../warehouse/index.ts";
import type { Period } from "./engine.ts";
import { planQuery } from "./plan-query.ts";

/** Periods of calendars, each grain read once in ten minutes. They are nobody's data: no guard, no line of the audit log. */
export interface Periods {
  /** @throws Refusal where no calendar has the grain */
  read(catalog: Catalog, grain: string): Promise<readonly Period[]>;
  /** Those that are known without reading. */
  known(catalog: Catalog, grain: string): readonly Period[] | null;
  /** A calendar may have changed: each grain is read again when it is asked for. */
  refreshed(): void;
}

/** @param timeoutMs How long one reading may take: a question that needs it has no longer. */
export function createPeriods(warehouse: Warehouse, timeoutMs?: number): Periods {
  const kept = new WeakMap<Catalog, Map<string, Kept>>();
  let epoch = 0;
  return {
    refreshed: () => void epoch++,
    known: (catalog, grain) => kept.get(catalog)?.get(grain)?.value ?? null,
    read(catalog, grain) {
      const ofCatalog = kept.get(catalog) ?? new Map<string, Kept>();
      kept.set(catalog, ofCatalog);
      const before = ofCatalog.get(grain);
      if (before?.epoch === epoch && performance.now() - before.readAt < KEEP_MS) return before.periods;
      const periods = readPeriods(catalog, warehouse, grain, timeoutMs);
      const entry: Kept = { periods, epoch, readAt: performance.now(), value: before?.value ?? null };
      ofCatalog.set(grain, entry);
      periods.then(
        (value) => void (entry.value = value),
        () => ofCatalog.get(grain) === entry && ofCatalog.delete(grain),
      );
      return periods;
    },
  };
}

interface Kept {
  readonly periods: Promise<readonly Period[]>;
  /** Among words of calendars. */
  readonly epoch: number;
  /** Of `performance.now`. */
  readonly readAt: number;
  value: readonly Period[] | null;
}

const KEEP_MS = 600_000;

/**
 * The request with every range of custom periods (the last 4 fiscal quarters) told by its ends, which only the calendar
 * knows. Other relative ranges are left as they are.
 */
export function withAbsoluteRanges(
  catalog: Catalog,
  request: QueryRequest,
  periodsOf: (grain: string) => readonly Period[],
): QueryRequest {
  const parent = request.parent ? withAbsoluteRanges(catalog, request.parent, periodsOf) : null;
  const whole: QueryRequest = parent ? { ...request, parent } : request;
  const unit = customUnitOf(request.timeRange);
  const timeZone = request.timeZone ?? catalog.timeZone;
  // What is no zone is refused where the request is resolved.
  if (unit === null || !request.timeRange || !isRealZone(timeZone)) return whole;
  return { ...whole, timeRange: absoluteRange(request.timeRange, timeZone, new Date(), periodsOf(unit)) };
}

/** The custom grains whose periods have to be known first. */
export function unitsOf({ timeRange, parent }: QueryRequest): readonly string[] {
  const unit = customUnitOf(timeRange);
  return [...(unit === null ? [] : [unit]), ...(parent ? unitsOf(parent) : [])];
}

/** Custom grains hold the first day of each period; a period ends where the next one starts. */
async function readPeriods(
  catalog: Catalog,
  warehouse: Warehouse,
  grain: string,
  timeoutMs: number | undefined,
): Promise<readonly Period[]> {
  const request = { groupBy: [{ name: "metric_time", grain }] };
  const { statement } = planQuery(catalog, warehouse.dialect, request, OPERATOR);
  const options = timeoutMs === undefined ? {} : { deadline: performance.now() + timeoutMs };
  const rows = await readAll(await warehouse.execute(statement, options));
  const starts = rows.flatMap(([start]) => (typeof start === "string" ? start : [])).sort();
  return starts.map((start, i) => ({ start, end: starts[i + 1] ?? null }));
}
