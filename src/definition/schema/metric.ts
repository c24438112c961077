import { z } from "zod";
import { CACHE } from "./cache.ts";
import { METRIC_TESTS } from "./metric-test.ts";
import {
  AGGREGATE,
  DESCRIPTION,
  EXTENSIONS,
  expression,
  FILTERS,
  flag,
  LABEL,
  listOf,
  mapping,
  NON_ADDITIVE,
  name,
  OWNER,
  TAGS,
  text,
  wholeNumber,
  word,
} from "./parts.ts";

const A_DATE = { error: "a date, such as 2027-03-31" };
const DATE = z.string(A_DATE).regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, A_DATE);

const VERSION = wholeNumber("a whole number from 1", 1);
const DEFAULT_VERSION = VERSION.optional().meta({
  description: "Which version the bare name means, where more than one lives.",
});

/** What every metric may say, whatever its type. */
const COMMON = {
  metric: name().meta({ description: "Name of the metric.", examples: ["net_revenue"] }),
  label: LABEL.optional(),
  description: DESCRIPTION.optional(),
  version: VERSION.optional().meta({ description: "Raised when its meaning changes." }),
  default_version: DEFAULT_VERSION,
  owner: OWNER.optional(),
  unit: text()
    .optional()
    .meta({ description: "What one is counted in.", examples: ["USD", "orders", "%"] }),
  format: word(["number", "integer", "currency", "percent", "ratio", "duration"])
    .optional()
    .meta({ description: "How its values are shown." }),
  tier: word(["gold", "silver", "bronze"]).optional().meta({ description: "How much depends on it." }),
  tags: TAGS.optional(),
  lifecycle: word(["draft", "active", "deprecated", "retired"]).optional(),
  exposure: word(["private", "internal", "public"]).optional(),
  certification: word([
    "certified",
    "provisional",
    "expired",
    "stale",
    "proposed",
    "none",
    "suspended",
    "revoked",
    "invalid",
  ])
    .optional()
    .meta({ description: "A claim: the truth is computed from signed events." }),
  replaced_by: text("a metric").optional().meta({ description: "The metric to use instead of a deprecated one." }),
  sunset: DATE.optional().meta({
    description: "The day on which a deprecated metric ends.",
    examples: ["2027-03-31"],
  }),
  private: flag().optional().meta({ description: "true: an input for other metrics, not to be queried." }),
  grain: text("a grain, such as month")
    .optional()
    .meta({ description: "Grain of metric_time when a query names none." }),
  filter: FILTERS.optional(),
  cache: CACHE.optional(),
  tests: METRIC_TESTS.optional(),
  extensions: EXTENSIONS.optional(),
};

const INPUT = {
  metric: text("a metric"),
  as: name().optional().meta({ description: "What the input is called here." }),
  filter: FILTERS.optional(),
};

const PLAIN_INPUT = z
  .union([text("a metric"), mapping("a mapping", INPUT)], {
    error: "a metric, or a mapping with metric, as and filter",
  })
  .meta({ examples: ["revenue", { metric: "revenue", filter: "customer__region = 'EMEA'" }] });

const SHIFTED_INPUT = z
  .union(
    [
      text("a metric"),
      mapping("a mapping", {
        ...INPUT,
        offset_window: text("a count and a grain, such as 1 month")
          .optional()
          .meta({ description: "Take the value of that long ago.", examples: ["1 month"] }),
        offset_to_grain: text("a grain, such as month")
          .optional()
          .meta({ description: "Take the value at the start of the period." }),
        offset_whole_periods: flag().optional().meta({ description: "Move whole periods instead of single days." }),
      }),
    ],
    { error: "a metric, or a mapping with metric, as, filter and offset_window" },
  )
  .meta({ examples: ["revenue", { metric: "revenue", as: "last_month", offset_window: "1 month" }] });

const WINDOW = text("a count and a grain, such as 7 days").meta({ examples: ["7 days", "1 month"] });

