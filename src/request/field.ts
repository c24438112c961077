import type { Calendar, Catalog, Dimension, Entity, JoinPath, Located, Model } from "../catalog/index.ts";
import {
  definitionsOf,
  describePath,
  findElement,
  grainsFrom,
  isElementSeen,
  multiplyingPath,
  nameOf,
  reachableFrom,
} from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { ScalarType, StandardGrain } from "../expression/index.ts";
import { compareGrains, isStandardGrain } from "../expression/index.ts";
import { nearest } from "../std/index.ts";
import { baseName, columnName } from "./item.ts";
import type { Field, Item, TimeCut } from "./resolved.ts";

/** Where a name stands, for messages: which metric needs it, and its place in the request. */
export interface Place {
  /** `metric "revenue"`, or `the query` where no metric is asked for. */
  readonly asker: string;
  readonly path: readonly string[];
}

/** A row's own time, which `metric_time` stands for; null when the model has none. */
export type OwnTime = (Dimension & { readonly kind: "time" }) | null;

/**
 * Looks an item up from one model.
 *
 * @throws Refusal UNKNOWN_GROUP_BY, NO_PATH, AMBIGUOUS_PATH, FAN_OUT, GRAIN_TOO_FINE, NO_CALENDAR or PART_NOT_ALLOWED.
 */
export function fieldOf(seen: Catalog, base: Model, time: OwnTime, item: Item, place: Place): Field {
  // What stands nowhere in the request was written by an author, who sees everything.
  const catalog = place.path.length === 0 ? definitionsOf(seen) : seen;
  const { element, path } = item.isMetricTime
    ? ownTime(catalog, base, time, place)
    : locate(catalog, base, item, place);
  const isMetricTime = element.kind === "dimension" && element.dimension === time && path.steps.length === 0;
  const found = { kind: "element", path, element } as const;
  const named = fullName(item, path);
  if (element.kind === "entity" || element.dimension.kind === "categorical") {
    refuseCut(item, place);
    if (element.kind === "entity" && element.entity.key.length > 1) {
      throw new Refusal(
        "NOT_SUPPORTED",
        `Entity "${baseName(item)}" has a key of several columns; group by those columns' dimensions instead.`,
        {
          path: place.path,
        },
      );
    }
    const type = element.kind === "entity" ? keyType(element.entity, path) : element.dimension.type;
    return { key: columnName(named, null), value: found, cut: null, isMetricTime, type };
  }
  const cut = cutOf(catalog, element.dimension, item, place);
  const grain = cut.kind === "part" ? null : cut.kind === "custom" ? cut.name : cut.grain;
  return {
    key: columnName({ ...named, part: cut.kind === "part" ? cut.part : null }, grain),
    value: found,
    cut,
    isMetricTime,
    type: cutType(element.dimension, cut),
  };
}

/** The joins that the name left out belong to the column's name. */
function fullName(item: Item, path: JoinPath): Item {
  if (path.steps.length <= item.links.length) return item;
  return { ...item, links: path.steps.map(({ left }) => left.name) };
}

function keyType({ key: [part] }: Entity, { base, steps }: JoinPath): ScalarType {
  const columns = (steps.at(-1)?.to ?? base).columns;
  return part?.kind === "ref" ? (columns?.get(part.ref)?.type ?? "unknown") : "unknown";
}

function ownTime(catalog: Catalog, base: Model, time: OwnTime, place: Place): Located {
  if (time && isElementSeen(catalog, base, time.name))
    return { path: { base, steps: [] }, element: { kind: "dimension", dimension: time } };
  throw new Refusal(
    "NO_PATH",
    `${capital(place.asker)} has no time: model "${base.name}" declares no default time dimension.`,
    {
      path: place.path,
    },
  );
}

function locate(catalog: Catalog, base: Model, item: Item, place: Place): Located {
  const name = baseName(item);
  const lookup = findElement(catalog, base, item.links, item.element);
  switch (lookup.kind) {
    case "found":
      return lookup.at;
    case "ambiguous": {
      const choices = lookup.candidates.map((candidate) => `${nameOf(candidate)} (${describePath(candidate.path)})`);
      throw new Refusal(
        "AMBIGUOUS_PATH",
        `"${name}" can be reached from model "${base.name}" in more than one way: ${choices.join("; ")}. Say which.`,
        {
          suggestions: lookup.candidates.map(nameOf).filter((candidate) => candidate !== name),
          path: place.path,
        },
      );
    }
    case "fan-out":
      throw fanOut(item, lookup.path, place);
    case "none": {
      const path = multiplyingPath(catalog, base, item.links, item.element);
      throw path ? fanOut(item, path, place) : unknown(catalog, base, item, place);
    }
  }
}

