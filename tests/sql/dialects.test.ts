import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AggregateSpec, Dialect } from "../../src/catalog/index.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import type { Expr, FunctionName, ScalarType } from "../../src/expression/index.ts";
import {
  AGGREGATIONS,
  call,
  int,
  literal,
  parseColumnExpression,
  ref,
  STANDARD_GRAINS,
  text,
} from "../../src/expression/index.ts";
import { renderAggregate } from "../../src/sql/aggregate.ts";
import { compileStatement, id, type Sql, sql } from "../../src/sql/compiler.ts";
import type { SqlDialect } from "../../src/sql/dialect.ts";
import { type Columns, renderExpr } from "../../src/sql/expression.ts";
import { dialectOf } from "../../src/sql/to-sql.ts";
import { openDuckDb, openPostgresLoader, openWarehouse, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { valueOf } from "../expression/support.ts";
import { emptyPostgres } from "../support/postgres.ts";
import { SEED, SEED_TYPES } from "./seed.ts";

/** What a dialect cannot say, and why; everything else it says. */
const REFUSED: Readonly<Record<Dialect, Readonly<Record<string, string>>>> = {
  duckdb: {
    "date_trunc nanosecond": "times have microseconds",
  },
  postgres: {
    "date_trunc nanosecond": "times have microseconds",
    ...Object.fromEntries(
      ["millisecond", "microsecond", "nanosecond"].map((grain) => [`date_diff ${grain}`, "nobody asked for it yet"]),
    ),
    ...Object.fromEntries(types().map((type) => [`try_cast to ${type}`, "there is no cast that tries"])),
    "%: f % g": "there is none of doubles",
    "percentile continuous approximate": "there is none",
    "percentile discrete approximate": "there is none",
  },
  bigquery: {
    "date_trunc nanosecond": "times have microseconds",
    "date_diff nanosecond": "times have microseconds",
    "%: f % g": "MOD takes no doubles",
    median: "percentiles are window functions there",
    "percentile continuous exact": "percentiles are window functions there",
    "percentile discrete exact": "percentiles are window functions there",
  },
};

/** At least one expression a function, over the columns of the seed; a new function has none and does not compile. */
const EXAMPLES: Readonly<Record<FunctionName, readonly string[]>> = {
  and: ["b AND c"],
  or: ["b OR c"],
  not: ["NOT b"],
  is_null: ["i IS NULL"],
  is_not_null: ["i IS NOT NULL"],
  "=": ["i = d", "s = 'x'", "day = ts", "tz = day", "tz = '2026-01-01'", "b = c"],
  "<>": ["s <> t", "day <> '2026-01-01'"],
  "<": ["ts < day", "day < TIMESTAMP '2026-01-01 12:00:00'"],
  "<=": ["tz <= ts"],
  ">": ["day > TIMESTAMP '2026-01-01 00:00:00'"],
  ">=": ["ts >= '2026-01-01'"],
  is_distinct_from: ["i IS DISTINCT FROM n", "tz IS DISTINCT FROM day"],
  is_not_distinct_from: ["i IS NOT DISTINCT FROM n"],
  in: ["i IN (1, 2.5)", "s IN ('a', 'b')", "tz IN ('2026-01-01', '2026-01-02')"],
  like: ["s LIKE 'a\\_%'"],
  ilike: ["s ILIKE 'A%'"],
  "+": ["i + d", "i + f", "day + INTERVAL '1 month'", "INTERVAL '1 day' + tz"],
  "-": ["i - d", "ts - INTERVAL '90 minute'", "tz - INTERVAL '1 quarter'"],
  "*": ["i * d", "d * 1.5"],
  "/": ["i / n"],
  "%": ["i % n", "d % i", "f % g"],
  negate: ["-i", "-d"],
  abs: ["abs(d)"],
  sign: ["sign(d)", "sign(f)"],
  round: ["round(i)", "round(i, 1)", "round(d, 1)", "round(f)"],
  floor: ["floor(d)"],
  ceil: ["ceil(f)"],
  sqrt: ["sqrt(i)"],
  power: ["power(i, 2)"],
  ln: ["ln(d)"],
  exp: ["exp(n)"],
  coalesce: ["coalesce(i, 0.5)", "coalesce(day, ts)", "coalesce(tz, day)", "coalesce(s, 'none')"],
  nullif: ["nullif(i, 0)", "nullif(ts, day)"],
  greatest: ["greatest(i, d, NULL)", "greatest(day, tz)"],
  least: ["least(f, d)"],
  "||": ["s || t"],
  concat: ["concat(s, 'x', NULL)"],
  lower: ["lower(s)"],
  upper: ["upper(s)"],
  trim: ["trim(s)"],
  length: ["length(s)"],
  substring: ["substring(s, 2)", "substring(s, n, 3)"],
  replace: ["replace(s, 'a', 'b')"],
  starts_with: ["starts_with(s, 'a')"],
  ends_with: ["ends_with(s, t)"],
  contains: ["contains(s, 'a')"],
  regexp_contains: ["regexp_contains(s, '^[a-c]+\\d')", "regexp_contains(s || t, 'a|b')"],
  hash: ["hash(s)"],
  date_trunc: ["date_trunc('month', day)", "date_trunc('week', tz)"],
  date_part: ["extract(dow FROM day) * 2"],
  date_diff: ["date_diff('week', day, tz)"],
  to_zone: ["tz AT TIME ZONE 'Europe/Paris'"],
  from_zone: ["ts AT TIME ZONE 'Europe/Paris'"],
  make_interval: ["ts + INTERVAL '-3 week'"],
};

const column: Columns<string> = { sql: (name) => id(name), type: (name) => SEED_TYPES[name] ?? "unknown" };

type Operation = readonly [name: string, render: (dialect: SqlDialect) => Sql];

const OPERATIONS: readonly Operation[] = [
  ...Object.entries(EXAMPLES).flatMap(([fn, texts]) => texts.map((it) => expr(`${fn}: ${it}`, written(fn, it)))),
  ...STANDARD_GRAINS.flatMap((grain) => [
    expr(`date_trunc ${grain}`, call("date_trunc", text(grain), ref("ts"))),
    expr(`date_diff ${grain}`, call("date_diff", text(grain), ref("ts"), ref("tz"))),
    ...(grain === "nanosecond" ? [] : ["day", "ts", "tz"].map((time) => moved(grain, time))),
  ]),
  ...["year", "quarter", "month", "day", "dow", "doy", "hour", "minute", "second"].map((part) =>
    expr(`part ${part}`, call("date_part", text(part), ref("tz"))),
  ),
  ...types().flatMap((to) => [
    expr(`try_cast to ${to}`, { kind: "cast", to, arg: ref("s"), isTry: true }),
    expr(`cast text to ${to}`, { kind: "cast", to, arg: ref("s"), isTry: false }),
    expr(`cast ${to} to text`, { kind: "cast", to: "string", arg: ref(columnOf(to)), isTry: false }),
    expr(`${to} or NULL`, { kind: "case", branches: [{ when: ref("b"), value: ref(columnOf(to)) }], otherwise: null }),
  ]),
  ...[
    "f AS int; d AS int; i AS float; i AS boolean; b AS int; i AS decimal; f AS decimal; day AS timestamp; day AS timestamptz",
    "ts AS date; ts AS timestamptz; tz AS date; tz AS timestamp",
  ].flatMap((list) => list.split("; ").map((it) => expr(`cast ${it}`, written("cast", `CAST(${it})`)))),
  expr("a whole number", literal("int", "-7")),
  expr("an exact number", literal("decimal", "-1.25")),
  expr("an exact number of many digits", literal("decimal", "1.12345678901234567")),
  expr("a number too long for 64 bits", literal("decimal", "9223372036854775808")),
  expr("a double", literal("float", "1.5e-3")),
  expr("a truth", literal("boolean", true)),
  expr("a text", { kind: "cast", to: "string", arg: text("x"), isTry: false }),
  expr("a date", literal("date", "2026-01-31")),
  expr("a time", literal("timestamp", "2026-01-31T13:00:00")),
  expr("an instant", literal("timestamptz", "2026-01-31T13:00:00Z")),
  expr("a case of several kinds of time", written("case", "CASE WHEN b THEN day WHEN c THEN tz ELSE ts END")),
  ...AGGREGATIONS.filter((name) => name !== "percentile").flatMap((aggregation) => [
    aggregated(aggregation, aggregation, null),
  ]),
  ...(["continuous", "discrete"] as const).flatMap((kind) =>
    [true, false].map((approximate) =>
      aggregated(`percentile ${kind} ${approximate ? "approximate" : "exact"}`, "percentile", {
        fraction: "0.95",
        kind,
        approximate,
      }),
    ),
  ),
  ...types().map((type): Operation => [`the one ${type}`, (dialect) => dialect.onlyValue(id(columnOf(type)), type)]),
];

describe.each(["duckdb", "postgres", "bigquery"] as const)("%s", (name) => {
  const dialect = dialectOf(name);

  test.each(OPERATIONS)("%s", (operation, render) => {
    const answer = sqlOf(dialect, render);
    if (Object.hasOwn(REFUSED[name], operation)) expect(answer, "it is said now: take it from the list").toBeNull();
    else expect(answer, "it cannot be said: say why in the list").not.toBeNull();
  });

  test("refuses nothing that is not asked of it here", () => {
    const asked = OPERATIONS.map(([operation]) => operation);
    expect(Object.keys(REFUSED[name]).filter((operation) => !asked.includes(operation))).toEqual([]);
  });
});

describe("what a dialect says its engine takes", () => {
  const engines: { [name in Dialect]?: Warehouse } = {};
  const engineOf = (name: Dialect): Warehouse => {
    const engine = engines[name];
    if (!engine) throw new Error(`${name} is not open.`);
    return engine;
  };
  beforeAll(async () => {
    const url = await emptyPostgres();
    const [table = ""] = SEED;
    const loader = await openPostgresLoader(url);
    await loader.run(table);
    await loader.close();
    engines.duckdb = await openDuckDb(":memory:");
    await readAll(await engines.duckdb.execute({ text: table, values: [] }));
    engines.postgres = await openWarehouse(url);
  });
  afterAll(async () => {
    for (const warehouse of Object.values(engines)) await warehouse?.close();
  });

  test.each(["duckdb", "postgres"] as const)("%s", async (name) => {
    const dialect = dialectOf(name);
    const problems: string[] = [];
    for (const [operation, render] of OPERATIONS) {
      const answer = sqlOf(dialect, render);
      if (!answer) continue;
      const statement = compileStatement(sql`select ${answer} as v from x where false`, dialect.spelling);
      try {
        await readAll(await engineOf(name).execute(statement));
      } catch (thrown) {
        problems.push(`${operation}: ${statement.text}: ${thrown instanceof Error ? String(thrown.cause) : ""}`);
      }
    }
    expect(problems).toEqual([]);
  });
});

function sqlOf(dialect: SqlDialect, render: (dialect: SqlDialect) => Sql): Sql | null {
  try {
    return render(dialect);
  } catch (thrown) {
    if (thrown instanceof Refusal && thrown.code === "UNSUPPORTED_IN_DIALECT") return null;
    throw thrown;
  }
}

function written(fn: string, it: string): Expr<string> {
  // The language has no word for a zone given to a time without one: the planner makes both.
  if (fn === "to_zone") return call("to_zone", ref("tz"), text("Europe/Paris"));
  if (fn === "from_zone") return call("from_zone", ref("ts"), text("Europe/Paris"));
  return valueOf(parseColumnExpression(it));
}

function moved(grain: string, time: string): Operation {
  return expr(`${time} + ${grain}`, call("+", ref(time), call("make_interval", int(3), text(grain))));
}

function expr(name: string, of: Expr<string>): Operation {
  return [name, (dialect) => renderExpr(dialect, of, column)];
}

function aggregated(
  name: string,
  aggregation: (typeof AGGREGATIONS)[number],
  percentile: AggregateSpec["percentile"],
): Operation {
  const arg = ref(aggregation === "sum_boolean" ? "b" : "d");
  return [
    name,
    (dialect) =>
      renderAggregate(
        dialect,
        { name: "m", aggregation, arg, percentile, filter: ref("c"), type: "decimal" },
        false,
        column,
      ),
  ];
}

function types(): readonly Exclude<ScalarType, "interval" | "unknown">[] {
  return ["string", "int", "decimal", "float", "boolean", "date", "timestamp", "timestamptz"];
}

function columnOf(type: ScalarType): string {
  return Object.entries(SEED_TYPES).find(([, of]) => of === type)?.[0] ?? "";
}
