/** Standard grains from the finest to the coarsest; weeks start on Monday (ISO 8601). */
export const STANDARD_GRAINS = [
  "nanosecond",
  "microsecond",
  "millisecond",
  "second",
  "minute",
  "hour",
  "day",
  "week",
  "month",
  "quarter",
  "year",
] as const;
export type StandardGrain = (typeof STANDARD_GRAINS)[number];

/** Parts of a date that can be grouped by; dow: Monday = 1 … Sunday = 7; doy: 1 … 366. */
export const DATE_PARTS = ["year", "quarter", "month", "day", "dow", "doy"] as const;
export type DatePart = (typeof DATE_PARTS)[number];

export function isStandardGrain(name: string): name is StandardGrain {
  return (STANDARD_GRAINS as readonly string[]).includes(name);
}

export function isDatePart(name: string): name is DatePart {
  return (DATE_PARTS as readonly string[]).includes(name);
}

/** Negative when `a` is finer than `b`, 0 when equal. A week is finer than a month here, though it does not nest in it. */
export function compareGrains(a: StandardGrain, b: StandardGrain): number {
  return STANDARD_GRAINS.indexOf(a) - STANDARD_GRAINS.indexOf(b);
}

/** The coarser of two standard grains. */
export function coarser(a: StandardGrain, b: StandardGrain): StandardGrain {
  return compareGrains(a, b) >= 0 ? a : b;
}
