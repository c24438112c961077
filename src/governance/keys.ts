import type { Category } from "./change/change.ts";
import type { Part } from "./fingerprint/fingerprint.ts";

/** What a change of one YAML key means. */
export interface KeyClass {
  /** The part of a fingerprint that it can change; null: of none. */
  readonly part: Part | null;
  /** Of a change of the key by itself; what comes and goes is told from what the parts hold. */
  readonly category: Category;
}

const VALUE: KeyClass = { part: "value", category: "value-changing" };
const ACCESS: KeyClass = { part: "access", category: "access-changing" };
const BREAKING: KeyClass = { part: "shape", category: "breaking" };
const OFFERED: KeyClass = { part: "shape", category: "governance" };
const ADDITIVE: KeyClass = { part: "shape", category: "additive" };
const ANSWERS: KeyClass = { part: "meta", category: "governance" };
const PROSE: KeyClass = { part: "meta", category: "cosmetic" };
const NOTHING: KeyClass = { part: null, category: "cosmetic" };
const RULES: KeyClass = { part: null, category: "governance" };

/** What a measure or an aggregate written inline says. */
const AGGREGATE = ["agg", "expr", "sql", "sql.duckdb", "sql.postgres", "sql.bigquery", "columns", "data_type"].concat([
  "percentile",
  "percentile_kind",
  "approximate",
  "time",
  "non_additive",
  "non_additive.dimension",
  "non_additive.choice",
  "non_additive.groupings",
]);

const SOURCE = ["table", "sql", "sql_file"];

/** Names of inputs inside a metric are noise: an expression that follows them comes to the same. */
const INPUTS = ["numerator", "denominator", "inputs", "input", "base", "conversion"].flatMap((key) => [
  ...all([`metric.${key}`, `metric.${key}.metric`, `metric.${key}.filter`], VALUE),
  ...all([`metric.${key}.as`], NOTHING),
]);

/**
 * Every key that authors may write, below the kind of document it stands in. `*` stands for a name that the author
 * chooses, lists for their items.
 */
