import type { Catalog } from "../catalog/index.ts";
import { canonicalJson, compareText, sha256 } from "../std/index.ts";

/** 16 hex digits that are equal for equal definitions, wherever and in whatever order they were written. */
export function versionOf(catalog: Omit<Catalog, "version">): string {
  const calendars = catalog.calendars.toSorted((a, b) => compareText(a.name, b.name));
  return sha256(canonicalJson(meaningOf({ ...catalog, calendars }))).slice(0, 16);
}

/** Where a thing was written, and how a condition was spelled, mean nothing. */
const PLACES: ReadonlySet<string> = new Set(["span", "at", "file"]);

function meaningOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(meaningOf);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const isFilter = "expr" in value && "text" in value;
  return Object.fromEntries(
    entries
      .filter(([key]) => value instanceof Map || (!PLACES.has(key) && !(isFilter && key === "text")))
      .map(([key, item]) => [key, meaningOf(item)]),
  );
}
