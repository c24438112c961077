import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadCatalog } from "../../src/compile/index.ts";
import { createEngine, type Engine } from "../../src/engine/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { openTwoShops, type TwoShops } from "../support/bigquery-shop.ts";
import { type Case, firstDifference, plainDecimals, readCases } from "../support/cases.ts";
import { CANNOT } from "./cannot.ts";

const ROOT = join(import.meta.dirname, "../..");
const cases = readCases(join(ROOT, "tests/cases"));

let shops: TwoShops;
let engine: Engine;

beforeAll(async () => {
  shops = await openTwoShops();
  const { catalog, diagnostics } = loadCatalog(join(ROOT, "metrics"));
  if (!catalog) throw new Error(`metrics/ does not load: ${diagnostics.map(({ message }) => message).join("; ")}`);
  engine = createEngine({ catalog, warehouse: shops.bigQuery });
});

afterAll(() => shops?.close());

test("there are cases, and all that the emulator cannot do are among them", () => {
  const names = cases.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(80);
  expect(names).toEqual(expect.arrayContaining([...CANNOT.keys()]));
});

test.each(cases.filter(({ name }) => !CANNOT.has(name)))("$name", async (item) => {
  expect(await problemOf(item, true), "optimised").toBeNull();
  expect(await problemOf(item, false), "not optimised").toBeNull();
});

test.each([...CANNOT])("%s is still too much for the emulator", async (name, { sign }) => {
  const item = cases.find((each) => each.name === name);
  expect(item && (await problemOf(item, true)), "it passes: take it off the list").toMatch(sign);
});

/** How the answer fails, or differs from what SQL by hand finds in DuckDB; null: not at all. */
async function problemOf({ question, sql, ordered, empty }: Case, optimize: boolean): Promise<string | null> {
  const expected = await byHand(shops.duckDb, sql);
  if ((expected.rows.length === 0) !== empty) return "The case compares no rows: the small sample is too small for it.";
  try {
    const answer = await engine.query(question, OPERATOR, { optimize });
    const columns = JSON.stringify(answer.columns.map(({ name, type }) => ({ name, type })));
    const wanted = JSON.stringify(expected.columns);
    if (columns !== wanted) return `columns: got ${columns}, expected ${wanted}`;
    return firstDifference(plainDecimals(answer), expected.rows, ordered);
  } catch (thrown) {
    return wordsOf(thrown);
  }
}

async function byHand(warehouse: Warehouse, text: string) {
  const { columns, ...rest } = await warehouse.execute({ text, values: [] });
  return { columns, rows: plainDecimals({ columns, rows: await readAll({ columns, ...rest }) }) };
}

/** The engine's own words with it, which are in the cause. */
function wordsOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause === undefined ? thrown.message : `${thrown.message} ${wordsOf(thrown.cause)}`;
}
