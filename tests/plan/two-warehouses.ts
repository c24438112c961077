import type { Catalog } from "../../src/catalog/index.ts";
import { OPERATOR, type Principal } from "../../src/identity/index.ts";
import type { PlanNode } from "../../src/plan/index.ts";
import { buildPlan, bundlePlans, columnsOf, optimize, slotsOf } from "../../src/plan/index.ts";
import { authorize } from "../../src/policy/index.ts";
import type { QueryRequest } from "../../src/request/index.ts";
import { resolveRequest } from "../../src/request/index.ts";
import { toSql } from "../../src/sql/index.ts";
import type { Row, Warehouse } from "../../src/warehouse/index.ts";
import { openPostgresLoader, openWarehouse, readAll } from "../../src/warehouse/index.ts";
import { emptyPostgres } from "../support/postgres.ts";

/** The same rows in DuckDB and PostgreSQL. */
export interface Warehouses {
  /** The rows of a question, the same everywhere, optimised or not; as the contract writes them. */
  ask(request: QueryRequest, principal?: Principal): Promise<readonly Row[]>;
  /** The rows of each question, asked in one statement. */
  askTogether(requests: readonly QueryRequest[], settings: Settings): Promise<readonly (readonly Row[])[]>;
  /** The rows of a question alone. */
  askAlone(request: QueryRequest, settings: Settings): Promise<readonly Row[]>;
  /** What PostgreSQL says it does for questions asked in one statement. */
  explainTogether(requests: readonly QueryRequest[]): Promise<string>;
  close(): Promise<void>;
}

export interface Settings {
  readonly engine: "duckdb" | "postgres";
  readonly isOptimized: boolean;
}

export const SETTINGS: readonly Settings[] = (["duckdb", "postgres"] as const).flatMap((engine) =>
  [true, false].map((isOptimized) => ({ engine, isOptimized })),
);

/** @param seed Statements that both engines read, each ended by a semicolon at the end of a line. */
export async function openWarehouses(catalog: Catalog, seed: string): Promise<Warehouses> {
  const duckdb = await openWarehouse("duckdb::memory:");
  for (const text of seed.split(/;\s*$/m).filter((statement) => statement.trim() !== "")) {
    await readAll(await duckdb.execute({ text, values: [] }));
  }
  const url = await emptyPostgres();
  const loader = await openPostgresLoader(url);
  await loader.run(seed);
  await loader.close();
  const open: Readonly<Record<Settings["engine"], Warehouse>> = { duckdb, postgres: await openWarehouse(url) };

  const plan = (request: QueryRequest, principal: Principal = OPERATOR): PlanNode =>
    buildPlan(authorize(resolveRequest(catalog, request), principal));
  const run = async (node: PlanNode, { engine, isOptimized }: Settings) => {
    const statement = toSql(isOptimized ? optimize(node) : node, engine);
    return readAll(await open[engine].execute(statement));
  };
  return {
    askAlone: (request, settings) => run(plan(request), settings),
    async ask(request, principal) {
      const answers = await Promise.all(SETTINGS.map((settings) => run(plan(request, principal), settings)));
      const [first, ...others] = answers.map((rows) => rows.map((row) => row.map(plain)));
      for (const [i, other] of others.entries()) {
        if (JSON.stringify(other) !== JSON.stringify(first)) {
          throw new Error(
            `${JSON.stringify(SETTINGS[i + 1])}: ${JSON.stringify(other)} against ${JSON.stringify(first)}`,
          );
        }
      }
      return first ?? [];
    },
    async askTogether(requests, settings) {
      const bundle = bundlePlans(requests.map((request) => plan(request)));
      if (bundle.kind !== "bundle") throw new Error("A bundle is one step.");
      const { ofPart } = slotsOf(bundle);
      const rows = await run(bundle, settings);
      if (columnsOf(bundle).length !== (rows[0]?.length ?? 0)) throw new Error("Rows are as wide as the bundle.");
      return ofPart.map((slots, part) =>
        rows.filter(([number]) => Number(number) === part).map((row) => slots.map((slot) => row[slot + 1] ?? null)),
      );
    },
    async explainTogether(requests) {
      const { text, values } = toSql(optimize(bundlePlans(requests.map((request) => plan(request)))), "postgres");
      const rows = await readAll(await open.postgres.execute({ text: `explain ${text}`, values }));
      return rows.map(([line]) => String(line)).join("\n");
    },
    async close() {
      await duckdb.close();
      await open.postgres.close();
    },
  };
}

/** Digits as numbers, floats to nine places: engines differ in zeros at the end, and in last digits. */
function plain(cell: Row[number]): Row[number] {
  if (typeof cell === "number") return Math.round(cell * 1e9) / 1e9;
  return typeof cell === "string" && /^-?\d+(\.\d+)?$/.test(cell) ? Number(cell) : cell;
}
