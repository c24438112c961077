import { type Arbitrary, assert, asyncProperty, constantFrom, integer, oneof, record } from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { planQuery } from "../../src/engine/index.ts";
import type { Expr, ScalarType } from "../../src/expression/index.ts";
import { allOf, call, literal, ref, text } from "../../src/expression/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import type { Physical } from "../../src/plan/index.ts";
import { parseRequest } from "../../src/request/index.ts";
import { bareRanges } from "../../src/sql/bare-times.ts";
import { compileStatement, id, sql } from "../../src/sql/compiler.ts";
import { duckdb } from "../../src/sql/duckdb.ts";
import { type Columns, renderExpr } from "../../src/sql/expression.ts";
import { openDuckDb, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { catalogFrom } from "../support/shop.ts";

const catalog = catalogFrom(`
project: pruning
time_zone: Europe/Berlin
---
${(["date", "timestamp", "timestamptz"] as const)
  .map(
    (type) => `
model: of_${type}
description: Partitioned by a ${type}.
owner: data
table: shop.of_${type}
primary_key: id
time: seen
columns: { id: int, seen: ${type} }
entities: { of_${type}_row: primary }
dimensions: { seen: { type: time, grain: ${type === "date" ? "day" : "second"} } }
measures: { rows_of_${type}: count(1) }
---
metric: rows_of_${type}
description: Rows.
owner: data
model: of_${type}
measure: rows_of_${type}
`,
  )
  .join("---")}`);

describe("BigQuery skips partitions: the bare column is compared with constants where the table is read", () => {
  test.each([
    ["date", { timeRange: { start: "2026-01-01", end: "2026-01-31" } }],
    ["timestamp", { timeRange: { start: "2026-01-01", end: "2026-01-31" } }],
    ["timestamptz", { timeRange: { start: "2026-01-01", end: "2026-01-31" } }],
    ["date", { timeRange: { start: "2026-01-01T12:00:00", end: "2026-01-31T12:00:00" } }],
    ["date", { where: ["metric_time__month = '2026-01-01'"] }],
    ["timestamp", { where: ["metric_time__month = '2026-01-01'"] }],
    ["timestamptz", { where: ["metric_time__month = '2026-01-01'"] }],
    ["timestamptz", { where: ["metric_time__day between '2026-01-01' and '2026-01-31'"] }],
    ["date", { where: ["metric_time__day >= '2026-01-01'", "metric_time__day < '2026-02-01'"] }],
  ] as const)("%s: %j", (type, question) => {
    const request = parseRequest({ metrics: [`rows_of_${type}`], ...question });
    const { text: written, values } = planQuery(catalog, "bigquery", request, OPERATOR).statement;
    const scan = /from shop\.\w+ as \w+\n {2}where [^]*?\n\)/.exec(written)?.[0] ?? "";
    const constant = {
      date: String.raw`cast\(@p\d+ as date\)`,
      timestamp: String.raw`cast\(@p\d+ as datetime\)`,
      timestamptz: String.raw`timestamp\(cast\(@p\d+ as datetime\), 'Europe/Berlin'\)`,
    }[type];
    expect(scan).toMatch(new RegExp(String.raw`(where|and) of_${type}\.seen >=? ${constant}`));
    expect(scan).toMatch(new RegExp(String.raw`(where|and) of_${type}\.seen <=? ${constant}`));
    const days = values.map((value) => String(value).slice(0, 10)).sort();
    expect(days[0]).toMatch(/^(2025-12-31|2026-01-01)$/);
    expect(days.at(-1)).toMatch(/^(2026-01-31|2026-02-0[12])$/);
  });
});

describe("what is said of the bare column", () => {
  let warehouse: Warehouse;
  beforeAll(async () => {
    warehouse = await openDuckDb(":memory:");
    const hours = "generate_series(TIMESTAMP '2024-12-20', TIMESTAMP '2025-04-10', INTERVAL 30 MINUTE)";
    const seed = `create table t as select h as ts, h::date as day, h at time zone 'UTC' as tz from (select unnest(${hours}) as h)`;
    await readAll(await warehouse.execute({ text: seed, values: [] }));
  });
  afterAll(() => warehouse.close());

  const TYPES: Readonly<Record<string, ScalarType>> = { day: "date", ts: "timestamp", tz: "timestamptz" };
  const columns: Columns<Physical> = {
    sql: (of) => id(of.kind === "column" ? of.name : ""),
    type: (of) => (of.kind === "column" ? (TYPES[of.name] ?? "unknown") : "unknown"),
  };

  const day = integer({ min: 0, max: 110 }).map((days) =>
    new Date(Date.UTC(2024, 11, 20 + days)).toISOString().slice(0, 10),
  );
  const time: Arbitrary<Expr<Physical>> = oneof(
    constantFrom("day", "ts").map((name) => ref<Physical>({ kind: "column", name })),
    constantFrom("UTC", "Europe/Berlin", "America/New_York", "Asia/Beirut", "Pacific/Apia").map((zone) =>
      call<Physical>("to_zone", ref({ kind: "column", name: "tz" }), text(zone)),
    ),
  );
  const condition = record({
    time,
    day,
    grain: constantFrom("week", "month", "quarter", "year", "day"),
    operator: constantFrom("=", "<", "<=", ">", ">="),
  }).map(({ time, day, grain, operator }) => {
    const cut = grain === "day" ? time : call("date_trunc", text(grain), time);
    return call(operator, { kind: "cast", to: "date", arg: cut, isTry: false }, literal("date", day));
  });

  test("is implied by what is said of its period: no row is lost", async () => {
    await assert(
      asyncProperty(condition, async (asked) => {
        const implied = bareRanges(asked, columns.type);
        expect(implied.length).toBeGreaterThan(0);
        const [both, alone] = [allOf([asked, ...implied]), asked].map(
          (expr) => sql`(select count(*) from t where ${renderExpr(duckdb, expr ?? asked, columns)})`,
        );
        const counted = await warehouse.execute(
          compileStatement(sql`select ${both} as both_hold, ${alone} as asked`, duckdb.spelling),
        );
        const [row] = await readAll(counted);
        expect(row?.[0]).toBe(row?.[1]);
      }),
      { numRuns: 150 },
    );
  });

  test("is nothing where the condition is of another kind", () => {
    const at = ref<Physical>({ kind: "column", name: "ts" });
    const cut: Expr<Physical> = { kind: "cast", to: "date", arg: at, isTry: false };
    expect(bareRanges(call("<>", cut, literal("date", "2026-01-01")), columns.type)).toEqual([]);
    expect(bareRanges(call("=", cut, cut), columns.type)).toEqual([]);
    expect(bareRanges(call(">=", cut, literal("date", "9999-12-31")), columns.type)).toEqual([]);
  });
});
