import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { groupBysOf } from "../src/catalog/index.ts";
import { loadCatalog } from "../src/compile/index.ts";
import type { Engine } from "../src/engine/index.ts";
import { createEngine } from "../src/engine/index.ts";
import { OPERATOR } from "../src/identity/index.ts";
import { ensureSample } from "../src/sample/index.ts";
import type { Warehouse } from "../src/warehouse/index.ts";
import { openWarehouse, readAll } from "../src/warehouse/index.ts";
import type { Case } from "./support/cases.ts";
import { firstDifference, readCases } from "./support/cases.ts";

const ROOT = join(import.meta.dirname, "..");
const cases = readCases(join(ROOT, "tests/cases"));
const { catalog, diagnostics } = loadCatalog(join(ROOT, "metrics"));

let warehouse: Warehouse;
let engine: Engine;

beforeAll(async () => {
  if (!catalog) throw new Error(`metrics/ does not load: ${diagnostics.map((d) => d.message).join("; ")}`);
  warehouse = await openWarehouse(`duckdb:${await ensureSample()}`);
  engine = createEngine({ catalog, warehouse });
});

afterAll(async () => {
  await engine.close();
});

describe("the answer equals SQL written by hand", () => {
  test.each(cases)("$name", async ({ question, sql, ordered, empty }) => {
    const result = await warehouse.execute({ text: sql, values: [] });
    const expected = await readAll(result);
    expect(expected.length === 0, "the case compares no rows").toBe(empty);
    for (const optimize of [true, false]) {
      const answer = await engine.query(question, OPERATOR, { optimize });
      const setting = optimize ? "optimised" : "not optimised";
      expect(
        answer.columns.map(({ name }) => name),
        setting,
      ).toEqual(result.columns.map(({ name }) => name));
      expect(firstDifference(answer.rows, expected, ordered), setting).toBeNull();
    }
  });
});

describe("a difference is seen", () => {
  test("in a cell: a missing value, a digit of a decimal, more of a float than its last digits", () => {
    expect(firstDifference([["a", null]], [["a", "0"]], false)).toContain("row 0");
    expect(firstDifference([["1.50"]], [["1.51"]], false)).toContain("row 0");
    expect(firstDifference([[1]], [[1.00001]], false)).toContain("row 0");
    expect(firstDifference([[1]], [[1 + 1e-12]], false)).toBeNull();
  });

  test("in the rows: one too many, one twice, and the order where it matters", () => {
    expect(firstDifference([["a"], ["b"]], [["a"]], false)).toContain("2 rows, expected 1");
    expect(firstDifference([["a"], ["a"]], [["a"], ["b"]], false)).toContain("row 1");
    expect(firstDifference([["b"], ["a"]], [["a"], ["b"]], true)).toContain("row 0");
    expect(firstDifference([["b"], ["a"]], [["a"], ["b"]], false)).toBeNull();
  });
});

describe("the cases cover the sample", () => {
  const queryable = [...(catalog?.metrics.values() ?? [])].filter((metric) => !metric.isPrivate);

  test("there are metrics and cases to look at", () => {
    expect(queryable.length).toBeGreaterThan(0);
    expect(cases.length).toBeGreaterThan(0);
  });

  test.each(queryable.map(({ name }) => name))("%s is asked by month and by a joined dimension", (name) => {
    const groups = cases.filter((item) => metricsOf(item).includes(name)).map(groupsOf);
    expect(groups.some((names) => names.includes("metric_time__month"))).toBe(true);
    const metric = catalog?.metrics.get(name);
    const joined =
      catalog && metric
        ? groupBysOf(catalog, metric)
            .filter(({ hops }) => hops > 0)
            .map((item) => item.name)
        : [];
    expect(groups.some((names) => names.some((group) => joined.includes(group)))).toBe(true);
  });

  test("every saved query is asked", () => {
    const asked = cases.map(({ question }) => question.savedQuery);
    for (const name of catalog?.savedQueries.keys() ?? []) expect(asked).toContain(name);
  });
});

function metricsOf({ question }: Case): readonly string[] {
  const own = (question.metrics ?? []).map((metric) => (typeof metric === "string" ? metric : metric.name));
  const saved = catalog?.savedQueries.get(question.savedQuery ?? "")?.metrics ?? [];
  return [...own, ...saved];
}

/** Names of the group-bys of a case, times with their grain. */
function groupsOf({ question }: Case): readonly string[] {
  const saved = catalog?.savedQueries.get(question.savedQuery ?? "")?.groupBy ?? [];
  return [...saved, ...(question.groupBy ?? [])].map(({ name, grain }) => (grain ? `${name}__${grain}` : name));
}
