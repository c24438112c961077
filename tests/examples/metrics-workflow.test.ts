/** The steps of the workflow for GitHub run as they stand there, on a real repository that holds the sample company. */
import { execFile } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly "working-directory"?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

const workflow = parse(readFileSync("examples/github-actions/metrics.yml", "utf8"));
const jobs: Readonly<Record<string, Job>> = workflow.jobs;
const ruleset = JSON.parse(readFileSync(".github/ruleset.json", "utf8"));

test("it runs for changes, for the merge queue and after merges, with a token that may only read", () => {
  expect(Object.keys(workflow.on)).toEqual(["pull_request", "merge_group", "push", "schedule"]);
  expect(workflow.permissions).toEqual({ contents: "read" });
  const writers = Object.entries(jobs).filter(([, { permissions }]) => permissions);
  expect(writers.map(([name]) => name)).toEqual(["code-scanning"]);
  expect(writers.flatMap(([, { steps }]) => steps.filter(({ run }) => run))).toEqual([]);
});

test("no text of a pull request gets into a script, and no checkout leaves a token behind", () => {
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  const scripts = steps.flatMap(({ run }) => run ?? []);
  expect(scripts.length).toBeGreaterThan(3);
  expect(scripts.filter((script) => script.includes("${{"))).toEqual([]);
  const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
  expect(checkouts.length).toBeGreaterThan(1);
  for (const { with: options } of checkouts)
    expect(options).toMatchObject({ "persist-credentials": false, "fetch-depth": 0 });
});

test("the check that the ruleset demands is the job's", () => {
  const rule = ruleset.rules.find(({ type }: { readonly type: string }) => type === "required_status_checks");
  expect(rule.parameters.required_status_checks).toEqual([{ context: "metrics", integration_id: 15_368 }]);
  expect(Object.keys(jobs)).toContain("metrics");
});

test("a change of words passes, and the program and its packages are those of the base", async () => {
  const runner = onRunner();
  runner.edit("metrics/sales/revenue.yaml", "Sales of paid orders", "All sales of paid orders");
  // What a change brings to be run is not.
  runner.head.write({
    "package.json": "{ broken",
    ".npmrc": "script-shell=/bin/false",
    "assay.config.yaml": "metrics: elsewhere",
  });
  runner.head.commit();
  const { code, output } = await runner.run("metrics", "main");
  expect(output).toBe(
    "npm ci --ignore-scripts in base\n::warning file=metrics/sales/units_sold.yaml,line=1,col=9,title=CERT_STALE units_sold@1::It means something else than what event 1 certified: its value changed.%0Ahelp: assay certify units_sold\n",
  );
  expect(code).toBe(0);
  expect(runner.written("summary.md")).toContain("revenue");
  expect(JSON.parse(runner.written("metrics.sarif"))).toMatchObject({ version: "2.1.0" });
});

test("a change of numbers fails at the line that was changed, and the summary says who has to sign", async () => {
  const runner = onRunner();
  runner.edit("metrics/sales/revenue.yaml", "filter: order_status = 'paid'", "filter: order_status <> 'cancelled'");
  runner.head.commit();
  const { code, output } = await runner.run("metrics", "main");
  expect(code).toBe(1);
  expect(output).toMatch(/^::error file=metrics\/sales\/revenue\.yaml,line=\d+,col=\d+,title=CERT_STALE revenue@1::/m);
  expect(runner.written("summary.md")).toMatch(/net_revenue/);
});

test("where the base is not in the clone, nothing is decided", async () => {
  const runner = onRunner();
  const { code } = await runner.run("metrics", "0000000000000000000000000000000000000000");
  expect(code).not.toBe(0);
  expect(existsSync(path.join(runner.folder, "metrics.sarif"))).toBe(false);
});

test("the nightly run tells of the stale metric until somebody signs it or lets it go", async () => {
  const { code, output } = await onRunner().run("nightly", "main");
  expect(code).toBe(1);
  expect(output).toContain("title=CERT_STALE units_sold@1");
});

