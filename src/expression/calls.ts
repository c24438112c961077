import { nearest } from "../std/index.ts";
import type { TextRange } from "./expr.ts";
import { AGGREGATIONS, type Aggregation, type FunctionName } from "./functions.ts";
import type { Problem } from "./problem.ts";

interface Callable {
  readonly fn: FunctionName;
  readonly min: number;
  readonly max: number;
}

/** What may be written as `name(…)`, other names for one function included. */
export const CALLABLE: ReadonlyMap<string, Callable> = new Map(
  Object.entries({
    abs: one("abs"),
    sign: one("sign"),
    round: { fn: "round", min: 1, max: 2 },
    floor: one("floor"),
    ceil: one("ceil"),
    ceiling: one("ceil"),
    sqrt: one("sqrt"),
    power: two("power"),
    pow: two("power"),
    mod: two("%"),
    ln: one("ln"),
    exp: one("exp"),
    coalesce: many("coalesce"),
    ifnull: two("coalesce"),
    nullif: two("nullif"),
    greatest: many("greatest"),
    least: many("least"),
    concat: many("concat"),
    lower: one("lower"),
    upper: one("upper"),
    trim: one("trim"),
    length: one("length"),
    len: one("length"),
    char_length: one("length"),
    character_length: one("length"),
    substring: { fn: "substring", min: 2, max: 3 },
    substr: { fn: "substring", min: 2, max: 3 },
    replace: { fn: "replace", min: 3, max: 3 },
    starts_with: two("starts_with"),
    ends_with: two("ends_with"),
    contains: two("contains"),
    regexp_contains: two("regexp_contains"),
    hash: one("hash"),
    date_trunc: two("date_trunc"),
    date_part: two("date_part"),
    extract: two("date_part"),
    date_diff: { fn: "date_diff", min: 3, max: 3 },
  } satisfies Record<string, Callable>),
);

/** Aggregates by the names they may be written with. */
export const AGGREGATES: ReadonlyMap<string, Aggregation> = new Map<string, Aggregation>([
  ...AGGREGATIONS.map((name) => [name, name] as const),
  ["avg", "average"],
  ["percentile_cont", "percentile"],
  ["percentile_disc", "percentile"],
]);

const VOLATILE = new Set(
  "now today current_date current_time current_timestamp localtime localtimestamp getdate sysdate clock_timestamp statement_timestamp transaction_timestamp timeofday random rand setseed gen_random_uuid uuid nextval".split(
    " ",
  ),
);
const WINDOW = new Set(
  "row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value".split(" "),
);
const PARTS = new Set("year quarter month day hour minute second dayofweek dayofyear".split(" "));

const MATCHES = "Write regexp_contains(s, 'pattern'), or regexp_contains(s, '^(?:pattern)$') for the whole text.";

/** What to write instead of functions that other engines have. */
const INSTEAD: Readonly<Record<string, string>> = {
  if: "Write CASE WHEN condition THEN a ELSE b END.",
  iff: "Write CASE WHEN condition THEN a ELSE b END.",
  nvl: "Write coalesce(a, b).",
  isnull: "Write coalesce(a, b), or a IS NULL.",
  strpos: "Write contains(text, part).",
  instr: "Write contains(text, part).",
  position: "Write contains(text, part).",
  regexp: MATCHES,
  regexp_full_match: MATCHES,
  regexp_like: MATCHES,
  regexp_match: MATCHES,
  regexp_matches: MATCHES,
  rlike: MATCHES,
  date: "Write CAST(x AS date).",
  to_date: "Write CAST(x AS date).",
  date_add: "Write t + INTERVAL '1 day'.",
  dateadd: "Write t + INTERVAL '1 day'.",
  date_sub: "Write t - INTERVAL '1 day'.",
  make_interval: "Write INTERVAL '3 day'.",
  datediff: "Write date_diff('day', a, b).",
  safe_divide: "Write a / b: it is NULL where b is 0.",
  log: "Write ln(x), or ln(x) / ln(10).",
  metric: "metric('revenue', 'customer') may stand in filters only.",
};

/** Why a function may not be called here, or that there is none of that name. */
export function refuseFunction(name: string, at: TextRange): Problem {
  if (VOLATILE.has(name)) return volatile(name, at);
  if (AGGREGATES.has(name)) {
    const help = "Aggregate in a measure; write an expression over rows, or over metrics, here.";
    return { code: "expression/not-allowed", message: `The aggregate ${name}() is not allowed here.`, help, at };
  }
  if (WINDOW.has(name)) {
    const help = "Each row is seen alone. For running totals use a cumulative metric.";
    return { code: "expression/not-allowed", message: `The window function ${name}() is not allowed.`, help, at };
  }
  const close = nearest(name, [...CALLABLE.keys(), "try_cast"]);
  const instead = Object.hasOwn(INSTEAD, name) ? INSTEAD[name] : PARTS.has(name) ? extractHelp(name) : undefined;
  const help = instead ?? (close.length > 0 ? `Did you mean ${close.join(" or ")}?` : null);
  return { code: "expression/unknown-function", message: `There is no function ${name}().`, help, at };
}

export function volatile(name: string, at: TextRange): Problem {
  return {
    code: "expression/not-allowed",
    message: `${name} gives another answer every time, so it is not allowed.`,
    help: "For a moving window of time ask with timeRange.",
    at,
  };
}

function extractHelp(name: string): string {
  const part = name === "dayofweek" ? "dow" : name === "dayofyear" ? "doy" : name;
  return `Write EXTRACT(${part} FROM t).`;
}

function one(fn: FunctionName): Callable {
  return { fn, min: 1, max: 1 };
}

function two(fn: FunctionName): Callable {
  return { fn, min: 2, max: 2 };
}

function many(fn: FunctionName): Callable {
  return { fn, min: 1, max: Infinity };
}
