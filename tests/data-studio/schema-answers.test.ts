import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../src/data-studio/config-params.ts";
import { fieldsFor, offeredModels } from "../../src/data-studio/fields.ts";
import type { OfferedField } from "../../src/data-studio/offered-field.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { createEngine, type Engine } from "../../src/engine/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { openWarehouse } from "../../src/warehouse/index.ts";
import { shopCatalog } from "../support/shop.ts";
import { filled, runSql, shopCatalog as studioCatalog } from "./fixture.ts";
import { sample } from "./schema-shop.ts";

describe("the schema and the answers say the same", () => {
  const opened: Record<string, Engine> = {};
  beforeAll(async () => {
    const empty = await openWarehouse("duckdb::memory:");
    const statements = readFileSync(join("src", "sample", "schema.sql"), "utf8").split(/;\s*$/m);
    for (const text of statements) if (text.trim() !== "") await runSql(empty, text);
    opened["the sample"] = createEngine({ catalog: sample, warehouse: empty });
    const shop = await openWarehouse("duckdb::memory:");
    const seed = readFileSync("tests/fixtures/shop/seed.sql", "utf8").split(/;\s*$/m);
    for (const text of seed) if (text.trim() !== "") await runSql(shop, text);
    opened["the shop of the semantics"] = createEngine({ catalog: shopCatalog(), warehouse: shop });
    opened["the shop of this door"] = createEngine({ catalog: studioCatalog(), warehouse: await filled("duckdb") });
  });
  afterAll(async () => {
    for (const engine of Object.values(opened)) await engine.close();
  });

  function engineOf(name: string): Engine {
    const engine = opened[name];
    if (!engine) throw new Error(`${name} is not open`);
    return engine;
  }

  const sources = (engine: Engine): readonly (readonly [model: string, fields: readonly OfferedField[]])[] =>
    offeredModels(engine.catalog).map(({ name }) => [
      name,
      fieldsFor(engine.catalog, parseConfig({ model: name, decompose: true })),
    ]);

  test.each(["the sample", "the shop of the semantics", "the shop of this door"])(
    "of every metric, whether it adds up: %s",
    async (name) => {
      const engine = engineOf(name);
      const seen = new Map<string, OfferedField>();
      for (const offered of sources(engine).flatMap(([, fields]) => fields))
        if (offered.kind === "metric") seen.set(offered.field.name, offered);
      expect(seen.size).toBeGreaterThan(10);
      const sums = new Set<boolean>();
      for (const offered of seen.values()) {
        if (offered.kind !== "metric" || offered.field.formula !== undefined) continue;
        const { semantics } = offered.field;
        const metrics = [offered.metric];
        const questions = [
          { metrics, limit: 0 },
          { metrics, groupBy: [{ name: "metric_time" }] },
        ];
        const told = await engine.queryAll(questions, OPERATOR);
        // Some need a time to be asked by.
        const answer = told.find((one) => !(one instanceof Error));
        if (!answer) {
          expect(told).toEqual([expect.any(Refusal), expect.objectContaining({ code: "NOT_SUPPORTED" })]);
          continue;
        }
        const column = answer instanceof Error ? undefined : answer.columns.at(-1);
        expect(column?.name).toBe(offered.field.name);
        const isSum = column?.reaggregation === "sum";
        expect({ name: column?.name, isReaggregatable: isSum }).toEqual({
          name: offered.field.name,
          isReaggregatable: semantics.conceptType === "METRIC" && semantics.isReaggregatable,
        });
        sums.add(isSum);
      }
      expect(sums.size).toBe(2);
    },
  );

  test.each(["the sample", "the shop of the semantics", "the shop of this door"])(
    "of every group, what its column is called: %s",
    (name) => {
      const engine = engineOf(name);
      for (const [rowsOf, fields] of sources(engine)) {
        const groups = fields.flatMap((offered) => (offered.kind === "metric" ? [] : offered));
        for (let i = 0; i < groups.length; i += 40) {
          const some = groups.slice(i, i + 40).filter(({ groupBy }) => groupBy.name !== "metric_time");
          if (some.length === 0) continue;
          const { columns } = engine.explain({ groupBy: some.map(({ groupBy }) => groupBy), rowsOf }, OPERATOR);
          expect(columns.map((column) => column.name)).toEqual(some.map(({ field }) => field.name));
        }
      }
    },
  );

  test("of every group, what its values look like, and each is read back as what it was", async () => {
    const engine = engineOf("the shop of this door");
    const fields = fieldsFor(engine.catalog, parseConfig({ model: "orders" }));
    let count = 0;
    for (const offered of fields) {
      if (offered.kind === "metric") continue;
      const { groupBy, field, filterName, render, parse } = offered;
      const { columns, rows } = await engine.query({ metrics: ["orders"], groupBy: [groupBy] }, OPERATOR);
      expect(columns[0]?.name).toBe(field.name);
      expect(filterName).toBe(field.name);
      for (const [cell = null] of rows) {
        const value = render(cell);
        if (cell === null) expect(value).toBeNull();
        if (value === null) continue;
        count++;
        expect(SPELLING[field.semantics.semanticType], field.semantics.semanticType).toBeDefined();
        expect(String(value)).toMatch(SPELLING[field.semantics.semanticType] ?? /never/);
        const constant = parse(String(value));
        expect({ field: field.name, value, again: constant && render(cell) }).toEqual({
          field: field.name,
          value,
          again: value,
        });
        if (typeof cell === "string" && offered.kind !== "dimension") {
          expect([field.name, constant?.value]).toEqual([field.name, cell]);
        }
      }
    }
    expect(count).toBeGreaterThan(300);
  });
});

/** What a value of each type looks like, by the documentation of Data Studio. */
const SPELLING: Readonly<Record<string, RegExp>> = {
  TEXT: /^[^]*$/,
  NUMBER: /^-?\d+(\.\d+)?$/,
  BOOLEAN: /^(true|false)$/,
  YEAR: /^\d{4}$/,
  YEAR_QUARTER: /^\d{4}[1-4]$/,
  YEAR_MONTH: /^\d{4}(0[1-9]|1[0-2])$/,
  YEAR_WEEK: /^\d{4}(0[1-9]|[1-4]\d|5[0-3])$/,
  YEAR_MONTH_DAY: /^\d{4}(0[1-9]|1[0-2])([0-2]\d|3[01])$/,
  YEAR_MONTH_DAY_SECOND: /^\d{8}([01]\d|2[0-3])[0-5]\d[0-5]\d$/,
  QUARTER: /^[1-4]$/,
  MONTH: /^(0[1-9]|1[0-2])$/,
  DAY: /^([0-2]\d|3[01])$/,
  DAY_OF_WEEK: /^[0-6]$/,
};
