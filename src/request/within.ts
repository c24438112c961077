import type { Catalog } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { compareGrains, isStandardGrain } from "../expression/index.ts";
import { calendarWith } from "./field.ts";
import { baseName, columnName, parseItem } from "./item.ts";
import type { GroupByReference } from "./request.ts";
import type { Item } from "./resolved.ts";

/**
 * A group that a comparison ranges within: one of the question's, or a coarser grain of one of its times, which each
 * finer period lies in as a whole.
 *
 * @throws Refusal INVALID_REQUEST for anything else: rows would not tell which of its values they belong to.
 */
export function withinItem(
  catalog: Catalog,
  reference: GroupByReference,
  groups: readonly Item[],
  path: readonly string[],
): Item {
  const item = parseItem(catalog, reference, path);
  const alike = groups.filter((group) => baseName(group) === baseName(item));
  const same = alike.find(({ grain, part }) => part === item.part && (grain === item.grain || noCut(item)));
  if (same) return same;
  if (item.grain !== null && alike.some((group) => nests(catalog, group.grain, item.grain))) return item;
  const names = groups.map((group) => columnName(group, group.grain));
  throw new Refusal(
    "INVALID_REQUEST",
    `within names "${columnName(item, item.grain)}", which is neither a group of the question nor a coarser period of one. Its groups: ${names.join(", ") || "none"}.`,
    { suggestions: names, path },
  );
}

function noCut({ grain, part }: Item): boolean {
  return grain === null && part === null;
}

/** Whether every period of the fine grain lies in one of the coarse. */
function nests(catalog: Catalog, fine: string | null, coarse: string | null): boolean {
  if (fine === null || coarse === null || !isStandardGrain(fine)) return false;
  if (isStandardGrain(coarse)) return compareGrains(fine, coarse) < 0 && (fine !== "week" || coarse === "week");
  const calendar = calendarWith(catalog, coarse);
  return calendar !== null && calendar !== undefined && compareGrains(fine, calendar.grain) <= 0;
}
