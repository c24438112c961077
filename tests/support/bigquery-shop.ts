import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sampleSchemaSql } from "../../src/sample/index.ts";
import { createDuckDb, type Loader, openLoader, openWarehouse, type Warehouse } from "../../src/warehouse/index.ts";
import { startBigQueryEmulator } from "./bigquery-emulator.ts";
import { smallSample } from "./small-sample.ts";

/** The same small company in two warehouses. */
export interface TwoShops {
  readonly bigQuery: Warehouse;
  readonly duckDb: Warehouse;
  close(): Promise<void>;
}

const LOG = ".assay/bigquery-emulator.log";

/** @throws Error when the environment names no emulator. */
export async function openTwoShops(): Promise<TwoShops> {
  const program = process.env["BIGQUERY_EMULATOR"];
  if (!program) throw new Error("There is no BIGQUERY_EMULATOR here: run `npm run test:bigquery`.");
  const folder = mkdtempSync(join(tmpdir(), "assay-bigquery-"));
  const emulator = await startBigQueryEmulator(program, "test", "shop", LOG);
  const url = "bigquery://test/shop?location=EU";
  const options = { bigquery: { apiEndpoint: emulator.endpoint } };
  const path = join(folder, "shop.duckdb");
  const close = async () => {
    await emulator.stop();
    rmSync(folder, { recursive: true });
  };
  try {
    await fill(await openLoader(url, options));
    await fill(await createDuckDb(path));
    const bigQuery = await openWarehouse(url, options);
    const duckDb = await openWarehouse(`duckdb:${path}`);
    return {
      bigQuery,
      duckDb,
      async close() {
        await bigQuery.close();
        await duckDb.close();
        await close();
      },
    };
  } catch (cause) {
    await close();
    throw new Error(`The emulator's own words are in ${LOG}.`, { cause });
  }
}

async function fill(loader: Loader): Promise<void> {
  try {
    await loader.run(sampleSchemaSql(loader.dialect));
    for (const table of smallSample()) await loader.append(table);
  } finally {
    await loader.close();
  }
}
