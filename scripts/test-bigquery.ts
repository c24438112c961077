/**
 * `npm run test:bigquery`: every case of tests/cases on an emulator of BigQuery, by our own driver.
 *
 * With `--build` only the emulator is built, where it is missing; with `--summary FILE` (continuous integration) the
 * line `N passed, M failed` is written to the file. Arguments after `--` go to Vitest. Exit code 3: there is no Go.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureEmulator, NoGo } from "./bigquery-emulator.ts";
import { testCounts } from "./vitest-report.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { build: { type: "boolean" }, summary: { type: "string" } },
});

try {
  const program = await ensureEmulator();
  if (!values.build) process.exitCode = test(program);
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exitCode = cause instanceof NoGo ? 3 : 1;
}

function test(program: string): number {
  const scratch = mkdtempSync(join(tmpdir(), "assay-test-"));
  const results = join(scratch, "vitest.json");
  const reporters = `--reporter=default --reporter=json --outputFile.json="${results}"`;
  const filters = positionals.map((word) => JSON.stringify(word)).join(" ");
  const { status } = spawnSync(`vitest run --config vitest.bigquery.config.ts ${reporters} ${filters}`, {
    shell: true,
    stdio: "inherit",
    cwd: join(import.meta.dirname, ".."),
    env: { ...process.env, BIGQUERY_EMULATOR: program },
  });
  const { passed, failed } = testCounts(results);
  rmSync(scratch, { recursive: true });
  // A test file that does not load fails the run without a failed test.
  const failures = status === 0 ? failed : Math.max(1, failed);
  if (values.summary !== undefined) writeFileSync(values.summary, `${passed} passed, ${failures} failed\n`);
  return failures === 0 ? 0 : 1;
}
