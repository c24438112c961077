/**
 * `npm run test:browser`: GraphiQL as people use it, in a real Chromium. Pictures of it are left in `.assay/screenshots`.
 *
 * With `--summary FILE` (continuous integration) the line `N passed, M failed` is written to the file. Arguments after
 * `--` go to Vitest. Exit code 3: there is no Chromium, so nothing was tried.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findChromium, NO_CHROMIUM } from "../tests/browser/chromium.ts";
import { testCounts } from "./vitest-report.ts";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { summary: { type: "string" } } });

try {
  const program = findChromium();
  if (program === null) {
    console.error(NO_CHROMIUM);
    process.exitCode = 3;
  } else {
    process.exitCode = test(program);
  }
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exitCode = 3;
}

function test(program: string): number {
  const scratch = mkdtempSync(join(tmpdir(), "assay-test-"));
  const results = join(scratch, "vitest.json");
  const reporters = `--reporter=default --reporter=json --outputFile.json="${results}"`;
  const filters = positionals.map((word) => JSON.stringify(word)).join(" ");
  const { status } = spawnSync(`vitest run --config vitest.browser.config.ts ${reporters} ${filters}`, {
    shell: true,
    stdio: "inherit",
    cwd: join(import.meta.dirname, ".."),
    env: { ...process.env, ASSAY_CHROMIUM: program },
  });
  const { passed, failed } = testCounts(results);
  rmSync(scratch, { recursive: true });
  // A test file that does not load fails the run without a failed test; a run without a test shows nothing.
  const failures = status === 0 && passed > 0 ? failed : Math.max(1, failed);
  if (values.summary !== undefined) writeFileSync(values.summary, `${passed} passed, ${failures} failed\n`);
  return failures === 0 ? 0 : 1;
}
