import type { YamlMap, YamlValue } from "../../../src/definition/index.ts";
import type { Category } from "../../../src/governance/change/change.ts";
import type { Documents } from "./shop.ts";

/** A change of one key: in which document, at which path, to what; `undefined` takes it out. */
export interface KeyEdit {
  readonly in: string;
  readonly set: readonly (readonly [path: string, value: YamlValue | undefined])[];
  /** Files of SQL beside the definitions. */
  readonly others?: Readonly<Record<string, string>>;
  /** Other documents that must follow. */
  readonly also?: readonly KeyEdit[];
  /** It comes to nothing: no part of any metric may change. */
  readonly isNoise?: true;
  /** The category that it comes to here, where the class of the key is milder. */
  readonly shows?: Category;
}

/** A change of the key in the sample project, for every key that there is. */
export const KEY_EDITS: Readonly<Record<string, KeyEdit>> = {
  "project.project": one("project", "project", "store"),
  "project.time_zone": one("project", "time_zone", undefined),
  "project.claims": one("project", "claims.spare", "string", { isNoise: true }),
  "project.claims.*": one("project", "claims.region", { type: "string", max_length: 9 }),
  "project.claims.*.type": one("project", "claims.level.type", "number"),
  "project.claims.*.list": one("project", "claims.levels.list", "number"),
  "project.claims.*.max_length": one("project", "claims.regions.max_length", 30),
  "project.claims.*.max_items": one("project", "claims.regions.max_items", 9),
  "project.cache": one("project", "cache.ttl", "9 min"),
  "project.extensions": one("project", "extensions.other.a", 2),

  "calendar.calendar": one("calendar days", "calendar", "all_days"),
  "calendar.label": one("calendar days", "label", "All days"),
  "calendar.description": one("calendar days", "description", "Every day."),
  "calendar.table": one("calendar days", "table", "shop.other_days"),
  "calendar.sql": many("calendar days", { table: undefined, sql: "select * from shop.days" }),
  "calendar.sql_file": many(
    "calendar days",
    { table: undefined, sql_file: "days.sql" },
    { "days.sql": "select * from shop.days" },
  ),
  "calendar.column": one("calendar days", "column", "date"),
  "calendar.grain": one("calendar days", "grain", "hour"),
  "calendar.custom_grains": one("calendar days", "custom_grains", undefined),
  "calendar.custom_grains.*": one("calendar days", "custom_grains.sprint", "other_start"),
  "calendar.custom_grains.*.column": one("calendar days", "custom_grains.season.column", "other_start"),
  "calendar.custom_grains.*.label": one("calendar days", "custom_grains.season.label", "Time of year"),

  "model.model": {
    in: "model visits",
    set: [["model", "sessions"]],
    also: [one("metric visit_count", "model", "sessions"), one("metric visitors", "model", "sessions")],
  },
  "model.label": one("model orders", "label", "All orders"),
  "model.description": one("model orders", "description", "Every order."),
  "model.owner": one("model orders", "owner", "platform"),
  "model.owner.business": one("model orders", "owner.business", "sales"),
  "model.owner.technical": one("model orders", "owner.technical", "data"),
  "model.table": one("model orders", "table", "shop.all_orders"),
  "model.sql": many("model visits", { table: undefined, sql: "select * from shop.visits" }),
  "model.sql_file": many(
    "model visits",
    { table: undefined, sql_file: "visits.sql" },
    { "visits.sql": "select * from shop.visits" },
  ),
  "model.primary_key": one("model visits", "primary_key", ["visit_id", "customer_id"], {
    also: [one("model visits", "entities.visit", { type: "primary", key: ["visit_id", "customer_id"] })],
  }),
  "model.primary_entity": one("model targets", "primary_entity", "aim"),
  "model.time": one("model visits", "time", "later", {
    also: [one("model visits", "dimensions.later", { type: "time", grain: "day", expr: "left_at" })],
  }),
  "model.freshness": one("model orders", "freshness.warn_after", "48 hours"),
  "model.cache": one("model orders", "cache.ttl", "9 min"),
  "model.extensions": one("model orders", "extensions.other.a", 2),
  "model.columns": one("model visits", "columns", undefined),
  "model.columns.*": one("model visits", "columns.customer_id", "string"),
  "model.columns.*.type": one("model orders", "columns.amount.type", "float"),
  "model.columns.*.description": one("model orders", "columns.amount.description", "In cents."),
  "model.entities": one("model visits", "entities.seller", { type: "foreign", key: "customer_id", entity: "customer" }),
  "model.entities.*": one("model orders", "entities.shop", { type: "foreign", key: "tenant" }),
  "model.entities.*.type": many("model customers", {
    "entities.customer.type": "unique",
    "dimensions.valid_from.validity": undefined,
    "dimensions.valid_to.validity": undefined,
  }),
  "model.entities.*.key": one("model orders", "entities.customer.key", "seller_id"),
  "model.entities.*.entity": many("model customers", { "entities.customer.entity": "customer" }, undefined, true),
  "model.entities.*.label": one("model orders", "entities.customer.label", "Buyer"),
  "model.entities.*.description": one("model orders", "entities.customer.description", "Who pays."),
  "model.dimensions": one("model orders", "dimensions.seller", { expr: "seller_id" }),
  "model.dimensions.*": one("model orders", "dimensions.seller_region", { expr: "region" }),
  "model.dimensions.*.type": one(
    "model orders",
    "dimensions.shipped_at",
    { type: "categorical" },
    {
      also: [
        one("metric inline", "measure.time", "ordered_at"),
        one("model orders", "measures.late.time", "ordered_at"),
      ],
    },
  ),
  "model.dimensions.*.expr": one("model orders", "dimensions.is_big.expr", "amount > 2000"),
  "model.dimensions.*.sql": one("model orders", "dimensions.host.sql", { bigquery: "url" }),
  "model.dimensions.*.sql.duckdb": one("model orders", "dimensions.host.sql.duckdb", "upper(url)"),
  "model.dimensions.*.sql.postgres": one("model orders", "dimensions.host.sql.postgres", "upper(url)"),
  "model.dimensions.*.sql.bigquery": one("model orders", "dimensions.host.sql.bigquery", "upper(url)"),
  "model.dimensions.*.columns": one("model orders", "dimensions.host.columns", ["url", "status"]),
  "model.dimensions.*.data_type": one("model orders", "dimensions.status.data_type", "string", { isNoise: true }),
  "model.dimensions.*.grain": one("model orders", "dimensions.ordered_at.grain", "week"),
  "model.dimensions.*.enum": one("model orders", "dimensions.status.enum", ["placed", "paid"], { shows: "breaking" }),
  "model.dimensions.*.validity": many("model customers", {
    "dimensions.valid_from.validity": "end",
    "dimensions.valid_to.validity": "start",
  }),
  "model.dimensions.*.partition": one("model customers", "dimensions.tenant.partition", undefined),
  "model.dimensions.*.semantic_type": one("model orders", "dimensions.host.semantic_type", "url"),
  "model.dimensions.*.label": one("model orders", "dimensions.ordered_at.label", "Placed"),
  "model.dimensions.*.description": one("model orders", "dimensions.ordered_at.description", "When it was placed."),
  "model.measures": one("model orders", "measures.spare", "sum(discount)", { isNoise: true }),
  "model.measures.*": one("model orders", "measures.amount", "max"),
  ...aggregateEdits("model.measures.*", "model orders", "measures.late", "measures.opaque", "measures.stock"),
  "model.measures.*.label": one("model orders", "measures.late.label", "Slow"),
  "model.measures.*.description": one("model orders", "measures.late.description", "Of slow ones."),

  "policy.policy": many("policy orders", {
    policy: "visits",
    mandatory: undefined,
    roles: { board: { rows: "all", fields: "all" } },
  }),
  "policy.public": many("policy orders", { public: true, roles: undefined }),
  "policy.mandatory": one("policy orders", "mandatory", undefined),
  "policy.minimum_group_size": one("policy orders", "minimum_group_size", 6),
  "policy.roles": one("policy orders", "roles", { board: { rows: "all", fields: "all" } }),
  "policy.roles.*": one("policy orders", "roles.intern", { rows: "region = 'EU'", fields: "all" }),
  "policy.roles.*.rows": one("policy orders", "roles.board.rows", "all"),
  "policy.roles.*.fields": one("policy orders", "roles.board.fields", ["region", "revenue"]),
  "policy.roles.*.fields.except": one("policy orders", "roles.analyst.fields.except", ["url", "discount"]),
  "policy.roles.*.masks": one("policy orders", "roles.analyst.masks", undefined),
  "policy.roles.*.masks.*": one("policy orders", "roles.analyst.masks.region", null),
  "policy.roles.*.masks.*.constant": one("policy orders", "roles.analyst.masks.status.constant", "secret"),
  "policy.roles.*.required_filters": one("policy orders", "roles.analyst.required_filters", "status"),
  "policy.roles.*.explain": one("policy orders", "roles.analyst.explain", true),
  "policy.tests": one("policy orders", "tests", [
    {
      test: "the board sees it",
      as: { roles: "board", claims: { region: "EU" } },
      ask: { metrics: "revenue_count" },
      expect: "allow",
    },
  ]),

  "metric.metric": { in: "metric visitors", set: [["metric", "people"]] },
  "metric.label": one("metric revenue", "label", "Sales"),
  "metric.description": one("metric revenue", "description", "What was earned."),
  "metric.version": one("metric revenue", "version", 2),
  "metric.default_version": one("metric revenue", "default_version", 1),
  "metric.alias_of": many("metric visitors", {
    model: undefined,
    measure: undefined,
    alias_of: "visit_count",
    sunset: "2030-01-01",
  }),
  "metric.owner": one("metric revenue", "owner", "finance"),
  "metric.owner.business": one("metric revenue", "owner.business", "sales"),
  "metric.owner.technical": one("metric revenue", "owner.technical", "data"),
  "metric.unit": one("metric revenue", "unit", "USD"),
  "metric.format": one("metric revenue", "format", "number"),
  "metric.tier": one("metric revenue", "tier", "silver"),
  "metric.tags": one("metric revenue", "tags", ["money", "sales"]),
  "metric.lifecycle": one("metric revenue", "lifecycle", "draft"),
  "metric.exposure": one("metric revenue", "exposure", "public"),
  "metric.certification": one("metric revenue", "certification", "proposed"),
  "metric.replaced_by": one("metric revenue", "replaced_by", "stock", {
    also: [one("metric revenue", "lifecycle", "deprecated")],
  }),
  "metric.sunset": one("metric revenue", "sunset", "2030-01-01", {
    also: [one("metric revenue", "lifecycle", "deprecated")],
  }),
  "metric.private": one("metric revenue_count", "private", true),
  "metric.grain": one("metric revenue", "grain", "quarter"),
  "metric.filter": one("metric revenue", "filter", ["status = 'sent'", "customer__country = 'DE' and is_big"]),
  "metric.cache": one("metric revenue", "cache.ttl", "2 min"),
  "metric.tests": one("metric visit_count", "tests", [
    { test: "one visit", given: { visits: [{ visit_id: 1 }] }, expect: [{ visit_count: 1 }] },
  ]),
  "metric.extensions": one("metric revenue", "extensions.other.a", 2),
  "metric.type": many("metric share", {
    type: "derived",
    expr: "top / bottom",
    inputs: [
      { metric: "revenue", as: "top" },
      { metric: "lateness", as: "bottom" },
    ],
    numerator: undefined,
    denominator: undefined,
  }),
  "metric.model": one("metric visit_count", "model", "orders", {
    also: [
      one("metric running", "input.filter", "status = 'paid'"),
      one("metric bought", "base.filter", "status = 'paid'"),
    ],
  }),
  "metric.measure": one("metric revenue", "measure", "sum(discount)"),
  ...aggregateEdits("metric.measure", "metric inline", "measure", null, "measure"),
  "metric.measure.sql": one("metric inline_opaque", "measure.sql", { bigquery: "amount" }),
  "metric.measure.sql.duckdb": one("metric inline_opaque", "measure.sql.duckdb", "discount"),
  "metric.measure.sql.postgres": one("metric inline_opaque", "measure.sql.postgres", "amount"),
  "metric.measure.sql.bigquery": one("metric inline_opaque", "measure.sql.bigquery", "amount"),
  "metric.measure.columns": one("metric inline_opaque", "measure.columns", ["amount", "discount"]),
  "metric.measure.data_type": one("metric inline_opaque", "measure.data_type", "float"),
  "metric.time": one("metric revenue", "time", "shipped_at"),
  "metric.fill_nulls_with": one("metric stock", "fill_nulls_with", 1),
  "metric.join_to_timespine": one("metric stock", "join_to_timespine", false),
  "metric.non_additive": one("metric revenue", "non_additive", { dimension: "ordered_at", choice: "max" }),
  "metric.non_additive.dimension": one("metric inline_opaque", "non_additive.dimension", "shipped_at"),
  "metric.non_additive.choice": one("metric inline_opaque", "non_additive.choice", "min"),
  "metric.non_additive.groupings": one("metric inline_opaque", "non_additive.groupings", ["seller"]),
  "metric.numerator": one("metric share", "numerator", "revenue"),
  "metric.numerator.metric": one("metric share", "numerator.metric", "stock"),
  "metric.numerator.as": one("metric share", "numerator.as", "upper"),
  "metric.numerator.filter": one("metric share", "numerator.filter", "order__region = 'US'"),
  "metric.denominator": one("metric share", "denominator", "lateness"),
  "metric.denominator.metric": one("metric share", "denominator.metric", "stock"),
  "metric.denominator.as": one("metric share", "denominator.as", "lower_part"),
  "metric.denominator.filter": one("metric share", "denominator.filter", "order__region = 'US'"),
  "metric.expr": one("metric growth", "expr", "before - now_revenue + start"),
  "metric.inputs": one("metric growth", "inputs", ["revenue"], { also: [one("metric growth", "expr", "revenue")] }),
  "metric.inputs.metric": one("metric growth", "inputs.0.metric", "stock"),
  "metric.inputs.as": one("metric growth", "inputs.1.as", "past", {
    also: [one("metric growth", "expr", "now_revenue - past + start")],
    isNoise: true,
  }),
  "metric.inputs.filter": one("metric growth", "inputs.0.filter", "order__region = 'US'"),
  "metric.inputs.offset_window": one("metric growth", "inputs.1.offset_window", "2 months"),
  "metric.inputs.offset_to_grain": one("metric growth", "inputs.2.offset_to_grain", "year"),
  "metric.inputs.offset_whole_periods": one("metric growth", "inputs.1.offset_whole_periods", true),
  "metric.input": one("metric to_date", "input", "visitors"),
  "metric.input.metric": one("metric running", "input.metric", "visitors"),
  "metric.input.as": one("metric running", "input.as", "people"),
  "metric.input.filter": one("metric running", "input.filter", "channel = 'app'"),
  "metric.window": one("metric running", "window", "8 days"),
  "metric.grain_to_date": one("metric to_date", "grain_to_date", "year"),
  "metric.period_agg": one("metric running", "period_agg", "average"),
  "metric.base": one("metric bought", "base", "visit_count"),
  "metric.base.metric": one("metric bought", "base.metric", "visitors"),
  "metric.base.as": one("metric bought", "base.as", "people"),
  "metric.base.filter": one("metric bought", "base.filter", "channel = 'app'"),
  "metric.conversion": one("metric bought", "conversion", "revenue_count"),
  "metric.conversion.metric": one("metric bought", "conversion.metric", "buyers", {
    also: [
      {
        in: "metric buyers",
        set: [["", { metric: "buyers", model: "orders", measure: "count(distinct customer_id)" }]],
      },
    ],
  }),
  "metric.conversion.as": one("metric bought", "conversion.as", "sales"),
  "metric.conversion.filter": one("metric bought", "conversion.filter", "status = 'sent'"),
  "metric.entity": one("metric bought", "entity", "buyer", {
    also: [
      one("model orders", "entities.buyer", { type: "foreign", key: "seller_id" }),
      one("model visits", "entities.buyer", { type: "foreign", key: "customer_id" }),
    ],
  }),
  "metric.calculation": one("metric bought", "calculation", "conversions"),
  "metric.constant_properties": one("metric bought", "constant_properties", undefined),
  "metric.constant_properties.base": one("metric bought", "constant_properties.0.base", "channel"),
  "metric.constant_properties.conversion": one("metric bought", "constant_properties.0.conversion", "tenant"),
  "metric.count_base_once": one("metric bought", "count_base_once", true),

  "saved_query.saved_query": one("saved_query board", "saved_query", "bosses"),
  "saved_query.label": one("saved_query board", "label", "Bosses"),
  "saved_query.description": one("saved_query board", "description", "For bosses."),
  "saved_query.metrics": one("saved_query board", "metrics", ["revenue", "stock"]),
  "saved_query.group_by": one("saved_query board", "group_by", ["metric_time__month"]),
  "saved_query.group_by.name": one("saved_query board", "group_by.0", { name: "order__ordered_at", grain: "quarter" }),
  "saved_query.group_by.grain": one("saved_query board", "group_by.0.grain", "year"),
  "saved_query.group_by.date_part": one("saved_query board", "group_by.1.date_part", "month"),
  "saved_query.group_by.as": one("saved_query board", "group_by.0.as", "quarter_start"),
  "saved_query.filter": one("saved_query board", "filter", "order__status = 'sent'"),
  "saved_query.order_by": one("saved_query board", "order_by", undefined),
  "saved_query.order_by.name": one("saved_query board", "order_by.0.name", "q"),
  "saved_query.order_by.direction": one("saved_query board", "order_by.0.direction", "asc"),
  "saved_query.limit": one("saved_query board", "limit", 9),
  "saved_query.tags": one("saved_query board", "tags", undefined),
};

