import type { DatePart } from "../expression/index.ts";
import { isDatePart, isStandardGrain } from "../expression/index.ts";

/** `customer__signed_up_at__month` apart. */
export interface ItemName {
  /** Entities on the way: `["customer"]`. */
  readonly links: readonly string[];
  /** Dimension, entity or `metric_time`. */
  readonly element: string;
  /** Standard or custom; null when not said. */
  readonly grain: string | null;
  readonly datePart: DatePart | null;
}

/** Names of the grains that the calendars add. */
export type CustomGrains = ReadonlySet<string>;

export function splitName(name: string, customGrains: Pick<CustomGrains, "has">): ItemName {
  const segments = name.split("__");
  const last = segments.length > 1 ? (segments.at(-1) ?? "") : "";
  const part = last.startsWith("extract_") ? last.slice("extract_".length) : "";
  const datePart = isDatePart(part) ? part : null;
  const grain = isGrain(last, customGrains) ? last : null;
  if (datePart !== null || grain !== null) segments.pop();
  const element = segments.pop() ?? "";
  return { links: segments, element, grain, datePart };
}

export function isGrain(name: string, customGrains: Pick<CustomGrains, "has">): boolean {
  return isStandardGrain(name) || customGrains.has(name);
}
