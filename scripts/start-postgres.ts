/**
 * `npm run start:postgres`: `npm start`, with its flags, on a PostgreSQL of its own that holds the sample company. It
 * keeps its data in .assay/postgres for the next start, and stops with the server.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { processTerminal, run } from "../src/cli/index.ts";
import { buildSample } from "../src/sample/index.ts";
import { openPostgres, openPostgresLoader, readAll } from "../src/warehouse/index.ts";
import { type EmbeddedPostgres, makeData, startPostgres } from "./embedded-postgres.ts";

const terminal = processTerminal();
const progress = terminal.progress();
const folder = resolve(".assay", "postgres");
progress.show("Starting PostgreSQL");
if (!existsSync(folder)) {
  const draft = `${folder}.part`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  await makeData(draft);
  renameSync(draft, folder);
}
const postgres = await startPostgres(folder).catch((cause: unknown) => {
  if (!(cause instanceof Error && /postmaster\.pid" already exists/.test(cause.message))) throw cause;
  console.error(`A PostgreSQL runs in ${folder} already: stop the other npm run start:postgres first.`);
  process.exit(1);
});
try {
  await ensureSample(postgres);
  progress.done();
  process.exitCode = await run(["serve", "--warehouse", postgres.url("sample"), ...process.argv.slice(2)], terminal);
} finally {
  await postgres.stop();
}

/** Under another name until it is whole. */
async function ensureSample(server: EmbeddedPostgres): Promise<void> {
  const warehouse = await openPostgres(server.url("postgres"));
  const text = "SELECT 1 FROM pg_database WHERE datname = 'sample'";
  const [existing] = await readAll(await warehouse.execute({ text, values: [] }));
  await warehouse.close();
  if (existing !== undefined) return;
  const admin = await openPostgresLoader(server.url("postgres"));
  await admin.run("DROP DATABASE IF EXISTS draft");
  await admin.run("CREATE DATABASE draft");
  const draft = await openPostgresLoader(server.url("draft"));
  await buildSample(draft, { onProgress: (message) => progress.show(message) });
  await draft.run("ANALYZE");
  await draft.close();
  await admin.run("ALTER DATABASE draft RENAME TO sample");
  await admin.close();
}
