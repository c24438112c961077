import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import type { Catalog } from "../../src/catalog/index.ts";
import { compileCatalog, loadCatalog } from "../../src/compile/index.ts";
import { parseDefinitions } from "../../src/definition/index.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { createEngine, explainQuery } from "../../src/engine/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { parseRequest } from "../../src/request/index.ts";
import type { Row, Warehouse } from "../../src/warehouse/index.ts";
import { openPostgresLoader, openWarehouse, readAll } from "../../src/warehouse/index.ts";
import { firstDifference } from "./cases.ts";
import { emptyPostgres } from "./postgres.ts";

/** Definitions over databases of their own: one in DuckDB's memory, one in PostgreSQL. */
export interface Fixture {
  readonly catalog: Catalog;
  /**
   * The rows of a question in the contract's JSON, the same on both engines with the optimiser on and off: anything else
   * throws. Digits in a string are given as numbers, so that tests read like the tables they are about.
   */
  ask(question: Question): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** A request of the contract; group-bys may be plain names: `metric_time__month`. */
export type Question = Readonly<Record<string, unknown>>;

const SHOP = join(import.meta.dirname, "../fixtures/shop");

/** The example shop of the semantics: its tables hold the rows that the page lists. */
export function openShop(): Promise<Fixture> {
  return openFixture(shopCatalog(), readFileSync(join(SHOP, "seed.sql"), "utf8"));
}

export function shopCatalog(): Catalog {
  const { catalog, diagnostics } = loadCatalog(SHOP);
  return withoutErrors(catalog, diagnostics);
}

/** Opens a fixture before the tests of a file and closes it after them. */
export function useFixture(open: () => Promise<Fixture> = openShop): Pick<Fixture, "ask"> {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await open();
  });
  afterAll(() => fixture.close());
  return { ask: (question) => fixture.ask(question) };
}

/** @param sql Statements that both engines read, each ended by a semicolon at the end of a line. */
export async function openFixture(catalog: Catalog, sql: string): Promise<Fixture> {
  const warehouses = [await filledDuckDb(sql), await filledPostgres(sql)];
  const engines = warehouses.map((warehouse) => createEngine({ catalog, warehouse }));
  return {
    catalog,
    async ask(question) {
      const request = parseRequest(question);
      const runs = engines.flatMap((engine) => [true, false].map((optimize) => ({ engine, optimize })));
      const answers = await Promise.all(
        runs.map(async ({ engine, optimize }) => ({
          setting: `${engine.dialect}, ${optimize ? "optimised" : "not optimised"}`,
          ...(await engine.query(request, OPERATOR, { optimize })),
        })),
      );
      const [first, ...others] = answers;
      if (!first) throw new Error("No engine was asked.");
      for (const other of others) {
        const difference = firstDifference(rounded(other.rows), rounded(first.rows), true);
        if (difference) throw new Error(`${other.setting} against ${first.setting}: ${difference}`);
        expect(other.columns, other.setting).toEqual(first.columns);
      }
      return first.rows.map((row) => row.map((cell) => (isDigits(cell) ? Number(cell) : cell)));
    },
    async close() {
      for (const engine of engines) await engine.close();
    },
  };
}

async function filledDuckDb(sql: string): Promise<Warehouse> {
  const warehouse = await openWarehouse("duckdb::memory:");
  for (const text of sql.split(/;\s*$/m).filter((statement) => statement.trim() !== "")) {
    await readAll(await warehouse.execute({ text, values: [] }));
  }
  return warehouse;
}

async function filledPostgres(sql: string): Promise<Warehouse> {
  const url = await emptyPostgres();
  const loader = await openPostgresLoader(url);
  await loader.run(sql);
  await loader.close();
  return openWarehouse(url);
}

/** Floats to nine places: engines add up in any order, and what should be 0 differs in its last digits. */
export function rounded(rows: readonly Row[]): readonly Row[] {
  return rows.map((row) => row.map((cell) => (typeof cell === "number" ? Math.round(cell * 1e9) / 1e9 + 0 : cell)));
}

function isDigits(cell: unknown): boolean {
  return typeof cell === "string" && /^-?\d+(\.\d+)?$/.test(cell);
}

/** The catalog of YAML, for small fixtures beside the test that needs them. */
export function catalogFrom(yaml: string): Catalog {
  const { definitions, diagnostics } = parseDefinitions([{ path: "metrics/fixture.yaml", text: yaml }]);
  const compiled = compileCatalog(definitions);
  return withoutErrors(compiled.catalog, [...diagnostics, ...compiled.diagnostics]);
}

function withoutErrors(
  catalog: Catalog | null,
  diagnostics: readonly { readonly severity: string; readonly message: string }[],
): Catalog {
  const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
  if (!catalog || errors.length > 0) throw new Error(`The definitions do not load: ${errors.join("; ")}`);
  return catalog;
}

/** The "no" to a question, planned for DuckDB. */
export function refusalOf(catalog: Catalog, question: Question): Refusal {
  try {
    explainQuery(catalog, "duckdb", parseRequest(question), OPERATOR);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error(`Answered, but should be refused: ${JSON.stringify(question)}`);
}
