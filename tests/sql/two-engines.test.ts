import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, type Expr, literal, parseColumnExpression, ref, text } from "../../src/expression/index.ts";
import { renderAggregate } from "../../src/sql/aggregate.ts";
import { compileStatement, id, type Sql, sql } from "../../src/sql/compiler.ts";
import type { SqlDialect } from "../../src/sql/dialect.ts";
import { duckdb } from "../../src/sql/duckdb.ts";
import { type Columns, renderExpr } from "../../src/sql/expression.ts";
import { postgres } from "../../src/sql/postgres.ts";
import { openDuckDb, openPostgresLoader, openWarehouse, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { valueOf } from "../expression/support.ts";
import { plainDecimals } from "../support/cases.ts";
import { emptyPostgres } from "../support/postgres.ts";
import { SEED, SEED_TYPES } from "./seed.ts";

let engines: readonly { readonly dialect: SqlDialect; readonly warehouse: Warehouse }[] = [];
beforeAll(async () => {
  const url = await emptyPostgres();
  const loader = await openPostgresLoader(url);
  const embedded = await openDuckDb(":memory:");
  for (const text of SEED) {
    await loader.run(text);
    await readAll(await embedded.execute({ text, values: [] }));
  }
  await loader.close();
  engines = [
    { dialect: duckdb, warehouse: embedded },
    { dialect: postgres, warehouse: await openWarehouse(url) },
  ];
});
afterAll(async () => {
  for (const { warehouse } of engines) await warehouse.close();
});

describe("an expression has one meaning on both engines: its type and its value in each row", () => {
  test.each([
    // numbers
    "i + n; i - d; i * n; d * e; d * i; d + f; -i; -d; -f; i * 1.5; d * 0.1 + 1; 1.0 / 3",
    "i / n; d / i; i / z; 0 / z; i % n; n % i; d % i; i % z",
    "abs(n); abs(d); abs(g); sign(n); sign(d); sign(g); sign(f)",
    "round(d); round(e); round(f); round(g); round(d, 1); round(e, 2); round(f, 1); round(g, 1); round(i / n, 2)",
    "floor(d); floor(g); ceil(e); ceil(g); floor(i); ceil(i)",
    "sqrt(i); sqrt(d); sqrt(f); sqrt(n); ln(d); ln(f); ln(i); exp(n); exp(e); power(i, 2); power(d, 2); power(i, n)",
    "1; 1.5; 1e3; 1.5e-3; -1; 9223372036854775807",
    // choice
    "coalesce(i, 0); coalesce(d, 0); coalesce(i, 0.5); coalesce(f, 0); coalesce(s, 'none'); coalesce(day, '2020-01-01')",
    "nullif(i, 7); nullif(d, 0); greatest(i, n); greatest(i, d); greatest(d, 0); least(f, d); least(i, NULL); greatest(s, 'x')",
    "CASE WHEN b THEN 1 ELSE 2.5 END; CASE WHEN b THEN i ELSE d END; CASE WHEN b THEN s END; CASE WHEN b THEN 'x' ELSE 'y' END",
    "CASE WHEN b THEN day ELSE '2026-01-01' END; CASE WHEN b THEN NULL ELSE i END",
    // text
    "s || t; s || 'x'; 'x' || 'y'; concat(s, t); concat(s, '-', t); concat('a', 'b'); concat(s, NULL)",
    "lower(s); upper(t); trim(s); length(s); length('abc'); replace(s, 'r', 'R'); replace('abc', 'b', '')",
    "substring(s, 2); substring(s, 2, 3); substring(s, 0, 3); substring(s, -2); substring(s, n, 2); substring(s, 9)",
    "starts_with(s, 'Gr'); ends_with(s, 'bc'); ends_with(s, ''); contains(s, 'b'); contains(t, '_')",
    "s LIKE 'a%'; t LIKE 'a\\_b%'; t LIKE 'a\\_b\\%'; s ILIKE 'ABC'; s LIKE '%'; t ILIKE '_'",
    // logic and comparison
    "NOT b; b AND c; b OR c; b = c; b IS NOT DISTINCT FROM c; i IS NULL; i IS DISTINCT FROM n",
    "i = 7; i = 7.0; d = 1200.5; f = 2.5; s = 'abc'; s = 'abc '; s IN ('abc', 'x'); i IN (7, 8); d IN (1200.5, 1)",
    "i BETWEEN 1 AND 10; day BETWEEN '2026-01-01' AND '2026-12-31'; i NOT IN (7)",
    "day = '2026-03-29'; ts >= '2026-01-01 00:00:00'; tz >= '2026-03-29'; tz >= '2026-03-29 01:30:00'; ts < day; tz < ts",
    // time
    "date_trunc('month', day); date_trunc('week', day); date_trunc('quarter', ts); date_trunc('hour', ts); date_trunc('day', tz)",
    "extract(year FROM day); extract(quarter FROM tz); extract(month FROM day); extract(day FROM ts); extract(dow FROM day)",
    "extract(doy FROM ts); extract(hour FROM ts); extract(minute FROM ts); extract(second FROM ts)",
    "date_diff('year', ts, day); date_diff('quarter', ts, day); date_diff('month', ts, day); date_diff('week', ts, day)",
    "date_diff('day', day, ts); date_diff('hour', ts, tz); date_diff('minute', ts, day); date_diff('second', ts, day)",
    "day + INTERVAL '1 day'; day - INTERVAL '1 month'; ts + INTERVAL '90 minute'; tz - INTERVAL '1 quarter'; day + INTERVAL '1 year'",
    // casts
    "CAST(i AS string); CAST(d AS string); CAST(f AS string); CAST(b AS string); CAST(day AS string); CAST(ts AS string)",
    "CAST(i AS decimal); CAST(d AS int); CAST(e AS int); CAST(f AS int); CAST(g AS int); CAST(i AS float); CAST(d AS float)",
    "CAST('12' AS int); CAST('1.5' AS decimal); CAST('2026-01-01' AS date); CAST(ts AS date); CAST(tz AS date)",
    "CAST(day AS timestamp); CAST(day AS timestamptz); CAST(tz AS timestamp); CAST(ts AS timestamptz)",
  ])("%s", async (list) => {
    const expressions = list.split("; ").map((text) => valueOf(parseColumnExpression(text)));
    const [first, second] = await answers((dialect) => expressions.map((expr) => renderExpr(dialect, expr, column)));
    expect(second).toEqual(first);
  });

  test("a float is the one that its digits are nearest to", async () => {
    const digits = ["0.39971171542193795", "0.1", "123456789.123456789", "1e-300", "5e-324", "1.7976931348623157e308"];
    const read = await answers((dialect) =>
      digits.map((written) => {
        const asText: Expr<string> = { kind: "cast", to: "float", arg: text(written), isTry: false };
        return renderExpr(dialect, call("=", literal("float", written), asText), column);
      }),
    );
    for (const { rows } of read) expect(rows[0]).toEqual(digits.map(() => true));
  });

  test("of weeks the Mondays between are counted, either way and across years", async () => {
    const weeks = parseColumnExpression("date_diff('week', a, b)");
    const counted = await answers(
      (dialect) => [renderExpr(dialect, valueOf(weeks), column)],
      sql`(VALUES (DATE '2024-12-29', DATE '2024-12-30'), (DATE '2024-12-30', DATE '2024-12-29'),
        (DATE '2024-12-30', DATE '2025-01-05'), (DATE '2024-12-30', DATE '2024-02-29')) AS v (a, b)`,
    );
    for (const { rows } of counted) expect(rows).toEqual([["1"], ["-1"], ["0"], ["-44"]]);
  });
});

describe("an aggregate has one meaning on both engines", () => {
  test.each([
    ["sum", "i", "int"],
    ["sum", "n", "int"],
    ["sum", "d", "decimal"],
    ["sum", "f", "float"],
    ["min", "t", "string"],
    ["max", "t", "string"],
    ["max", "day", "date"],
    ["min", "tz", "timestamptz"],
    ["average", "i", "float"],
    ["average", "d", "float"],
    ["count", "b", "int"],
    ["count_distinct", "s", "int"],
    ["sum_boolean", "b", "int"],
    ["median", "i", "float"],
    ["percentile", "d", "float"],
  ] as const)("%s(%s) is %s", async (aggregation, name, type) => {
    const measure = { name: "m", aggregation, arg: ref(name), percentile: null, filter: null, type };
    const [first, second] = await answers((dialect) => [renderAggregate(dialect, measure, false, column)]);
    expect(second).toEqual(first);
    expect(first?.types).toEqual([CELL_TYPES[type]]);
  });
});

const CELL_TYPES = {
  int: "INT",
  decimal: "DECIMAL",
  float: "FLOAT",
  string: "STRING",
  date: "DATE",
  timestamptz: "TIMESTAMP",
};

const column: Columns<string> = { sql: (name) => id(name), type: (name) => SEED_TYPES[name] ?? "unknown" };

/** What each engine makes of the expressions: floats by their first digits, decimals without zeros at the end. */
async function answers(make: (dialect: SqlDialect) => readonly Sql[], from: Sql = sql`x`) {
  const all = [];
  for (const { dialect, warehouse } of engines) {
    const items = make(dialect).map((item, i) => sql`${item} as ${id(`v${i}`)}`);
    const result = await warehouse.execute(
      compileStatement(sql`select ${sql.join(items)} from ${from}`, dialect.spelling),
    );
    const rows = plainDecimals({ columns: result.columns, rows: await readAll(result) });
    all.push({
      types: result.columns.map(({ type }) => type),
      rows: rows.map((row) => row.map((cell) => (typeof cell === "number" ? cell.toPrecision(12) : cell))),
    });
  }
  return all;
}
