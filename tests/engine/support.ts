import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  openPostgresLoader,
  openWarehouse,
  readAll,
  type Statement,
  type StatementOrigin,
  type Warehouse,
  WarehouseError,
} from "../../src/warehouse/index.ts";
import { emptyPostgres } from "../support/postgres.ts";

const SEED = readFileSync(join(import.meta.dirname, "../fixtures/shop/seed.sql"), "utf8");

/** The example shop on each engine. */
export const SHOPS: Readonly<Record<"duckdb" | "postgres", () => Promise<Warehouse>>> = {
  async duckdb() {
    const warehouse = await openWarehouse("duckdb::memory:");
    for (const text of SEED.split(/;\s*$/m).filter((statement) => statement.trim() !== "")) {
      await readAll(await warehouse.execute({ text, values: [] }));
    }
    return warehouse;
  },
  async postgres() {
    const url = await emptyPostgres();
    const loader = await openPostgresLoader(url);
    await loader.run(SEED);
    await loader.close();
    return openWarehouse(url);
  },
};

/** What a warehouse was asked to run. */
export interface Watched {
  readonly warehouse: Warehouse;
  readonly texts: string[];
  readonly statements: Statement[];
  readonly origins: StatementOrigin[];
  /** The most that ran at one moment. */
  atOnce(): number;
  /** From now on statements wait, until they are let go or aborted. */
  hold(): () => void;
  /** Statements that were aborted while they waited. */
  aborted(): number;
}

/** The warehouse itself runs every statement: this only looks, and may make it wait first. @param bytes That each is said to read. */
export function watched(inner: Warehouse, bytes: number | null = null): Watched {
  const texts: string[] = [];
  const statements: Statement[] = [];
  const origins: StatementOrigin[] = [];
  let [running, most, aborted] = [0, 0, 0];
  let gate: Promise<void> | null = null;
  return {
    texts,
    statements,
    origins,
    atOnce: () => most,
    aborted: () => aborted,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return () => {
        gate = null;
        resolve();
      };
    },
    warehouse: {
      ...inner,
      async execute(statement, options) {
        texts.push(statement.text);
        statements.push(statement);
        if (options?.origin) origins.push(options.origin);
        running++;
        most = Math.max(most, running);
        try {
          if (gate) await Promise.race([gate, untilAborted(options?.signal)]);
          if (options?.signal?.aborted) {
            aborted++;
            throw new WarehouseError("aborted", "The caller left.");
          }
          const result = await inner.execute(statement, options);
          return bytes === null
            ? result
            : { ...result, run: { ...result.run, bytesProcessed: bytes, bytesBilled: bytes } };
        } finally {
          running--;
        }
      },
    },
  };
}

function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}