function fanOut(item: Item, path: JoinPath, place: Place): Refusal {
  // From where rows multiply, every further join finds one row: the metrics there can be asked by it.
  const many = path.steps.findLast(({ right }) => right.type === "foreign") ?? path.steps.at(-1);
  return new Refusal(
    "FAN_OUT",
    `${capital(place.asker)} cannot be grouped or filtered by "${baseName(item)}": on the path ${describePath(path)} one row meets many, and its values would be counted more than once. Ask the metrics of model "${many?.to.name}" by it instead, or filter with metric('…', '…').`,
    { path: place.path },
  );
}

/** Tells apart a name that exists nowhere from one that this metric cannot reach. */
function unknown(catalog: Catalog, base: Model, item: Item, place: Place): Refusal {
  const name = baseName(item);
  const reachable = reachableFrom(catalog, base, 3).map(nameOf);
  const isSomewhere = [...catalog.models.values()].some(
    (model) => findElement(catalog, model, item.links, item.element).kind !== "none",
  );
  if (isSomewhere) {
    const sameElement = reachable.filter(
      (candidate) => candidate.endsWith(`__${item.element}`) || candidate === item.element,
    );
    const way = sameElement.length > 0 ? ` It can be asked by ${sameElement.slice(0, 3).join(", ")}.` : "";
    throw new Refusal(
      "NO_PATH",
      `${capital(place.asker)} cannot reach "${name}": no join leads there from model "${base.name}".${way}`,
      {
        suggestions: sameElement.slice(0, 3),
        path: place.path,
      },
    );
  }
  const sameElement = reachable.filter((candidate) => candidate.endsWith(`__${item.element}`));
  const suggestions = [...new Set([...sameElement, ...nearest(name, [...reachable, "metric_time"])])].slice(0, 3);
  const isPerhapsText = place.path[0] === "where" && item.links.length === 0;
  const hint =
    suggestions.length > 0
      ? ` Did you mean ${suggestions.map((s) => `"${s}"`).join(" or ")}?`
      : isPerhapsText
        ? " Text stands in single quotes: 'text'."
        : "";
  return new Refusal("UNKNOWN_GROUP_BY", `There is no "${name}" to group or filter ${place.asker} by.${hint}`, {
    suggestions,
    path: place.path,
  });
}

function refuseCut(item: Item, place: Place): void {
  const cut = item.part ? `date part ${item.part}` : item.grain ? `grain ${item.grain}` : null;
  if (cut === null) return;
  throw new Refusal("PART_NOT_ALLOWED", `"${baseName(item)}" is not a time; it has no ${cut}.`, {
    suggestions: [baseName(item)],
    path: place.path,
  });
}

function cutOf(catalog: Catalog, dimension: Dimension & { kind: "time" }, item: Item, place: Place): TimeCut {
  const asked = item.grain ?? dimension.grain;
  if (item.part) {
    if (compareGrains(PART_NEEDS[item.part], dimension.grain) < 0)
      throw tooFine(catalog, dimension, item, `date part ${item.part}`, place);
    return { kind: "part", part: item.part };
  }
  if (isStandardGrain(asked)) {
    if (compareGrains(asked, dimension.grain) < 0) throw tooFine(catalog, dimension, item, `grain ${asked}`, place);
    return { kind: "grain", grain: asked };
  }
  const calendar = calendarWith(catalog, asked);
  if (!calendar) {
    throw new Refusal("NO_CALENDAR", `No calendar declares the grain "${asked}".`, { path: place.path });
  }
  if (compareGrains(calendar.grain, dimension.grain) < 0)
    throw tooFine(catalog, dimension, item, `grain ${asked}`, place);
  return { kind: "custom", name: asked, calendar };
}

/** The coarsest grain that still tells the part. */
const PART_NEEDS = { year: "year", quarter: "quarter", month: "month", day: "day", dow: "day", doy: "day" } as const;

export function calendarWith(catalog: Catalog, customGrain: string): Calendar | null {
  return catalog.calendars.find((calendar) => calendar.customGrains.has(customGrain)) ?? null;
}

function tooFine(
  catalog: Catalog,
  dimension: Dimension & { kind: "time" },
  item: Item,
  asked: string,
  place: Place,
): Refusal {
  const grains = grainsFrom(catalog, dimension.grain);
  return new Refusal(
    "GRAIN_TOO_FINE",
    `"${baseName(item)}" is recorded by ${dimension.grain}; it has no ${asked}. Use ${grains.slice(0, 5).join(", ")}.`,
    {
      suggestions: grains.slice(0, 3).map((grain) => columnName({ ...item, part: null }, grain)),
      path: place.path,
    },
  );
}

/** Day and coarser buckets are local dates; finer ones keep the kind of the column. */
function cutType(dimension: Dimension, cut: TimeCut): ScalarType {
  if (cut.kind === "part") return "int";
  if (cut.kind === "custom" || isDayOrCoarser(cut.grain)) return "date";
  return dimension.type === "timestamptz" ? "timestamptz" : "timestamp";
}

export function isDayOrCoarser(grain: StandardGrain): boolean {
  return compareGrains(grain, "day") >= 0;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
