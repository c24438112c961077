import { describe, expect, test } from "vitest";
import { call, ref, text } from "../../src/expression/index.ts";
import { toSql } from "../../src/sql/index.ts";
import { aggregate, combine, filter, join, measure, result, scan, source } from "../plan/support.ts";
import { catalogFrom, openFixture, useFixture } from "../support/shop.ts";

const NAMES = ['a"b', "Mixed Case", "select", "x; drop table t; --", "tick`s", "ünï", "/*", "$1", "''"];

describe("names", () => {
  const plan = result(
    aggregate(
      filter(
        scan('we"ird; drop table t --', NAMES, {
          source: { kind: "table", path: ["my schema", 'we"ird; drop table t --'] },
        }),
        call("=", ref('a"b'), text("x")),
      ),
      NAMES.slice(1),
      measure("Total", "sum", 'a"b'),
    ),
    ...NAMES.slice(1),
    "Total",
  );

  test.each(["duckdb", "postgres"] as const)("stay names on %s: quoted, their quotes doubled", (dialect) => {
    const { text: sql, values } = toSql(plan, dialect);
    expect(values).toEqual(["x"]);
    expect(sql).toContain('from "my schema"."we""ird; drop table t --" as "we""ird; drop table t --"');
    for (const name of NAMES) expect(sql).toContain(`"${name.replaceAll('"', '""')}"`);
    // Without what stands in double quotes, nothing but our own words is left.
    expect(sql.replaceAll(/"(?:[^"]|"")*"/g, "N")).not.toMatch(/drop|;|--|\/\*|`/);
  });

  test("that are plain words are not quoted, so that SQL stays readable", () => {
    const plain = result(
      aggregate(scan("orders", ["day", "amount_2"]), ["day"], measure("revenue", "sum", "amount_2")),
      "day",
      "revenue",
    );
    expect(toSql(plain, "duckdb").text).not.toContain('"');
  });
});

test("steps of one name, and names that differ in case only, get names of their own", () => {
  const orders = scan("orders", ["day"]);
  const other = { ...orders, where: [call("is_not_null", source("day"))] };
  const plan = result(
    combine(
      ["day"],
      aggregate(orders, ["day"], measure("n", "count", null)),
      aggregate(other, ["day"], measure("m", "count", null)),
    ),
    "day",
    "n",
    "m",
  );
  const named = [...toSql(plan, "duckdb").text.matchAll(/^(?:with )?(\w+) as \($/gm)].map(([, name]) => name);
  expect(named).toEqual(["orders_rows", "n_totals", "orders_rows_2", "m_totals", "combined"]);
  const table = scan("t", ["day"], { source: { kind: "table", path: ["ORDERS_ROWS"] } });
  const joined = result(join("left", orders, table, ["day"]), "day");
  expect(toSql(joined, "duckdb").text).toContain("with orders_rows_2 as (");
});

describe("values", () => {
  const { ask } = useFixture(() =>
    openFixture(
      catalogFrom(`
model: notes
description: One row a note.
owner: data
table: notes
primary_key: note_id
columns: { note_id: int, body: string }
entities: { note: primary }
dimensions: { body: }
measures: { notes: count(1) }
---
metric: notes
description: Notes.
owner: data
model: notes
measure: notes
`),
      `create table notes (note_id int, body text);
       insert into notes values (1, 'O''Brien'), (2, 'x''; drop table notes; --'), (3, '$1'), (4, 'a\\b'), (5, '100%'), (6, '"quoted"'), (7, '{{ body }}'), (8, '');`,
    ),
  );

  test.each(["O'Brien", "x'; drop table notes; --", "$1", "a\\b", "100%", '"quoted"', ""])(
    "%s is text and nothing else",
    async (body) => {
      const where = [`note__body = '${body.replaceAll("'", "''")}'`];
      expect(await ask({ metrics: ["notes"], groupBy: ["note__body"], where })).toEqual([[body, 1]]);
    },
  );

  test("patterns escape with a backslash", async () => {
    expect(await ask({ groupBy: ["note__body"], where: ["note__body like '100\\%'"] })).toEqual([["100%"]]);
    expect(await ask({ groupBy: ["note__body"], where: ["note__body like '%O''_rien'"] })).toEqual([["O'Brien"]]);
    expect(await ask({ groupBy: ["note__body"], where: ["note__body like 'a\\\\b'"] })).toEqual([["a\\b"]]);
  });
});