/** What only metrics of one type may say, after `type`, which may always be left out. */
const OWN = {
  simple: {
    model: text("a model").meta({ description: "The model whose rows are measured." }),
    measure: z
      .union([text(), mapping("a mapping", AGGREGATE)], {
        error: "a measure of the model, an aggregate such as sum(amount), or a mapping with agg",
      })
      .meta({
        description: "A measure of the model, or an aggregate written here.",
        examples: ["amount", "sum(amount)", { agg: "count_distinct", expr: "customer_id" }],
      }),
    time: text("a time dimension").optional().meta({ description: "Instead of the default of the measure or model." }),
    fill_nulls_with: wholeNumber("a whole number").optional().meta({ description: "Shown where there is no value." }),
    join_to_timespine: flag().optional().meta({ description: "true: also the periods without rows." }),
    non_additive: NON_ADDITIVE.optional(),
  },
  ratio: { numerator: PLAIN_INPUT, denominator: PLAIN_INPUT },
  derived: {
    expr: expression("an expression over metrics").meta({
      description: "An expression over metrics.",
      examples: ["revenue - refunded"],
    }),
    inputs: listOf("a list of metrics", SHIFTED_INPUT)
      .optional()
      .meta({ description: "Only where a name in expr is not simply a metric." }),
  },
  cumulative: {
    input: PLAIN_INPUT,
    window: WINDOW.optional().meta({ description: "How far back each day looks." }),
    grain_to_date: text("a grain, such as month")
      .optional()
      .meta({ description: "Start again with each such period." }),
    period_agg: word(["first", "last", "average"])
      .optional()
      .meta({ description: "Which of the days stands for a longer period." }),
  },
  conversion: {
    base: PLAIN_INPUT,
    conversion: PLAIN_INPUT,
    entity: text("an entity").meta({ description: "Who converts: an entity of both models." }),
    window: WINDOW.optional().meta({ description: "The longest time from base event to conversion." }),
    calculation: word(["conversion_rate", "conversions"]).optional(),
    constant_properties: listOf(
      "a list of mappings with base and conversion",
      mapping("a mapping with base and conversion", { base: text("a dimension"), conversion: text("a dimension") }),
    )
      .optional()
      .meta({ description: "What must be equal in both events." }),
    count_base_once: flag().optional().meta({ description: "true: a base event converts at most once." }),
  },
} as const;

export const METRIC_TYPES = ["simple", "ratio", "derived", "cumulative", "conversion"] as const;
export type MetricType = (typeof METRIC_TYPES)[number];

/** The keys that say which type a metric has. */
export const KEYS_OF_TYPE: Readonly<Record<MetricType, ReadonlySet<string>>> = {
  simple: new Set(Object.keys(OWN.simple)),
  ratio: new Set(Object.keys(OWN.ratio)),
  derived: new Set(Object.keys(OWN.derived)),
  cumulative: new Set(Object.keys(OWN.cumulative)),
  conversion: new Set(Object.keys(OWN.conversion)),
};

export const COMMON_KEYS: readonly string[] = ["type", ...Object.keys(COMMON)];

export const METRIC = {
  simple: mapping("a mapping", { ...COMMON, ...typeKey("simple"), ...OWN.simple }).meta({
    id: "simple_metric",
    description: "A metric that is one aggregate of one model.",
  }),
  ratio: mapping("a mapping", { ...COMMON, ...typeKey("ratio"), ...OWN.ratio }).meta({
    id: "ratio_metric",
    description: "A metric that is one metric divided by another.",
  }),
  derived: mapping("a mapping", { ...COMMON, ...typeKey("derived"), ...OWN.derived }).meta({
    id: "derived_metric",
    description: "A metric computed from other metrics.",
  }),
  cumulative: mapping("a mapping", { ...COMMON, ...typeKey("cumulative"), ...OWN.cumulative }).meta({
    id: "cumulative_metric",
    description: "A running value of a metric: over a window, to date, or over all time.",
  }),
  conversion: mapping("a mapping", { ...COMMON, ...typeKey("conversion"), ...OWN.conversion }).meta({
    id: "conversion_metric",
    description: "How many base events led to a conversion.",
  }),
};

/** The former name of a metric. */
export const ALIAS = mapping("a mapping", {
  metric: COMMON.metric,
  alias_of: text("a metric").meta({ description: "What the metric is called now.", examples: ["net_revenue"] }),
  sunset: DATE.meta({ description: "The day on which the former name ends.", examples: ["2027-03-31"] }),
  version: VERSION.optional().meta({ description: "The version that had this name." }),
  default_version: DEFAULT_VERSION,
  label: COMMON.label,
  description: COMMON.description,
}).meta({ id: "alias", description: "A former name of a metric, which answers until its sunset." });

export type AliasShape = z.infer<typeof ALIAS>;
export type CommonShape = z.infer<z.ZodObject<typeof COMMON>>;
export type MetricShape = { [T in MetricType]: z.infer<(typeof METRIC)[T]> };
export type PlainInputShape = z.infer<typeof PLAIN_INPUT>;
export type ShiftedInputShape = z.infer<typeof SHIFTED_INPUT>;

function typeKey<T extends MetricType>(type: T) {
  return { type: z.literal(type).optional().meta({ description: "Follows from the other keys." }) };
}
