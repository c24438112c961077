/**
 * `npm test`: every check of the project, the quick ones first; stops at the first that fails.
 *
 * With `--summary FILE` (continuous integration) it goes on after a failure and writes the line `N passed, M failed`
 * to the file: tests, and each other step that failed.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { testCounts } from "./vitest-report.ts";

const { summary } = parseArgs({ options: { summary: { type: "string" } } }).values;
const scratch = mkdtempSync(join(tmpdir(), "assay-test-"));
const results = join(scratch, "vitest.json");

const steps = [
  { name: "format", command: "biome check --error-on-warnings" },
  { name: "lint", command: "oxlint" },
  { name: "types", command: "tsc --noEmit" },
  { name: "types of the connector", command: "tsc -p connectors/data-studio" },
  { name: "dead code", command: "knip" },
  {
    name: "tests and schema drift",
    command: `vitest run --coverage --reporter=default --reporter=json --outputFile.json="${results}"`,
  },
];

const failed: string[] = [];
for (const { name, command } of steps) {
  console.log(`\n▸ ${name}: ${command.split(" --reporter")[0]}`);
  const started = performance.now();
  const { status } = spawnSync(command, { shell: true, stdio: "inherit" });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? "✓" : "✗"} ${name} (${seconds} s)`);
  if (status === 0) continue;
  failed.push(name);
  if (summary === undefined) break;
}
console.log(failed.length === 0 ? "\nAll is well." : `\nFailed: ${failed.join(", ")}`);
if (summary !== undefined) writeFileSync(summary, countLine());
rmSync(scratch, { recursive: true });
process.exitCode = failed.length === 0 ? 0 : 1;

function countLine(): string {
  const tests = testCounts(results); // none when Vitest did not get as far as a report: the step itself has failed
  const testsStep = steps.at(-1)?.name;
  const others = failed.filter((name) => name !== testsStep).length;
  // Coverage below its threshold and a test file that does not load fail the step without a failed test.
  const testFailures = failed.includes(testsStep ?? "") ? Math.max(1, tests.failed) : 0;
  return `${tests.passed} passed, ${others + testFailures} failed\n`;
}
