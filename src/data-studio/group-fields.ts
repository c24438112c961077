import {
  type Catalog,
  type Element,
  grainsFrom,
  type JoinPath,
  type Located,
  type Metric,
  type Model,
  metricTimeOf,
  nameOf,
  reachableFrom,
  type SemanticType,
} from "../catalog/index.ts";
import { type DatePart, isStandardGrain, type ScalarType } from "../expression/index.ts";
import { isDayOrCoarser } from "../request/index.ts";
import type { Cell } from "../warehouse/index.ts";
import { METRIC_TIME } from "./config-params.ts";
import { CUSTOM_GRAIN, grainFormat, isTypedGrain, partFormat, type TimeFormat, wholeDate } from "./date-types.ts";
import type { FieldValue, OfferedGroup } from "./offered-field.ts";
import type { DataValue } from "./protocol.ts";
import { dataTypeOf, semanticTypeOf } from "./semantic-types.ts";

/** How a time is cut: at a grain, a calendar's included, or to a part of the date. */
export type Cut =
  | { readonly kind: "grain"; readonly grain: string }
  | { readonly kind: "part"; readonly part: DatePart };

/** Something to group by, as the schema tells of it. */
export interface Group {
  /** As a query names it: `metric_time`, `customer__region`. */
  readonly name: string;
  /** Before cutting. */
  readonly type: ScalarType;
  readonly label: string;
  readonly description: string | null;
  readonly folder: string;
  /** Identifies something: digits of it are no amount. */
  readonly isKey: boolean;
  /** What its author says that its texts name. */
  readonly semanticType: SemanticType | null;
}

/** Joins away that a data source offers, as many as a typed field of the GraphQL API. */
const OFFERED_HOPS = 2;

/** Parts that tell more than a grain does, and the grain that tells them: a year is the same as either. */
const PARTS: readonly (readonly [part: DatePart, needs: string])[] = [
  ["quarter", "quarter"],
  ["month", "month"],
  ["day", "day"],
  ["dow", "day"],
  ["doy", "day"],
];

/** Everything that the rows of a model can be grouped by, `metric_time` first: a field a grain. */
export function groupFieldsOf(
  catalog: Catalog,
  model: Model,
  metrics: readonly Metric[],
): { readonly groups: readonly OfferedGroup[]; readonly joined: ReadonlySet<string> } {
  const times = metrics.flatMap((metric) => metricTimeOf(catalog, metric) ?? []);
  const [time] = times.toSorted((a, b) => b.grains.length - a.grains.length);
  const places = reachableFrom(catalog, model, OFFERED_HOPS).filter(hasOneColumn);
  const groups = [
    ...(time ? cutFields(catalog, metricTimeGroup(time.type), time.grains) : []),
    ...places.flatMap((at) => {
      const { element } = at;
      const isTime = element.kind === "dimension" && element.dimension.kind === "time";
      if (!isTime) return groupField(catalog, groupAt(at), null);
      return cutFields(catalog, groupAt(at), grainsFrom(catalog, element.dimension.grain));
    }),
  ];
  return { groups, joined: new Set(places.flatMap(({ path }) => modelsOf(path))) };
}

export function modelsOf({ base, steps }: JoinPath): readonly string[] {
  return [base.name, ...steps.map(({ to }) => to.name)];
}

export function metricTimeGroup(type: ScalarType): Group {
  const description = "The time at which each metric is counted.";
  return { name: METRIC_TIME, type, label: "Time", description, folder: "Time", isKey: false, semanticType: null };
}

function groupAt(at: Located): Group {
  return { name: nameOf(at), ...groupOf(at.path, at.element) };
}

/** What is told of an element wherever it is reached from; its name is not. */
export function groupOf(path: JoinPath, element: Element): Omit<Group, "name"> {
  const { base, steps } = path;
  const { label, description } = element.kind === "dimension" ? element.dimension : element.entity;
  const type = element.kind === "dimension" ? element.dimension.type : keyType(path, element);
  const own = base.primaryEntity === null ? null : base.entities.get(base.primaryEntity);
  const folder = steps.length > 0 ? steps.map(({ left }) => left.label).join(" › ") : (own?.label ?? base.label);
  const semanticType =
    element.kind === "dimension" && element.dimension.kind === "categorical" ? element.dimension.semanticType : null;
  return { type, label, description, folder, isKey: element.kind === "entity", semanticType };
}

/** A key of several columns is asked for by those. */
function hasOneColumn({ element }: Located): boolean {
  return element.kind === "dimension" || element.entity.key.length === 1;
}

