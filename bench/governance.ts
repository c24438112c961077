/**
 * How long a change of 1,000 governed metrics takes to be checked against its base: `npm run bench:governance`. The target is
 * for the program as it is published, which `npm run build` makes; a checkout also strips the types of what it runs.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { manyDefinitions } from "../tests/support/many-definitions.ts";
import { reportFigures } from "./report.ts";

const METRICS = 1_000;
const RUNS = 5;
const folder = mkdtempSync(path.join(tmpdir(), "assay-governance-"));
const CHECKOUT = "src/cli/main.ts";
const PUBLISHED = "dist/src/cli/main.js";
/** A module that says at the end how many microseconds the process took. */
const TELL_CPU = `data:text/javascript,process.on("exit", () => { const { user, system } = process.cpuUsage(); process.stderr.write("cpu " + (user + system) + "\\n"); });`;
const PEOPLE = ["alice", "bob", "carol", "dave"];

try {
  writeProject();
  const change = path.join(folder, "metrics/models/facts_1.yaml");
  writeFileSync(change, readFileSync(change, "utf8").replace("events: count(*)", "events: count(customer_id)"));
  assay("lock");
  const check = ["check", "--base", "main", "--format", "json", "--now", "2026-11-21"];
  execFileSync(process.execPath, ["scripts/build.ts"], { stdio: ["ignore", "ignore", "inherit"] });
  const told = assay(...check);
  const { findings, effective } = JSON.parse(told.output);
  if (
    told.code !== 1 ||
    findings.length === 0 ||
    Object.values(effective).filter((one) => one === "certified").length < METRICS / 2
  ) {
    throw new Error(`The check did not see what it should: ${told.output.slice(0, 500)}`);
  }
  const runs = Array.from({ length: RUNS }, () => ({
    published: timed(PUBLISHED, check),
    checkout: timed(CHECKOUT, check),
  }));
  const median = (of: (run: (typeof runs)[number]) => number): number =>
    runs.map(of).toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN;
  const figure = (name: string, value: number, target: number | null) =>
    ({ name, value, unit: "s", target, better: "lower" }) as const;
  reportFigures([
    figure(
      "1,000 certified metrics checked against a base",
      median(({ published }) => published.wall),
      3,
    ),
    figure(
      "the same, CPU time",
      median(({ published }) => published.cpu),
      null,
    ),
    figure(
      "the same from a checkout",
      median(({ checkout }) => checkout.wall),
      null,
    ),
    figure(
      "the same from a checkout, CPU time",
      median(({ checkout }) => checkout.cpu),
      null,
    ),
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Every metric certified by a batch that the owners and the council signed, committed on main. */
function writeProject(): void {
  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };
  for (const file of manyDefinitions({ metrics: METRICS, models: 21 })) write(file.path, file.text);
  const keys = PEOPLE.map((name) => {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path.join(folder, `${name}.key`)]);
    return `${name} ${readFileSync(path.join(folder, `${name}.key.pub`), "utf8")}`;
  });
  write("governance/allowed_signers", keys.join(""));
  write(
    "governance/policy.yaml",
    "teams: { finance-data: [alice], data-platform: [bob] }\ncouncil: { members: [carol, dave], quorum: 2 }\n",
  );
  write(".gitignore", "*.key\n");
  const names = JSON.parse(assay("check", "--format", "json", "--all").output).effective;
  const metrics = Object.keys(names).map((name) => name.replace(/@\d+$/, ""));
  const dated = ["--now", "2026-11-20"];
  done("certify", ...metrics, "--reason", "All of them", ...dated);
  for (const name of PEOPLE) done("approve", metrics[0] ?? "", "--key", path.join(folder, `${name}.key`), ...dated);
  done("lock");
  const git = (...args: readonly string[]) => execFileSync("git", [...args], { cwd: folder, stdio: "pipe" });
  git("init", "--quiet", "--initial-branch", "main");
  git("add", "--all");
  git("-c", "user.name=Bench", "-c", "user.email=bench@example.com", "commit", "--quiet", "--message", "Start");
}

function done(...args: readonly string[]): void {
  const { code, output } = assay(...args);
  if (code !== 0) throw new Error(`assay ${args[0]} ended with ${code}: ${output}`);
}

/** Seconds. CPU time is that of the program without git's. */
function timed(program: string, args: readonly string[]): { readonly wall: number; readonly cpu: number } {
  const begun = performance.now();
  const { stderr } = spawnSync(
    process.execPath,
    ["--import", TELL_CPU, program, ...args, "--metrics", path.join(folder, "metrics")],
    { encoding: "utf8", maxBuffer: 1024 ** 3 },
  );
  const wall = (performance.now() - begun) / 1_000;
  return { wall, cpu: Number(/cpu (\d+)/.exec(stderr)?.[1]) / 1_000_000 };
}

function assay(...args: readonly string[]): { readonly code: number | null; readonly output: string } {
  const argv = [CHECKOUT, ...args, "--metrics", path.join(folder, "metrics")];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8", maxBuffer: 1024 ** 3 });
  return { code: status, output: stdout || stderr };
}
