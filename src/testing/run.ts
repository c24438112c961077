import { type Catalog, isDefaultVersion, type Metric, type MetricTest, type TestRow } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { createEngine } from "../engine/index.ts";
import { OPERATOR, type Principal } from "../identity/index.ts";
import { parseRequest } from "../request/index.ts";
import type { Row, Warehouse } from "../warehouse/index.ts";
import { openWarehouse, WarehouseError } from "../warehouse/index.ts";
import type { Difference } from "./compare.ts";
import { compareRows } from "./compare.ts";
import { type Given, withRows } from "./fixture.ts";

/** How one test of a metric ended. `broken`: the question could not be answered at all. */
export type Outcome = { readonly metric: string; readonly test: MetricTest } & (
  | { readonly status: "passed" }
  | { readonly status: "failed"; readonly difference: Difference }
  | { readonly status: "broken"; readonly message: string }
);

/**
 * Runs every test of the metrics on an empty DuckDB in memory, in the catalog's order. No warehouse is asked.
 *
 * @throws WarehouseError "unavailable" when DuckDB cannot start.
 */
export async function runTests(catalog: Catalog, metrics: readonly string[]): Promise<readonly Outcome[]> {
  return onEmbeddedEngine(async (warehouse) => {
    const outcomes: Outcome[] = [];
    for (const metric of metrics) {
      for (const test of catalog.tests.get(metric) ?? []) {
        outcomes.push(await runTest(catalog, metric, test, warehouse));
      }
    }
    return outcomes;
  });
}

export async function onEmbeddedEngine<T>(use: (warehouse: Warehouse) => Promise<T>): Promise<T> {
  const warehouse = await openWarehouse("duckdb::memory:");
  try {
    return await use(warehouse);
  } finally {
    await warehouse.close();
  }
}

export async function runTest(
  catalog: Catalog,
  metric: string,
  test: MetricTest,
  warehouse: Warehouse,
): Promise<Outcome> {
  const ask = { ...test.ask, metrics: [ownColumn(catalog, metric)] };
  const asked = await askGiven(askable(catalog, metric), { ...test, ask }, test.expect, OPERATOR, warehouse);
  if ("thrown" in asked) return { metric, test, status: "broken", message: asked.message };
  const { difference } = asked;
  return difference ? { metric, test, status: "failed", difference } : { metric, test, status: "passed" };
}

/** What a test of a metric is answered, whatever it expects; null: it cannot be answered. */
export async function answerTest(
  catalog: Catalog,
  metric: string,
  { given, ask }: Given,
  warehouse: Warehouse,
): Promise<Answer | null> {
  try {
    return await answer(
      askable(catalog, metric),
      { given, ask: { ...ask, metrics: [ownColumn(catalog, metric)] } },
      OPERATOR,
      warehouse,
    );
  } catch (thrown) {
    if (thrown instanceof Refusal || thrown instanceof WarehouseError) return null;
    throw thrown;
  }
}

interface Answer {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

export type Asked =
  | { readonly difference: Difference | null }
  /** `message`: in words for the author. */
  | { readonly thrown: unknown; readonly message: string };

/** Asks a question over the rows that a test gives, and compares the answer. */
export async function askGiven(
  catalog: Catalog,
  given: Given,
  expect: readonly TestRow[],
  principal: Principal,
  warehouse: Warehouse,
): Promise<Asked> {
  const lacks = new Map<string, string>();
  try {
    const { columns, rows, isOrdered } = await answer(catalog, given, principal, warehouse, lacks);
    return { difference: compareRows(columns, expect, rows, isOrdered) };
  } catch (thrown) {
    return { thrown, message: messageOf(thrown, lacks) };
  }
}

/** @param lacks Gets what could not be given, by a word that the engine says when it misses it. */
async function answer(
  catalog: Catalog,
  given: Given,
  principal: Principal,
  warehouse: Warehouse,
  lacks: Map<string, string> = new Map(),
): Promise<Answer & { readonly isOrdered: boolean }> {
  const fixture = withRows(catalog, given);
  for (const [word, why] of fixture.lacks) lacks.set(word, why);
  const engine = createEngine({ catalog: fixture.catalog, warehouse });
  const request = parseRequest(given.ask);
  const { columns, rows } = await engine.query(request, principal);
  return { columns: columns.map(({ name }) => name), rows, isOrdered: (request.orderBy ?? []).length > 0 };
}

/** A test calls the metric what its author does, whichever version is the default. */
function ownColumn({ metrics }: Catalog, name: string): string | { readonly name: string; readonly as: string } {
  const metric = metrics.get(name);
  return metric && !isDefaultVersion(metric) ? { name, as: metric.id } : name;
}

/** Inputs that may not be queried may be tested. */
function askable(catalog: Catalog, name: string): Catalog {
  const metric = catalog.metrics.get(name);
  if (!metric?.isPrivate) return catalog;
  return withMetric(catalog, { ...metric, isPrivate: false });
}

export function withMetric(catalog: Catalog, metric: Metric): Catalog {
  return { ...catalog, metrics: new Map(catalog.metrics).set(metric.name, metric) };
}

/** The author's own rows are all there is to see, so the engine's words may be shown. */
function messageOf(thrown: unknown, lacks: ReadonlyMap<string, string>): string {
  if (thrown instanceof Refusal) {
    return thrown.path.length > 0 ? `${thrown.message} (ask.${thrown.path.join(".")})` : thrown.message;
  }
  if (!(thrown instanceof WarehouseError)) throw thrown;
  const said = thrown.cause instanceof Error ? thrown.cause.message : thrown.message;
  const lack = [...lacks].find(([word]) => new RegExp(`\\b${word}\\b`).test(said));
  return lack ? lack[1] : (said.split("\n")[0] ?? said);
}
