import type { CalendarDefinition, ClaimDefinition, ProjectDefinition, SavedQueryDefinition } from "../definition.ts";
import type { CalendarShape } from "../schema/calendar.ts";
import type { ProjectShape } from "../schema/project.ts";
import type { SavedQueryShape } from "../schema/saved-query.ts";
import { at } from "../tree.ts";
import { type Build, complain, nameAt, optionalText, textAt, texts } from "./build.ts";
import { buildCache } from "./cache.ts";
import { buildSource } from "./source.ts";

export function buildSavedQuery(shape: SavedQueryShape, build: Build): SavedQueryDefinition {
  return {
    name: textAt(build, "saved_query"),
    label: shape.label ?? null,
    description: shape.description ?? null,
    metrics: texts(build, "metrics"),
    groupBy: (shape.group_by ?? []).map((item, n) => {
      const path = ["group_by", n];
      return typeof item === "string"
        ? { name: textAt(build, ...path), grain: null, datePart: null, as: null }
        : {
            name: textAt(build, ...path, "name"),
            grain: optionalText(build, ...path, "grain"),
            datePart: optionalText(build, ...path, "date_part"),
            as: optionalText(build, ...path, "as"),
          };
    }),
    filters: texts(build, "filter"),
    orderBy: (shape.order_by ?? []).map((item, n) =>
      typeof item === "string"
        ? { name: textAt(build, "order_by", n), direction: "asc" }
        : { name: textAt(build, "order_by", n, "name"), direction: item.direction ?? "asc" },
    ),
    limit: shape.limit ?? null,
    tags: shape.tags ?? [],
  };
}

export function buildCalendar(shape: CalendarShape, build: Build): CalendarDefinition | null {
  const source = buildSource(build);
  if (!source) return null;
  return {
    name: textAt(build, "calendar"),
    label: shape.label ?? null,
    description: shape.description ?? null,
    source,
    column: textAt(build, "column"),
    grain: textAt(build, "grain"),
    customGrains: Object.entries(shape.custom_grains ?? {}).map(([name, grain]) => {
      const path = ["custom_grains", name];
      return typeof grain === "string"
        ? { name: nameAt(build, ...path), column: textAt(build, ...path), label: null }
        : { name: nameAt(build, ...path), column: textAt(build, ...path, "column"), label: grain.label ?? null };
    }),
  };
}

export function buildProject(shape: ProjectShape, build: Build): ProjectDefinition {
  const timeZone = optionalText(build, "time_zone");
  if (timeZone && !isTimeZone(timeZone.value)) {
    complain(build, at(build.tree, "time_zone"), "definition/unknown-time-zone", { zone: timeZone.value });
  }
  const claims = Object.entries(shape.claims ?? {}).map(([name, claim]) => buildClaim(name, claim, build));
  return {
    name: textAt(build, "project"),
    timeZone,
    claims: claims.filter((claim) => claim !== null),
    cache: buildCache(shape.cache, build),
  };
}

function buildClaim(name: string, shape: ClaimShape, build: Build): ClaimDefinition | null {
  const path = ["claims", name];
  const bounds = { name: nameAt(build, ...path), maxLength: null, maxItems: null };
  if (typeof shape === "string") return { ...bounds, type: shape, isList: false };
  const type = shape.list ?? shape.type;
  if (type === undefined || (shape.list && shape.type)) {
    complain(build, at(build.tree, ...path), "definition/claim-type", { claim: name });
    return null;
  }
  const { max_length: maxLength = null, max_items: maxItems = null } = shape;
  return { ...bounds, type, isList: shape.list !== undefined, maxLength, maxItems };
}

type ClaimShape = NonNullable<ProjectShape["claims"]>[string];

/** A name that Intl knows, whatever its case; never an offset, which engines read differently. */
function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
