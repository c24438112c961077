/**
 * Everything an expression may call: operators, functions, and nothing else. Each has one meaning on every dialect,
 * which `src/sql` has to keep; none is volatile, reads files, or sees another row. Arguments follow the names.
 */
export const FUNCTIONS = {
  // logic (three-valued)
  and: "a AND b AND …",
  or: "a OR b OR …",
  not: "NOT a",
  is_null: "a IS NULL",
  is_not_null: "a IS NOT NULL",
  // comparison
  "=": "a = b",
  "<>": "a <> b (also written !=)",
  "<": "a < b",
  "<=": "a <= b",
  ">": "a > b",
  ">=": "a >= b",
  is_distinct_from: "a IS DISTINCT FROM b",
  is_not_distinct_from: "a IS NOT DISTINCT FROM b",
  in: "a IN (b, c, …)",
  like: "a LIKE pattern; % and _ are wild, backslash escapes",
  ilike: "a ILIKE pattern; LIKE without case",
  // arithmetic
  "+": "a + b; also time + interval",
  "-": "a - b; also time - interval",
  "*": "a * b",
  "/": "a / b: true division as double; NULL where b is 0",
  "%": "a % b; NULL where b is 0",
  negate: "-a",
  abs: "abs(x)",
  sign: "sign(x)",
  round: "round(x) or round(x, digits)",
  floor: "floor(x)",
  ceil: "ceil(x)",
  sqrt: "sqrt(x); NULL where x is negative",
  power: "power(x, y)",
  ln: "ln(x); NULL where x is not positive",
  exp: "exp(x)",
  // choice
  coalesce: "coalesce(a, b, …)",
  nullif: "nullif(a, b)",
  greatest: "greatest(a, b, …); NULLs are passed over",
  least: "least(a, b, …); NULLs are passed over",
  // text
  "||": "a || b; NULL where either is NULL",
  concat: "concat(a, b, …); NULLs are empty text",
  lower: "lower(s)",
  upper: "upper(s)",
  trim: "trim(s): spaces at both ends",
  length: "length(s) in characters",
  substring: "substring(s, start) or substring(s, start, count); start counts from 1",
  replace: "replace(s, from, to)",
  starts_with: "starts_with(s, prefix)",
  ends_with: "ends_with(s, suffix)",
  contains: "contains(s, part)",
  regexp_contains: "regexp_contains(s, 'pattern'): whether a part of s matches the constant pattern",
  hash: "hash(s): SHA-256 of the text in UTF-8, 64 hex digits",
  // time
  date_trunc: "date_trunc('grain', t): start of the period; weeks start on Monday; same kind of time as t",
  date_part: "extract(part from t): year quarter month day dow doy hour minute second; dow: Monday = 1",
  date_diff: "date_diff('grain', a, b): borders of that grain between a and b",
  to_zone: "t AT TIME ZONE 'zone': an instant as the local time there",
  from_zone: "t AT TIME ZONE 'zone': a local time there as the instant",
  make_interval: "interval '3 day': count and grain, both constants",
} as const satisfies Record<string, string>;

export type FunctionName = keyof typeof FUNCTIONS;

/** Aggregates that a measure's shorthand may call: `sum(amount)`. */
export const AGGREGATIONS = [
  "sum",
  "min",
  "max",
  "average",
  "count",
  "sum_boolean",
  "count_distinct",
  "percentile",
  "median",
] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];
