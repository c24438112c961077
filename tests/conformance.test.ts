import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadCatalog } from "../src/compile/index.ts";
import { createEngine, type Engine } from "../src/engine/index.ts";
import { OPERATOR } from "../src/identity/index.ts";
import { importMetricflow } from "../src/importers/index.ts";
import { parseRequest } from "../src/request/index.ts";
import { type Cell, createDuckDb, openPostgresLoader, openWarehouse, readAll } from "../src/warehouse/index.ts";
import { emptyPostgres } from "./support/postgres.ts";

/** The outside suite, where it lies beside the checkout; `.ci/run` runs it through the command line, on DuckDB. */
const SUITE = join(import.meta.dirname, "../../shared/conformance");

/** What we use of a line of its cases.jsonl. */
interface ConformanceCase {
  readonly id: string;
  readonly manifest: string;
  readonly request: unknown;
  readonly sql?: string;
  readonly optional?: string;
}

interface Suite {
  readonly cases: readonly ConformanceCase[];
  /** YAML text by file name, by manifest. */
  readonly manifests: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly seed: string;
  /** What is wrong with an answer, in words; null when it is right. */
  readonly judge: (testCase: ConformanceCase, answer: unknown) => string | null;
}

const suite = existsSync(SUITE) ? await readSuite() : null;
if (!suite) process.stderr.write(`MetricFlow's cases are not beside this checkout, so they are not run: ${SUITE}\n`);
const counted = suite?.cases.filter((item) => item.optional === undefined) ?? [];
const folder = mkdtempSync(join(tmpdir(), "assay-conformance-"));
const engines = new Map<string, readonly Engine[]>();

beforeAll(async () => {
  if (!suite) return;
  const duckdb = await duckDbWith(suite.seed, join(folder, "warehouse.duckdb"));
  const urls = [duckdb, await postgresWith(duckdb)];
  for (const [name, files] of suite.manifests) {
    const catalog = importedCatalog(files, join(folder, name));
    const opened = urls.map(async (url) => createEngine({ catalog, warehouse: await openWarehouse(url) }));
    engines.set(name, await Promise.all(opened));
  }
});
afterAll(async () => {
  for (const engine of [...engines.values()].flat()) await engine.close();
  rmSync(folder, { recursive: true });
});

describe("MetricFlow's cases on DuckDB and PostgreSQL, optimised and not", () => {
  test("where the suite is, there are cases to look at, and a wrong answer is seen", () => {
    expect(counted.length > 50).toBe(suite !== null);
    for (const item of counted.slice(0, 1)) expect(suite?.judge(item, { columns: [], rows: [] })).not.toBeNull();
  });

  test.each(counted)("$id", async (testCase) => {
    const request = parseRequest(testCase.request);
    for (const engine of engines.get(testCase.manifest) ?? []) {
      for (const optimize of [true, false]) {
        const answer = await engine.query(request, OPERATOR, { optimize });
        const setting = `${engine.dialect}, ${optimize ? "" : "not "}optimised`;
        expect(suite?.judge(testCase, answer), setting).toBeNull();
      }
    }
    expect(engines.get(testCase.manifest)).toHaveLength(2);
  });
});

/** With the expected rows that the suite keeps as SQL filled in, by its own means. */
async function readSuite(): Promise<Suite> {
  const lib = await import(pathToFileURL(join(SUITE, "lib.mjs")).href);
  const { judge } = await import(pathToFileURL(join(SUITE, "lib/judge.mjs")).href);
  const { cases, manifests, seed } = lib.readSet("visible", join(SUITE, "data"));
  const database = await lib.openWarehouse(createRequire(import.meta.url)("@duckdb/node-api"));
  await database.run(seed);
  const filled: ConformanceCase[] = [];
  for (const item of cases) {
    filled.push(item.sql ? { ...item, rows: (await database.query(item.sql)).rows } : item);
  }
  database.close();
  return { cases: filled, manifests, seed, judge };
}

async function duckDbWith(seed: string, path: string): Promise<string> {
  const file = await createDuckDb(path);
  await file.run(seed);
  await file.close();
  return `duckdb:${path}`;
}

/** A copy of the tables, since the suite makes them in DuckDB's own SQL. */
async function postgresWith(duckdb: string): Promise<string> {
  const url = await emptyPostgres();
  const loader = await openPostgresLoader(url);
  const source = await openWarehouse(duckdb);
  const read = async (text: string) => readAll(await source.execute({ text, values: [] }));
  await loader.run("CREATE SCHEMA mf");
  const tables = await read(`SELECT 'mf.' || table_name, string_agg('"' || column_name || '" ' || data_type, ', ')
    FROM information_schema.columns WHERE table_schema = 'mf' GROUP BY table_name`);
  for (const [table, columns] of tables) {
    await loader.run(`CREATE TABLE ${table} (${String(columns).replaceAll("DOUBLE", "DOUBLE PRECISION")})`);
    const rows = (await read(`SELECT * FROM ${table}`)).map((row) => `(${row.map(literal).join(", ")})`);
    if (rows.length > 0) await loader.run(`INSERT INTO ${table} VALUES ${rows.join(", ")}`);
  }
  await source.close();
  await loader.close();
  return url;
}

function literal(cell: Cell): string {
  return cell === null ? "NULL" : `'${String(cell).replaceAll("'", "''")}'`;
}

function importedCatalog(files: ReadonlyMap<string, string>, folder: string) {
  for (const [name, text] of files) {
    const path = join(folder, "metricflow", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  importMetricflow(join(folder, "metricflow"), join(folder, "metrics"));
  const { catalog, diagnostics } = loadCatalog(join(folder, "metrics"));
  if (!catalog) throw new Error(`The import does not load: ${diagnostics.map(({ message }) => message).join("; ")}`);
  return catalog;
}
