import { expect, test } from "vitest";
import { examine } from "../../src/doctor/index.ts";
import { openWarehouse, readAll, type Warehouse, WarehouseError } from "../../src/warehouse/index.ts";
import { catalogFrom } from "../support/shop.ts";
import { NOW, problems } from "./support.ts";

const EVENTS = `
model: events
table: shop.events
primary_key: event_id
freshness: { column: loaded_at, error_after: 1 day }
columns: { event_id: int, visit_id: int, loaded_at: timestamptz, _PARTITIONTIME: timestamptz }
entities:
  event: primary
  visit: { type: foreign, key: visit_id }
---
model: visits
table: shop.visits
primary_key: visit_id
columns: { visit_id: int, shard: int }
entities:
  visit: primary
`;

const TABLES = [
  "CREATE SCHEMA shop",
  "CREATE TABLE shop.events (event_id INTEGER, visit_id INTEGER, loaded_at TIMESTAMPTZ, _PARTITIONTIME TIMESTAMPTZ)",
  "INSERT INTO shop.events VALUES (1, 1, '2026-01-08', '2026-01-08'), (2, 1, '2026-01-08', '2026-01-08')",
  "CREATE TABLE shop.visits (visit_id INTEGER, shard INTEGER)",
  "INSERT INTO shop.visits VALUES (1, -3)",
];

/** As BigQuery does: a table cut by load time, which is no column of its list, and one by whole numbers. */
function demanding(duckDb: Warehouse): Warehouse {
  const allow = (text: string): void => {
    const isBound =
      (!text.includes("shop.events") || text.includes(`events."_PARTITIONTIME" >= '0001-01-01'`)) &&
      (!text.includes("shop.visits") || text.includes("visits.shard >= -9223372036854775807"));
    if (!isBound) throw new WarehouseError("too-large", `Cannot query without a filter: ${text}`);
  };
  return {
    ...duckDb,
    async describe(tables, options) {
      const described = await duckDb.describe(tables, options);
      return described.map((table) => {
        const column = table?.path.at(-1) === "events" ? "_PARTITIONTIME" : "shard";
        const columns = (table?.columns ?? []).filter(({ name }) => name !== "_PARTITIONTIME");
        return table && { ...table, columns, partition: { column, grain: null, isFilterRequired: true } };
      });
    },
    async execute(statement, options) {
      allow(statement.text);
      return duckDb.execute(statement, options);
    },
    async dryRun(statement, options) {
      allow(statement.text);
      return duckDb.dryRun(statement, options);
    },
    freshness: () => Promise.reject(new WarehouseError("statement", "Cannot query without a filter.")),
  };
}

test("SQL that leaves such a table without a filter is doubted only: a question's time range may come to it", async () => {
  const duckDb = await openWarehouse("duckdb::memory:");
  try {
    for (const text of TABLES) await readAll(await duckDb.execute({ text, values: [] }));
    const catalog = catalogFrom(
      "model: v\nsql: select visit_id from shop.visits\nprimary_key: visit_id\nentities: { v: primary }",
    );
    const findings = await examine(catalog, demanding(duckDb), { now: NOW });
    expect(problems(findings)).toMatchObject([{ code: "check/failed", severity: "warning", subject: "v" }]);
  } finally {
    await duckDb.close();
  }
});

test.each([{ manyRows: 2_000_000 }, { manyRows: 1 }])(
  "tables that demand a filter of their partitions are asked with one: $manyRows",
  async (options) => {
    const duckDb = await openWarehouse("duckdb::memory:");
    try {
      for (const text of TABLES) await readAll(await duckDb.execute({ text, values: [] }));
      const findings = await examine(catalogFrom(EVENTS), demanding(duckDb), { now: NOW, ...options });
      expect(problems(findings).filter(({ code }) => code !== "grant/can-write")).toEqual([]);
      expect(findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual(
        expect.arrayContaining([
          "columns/present events",
          "key/unique events.event_id",
          "join/complete events.visit_id",
          "freshness/fresh events",
        ]),
      );
    } finally {
      await duckDb.close();
    }
  },
);