/** The documents after the edit. */
export function edited(documents: Documents, edit: KeyEdit): Documents {
  const own = edit.set.reduce<Documents>(
    (done, [path, value]) => ({
      ...done,
      [edit.in]: asMap(put(done[edit.in] ?? {}, path === "" ? [] : path.split("."), value)),
    }),
    documents,
  );
  return (edit.also ?? []).reduce(edited, own);
}

function put(
  tree: YamlValue | undefined,
  [key, ...rest]: readonly string[],
  value: YamlValue | undefined,
): YamlValue | undefined {
  if (key === undefined) return value;
  if (Array.isArray(tree))
    return tree.map((item: YamlValue, i) => (String(i) === key ? (put(item, rest, value) ?? null) : item));
  const map = asMap(tree);
  return { ...map, [key]: put(map[key], rest, value) };
}

function asMap(tree: YamlValue | undefined): YamlMap {
  if (typeof tree !== "object" || tree === null || Array.isArray(tree))
    throw new Error("The path leads through no mapping");
  // A list has no such keys; what is left is a mapping.
  return Object.fromEntries(Object.entries(tree));
}

function one(
  document: string,
  path: string,
  value: YamlValue | undefined,
  more: Pick<KeyEdit, "also" | "isNoise" | "shows"> = {},
): KeyEdit {
  return { in: document, set: [[path, value]], ...more };
}