function keyType({ base, steps }: JoinPath, { entity }: Element & { readonly kind: "entity" }): ScalarType {
  const [key] = entity.key;
  return (key?.kind === "ref" ? (steps.at(-1)?.to ?? base).columns?.get(key.ref)?.type : null) ?? "unknown";
}

function cutFields(catalog: Catalog, group: Group, grains: readonly string[]): readonly OfferedGroup[] {
  const cuts = grains.filter((grain) => isTypedGrain(grain) || !isStandardGrain(grain));
  return [
    ...cuts.map((grain) => groupField(catalog, group, { kind: "grain", grain })),
    ...PARTS.filter(([, needs]) => grains.includes(needs)).map(([part]) =>
      groupField(catalog, group, { kind: "part", part }),
    ),
  ];
}

/** One field of the schema. */
export function groupField(catalog: Catalog, group: Group, cut: Cut | null): OfferedGroup {
  const type = cutType(group.type, cut);
  const format = group.isKey ? null : formatOf(catalog, type, cut);
  const isText = group.isKey || type === "unknown";
  const semanticType =
    format?.semanticType ?? group.semanticType?.toUpperCase() ?? (isText ? "TEXT" : semanticTypeOf(type));
  const name = columnOf(group.name, cut);
  const isInstant = cut?.kind === "grain" && type === "timestamptz";
  return {
    kind: cut === null ? "dimension" : cut.kind === "grain" ? "time" : "part",
    field: {
      name,
      label:
        cut === null
          ? group.label
          : `${group.label}, ${wordsOf(catalog, cut)}${isInstant && catalog.timeZone !== "UTC" ? " (UTC)" : ""}`,
      description: [group.description ?? "", isInstant ? "An instant, in UTC." : ""]
        .filter((text) => text !== "")
        .join("\n"),
      group: group.folder,
      dataType: dataTypeOf(semanticType),
      semantics: { conceptType: "DIMENSION", semanticType },
    },
    groupBy: {
      name: group.name,
      ...(cut?.kind === "grain" && { grain: cut.grain }),
      ...(cut?.kind === "part" && { datePart: cut.part }),
    },
    filterName: name,
    cellType: type,
    render: format ? (cell) => (cell === null ? null : format.write(String(cell))) : plainValue,
    parse: (text) => (format ? format.read(text) : constantOf(type, text)),
  };
}

function wordsOf({ calendars }: Catalog, cut: Cut): string {
  if (cut.kind === "part") return PART_WORDS[cut.part];
  const custom = calendars.flatMap(({ customGrains }) => customGrains.get(cut.grain) ?? []);
  return custom[0]?.label.toLowerCase() ?? cut.grain;
}

const PART_WORDS: Readonly<Record<DatePart, string>> = {
  year: "year as a number",
  quarter: "quarter of the year",
  month: "month of the year",
  day: "day of the month",
  dow: "day of the week",
  doy: "day of the year",
};

function columnOf(name: string, cut: Cut | null): string {
  if (cut === null) return name;
  return cut.kind === "grain" ? `${name}__${cut.grain}` : `${name}__extract_${cut.part}`;
}

/** Days and coarser are local dates; finer cuts keep the kind of the column. */
function cutType(type: ScalarType, cut: Cut | null): ScalarType {
  if (cut === null) return type;
  if (cut.kind === "part") return "int";
  if (!isStandardGrain(cut.grain) || isDayOrCoarser(cut.grain)) return "date";
  return type === "timestamptz" ? "timestamptz" : "timestamp";
}

function formatOf({ timeZone }: Catalog, type: ScalarType, cut: Cut | null): TimeFormat | null {
  if (cut === null) return type === "date" ? wholeDate() : null;
  if (cut.kind === "part") return partFormat(cut.part);
  return isTypedGrain(cut.grain) ? grainFormat(cut.grain, type, timeZone === "UTC") : CUSTOM_GRAIN;
}

/** Numbers as texts, so that no digit is lost. */
export function plainValue(cell: Cell): DataValue {
  return typeof cell === "number" ? String(cell) : cell;
}

/** A value of a filter for what is no time. */
function constantOf(type: ScalarType, text: string): FieldValue | null {
  switch (type) {
    case "int":
      return /^[+-]?\d{1,38}$/.test(text) ? { type, value: text } : null;
    case "decimal":
    case "float":
      return /^[+-]?(\d{1,38}(\.\d{0,38})?|\.\d{1,38})([eE][+-]?\d{1,3})?$/.test(text) ? { type, value: text } : null;
    case "boolean": {
      const word = text.toLowerCase();
      return word === "true" || word === "false" ? { type, value: word === "true" } : null;
    }
    case "timestamp":
    case "timestamptz":
      return { type, value: text };
    case "string":
    case "interval":
    case "unknown":
    case "date":
      return { type: "string", value: text };
  }
}
