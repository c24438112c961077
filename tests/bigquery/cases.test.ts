import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadCatalog } from "../../src/compile/index.ts";
import { createEngine, type Engine } from "../../src/engine/index.ts";
import { parseRequest } from "../../src/request/index.ts";
import type { ResultColumn } from "../../src/warehouse/index.ts";
import { openTwoShops, type TwoShops } from "../support/bigquery-shop.ts";
import { type Case, firstDifference, plainDecimals, readCases } from "../support/cases.ts";
import { CANNOT, MILDER, PATIENCE_MS } from "./cannot.ts";

const ROOT = join(import.meta.dirname, "../..");
const cases = readCases(join(ROOT, "tests/cases")).map(milder);

let shops: TwoShops;
let onBigQuery: Engine;
let onDuckDb: Engine;

beforeAll(async () => {
  const { catalog, diagnostics } = loadCatalog(join(ROOT, "metrics"));
  if (!catalog) throw new Error(`metrics/ does not load: ${diagnostics.map(({ message }) => message).join("; ")}`);
  shops = await openTwoShops();
  onBigQuery = createEngine({ catalog, warehouse: shops.bigQuery });
  onDuckDb = createEngine({ catalog, warehouse: shops.duckDb });
});

afterAll(() => shops?.close());

test("there are cases, and all that the emulator cannot do are among them", () => {
  const names = cases.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(80);
  expect(names).toEqual(expect.arrayContaining([...CANNOT.keys()]));
});

test.each(cases.filter(({ name }) => CANNOT.get(name)?.plans !== "both"))("$name", async (item) => {
  if (!CANNOT.has(item.name)) expect(await problemOf(item, true), "optimised").toBeNull();
  expect(await problemOf(item, false), "not optimised").toBeNull();
});

test.each([...CANNOT])("%s is still too much for the emulator", async (name, { plans, sign }) => {
  const item = cases.find((each) => each.name === name);
  for (const optimize of plans === "both" ? [true, false] : [true]) {
    const problem = item && (await problemOf(item, optimize, AbortSignal.timeout(PATIENCE_MS)));
    expect(problem, "it passes: take it off the list").toMatch(sign);
  }
});

/** How the answer fails, or differs from DuckDB's; null: not at all. That DuckDB's is right is shown on all rows. */
async function problemOf(
  { principal, question, ordered, empty }: Case,
  optimize: boolean,
  signal?: AbortSignal,
): Promise<string | null> {
  const expected = await onDuckDb.query(question, principal);
  if ((expected.rows.length === 0) !== empty) return "No rows to compare: the small sample is too small.";
  try {
    const answer = await onBigQuery.query(question, principal, { optimize, ...(signal && { signal }) });
    const columns = spelled(answer.columns);
    const wanted = spelled(expected.columns);
    if (columns !== wanted) return `columns: got ${columns}, expected ${wanted}`;
    return firstDifference(plainDecimals(answer), plainDecimals(expected), ordered);
  } catch (thrown) {
    return wordsOf(thrown);
  }
}

function milder(item: Case): Case {
  const question = (MILDER.get(item.name) ?? []).reduce((written, [text, instead]) => {
    if (!written.includes(text)) throw new Error(`${item.name} no longer asks: ${text}.`);
    return written.replaceAll(text, instead);
  }, JSON.stringify(item.question));
  return { ...item, question: parseRequest(JSON.parse(question)) };
}

function spelled(columns: readonly ResultColumn[]): string {
  return columns.map(({ name, type }) => `${name} ${type}`).join(", ");
}

/** The engine's own words with it, which are in the cause. */
function wordsOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause === undefined ? thrown.message : `${thrown.message} ${wordsOf(thrown.cause)}`;
}
