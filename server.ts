/**
 * What `npm start` runs: the same as `assay serve`, with its flags (`npm start -- --port 8080`), the settings of
 * `assay.config.yaml` and the environment: docs/settings.md.
 *
 * Reading settings, compiling definitions, opening the warehouse and serving stand in src/cli/verbs/serve.ts.
 */
import { processTerminal, run } from "./src/cli/index.ts";

process.exitCode = await run(["serve", ...process.argv.slice(2)], processTerminal());
