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

  test("stay names on BigQuery: in backticks, with backslashes; an answer's columns are named plainly", () => {
    const { text: sql, values } = toSql(plan, "bigquery");
    expect(values).toEqual(["x"]);
    for (const name of ["Mixed Case", "select", "ünï"]) expect(sql).toContain(`\`${name}\``);
    // Without what stands in backticks, nothing but our own words is left.
    expect(sql.replaceAll(/`(?:[^`\\]|\\.)*`/g, "N")).not.toMatch(/\bdrop\b|;|--|\/\*|"|'/);
    // Columns of an answer may not hold these signs.
    const named = [...sql.slice(sql.lastIndexOf("\nselect")).matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    expect(named).toEqual(["Mixed Case", "select", "ünï", "''", "Total", "Total_totals"]);
  });

  test("may not be cut or changed into one another", () => {
    const long = "x".repeat(400);
    const twins = [`${long}1`, `${long}2`, "a.b", "a,b"];
    const { text: sql } = toSql(result(aggregate(scan("t", twins), twins), ...twins), "bigquery");
    const named = new Set([...sql.matchAll(/`[^`]+`|\w+_assay_\d+/g)].map(([name]) => name.toLowerCase()));
    expect(named.size).toBe(twins.length);
    for (const name of named) expect(name.length).toBeLessThanOrEqual(300);
  });

  test("of columns are never those of what they are read from: there the name would mean the whole row", () => {
    const named = result(aggregate(scan("orders", ["day"]), ["day"], measure("n_totals", "count", null)), "day");
    for (const dialect of ["duckdb", "bigquery"] as const) {
      expect(toSql(named, dialect).text).not.toMatch(/from n_totals\b/);
    }
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
