/** How long a change of 1,000 governed metrics takes to be checked against its base: `npm run bench:governance`. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { manyDefinitions } from "../tests/support/many-definitions.ts";
import { reportFigures } from "./report.ts";

const METRICS = 1_000;
const RUNS = 5;
const folder = mkdtempSync(path.join(tmpdir(), "assay-governance-"));
const PEOPLE = ["alice", "bob", "carol", "dave"];

try {
  writeProject();
  const change = path.join(folder, "metrics/models/facts_1.yaml");
  writeFileSync(change, readFileSync(change, "utf8").replace("events: count(*)", "events: count(customer_id)"));
  assay("lock");
  const check = ["check", "--base", "main", "--format", "json", "--now", "2026-11-21"];
  const told = assay(...check);
  const { findings, effective } = JSON.parse(told.output);
  if (
    told.code !== 1 ||
    findings.length === 0 ||
    Object.values(effective).filter((one) => one === "certified").length < METRICS / 2
  ) {
    throw new Error(`The check did not see what it should: ${told.output.slice(0, 500)}`);
  }
  const seconds = Array.from({ length: RUNS }, () => {
    const begun = performance.now();
    assay(...check);
    return (performance.now() - begun) / 1_000;
  }).toSorted((a, b) => a - b);
  const median = seconds[Math.floor(RUNS / 2)] ?? Number.NaN;
  reportFigures([
    { name: "1,000 certified metrics checked against a base", value: median, unit: "s", target: 3, better: "lower" },
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

function assay(...args: readonly string[]): { readonly code: number | null; readonly output: string } {
  const argv = ["src/cli/main.ts", ...args, "--metrics", path.join(folder, "metrics")];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8", maxBuffer: 1024 ** 3 });
  return { code: status, output: stdout || stderr };
}
