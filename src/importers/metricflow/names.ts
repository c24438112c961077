import { isName } from "../../definition/index.ts";
import {
  type FilterName,
  isStandardGrain,
  parseFilter,
  parseMetricExpression,
  printFilterName,
  printName,
  refNodesOf,
  type TextRange,
} from "../../expression/index.ts";
import { freeName } from "./normalise.ts";
import type { Named, Project } from "./project.ts";
import { type Reading, tell } from "./reading.ts";

/** What things are called in our definitions: nearly always what they are called in dbt. */
export interface Names {
  readonly model: Rename;
  readonly metric: Rename;
  readonly measure: Rename;
  /** A dimension or entity. */
  readonly element: Rename;
  /** A grain, standard or a calendar's own. */
  readonly grain: Rename;
  readonly savedQuery: Rename;
  /** `customer__region`, `metric_time__month`. */
  readonly item: Rename;
  readonly filter: Rename;
  /** `own`: aliases of inputs, which win over metrics. */
  readonly metricExpression: (text: string, own: ReadonlyMap<string, string>) => string;
}

type Rename = (name: string) => string;

/** Gives new names to what ours may not be called, and reports each. */
export function settleNames(project: Project, reading: Reading): Names {
  const grains = project.calendars.flatMap(({ customGrains, origin }) =>
    customGrains.map(({ name }) => ({ name, origin })),
  );
  const grainNames = renames(grains, "grain", reading);
  const taken = new Set(grains.map(({ name }) => grainNames.get(name) ?? name));
  const elements = renames(
    project.models.flatMap((model) => [...model.entities, ...model.dimensions]),
    "key",
    reading,
    taken,
  );
  const models = renames(project.models, "model", reading);
  const metrics = renames(project.metrics, "metric", reading);
  const savedQueries = renames(project.savedQueries, "query", reading);
  const measures = renames(
    project.models.flatMap((model) => model.measures),
    "measure",
    reading,
  );
  const times = new Set(
    project.models.flatMap((model) => model.dimensions.flatMap(({ name, grain }) => (grain === null ? [] : [name]))),
  );

  const grain = (name: string) => grainNames.get(name) ?? name;
  const element = (name: string) => elements.get(name) ?? name;
  const metric = (name: string) => metrics.get(name) ?? name;
  const item = (text: string) => {
    const parts = text.split("__");
    const last = parts.at(-1) ?? "";
    const before = parts.at(-2) ?? "";
    const isCut = isStandardGrain(last) || last.startsWith("extract_") || before === "metric_time" || times.has(before);
    return parts.map((part, i) => (i === parts.length - 1 && i > 0 && isCut ? grain(part) : element(part))).join("__");
  };
  const filterName = (name: FilterName): FilterName =>
    name.kind === "name"
      ? { kind: "name", text: item(name.text) }
      : { kind: "metric", metric: metric(name.metric), entities: name.entities.map(element) };
  return {
    grain,
    element,
    metric,
    item,
    model: (name) => models.get(name) ?? name,
    savedQuery: (name) => savedQueries.get(name) ?? name,
    measure: (name) => measures.get(name) ?? name,
    filter: (text) => {
      const parsed = parseFilter(text);
      if (!parsed.ok) return text;
      return replaced(text, refNodesOf(parsed.value), (name) => {
        const next = filterName(name);
        return JSON.stringify(next) === JSON.stringify(name) ? null : printFilterName(next);
      });
    },
    metricExpression: (text, own) => {
      const parsed = parseMetricExpression(text);
      if (!parsed.ok) return text;
      return replaced(text, refNodesOf(parsed.value), (name) => {
        const next = own.get(name) ?? metric(name);
        return next === name ? null : printName(next);
      });
    },
  };
}

/** A name of ours for something that is called `name`: its letters as far as they are allowed. */
export function allowedName(name: string, kind: string, taken: ReadonlySet<string>): string {
  const letters = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "")
    .slice(0, 50);
  const wanted = isName(letters) && !taken.has(letters) ? letters : `${letters}_${kind}`.replace(/^_/, "");
  return freeName(wanted, taken);
}

/** Old names to new ones, for those that must change. `taken`: further names that none may have. */
function renames(
  named: readonly Pick<Named, "name" | "origin">[],
  kind: string,
  reading: Reading,
  taken: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, string> {
  const names = new Set([...taken, ...named.map(({ name }) => name)]);
  const changed = new Map<string, string>();
  for (const { name, origin } of named) {
    if ((isName(name) && !taken.has(name)) || changed.has(name)) continue;
    const next = allowedName(name, kind, names);
    names.add(next);
    changed.set(name, next);
    const why = taken.has(name) ? "is also the grain of a calendar" : "is not a name that ours may have";
    tell(reading, "NAME_CHANGED", origin, `"${name}" ${why}; queries have to say "${next}".`, next);
  }
  return changed;
}

/** Replaces references where they stand; null leaves one as it is. */
function replaced<R>(
  text: string,
  nodes: readonly { readonly ref: R; readonly at?: TextRange }[],
  next: (ref: R) => string | null,
): string {
  let result = text;
  for (const { ref, at } of nodes.toSorted((a, b) => (b.at?.start ?? 0) - (a.at?.start ?? 0))) {
    const spelled = next(ref);
    if (spelled !== null && at) result = result.slice(0, at.start) + spelled + result.slice(at.end);
  }
  return result;
}