export const KEYS: ReadonlyMap<string, KeyClass> = new Map([
  ...below("metric", ["label", "description", "tags", "format"], PROSE),
  ...below("metric", ["owner", "owner.business", "owner.technical", "tier", "certification"], ANSWERS),
  ...below("metric", ["replaced_by", "sunset"], ANSWERS),
  ...below("metric", ["lifecycle", "exposure"], OFFERED),
  ...below("metric", ["metric", "version", "private", "grain"], BREAKING),
  // Where it moves what a name means, the metric is told to break.
  ...all(["metric.default_version"], RULES),
  ...all(["metric.unit"], { part: "value", category: "breaking" }),
  ...below("metric", ["type", "filter", "model", "measure", "time", "fill_nulls_with", "join_to_timespine"], VALUE),
  ...below("metric", ["non_additive", "non_additive.dimension", "non_additive.choice"], VALUE),
  ...below("metric", ["non_additive.groupings", "expr", "window", "grain_to_date", "period_agg"], VALUE),
  ...below("metric.measure", AGGREGATE, VALUE),
  ...all(["metric.alias_of"], VALUE),
  ...INPUTS,
  ...below("metric.inputs", ["offset_window", "offset_to_grain", "offset_whole_periods"], VALUE),
  ...below("metric", ["entity", "calculation", "count_base_once"], VALUE),
  ...below("metric.constant_properties", ["base", "conversion"], VALUE),
  ...all(["metric.constant_properties"], VALUE),
  ...below("metric", ["cache", "tests", "extensions"], NOTHING),

  ...below("model", ["label", "description", "freshness", "cache", "extensions"], NOTHING),
  ...below("model", ["owner", "owner.business", "owner.technical"], RULES),
  ...below("model", ["model", "primary_entity"], BREAKING),
  ...below("model", [...SOURCE, "primary_key", "time", "columns", "columns.*", "columns.*.type"], VALUE),
  ...all(["model.columns.*.description"], NOTHING),
  ...below("model", ["entities", "entities.*"], ADDITIVE),
  ...below("model.entities.*", ["type", "key", "entity"], VALUE),
  ...below("model.entities.*", ["label", "description"], NOTHING),
  ...below("model", ["dimensions", "dimensions.*"], ADDITIVE),
  // Times can be asked for by what is not finer than they are, and running values run by it.
  ...below("model.dimensions.*", ["type", "grain"], { part: "value", category: "breaking" }),
  ...all(["model.dimensions.*.enum"], ADDITIVE),
  ...below("model.dimensions.*", ["expr", "data_type", "validity", "partition"], VALUE),
  // A condition never reads SQL of the author's own, so it decides on nothing but what rows are grouped by.
  ...below("model.dimensions.*", ["sql", "sql.duckdb", "sql.postgres", "sql.bigquery", "columns"], {
    part: "shape",
    category: "value-changing",
  }),
  ...below("model.dimensions.*", ["label", "description", "semantic_type"], NOTHING),
  ...below("model", ["measures", "measures.*"], VALUE),
  ...below("model.measures.*", AGGREGATE, VALUE),
  ...below("model.measures.*", ["label", "description"], NOTHING),

  ...below("policy", ["policy", "public", "mandatory", "minimum_group_size", "roles", "roles.*"], ACCESS),
  ...below("policy.roles.*", ["rows", "fields", "fields.except", "masks", "masks.*", "masks.*.constant"], ACCESS),
  ...below("policy.roles.*", ["required_filters", "explain"], ACCESS),
  ...all(["policy.tests"], NOTHING),

  ...below("calendar", ["calendar", "label", "description", "custom_grains.*.label"], NOTHING),
  ...below("calendar", [...SOURCE, "column", "grain", "custom_grains", "custom_grains.*"], VALUE),
  ...all(["calendar.custom_grains.*.column"], VALUE),

  ...all(["project.time_zone"], VALUE),
  ...below("project", ["claims", "claims.*", "claims.*.type", "claims.*.list"], ACCESS),
  ...below("project.claims.*", ["max_length", "max_items"], ACCESS),
  ...below("project", ["project", "cache", "extensions"], NOTHING),

  // No metric knows of the questions that are kept with a name.
  ...below("saved_query", ["saved_query", "label", "description", "tags", "metrics", "group_by"], NOTHING),
  ...below("saved_query", ["group_by.name", "group_by.grain", "group_by.date_part", "group_by.as"], NOTHING),
  ...below("saved_query", ["filter", "order_by", "order_by.name", "order_by.direction", "limit"], NOTHING),
]);

/** What stands below these is theirs as a whole. */
export const WHOLE: ReadonlySet<string> = new Set([
  "metric.cache",
  "metric.tests",
  "metric.extensions",
  "model.freshness",
  "model.cache",
  "model.extensions",
  "policy.tests",
  "project.cache",
  "project.extensions",
]);

/**
 * The class of a place in a document, by its keys.
 *
 * @throws Error for a key that is in no class, which a document that was read cannot have
 */
export function classOfKey(kind: string, keys: readonly string[]): KeyClass {
  let pattern = kind;
  let found: KeyClass | undefined;
  for (const key of keys) {
    if (WHOLE.has(pattern)) break;
    const exact = `${pattern}.${key}`;
    pattern = KEYS.has(exact) ? exact : `${pattern}.*`;
    found = KEYS.get(pattern);
    if (!found) throw new Error(`The key ${[kind, ...keys].join(".")} is in no class.`);
  }
  return found ?? NOTHING;
}

function below(prefix: string, keys: readonly string[], of: KeyClass): readonly (readonly [string, KeyClass])[] {
  return all(
    keys.map((key) => `${prefix}.${key}`),
    of,
  );
}

function all(keys: readonly string[], of: KeyClass): readonly (readonly [string, KeyClass])[] {
  return keys.map((key) => [key, of] as const);
}
