import type { Tree } from "../../definition/index.ts";
import type { Aggregation, StandardGrain } from "../../expression/index.ts";
import { AGGREGATIONS, STANDARD_GRAINS } from "../../expression/index.ts";
import { type Fields, fieldsOf, inWords, originOf, textOf, withoutComments } from "./fields.ts";
import type { Aggregate, Condition, Governed, MetricInput, NonAdditive, Origin, Window } from "./project.ts";
import { fail, type Reading, tell } from "./reading.ts";

/** Label, description, group, owner and tags. Asks for `config` too: `isEnabled` false means that dbt skips it. */
export function readGoverned(fields: Fields, name: string): Governed & { readonly isEnabled: boolean } {
  const config = fields.fields("config");
  const group = config?.text("group") ?? fields.text("group");
  const tags = [...fields.list("tags"), ...(config?.list("tags") ?? [])];
  const isEnabled = config?.node("enabled") ? config.flag("enabled") : true;
  const meta = [config?.node("meta"), fields.node("meta")];
  config?.finish(["cache"]);
  return {
    name,
    label: fields.text("label") || null,
    description: readDescription(fields),
    origin: fields.origin,
    group,
    owner: readOwner(meta, fields) ?? group,
    tags: [...new Set(tags.flatMap((tag) => textOf(tag, fields.at("tags"), fields.reading) || []))],
    isEnabled,
  };
}

export function readDescription(fields: Fields): string | null {
  const description = fields.text("description");
  if (!description?.includes("{{")) return description || null;
  const message = `The description holds Jinja that only dbt can resolve: ${description}`;
  tell(fields.reading, "UNRESOLVED_JINJA", fields.at("description"), message, "no description", "warning");
  return null;
}

/** Entities, dimensions and measures have meta in dbt; here they have a label and a description. */
export function tellConfig(fields: Fields): void {
  if (!fields.node("config")) return;
  tell(fields.reading, "UNKNOWN_FIELD", fields.at("config"), "Our definitions have no place for the config of this.");
}

/** Says that an object which dbt skips is skipped here too. */
export function tellDisabled({ reading, origin }: Fields): void {
  tell(reading, "NO_EFFECT", origin, "It is disabled (enabled: false), so dbt does not have it either.");
}

/** `meta.owner`: a team, or `{business, technical}`. The first of the mappings that has one counts: inner over outer. */
function readOwner(metas: readonly (Tree | null | undefined)[], fields: Fields): Governed["owner"] {
  const keys = new Set(metas.flatMap((meta) => (meta?.kind === "map" ? [...meta.entries.keys()] : [])));
  let owner: Governed["owner"] = null;
  for (const meta of metas) {
    const value = meta?.kind === "map" ? meta.entries.get("owner")?.value : undefined;
    if (!value || owner !== null) continue;
    if (value.kind === "scalar") owner = value.source.trim() || null;
    const { business, technical } = value.kind === "map" ? value.data : {};
    if (typeof business === "string" && typeof technical === "string") owner = { business, technical };
  }
  if (owner !== null) keys.delete("owner");
  if (keys.size > 0) {
    const message = `Our definitions have no place for this meta: ${[...keys].join(", ")}.`;
    const place = metas[0] ? fields.at("config") : fields.at("meta");
    tell(fields.reading, "UNKNOWN_FIELD", place, message);
  }
  return owner;
}

/** A text, a list, or the artifact's `{where_filters: [{where_sql_template}]}`: conditions that must all hold. */
export function readFilters(tree: Tree | null, origin: Origin, reading: Reading): readonly Condition[] {
  if (!tree) return [];
  if (tree.kind === "list") return tree.items.flatMap((item) => readFilters(item, origin, reading));
  if (tree.kind === "map") {
    const inner = tree.entries.get("where_filters") ?? tree.entries.get("where_sql_template");
    if (inner) return readFilters(inner.value, origin, reading);
  }
  const text = withoutComments(textOf(tree, origin, reading));
  return text ? [{ text, origin: originOf(tree, origin.object) }] : [];
}

/** `7 days`, or the artifact's `{count, granularity}`; custom grains are allowed here and checked later. */
export function readWindow(fields: Fields, key: string): Window | null {
  const node = fields.node(key);
  if (!node) return null;
  const text = node.kind === "map" ? windowText(node.data) : fields.text(key);
  const [, digits, grain] = /^(\d+)\s+([a-z][a-z0-9_]*)$/i.exec(text ?? "") ?? [];
  const count = Number(digits);
  if (grain && count > 0) return { count, grain: grain.toLowerCase() };
  const [, number, unit = ""] = /^(\d+)\s*([a-z]+)$/i.exec(text ?? "") ?? [];
  const meant = UNITS[unit.toLowerCase()];
  const way = meant ? `"${number} ${meant}s"` : 'a count and a grain, such as "30 days"';
  fail(fields.reading, "INVALID_VALUE", fields.at(key), `"${key}" must be ${way}, not ${inWords(node)}.`);
  return null;
}

function windowText({ count, granularity }: Readonly<Record<string, unknown>>): string {
  return typeof count === "number" && typeof granularity === "string" ? `${count} ${granularity}` : "";
}

const UNITS: Readonly<Record<string, StandardGrain>> = {
  h: "hour",
  d: "day",
  day: "day",
  days: "day",
  w: "week",
  m: "month",
  mo: "month",
  q: "quarter",
  y: "year",
};

