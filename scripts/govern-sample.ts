/**
 * `npm run govern:sample`: governs the sample company anew, after its definitions, its tests or its rules were changed on
 * purpose. Everybody that governance/policy.yaml names gets a throwaway key, which is gone when this ends; they sign as
 * people would, and what they sign replaces what lay in governance/. In real life nothing there is ever edited.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  approve,
  certify,
  codeowners,
  eventPath,
  foldTree,
  type GovernedTree,
  lockTextOf,
  nextEvent,
  printEvent,
  readTree,
  ruleset,
} from "../src/governance/index.ts";

/** Not of today, so that nothing runs out while somebody looks at the sample. */
const ISSUED = new Date("2026-01-05T12:00:00Z");
const DEPRECATED = new Date("2026-01-12T12:00:00Z");

/** With everything that they are made of. */
const CERTIFIED = [
  "revenue",
  "refunds",
  "net_revenue",
  "orders",
  "average_order_value",
  "active_customers",
  "mrr",
  "arr",
];

/** Stale on purpose: it was signed when units of orders that were not paid counted, too. */
const STALE = {
  metric: "units_sold",
  file: "metrics/sales/units_sold.yaml",
  today: "filter: order_status = 'paid'\n",
  signed: "",
};

const DEPRECATION = { metric: "gross_sales", sunset: "2027-03-31", replacedBy: "revenue" };

const temporary = mkdtempSync(join(tmpdir(), "assay-sample-keys-"));
try {
  for (const folder of ["certifications", "batches", "evidence"])
    rmSync(join("governance", folder), { recursive: true, force: true });
  writeFileSync("governance/allowed_signers", allowedSigners(peopleIn(readTree("metrics"))));

  const former = join(temporary, "former");
  for (const folder of ["metrics", "governance", "contracts"])
    cpSync(folder, join(former, folder), { recursive: true });
  replaceIn(join(former, STALE.file));
  await certified(former, [STALE.metric], "FY25 definition", ["bela", "frida", "hanna", "ivo"]);
  cpSync(join(former, "governance"), "governance", { recursive: true });

  const everybody = ["alice", "bela", "dana", "frida", "hanna", "ivo"];
  await certified(".", CERTIFIED, "FY26 definitions", everybody);
  await deprecated();

  const tree = readTree("metrics");
  const { catalog, rules } = tree;
  const lock = lockTextOf(tree);
  if (!catalog || !rules || lock === null) throw new Error("The sample's definitions do not load.");
  const { certifications } = foldTree(tree, DEPRECATED);
  const signed = new Set([...certifications].flatMap(([name, { status }]) => (status === "none" ? [] : [name])));
  const files = [
    ["metrics.lock", lock],
    [".github/CODEOWNERS", codeowners(tree, "example", signed)],
    [".github/ruleset.json", ruleset(rules, catalog, new Map())],
  ] as const;
  write(".", new Map(files));
  for (const [name, { status, reason }] of certifications) console.log(`${name}: ${status}. ${reason}`);
} finally {
  rmSync(temporary, { recursive: true });
}

function peopleIn({ rules }: GovernedTree): readonly string[] {
  if (!rules) throw new Error("governance/policy.yaml cannot be read: assay check shows why.");
  return [...new Set([...[...rules.teams.values()].flat(), ...rules.council.members])].sort();
}

function allowedSigners(people: readonly string[]): string {
  const lines = people.map((name) => {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", keyOf(name)]);
    const [type, key] = readFileSync(`${keyOf(name)}.pub`, "utf8").split(" ");
    return `${name} namespaces="metric-certification" ${type} ${key}\n`;
  });
  return ["# Throwaway keys of people who do not exist.\n", ...lines].join("");
}

function keyOf(name: string): string {
  return join(temporary, name);
}

async function certified(
  project: string,
  metrics: readonly string[],
  reason: string,
  approvers: readonly string[],
): Promise<void> {
  const how = { reason, expires: null, isEmergency: false, isCascade: false, now: ISSUED, isMerged: () => false };
  const { files, batch, lacking } = await certify(readTree(join(project, "metrics")), { ...how, metrics });
  for (const [metric, missing] of lacking) {
    console.log(`${metric} lacks ${missing.map(({ what }) => what).join(", ")}`);
  }
  write(project, files);
  await approved(project, batch ?? metrics[0] ?? "", approvers, ISSUED);
}

async function deprecated(): Promise<void> {
  const draft = { type: "deprecate", reason: "It counts money that never came: use revenue.", ...DEPRECATION } as const;
  const event = nextEvent(readTree("metrics"), draft, DEPRECATED.toISOString().slice(0, 10));
  write(".", new Map([[eventPath(event), printEvent(event)]]));
  await approved(".", DEPRECATION.metric, ["alice", "frida"], DEPRECATED);
}

async function approved(project: string, what: string, people: readonly string[], now: Date): Promise<void> {
  for (const as of people) {
    const tree = readTree(join(project, "metrics"));
    const { files } = await approve(tree, { what, key: keyOf(as), as, judge: tree, now });
    write(project, files);
  }
}

function write(project: string, files: ReadonlyMap<string, string>): void {
  for (const [name, text] of files) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), text);
  }
}

function replaceIn(file: string): void {
  const text = readFileSync(file, "utf8");
  if (!text.includes(STALE.today)) throw new Error(`${STALE.file} does not say "${STALE.today.trim()}" any more.`);
  writeFileSync(file, text.replace(STALE.today, STALE.signed));
}
