import { afterAll, beforeAll, expect, test } from "vitest";
import { allOf, call, int, ref, text } from "../../src/expression/index.ts";
import type { PlanNode } from "../../src/plan/index.ts";
import { toSql } from "../../src/sql/index.ts";
import { withEquality } from "../../src/sql/left-join.ts";
import { openDuckDb, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { join, result, scan } from "../plan/support.ts";

const inWindow = allOf([
  call("<=", ref<string>("seen"), ref("day")),
  call(">", ref<string>("seen"), call("-", ref("day"), call("make_interval", int(2), text("day")))),
]);
const days = scan("days", ["day", "region"]);
const rows = scan("visits", ["seen", "id"]);
const joined = join("left", days, rows, [], { condition: inWindow });

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await openDuckDb(":memory:");
  for (const seed of [
    "create table days (day date, region varchar)",
    "insert into days values ('2026-01-01', 'a'), ('2026-01-01', 'a'), ('2026-01-02', 'b'), ('2026-02-01', 'c'), (NULL, 'd')",
    "create table visits (seen date, id int)",
    "insert into visits values ('2026-01-01', 1), ('2026-01-01', 1), ('2026-01-02', 2), (NULL, 3)",
  ])
    await readAll(await warehouse.execute({ text: seed, values: [] }));
});
afterAll(() => warehouse.close());

test("a left join by comparison alone gives the same rows, repeated ones too, when it is said with an equality", async () => {
  const expected = await answer(joined);
  expect(expected).toHaveLength(9);
  expect(await answer(withEquality(joined))).toEqual(expected);
});

test("on BigQuery every left join has an equality of columns", () => {
  const { text: written } = toSql(result(joined, "day", "id"), "bigquery");
  const joins = [...written.matchAll(/left join \w+(?: as \w+)? on (.*)/g)].map(([, on]) => on);
  expect(joins).toHaveLength(1);
  for (const on of joins) expect(on).toMatch(/^\w+\.day = \w+\.day$/);
  expect(toSql(result(joined, "day", "id"), "duckdb").text).toMatch(/left join visits_rows on visits_rows\.seen <= /);
});

test("other joins stay as they are", () => {
  const inner = join("inner", days, rows, [], { condition: inWindow });
  expect(withEquality(inner)).toBe(inner);
  const keyed = join("left", days, scan("visits", ["day", "id"]), ["day"]);
  expect(withEquality(keyed)).toBe(keyed);
});

async function answer(plan: PlanNode): Promise<readonly string[]> {
  const statement = toSql(result(plan, "day", "region", "seen", "id"), "duckdb");
  return (await readAll(await warehouse.execute(statement))).map((row) => JSON.stringify(row)).toSorted();
}
