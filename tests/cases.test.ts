import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { groupBysOf } from "../src/catalog/index.ts";
import { loadCatalog } from "../src/compile/index.ts";
import type { Engine } from "../src/engine/index.ts";
import { createEngine } from "../src/engine/index.ts";
import { ensureSample } from "../src/sample/index.ts";
import type { Warehouse } from "../src/warehouse/index.ts";
import { openWarehouse, readAll } from "../src/warehouse/index.ts";
import type { Case } from "./support/cases.ts";
import { firstDifference, plainDecimals, readCases } from "./support/cases.ts";
import { samplePostgres } from "./support/postgres.ts";

const ROOT = join(import.meta.dirname, "..");
const cases = readCases(join(ROOT, "tests/cases"));
const { catalog, diagnostics } = loadCatalog(join(ROOT, "metrics"));

interface Running {
  readonly warehouse: Warehouse;
  readonly engine: Engine;
}

const opened: Engine[] = [];
const duckdb = once(async () => open(`duckdb:${await ensureSample()}`));
const postgres = once(async () => open(await samplePostgres()));

afterAll(async () => {
  for (const engine of opened) await engine.close();
});

describe.each([
  ["DuckDB", duckdb],
  ["PostgreSQL", postgres],
])("on %s the answer equals SQL written by hand", (_, running) => {
  test.each(cases)("$name", { timeout: 300_000 }, async ({ principal, question, sql, ordered, empty }) => {
    const { warehouse, engine } = await running();
    const expected = await byHand((await duckdb()).warehouse, sql);
    expect(expected.rows.length === 0, "the case compares no rows").toBe(empty);
    const here = await byHand(warehouse, sql);
    expect(firstDifference(here.rows, expected.rows, ordered), "the engines on the SQL by hand").toBeNull();
    for (const optimize of [true, false]) {
      const answer = await engine.query(question, principal, { optimize });
      const setting = optimize ? "optimised" : "not optimised";
      const columns = answer.columns.map(({ name, type }) => ({ name, type }));
      expect(columns, setting).toEqual(expected.columns);
      expect(firstDifference(plainDecimals(answer), expected.rows, ordered), setting).toBeNull();
    }
  });
});

async function open(url: string): Promise<Running> {
  if (!catalog) throw new Error(`metrics/ does not load: ${diagnostics.map((d) => d.message).join("; ")}`);
  const warehouse = await openWarehouse(url);
  const engine = createEngine({ catalog, warehouse });
  opened.push(engine);
  return { warehouse, engine };
}

async function byHand(warehouse: Warehouse, text: string) {
  const result = await warehouse.execute({ text, values: [] });
  const { columns } = result;
  return { columns, rows: plainDecimals({ columns, rows: await readAll(result) }) };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}

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
