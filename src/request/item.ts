import type { Catalog, CustomGrains } from "../catalog/index.ts";
import { isGrain, splitName } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { DATE_PARTS, isDatePart } from "../expression/index.ts";
import { nearest } from "../std/index.ts";
import type { GroupByReference } from "./request.ts";
import type { Item } from "./resolved.ts";

/** Takes a name such as `customer__signed_up_at__month` apart; grain and part may stand in it or beside it. */
export function parseItem(catalog: Catalog, reference: GroupByReference, path: readonly string[]): Item {
  const written = itemNamed(catalog, reference.name.toLowerCase());
  const grain = grainOf(catalog, reference.grain?.toLowerCase() ?? null, [...path, "grain"]);
  const part = partOf(reference.datePart?.toLowerCase() ?? null, [...path, "datePart"]);
  if ((grain && written.grain && grain !== written.grain) || (part && written.part && part !== written.part)) {
    throw new Refusal(
      "INVALID_REQUEST",
      `"${reference.name}" already says how to cut the time; remove one of the two.`,
      { path },
    );
  }
  const item = { ...written, grain: grain ?? written.grain, part: part ?? written.part };
  if (item.grain && item.part) {
    throw new Refusal("INVALID_REQUEST", `"${reference.name}" asks for a grain and a date part; ask for one of them.`, {
      path,
    });
  }
  return item;
}

/** The same from one word, as in filters and `orderBy`. */
export function itemNamed(catalog: Catalog, name: string): Item {
  const { links, element, grain, datePart } = splitName(name, customGrainsOf(catalog));
  return { isMetricTime: element === "metric_time" && links.length === 0, links, element, grain, part: datePart };
}

/** `customer__signed_up_at`, without grain or part. */
export function baseName(item: Pick<Item, "links" | "element">): string {
  return [...item.links, item.element].join("__");
}

/** The contract's column name: `metric_time__month`, `customer__region`, `order__ordered_at__extract_dow`. */
export function columnName(item: Pick<Item, "links" | "element" | "part">, grain: string | null): string {
  const name = baseName(item);
  if (item.part) return `${name}__extract_${item.part}`;
  return grain ? `${name}__${grain}` : name;
}

function customGrainsOf({ calendars }: Catalog): Pick<CustomGrains, "has"> {
  return { has: (name) => calendars.some(({ customGrains }) => customGrains.has(name)) };
}

function grainOf(catalog: Catalog, grain: string | null, path: readonly string[]): string | null {
  if (grain === null || isGrain(grain, customGrainsOf(catalog))) return grain;
  const known = [
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
    ...catalog.calendars.flatMap((c) => [...c.customGrains.keys()]),
  ];
  throw new Refusal("INVALID_REQUEST", `"${grain}" is not a grain. Grains: ${known.join(", ")}.`, {
    suggestions: nearest(grain, known),
    path,
  });
}

function partOf(part: string | null, path: readonly string[]): Item["part"] {
  if (part === null || isDatePart(part)) return part;
  throw new Refusal("INVALID_REQUEST", `"${part}" is not a date part. Date parts: ${DATE_PARTS.join(", ")}.`, {
    suggestions: nearest(part, DATE_PARTS),
    path,
  });
}
