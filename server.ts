/**
 * What `npm start` runs: the same as `assay serve`, with its flags (`npm start -- --port 8080`) and its settings:
 *
 *   PORT             where to listen; 4000
 *   HOST             on which address; 127.0.0.1
 *   METRICS_DIR      the folder of definitions; metrics
 *   WAREHOUSE_URL    duckdb:PATH or postgres://…; the embedded sample, made on first start
 *   ALLOW_ANONYMOUS  true lets others than this machine in without an identity
 *
 * Reading settings, compiling definitions, opening the warehouse and serving stand in src/cli/verbs/serve.ts.
 */
import { processTerminal, run } from "./src/cli/index.ts";

process.exitCode = await run(["serve", ...process.argv.slice(2)], processTerminal());
