import { expect, test } from "vitest";
import type { Dialect } from "../../src/catalog/index.ts";
import { type Publication, registryChanges, registryLock, registryState, registryTables } from "../../src/sql/index.ts";

const PUBLICATION: Publication = {
  schema: "governance",
  commit: "5d42d4bf619eac2b87c11b1571d7cdd8854f5251",
  committedAt: "2026-11-20T10:00:00.000Z",
  publishedAt: "2026-11-20T10:05:00.000Z",
  definitions: [],
  lineage: [],
};

test.each<Dialect>(["bigquery", "duckdb", "postgres"])("the registry's statements for %s", async (dialect) => {
  const statements = [
    ...registryTables(dialect, "governance"),
    ...registryLock(dialect, "governance"),
    ...registryChanges(dialect, PUBLICATION),
    registryState(dialect, PUBLICATION),
  ];
  const text = statements.map((statement) => `${statement.text};\n`).join("\n");
  await expect(text).toMatchFileSnapshot(`registry/${dialect}.sql`);
});

test("BigQuery takes one transaction as one statement, whose values are told apart by name", () => {
  const statements = registryChanges("bigquery", PUBLICATION);
  expect(statements).toHaveLength(1);
  const [{ text, values } = { text: "", values: [] }] = statements;
  expect(text).toMatch(/^begin transaction;\n[^]*;\ncommit transaction$/);
  expect(new Set(text.match(/@p\d+/g))).toEqual(new Set(values.map((_, i) => `@p${i + 1}`)));
});

test("a schema that is called like a word of SQL is quoted", () => {
  expect(registryTables("bigquery", "group")[0]?.text).toBe("create schema if not exists `group`");
  expect(registryTables("duckdb", "group")[0]?.text).toBe('create schema if not exists "group"');
});