function many(
  document: string,
  values: Readonly<Record<string, YamlValue | undefined>>,
  others: Readonly<Record<string, string>> = {},
  isNoise = false,
): KeyEdit {
  return { in: document, set: Object.entries(values), others, ...(isNoise && { isNoise: true as const }) };
}

function aggregateEdits(
  key: string,
  document: string,
  at: string,
  opaque: string | null,
  stock: string,
): Readonly<Record<string, KeyEdit>> {
  const sql: Readonly<Record<string, KeyEdit>> = opaque
    ? {
        [`${key}.sql`]: one(document, `${opaque}.sql`, { bigquery: "amount" }),
        [`${key}.sql.duckdb`]: one(document, `${opaque}.sql.duckdb`, "discount"),
        [`${key}.sql.postgres`]: one(document, `${opaque}.sql.postgres`, "amount"),
        [`${key}.sql.bigquery`]: one(document, `${opaque}.sql.bigquery`, "amount"),
        [`${key}.columns`]: one(document, `${opaque}.columns`, ["amount", "discount"]),
        [`${key}.data_type`]: one(document, `${opaque}.data_type`, "float"),
      }
    : {};
  return {
    ...sql,
    [`${key}.agg`]: many(document, {
      [`${at}.agg`]: "max",
      [`${at}.percentile`]: undefined,
      [`${at}.percentile_kind`]: undefined,
      [`${at}.approximate`]: undefined,
    }),
    [`${key}.expr`]: one(document, `${at}.expr`, "discount"),
    [`${key}.percentile`]: one(document, `${at}.percentile`, 0.95),
    [`${key}.percentile_kind`]: one(document, `${at}.percentile_kind`, "discrete"),
    [`${key}.approximate`]: one(document, `${at}.approximate`, true),
    [`${key}.time`]: one(document, `${at}.time`, "ordered_at"),
    [`${key}.non_additive`]: one(document, `${stock}.non_additive`, undefined),
    [`${key}.non_additive.dimension`]: one(document, `${stock}.non_additive.dimension`, "shipped_at"),
    [`${key}.non_additive.choice`]: one(document, `${stock}.non_additive.choice`, "min"),
    [`${key}.non_additive.groupings`]: one(document, `${stock}.non_additive.groupings`, ["seller"]),
  };
}
