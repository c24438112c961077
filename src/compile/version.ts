import type { Catalog } from "../catalog/index.ts";
import { compareText, sha256 } from "../std/index.ts";

/** 16 hex digits that are equal for equal definitions, wherever and in whatever order they were written. */
export function versionOf(catalog: Omit<Catalog, "version" | "tests" | "policyTests" | "certifications">): string {
  const calendars = catalog.calendars.toSorted((a, b) => compareText(a.name, b.name));
  return sha256(meaningOf({ ...catalog, calendars })).slice(0, 16);
}

/** Where a thing was written means nothing, nor does the spelling of a condition beside its tree. */
const PLACES: ReadonlySet<string> = new Set(["span", "at", "file"]);

/**
 * Text that is equal for equal meanings: maps sorted by name, objects in the one order they are built in, what is
 * null or empty left out. In one pass, since it reads the whole catalog at every start.
 */
function meaningOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(meaningOf).join(",")}]`;
  if (value instanceof Set) return meaningOf([...value].toSorted((a, b) => compareText(String(a), String(b))));
  let text = "{";
  if (value instanceof Map) {
    for (const key of [...value.keys()].sort(compareText))
      text += `${JSON.stringify(key)}:${meaningOf(value.get(key))},`;
  } else {
    const isFilter = "expr" in value && "text" in value;
    for (const [key, item] of Object.entries(value)) {
      const isEmpty = item === null || (Array.isArray(item) && item.length === 0);
      if (!isEmpty && !PLACES.has(key) && !(isFilter && key === "text")) text += `"${key}":${meaningOf(item)},`;
    }
  }
  return `${text}}`;
}
