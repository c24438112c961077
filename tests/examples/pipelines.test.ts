/** The shell steps of the examples for pipelines run as they stand there, against a real server. */
import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { type Api, startShop } from "../graphql/support.ts";

const SECRET = "a-secret-of-32-letters-or-so-xyz";

let shop: Api;
beforeAll(async () => {
  shop = await startShop({ http: { eventSecret: SECRET }, engine: { cache: { ttlMs: 3_600_000 } } });
});
afterAll(() => shop.close());

const DAG = "examples/airflow/refresh_orders.py";
const WORKFLOW = "examples/github-actions/refresh-orders.yaml";

test.each([
  ["Airflow", airflowStep, "1 answer of orders"],
  ["GitHub Actions", actionsStep, '"answers":1}'],
])("%s: only answers from the table that was loaded are asked for again", async (_, step, printed) => {
  for (const metric of ["revenue", "members"]) await cost(metric);
  expect([await cost("revenue"), await cost("members")]).toEqual([0, 0]);
  const { script, env } = step();
  expect((await bash(script, env)).stdout).toContain(printed);
  expect([await cost("revenue"), await cost("members")]).toEqual([1, 0]);
});

test.each([
  ["Airflow", airflowStep],
  ["GitHub Actions", actionsStep],
])("%s: the step fails where the server does not take it", async (_, step) => {
  const { script, env } = step();
  await expect(bash(script, { ...env, ASSAY_EVENTS_SECRET: "another" })).rejects.toThrow("Command failed");
});

interface Step {
  readonly script: string;
  /** What stands in the example, with the values that the pipeline would put in. */
  readonly env: Readonly<Record<string, string>>;
}

function airflowStep(): Step {
  const dag = readFileSync(DAG, "utf8");
  const [, file = ""] = /bash_command="(\S+\.sh)"/.exec(dag) ?? [];
  const [, block = ""] = /\benv=\{([^]*?)\n {8}\}/.exec(dag) ?? [];
  const pairs = [...block.matchAll(/"(\w+)": "([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value] as const);
  return { script: readFileSync(join("examples/airflow", file), "utf8"), env: filled(pairs) };
}

function actionsStep(): Step {
  const { jobs } = parse(readFileSync(WORKFLOW, "utf8"));
  const { run, env } = jobs.refresh.steps.find(({ name }: { readonly name: string }) => name === "Tell Assay");
  return { script: run, env: filled(Object.entries<string>(env)) };
}

/** Of the pipeline's own templates. */
function filled(pairs: readonly (readonly [string, string])[]): Step["env"] {
  const values = new Map([
    ["{{ ds }}", "2026-11-20"],
    ["{{ var.value.metrics_url }}", `http://127.0.0.1:${shop.port}`],
    ["{{ var.value.assay_events_secret }}", SECRET],
    ["${{ vars.METRICS_URL }}", `http://127.0.0.1:${shop.port}`],
    ["${{ secrets.ASSAY_EVENTS_SECRET }}", SECRET],
    ["${{ github.run_id }}-${{ github.run_attempt }}", "17-1"],
  ]);
  return Object.fromEntries(pairs.map(([name, value]) => [name, values.get(value) ?? value]));
}

/** As the runner of GitHub does it, with the program on the path. */
function bash(script: string, env: Step["env"]) {
  const folder = mkdtempSync(join(tmpdir(), "assay-step-"));
  writeFileSync(join(folder, "assay"), `#!/bin/sh\nexec "${process.execPath}" "${resolve("src/cli/main.ts")}" "$@"\n`);
  chmodSync(join(folder, "assay"), 0o755);
  const path = [folder, process.env["PATH"]].join(delimiter);
  const flags = ["--noprofile", "--norc", "-eo", "pipefail", "-c", script];
  return promisify(execFile)("bash", flags, { env: { ...env, PATH: path }, cwd: folder });
}

async function cost(metric: string): Promise<number> {
  const before = shop.statements.length;
  const { data } = await shop.ask(`{ query(input: { metrics: ["${metric}"] }) { rows } }`);
  expect(data.query.rows).toHaveLength(1);
  return shop.statements.length - before;
}