/** A metric as an input: its name, or `{name, filter, alias, offset_window, offset_to_grain}`. */
export function readInput(tree: Tree, object: string, reading: Reading): MetricInput {
  const origin = originOf(tree, object);
  const plain = { kind: "metric", alias: null, filters: [], offsetWindow: null, offsetToGrain: null, origin } as const;
  if (tree.kind === "scalar") return { ...plain, metric: textOf(tree, origin, reading)?.toLowerCase() ?? "" };
  const fields = fieldsOf(tree, object, reading);
  if (!fields) return { ...plain, metric: "" };
  const input: MetricInput = {
    ...plain,
    metric: fields.requiredName("name"),
    alias: fields.name("alias"),
    filters: readFilters(fields.node("filter"), fields.at("filter"), reading),
    offsetWindow: readWindow(fields, "offset_window"),
    offsetToGrain: fields.name("offset_to_grain"),
  };
  if (input.offsetWindow && input.offsetToGrain) {
    fail(reading, "INVALID_VALUE", origin, "An input has offset_window or offset_to_grain, not both.");
  }
  fields.finish();
  return input;
}

/** One input that must be there. */
export function readRequiredInput(fields: Fields, key: string): MetricInput {
  const node = fields.node(key);
  if (!node) fail(fields.reading, "INVALID_VALUE", fields.origin, `"${key}" must be written: the name of a metric.`);
  return node
    ? readInput(node, fields.origin.object, fields.reading)
    : {
        kind: "metric",
        metric: "",
        alias: null,
        filters: [],
        offsetWindow: null,
        offsetToGrain: null,
        origin: fields.origin,
      };
}

/** Which aggregation, of what: `expr`, which is the name of the measure or metric unless it is written. */
export function readAggregation(fields: Fields, name: string): Pick<Aggregate, "aggregation" | "expr"> {
  const aggregation = fields.word("agg", AGGREGATIONS, OTHER_WORDS);
  const expr = fields.sql("expr");
  if (aggregation === null && !fields.node("agg")) {
    fail(fields.reading, "INVALID_VALUE", fields.origin, `"agg" must be written: one of ${AGGREGATIONS.join(", ")}.`);
  }
  if (aggregation === "count" && expr === null) {
    fail(fields.reading, "INVALID_VALUE", fields.origin, 'A count needs its "expr"; to count rows, write expr: 1.');
  }
  return { aggregation: aggregation ?? "count", expr: expr ?? name };
}

const OTHER_WORDS: Readonly<Record<string, Aggregation>> = {
  avg: "average",
  mean: "average",
  distinct: "count_distinct",
  distinct_count: "count_distinct",
  percentile_cont: "percentile",
  bool_sum: "sum_boolean",
};

/** Checks what belongs to percentiles only. `kind`: whether the field that says so is written. */
export function checkPercentile(
  fields: Fields,
  { aggregation, percentile, isDiscrete }: Pick<Aggregate, "aggregation" | "percentile" | "isDiscrete">,
): void {
  const { reading, origin } = fields;
  const wrong = (message: string) => fail(reading, "INVALID_VALUE", origin, message);
  if (aggregation === "percentile") {
    if (percentile === null) wrong("A percentile must say which one, such as percentile: 0.95.");
    else if (percentile <= 0 || percentile >= 1) {
      const meant = percentile > 1 && percentile < 100 ? ` Write ${percentile / 100}.` : "";
      wrong(`The percentile must lie between 0 and 1, not ${percentile}.${meant}`);
    }
  } else if (aggregation === "median") {
    if (percentile !== null && percentile !== 0.5) wrong(`A median is the percentile 0.5, not ${percentile}.`);
    if (isDiscrete) wrong("A median is never discrete; use agg: percentile with percentile: 0.5.");
  }
}

/** `{name, window_choice, window_groupings}` in the older spec, `{name, window_agg, group_by}` in the one of 2026. */
export function readNonAdditive(fields: Fields, choice: string, groupings: string): NonAdditive | null {
  const inner = fields.fields("non_additive_dimension");
  if (!inner) return null;
  const nonAdditive: NonAdditive = {
    dimension: inner.requiredName("name"),
    choice: inner.word(choice, ["min", "max"]) ?? "min",
    groupings: inner.names(groupings),
  };
  inner.finish();
  return nonAdditive;
}

export function readGrain(fields: Fields, key: string): StandardGrain | null {
  return fields.word(key, STANDARD_GRAINS);
}

/** `{is_start, is_end}` of a table that keeps history. */
export function readValidity(fields: Fields | null): "start" | "end" | null {
  const inner = fields?.fields("validity_params");
  if (!inner) return null;
  const [isStart, isEnd] = [inner.flag("is_start"), inner.flag("is_end")];
  inner.finish();
  if (isStart && isEnd) {
    fail(inner.reading, "INVALID_VALUE", inner.origin, "A time is the start or the end of validity, not both.");
  }
  return isStart ? "start" : isEnd ? "end" : null;
}

/** A whole number, as filling with one is all there is. */
export function readFill(fields: Fields): number | null {
  const fill = fields.number("fill_nulls_with");
  if (fill === null || Number.isSafeInteger(fill)) return fill;
  fail(
    fields.reading,
    "INVALID_VALUE",
    fields.at("fill_nulls_with"),
    `"fill_nulls_with" must be a whole number, not ${fill}.`,
  );
  return null;
}
