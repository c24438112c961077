import { z } from "zod";
import { AGGREGATIONS, DATE_PARTS, STANDARD_GRAINS } from "../../expression/index.ts";

/**
 * Pieces of the schemas. Every schema says in its error what it expects, in words that follow "must be"; a mapping
 * says for an unknown key which ones it knows. `validate.ts` turns both into diagnostics.
 */
export function mapping<S extends z.ZodRawShape>(expected: string, shape: S) {
  const keys = Object.keys(shape).join(" ");
  return z.strictObject(shape, { error: (issue) => (issue.code === "unrecognized_keys" ? keys : expected) });
}

/** A mapping whose keys are names that the author chooses. */
export function named<V extends z.ZodType>(expected: string, value: V) {
  return z.record(name(), value, { error: expected });
}

export function text(expected = "a text") {
  const error = expected;
  return z.string({ error }).min(1, { error });
}

/** Text, or a number or boolean that stands for its letters. */
export function expression(expected: string) {
  return z.union([z.string().min(1), z.number(), z.boolean()], { error: expected });
}

export function word<const W extends readonly string[]>(words: W) {
  return z.enum(words, { error: words.length > 8 ? "a known word" : `one of ${words.join(", ")}` });
}

export function flag() {
  return z.boolean({ error: "true or false" });
}

export function wholeNumber(expected: string, least?: number) {
  const error = expected;
  const whole = z.int({ error });
  return least === undefined ? whole : whole.min(least, { error });
}

export function listOf<V extends z.ZodType>(expected: string, value: V) {
  return z.array(value, { error: expected });
}

/** A mapping whose keys are texts that somebody else chose, such as the roles of another system. */
export function mappingTo<V extends z.ZodType>(expected: string, value: V) {
  return z.record(text(), value, { error: expected });
}

/** A text, a number, true or false, or a list of them. */
export function constants(expected: string) {
  const one = z.union([z.string(), z.number(), z.boolean()], { error: expected });
  return z.union([one, z.array(one)], { error: expected });
}

/** One text, or several in a list. */
export function oneOrMore<V extends z.ZodType>(expected: string, value: V) {
  return z.union([value, z.array(value).min(1, { error: expected })], { error: expected });
}

/** Names that mean something else in a query. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(["metric_time", ...STANDARD_GRAINS, ...DATE_PARTS]);

/** Letters, digits and single underscores; at most 60 of them; not reserved. */
export const NAME = new RegExp(`^(?!(${[...RESERVED_NAMES].join("|")})$)(?!.*__)[a-z][a-z0-9_]{0,59}$`);

export function isName(text: string): boolean {
  return NAME.test(text);
}

export function name() {
  return z.string({ error: "a name" }).regex(NAME);
}

export const LABEL = text().meta({ description: "What people read instead of the name." });
export const DESCRIPTION = text().meta({ description: "What it is, in a sentence or two." });

export const OWNER = z
  .union([text(), mapping("a mapping", { business: text("a team"), technical: text("a team") })], {
    error: "a team, or a mapping with business and technical",
  })
  .meta({
    description: "Teams that answer for it: one for both, or the business and the technical owner.",
    examples: ["data-platform", { business: "finance-data", technical: "data-platform" }],
  });

export const TAGS = listOf("a list of texts", text()).meta({ description: "Free words to find it by." });

export const COLUMN_TYPE = word([
  "string",
  "int",
  "decimal",
  "float",
  "boolean",
  "date",
  "timestamp",
  "timestamptz",
]).meta({
  description: "timestamp has no zone; timestamptz is an instant.",
});

export const GRAIN = word(STANDARD_GRAINS);

export const EXPR = expression("an expression, such as amount > 1000").meta({
  description: "An expression over the columns of the model.",
  examples: ["amount", "quantity * unit_price"],
});

export const FILTERS = oneOrMore(
  "a condition, or a list of conditions",
  expression("a condition, such as status = 'paid'"),
).meta({
  description: "A condition, or several in a list that must all hold.",
  examples: ["status = 'paid'", ["order__status = 'paid'", "customer__region is not null"]],
});

export const SQL = mapping("a mapping from engine to SQL", {
  duckdb: text("SQL").optional(),
  postgres: text("SQL").optional(),
  bigquery: text("SQL").optional(),
}).meta({
  description:
    "One expression per engine, for what the expression language lacks. Never allowed in filters or policies.",
  examples: [{ duckdb: "regexp_extract(url, '//([^/]+)', 1)", postgres: "substring(url from '//([^/]+)')" }],
});

export const SQL_COLUMNS = listOf("a list of columns", text("a column")).meta({
  description: "The columns that sql reads.",
});

/** What other tools want kept, by the name of the tool: nothing of ours reads it. */
export const EXTENSIONS = z
  .record(text("the name of a tool"), z.unknown(), { error: "a mapping from the name of a tool to its own data" })
  .meta({ description: "What other tools keep here, by the name of the tool; it means nothing to a query." });

const A_TABLE = { error: "a table, such as shop.orders" };

/** Where rows come from: exactly one of the three. */
export const SOURCE = {
  table: z
    .string(A_TABLE)
    .regex(/^[^\s.;"'`]+(\.[^\s.;"'`]+){0,2}$/, A_TABLE)
    .optional()
    .meta({ description: "A table or view of the warehouse.", examples: ["shop.orders"] }),
  sql: text("a SELECT statement")
    .optional()
    .meta({ description: "A SELECT statement of your own, instead of a table." }),
  sql_file: text("the path of an SQL file")
    .optional()
    .meta({ description: "A file beside this one that holds the SELECT statement.", examples: ["orders.sql"] }),
};

export const NON_ADDITIVE = mapping("a mapping with dimension and choice", {
  dimension: text("a time dimension").meta({ description: "The time dimension along which values must not be added." }),
  choice: word(["min", "max"]).meta({ description: "Keep the rows at the first (min) or the last (max) date." }),
  groupings: listOf("a list of entities or dimensions", text("a name"))
    .optional()
    .meta({ description: "Find that date once for each of these." }),
}).meta({
  description: "For balances and stocks: keep only the rows at the first or last date.",
  examples: [{ dimension: "day", choice: "max", groupings: ["account"] }],
});

export type NonAdditiveShape = z.infer<typeof NON_ADDITIVE>;

const A_FRACTION = { error: "a number between 0 and 1" };

/** What a measure says besides its name; the same inline in a metric. */
export const AGGREGATE = {
  agg: word(AGGREGATIONS).meta({ description: "How rows are put together." }),
  expr: EXPR.optional(),
  sql: SQL.optional(),
  columns: SQL_COLUMNS.optional(),
  data_type: COLUMN_TYPE.optional(),
  percentile: z
    .number(A_FRACTION)
    .gt(0, A_FRACTION)
    .lt(1, A_FRACTION)
    .optional()
    .meta({ description: "Which percentile, as a fraction.", examples: [0.95] }),
  percentile_kind: word(["continuous", "discrete"]).optional(),
  approximate: flag().optional(),
  time: text("a time dimension")
    .optional()
    .meta({ description: "Time dimension to use instead of the model's default." }),
  non_additive: NON_ADDITIVE.optional(),
};

export type AggregateShape = z.infer<z.ZodObject<typeof AGGREGATE>>;