test("a merge fills the registry, once", async () => {
  const runner = onRunner();
  const file = path.join(runner.folder, "registry.duckdb");
  (await DuckDBInstance.create(file)).closeSync();
  for (let i = 0; i < 2; i++) {
    const { code, output } = await runner.run("publish", "main", { WAREHOUSE: `duckdb:${file}` });
    expect([code, output]).toEqual([0, expect.stringContaining("npm ci")]);
  }
  const connection = await (await DuckDBInstance.create(file)).connect();
  const rows = await connection.runAndReadAll(
    "select certification_status, count(*)::int from governance.metric_registry group by all order by all",
  );
  connection.closeSync();
  expect(rows.getRows()).toEqual([
    ["certified", 8],
    ["none", 39],
    ["stale", 1],
  ]);
});

/** A folder as the runner of GitHub has it, with the sample in it, and a branch that goes to its `main`. */
function onRunner() {
  const folder = mkdtempSync(path.join(tmpdir(), "assay-runner-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const origin = createGitRepository({
    "package.json": "{}",
    "package-lock.json": "{}",
    ".gitignore": "node_modules/\n",
  });
  for (const name of ["metrics", "governance", "contracts"])
    cpSync(name, path.join(origin.folder, name), { recursive: true });
  cpSync("metrics.lock", path.join(origin.folder, "metrics.lock"));
  origin.commit("Sample");
  origin.git("switch", "--quiet", "--create", "change");
  const file = (name: string): string => path.join(origin.folder, name);
  return {
    folder,
    head: origin,
    written: (name: string) => readFileSync(path.join(folder, name), "utf8"),
    edit(name: string, from: string, to: string) {
      const text = readFileSync(file(name), "utf8");
      expect(text.split(from)).toHaveLength(2);
      writeFileSync(file(name), text.replace(from, to));
    },
    run: (job: string, base: string, env: Readonly<Record<string, string>> = {}) =>
      runJob(folder, origin, job, base, env),
  };
}

/** Runs the shell steps of a job until one fails. */
async function runJob(
  folder: string,
  origin: GitRepository,
  name: string,
  base: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly output: string }> {
  const [bin, workspace] = [path.join(folder, "bin"), path.join(folder, "workspace")];
  mkdirSync(bin, { recursive: true });
  // Packages come from a registry, which tests do without: what `npm ci` would make of the lock file is this checkout.
  const program = `#!/bin/sh\\nexec \\"${process.execPath}\\" \\"${path.resolve("src/cli/main.ts")}\\" \\"\\$@\\"\\n`;
  const npm = `#!/bin/sh\necho "npm $* in $(basename "$PWD")"\ntest -f package-lock.json || exit 1
mkdir -p node_modules/.bin && printf "${program}" > node_modules/.bin/assay && chmod +x node_modules/.bin/assay\n`;
  writeFileSync(path.join(bin, "npm"), npm);
  chmodSync(path.join(bin, "npm"), 0o755);
  let output = "";
  for (const step of jobs[name]?.steps ?? []) {
    if (step.uses?.startsWith("actions/checkout@")) {
      const checkout = path.join(workspace, String(step.with?.["path"] ?? ""));
      if (!existsSync(checkout)) origin.git("clone", "--quiet", ".", checkout);
    }
    if (step.run === undefined) continue;
    const cwd = path.join(workspace, step["working-directory"] ?? "");
    try {
      const flags = ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run];
      const variables = {
        PATH: [bin, process.env["PATH"]].join(path.delimiter),
        HOME: folder,
        BASE: base === "main" ? "origin/main" : base,
        GITHUB_STEP_SUMMARY: path.join(folder, "summary.md"),
        RUNNER_TEMP: folder,
        ...env,
      };
      output += (await promisify(execFile)("bash", flags, { cwd, env: variables })).stdout;
    } catch (thrown) {
      const { code, stdout } = thrown as { readonly code: number; readonly stdout: string };
      return { code, output: output + stdout };
    }
  }
  return { code: 0, output };
}
