import { z } from "zod";
import { MODEL_CACHE } from "./cache.ts";
import {
  AGGREGATE,
  COLUMN_TYPE,
  DESCRIPTION,
  EXPR,
  EXTENSIONS,
  expression,
  flag,
  GRAIN,
  LABEL,
  listOf,
  mapping,
  name,
  named,
  OWNER,
  oneOrMore,
  SOURCE,
  SQL,
  SQL_COLUMNS,
  text,
  word,
} from "./parts.ts";

export const ENTITY_TYPES = ["primary", "unique", "foreign", "natural"] as const;

/** What the texts of a dimension may name; `latitude_longitude` is both in one text, a comma between. */
export const SEMANTIC_TYPES = [
  "url",
  "image",
  "continent",
  "continent_code",
  "sub_continent",
  "sub_continent_code",
  "country",
  "country_code",
  "region",
  "region_code",
  "metro",
  "metro_code",
  "city",
  "city_code",
  "latitude_longitude",
] as const;

const COLUMN = z.union(
  [COLUMN_TYPE, mapping("a mapping", { type: COLUMN_TYPE, description: DESCRIPTION.optional() })],
  {
    error: "a type, or a mapping with type and description",
  },
);

const ENTITY = z
  .union(
    [
      text(),
      mapping("a mapping", {
        type: word(ENTITY_TYPES).optional(),
        key: oneOrMore("a column, or a list of columns", text("a column")).optional(),
        entity: name().optional().meta({ description: "What it identifies, when the name is a role." }),
        label: LABEL.optional(),
        description: DESCRIPTION.optional(),
      }),
    ],
    { error: "a type, the column of a foreign key, or a mapping with type, key and entity" },
  )
  .meta({
    description: "primary, unique or natural; or the column of a foreign key; or a mapping.",
    examples: ["primary", "customer_id", { type: "foreign", key: "seller_id", entity: "customer" }],
  });

const DIMENSION = z
  .union(
    [
      z.null(),
      GRAIN,
      mapping("a mapping", {
        type: word(["categorical", "time"]).optional(),
        expr: EXPR.optional(),
        sql: SQL.optional(),
        columns: SQL_COLUMNS.optional(),
        data_type: COLUMN_TYPE.optional(),
        grain: GRAIN.optional().meta({
          description: "The finest grain that may be asked for; makes it a time dimension.",
        }),
        enum: listOf("a list of values", expression("a text, number or boolean"))
          .optional()
          .meta({ description: "The values that may occur, in the order to show them." }),
        semantic_type: word(SEMANTIC_TYPES).optional().meta({
          description: "What its texts name, for charts that draw places and addresses.",
        }),
        validity: word(["start", "end"])
          .optional()
          .meta({ description: "Start or end of the time in which a row holds (SCD type 2)." }),
        partition: flag().optional().meta({ description: "Joins to models with the same dimension compare it too." }),
        label: LABEL.optional(),
        description: DESCRIPTION.optional(),
      }),
    ],
    { error: "nothing, a grain, or a mapping" },
  )
  .meta({
    description: "Nothing for the column of that name; a grain for a time; or a mapping.",
    examples: [null, "day", { enum: ["placed", "paid"] }, { expr: "amount > 1000" }, { semantic_type: "country_code" }],
  });

const MEASURE = z
  .union(
    [text(), mapping("a mapping", { ...AGGREGATE, label: LABEL.optional(), description: DESCRIPTION.optional() })],
    {
      error: "an aggregate such as sum or sum(amount), or a mapping with agg",
    },
  )
  .meta({
    description: "An aggregate of the column of that name, of an expression, or a mapping.",
    examples: ["sum", "count(*)", "percentile(amount, 0.95)", { agg: "sum", expr: "amount", time: "paid_at" }],
  });

const DURATION = text("a count and a unit, such as 24 hours");

const FRESHNESS = mapping("a mapping with column, warn_after and error_after", {
  column: text("a column").optional().meta({
    description: "The column whose latest value says how current the rows are; else what the warehouse remembers.",
  }),
  warn_after: DURATION.optional().meta({ description: "Older rows are worth a warning.", examples: ["24 hours"] }),
  error_after: DURATION.optional().meta({ description: "Older rows are an error.", examples: ["3 days"] }),
}).meta({
  description: "How current the rows are promised to be: assay doctor compares.",
  examples: [{ column: "updated_at", warn_after: "24 hours", error_after: "3 days" }],
});

export const MODEL = mapping("a mapping", {
  model: name().meta({ description: "Name of the model.", examples: ["orders"] }),
  label: LABEL.optional(),
  description: DESCRIPTION.optional(),
  owner: OWNER.optional(),
  ...SOURCE,
  primary_key: oneOrMore("a column, or a list of columns", text("a column"))
    .optional()
    .meta({ description: "The column or columns that identify a row.", examples: ["order_id", ["account_id", "day"]] }),
  primary_entity: name()
    .optional()
    .meta({ description: "First part of the names of its dimensions, where no entity is primary." }),
  time: text("a time dimension").optional().meta({ description: "The time dimension that metric_time stands for." }),
  freshness: FRESHNESS.optional(),
  cache: MODEL_CACHE.optional(),
  columns: z
    .record(text("a column"), COLUMN, { error: "a mapping from column to type" })
    .optional()
    .meta({ description: "The columns with their types." }),
  entities: named("a mapping from name to entity", ENTITY)
    .optional()
    .meta({ description: "The keys by which models join." }),
  dimensions: named("a mapping from name to dimension", DIMENSION)
    .optional()
    .meta({ description: "What metrics can be grouped by." }),
  measures: named("a mapping from name to measure", MEASURE)
    .optional()
    .meta({ description: "What metrics are made of." }),
  extensions: EXTENSIONS.optional(),
}).meta({ id: "model", description: "A table, its keys, and what can be asked of it." });

export type SemanticType = (typeof SEMANTIC_TYPES)[number];
export type ModelShape = z.infer<typeof MODEL>;
export type EntityShape = z.infer<typeof ENTITY>;
export type DimensionShape = z.infer<typeof DIMENSION>;
export type MeasureShape = z.infer<typeof MEASURE>;
