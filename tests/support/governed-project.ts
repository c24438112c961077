import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";
import type { Ended } from "../cli/shop.ts";
import { runHere } from "../cli/terminal.ts";
import { createKeyRing, type KeyRing } from "../governance/ledger/keys.ts";
import { copyGitRepository, type GitRepository, startGitRepository } from "./git-repository.ts";

/** The day that the certifications of the project were issued on, and the one that it is judged on. */
export const ISSUED = "2026-11-20";
export const TODAY = "2026-11-21";

/** Who signs for all owners and the council. */
export const EVERYBODY: readonly string[] = ["alice", "bob", "finn", "carol", "dave"];

/** A finding as the report in JSON has it. */
export interface ReportedFinding {
  readonly rule: string;
  readonly severity: string;
  readonly subject: string;
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly cause: string | null;
  readonly effects: readonly string[];
  readonly fix: string | null;
}

export interface Report {
  readonly status: string;
  readonly exit: number;
  readonly base: string | null;
  readonly findings: readonly ReportedFinding[];
  readonly diff: readonly { readonly metric: string; readonly categories: readonly string[] }[];
  readonly effective: Readonly<Record<string, string>>;
  readonly approvals: Readonly<
    Record<string, { business: string | null; technical: string | null; council: number[] }>
  >;
  readonly consumers: readonly { readonly client: string; readonly metric: string; readonly calls: number }[] | null;
}

/** A repository of governed definitions, on a branch `change` that goes to `main`. */
export interface GovernedProject extends GitRepository {
  /** Runs the program on the definitions of its working tree. */
  assay(...args: readonly string[]): Promise<Ended>;
  /** The same on a day, with fewer words: `--now` and `--base main`. @throws Error when it does not end well */
  act(...args: readonly string[]): Promise<string>;
  /** `lock`, then `check --base main --format json`, as an author does; other flags may replace those. */
  check(flags?: readonly string[], env?: Readonly<Record<string, string>>): Promise<Report>;
  /** The text of a file of the working tree. */
  read(file: string): string;
  /** Replaces a text that stands in a file once, and commits. @throws Error when it does not */
  edit(file: string, from: string, to: string): void;
  /** Has people approve the last event of a metric, or a batch. */
  approve(what: string, ...names: readonly string[]): Promise<void>;
  /** The path of somebody's private key. */
  key(name: string): string;
}

/** Keys of everybody, made once. */
let ring: KeyRing | null = null;
let template: Promise<GitRepository> | null = null;
const folders: string[] = [];

afterAll(() => {
  ring?.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function keyRing(): KeyRing {
  return (ring ??= createKeyRing());
}

/** The project with everything but `visits` certified on `main`, on a branch `change` of its own. */
export async function governedProject(): Promise<GovernedProject> {
  template ??= certifiedProject();
  const repository = copyGitRepository(await template);
  repository.git("switch", "--quiet", "--create", "change");
  return onProject(repository);
}

/** What a project is when nobody has signed anything yet: definitions, policy and keys. */
export function startedFiles(): Record<string, string> {
  const names = ["alice", "bob", "carol", "dave", "erin", "finn"];
  const signers = names.map((name) => `${name} ${keyRing().publicKey(name)}\n`).join("");
  return { ...DEFINITIONS, "governance/policy.yaml": POLICY, "governance/allowed_signers": signers };
}

async function certifiedProject(): Promise<GitRepository> {
  const folder = mkdtempSync(path.join(tmpdir(), "assay-governed-"));
  folders.push(folder);
  const repository = startGitRepository(folder, startedFiles());
  const project = onProject(repository);
  const names = Object.keys(DEFINITIONS).flatMap((file) => /^metrics\/finance\/(.*)\.yaml$/.exec(file)?.[1] ?? []);
  await project.act("certify", ...names, "--reason", "FY27 definitions", "--now", ISSUED);
  await project.approve("revenue", ...EVERYBODY);
  await project.act("lock");
  repository.commit("Certify");
  return repository;
}

export function onProject(repository: GitRepository): GovernedProject {
  const file = (name: string): string => path.join(repository.folder, name);
  const assay: GovernedProject["assay"] = (...args) => runHere([...args, "--metrics", file("metrics")]);
  const project: GovernedProject = {
    ...repository,
    assay,
    read: (name) => readFileSync(file(name), "utf8"),
    key: (name) => keyRing().key(name),
    async act(...args) {
      const takesBase = !["lock", "version"].includes(args[0] ?? "");
      const based = takesBase && !args.includes("--base") ? [...args, "--base", "main"] : args;
      const dated = takesBase && !args.includes("--now") ? [...based, "--now", TODAY] : based;
      const { code, stdout, stderr } = await assay(...dated);
      if (code !== 0) throw new Error(`assay ${dated.join(" ")} ended with ${code}: ${stdout}${stderr}`);
      return stdout;
    },
    async check(flags = [], env = {}) {
      const based = flags.includes("--all") || flags.includes("--base") ? [] : ["--base", "main"];
      const dated = flags.includes("--now") ? [] : ["--now", TODAY];
      const argv = ["check", "--metrics", file("metrics"), "--format", "json", ...based, ...dated, ...flags];
      await assay("lock");
      const { code, stdout, stderr } = await runHere(argv, { env });
      if (!stdout.startsWith("{")) throw new Error(`assay ${argv.join(" ")} ended with ${code}: ${stdout}${stderr}`);
      const report = JSON.parse(stdout);
      if (report.error) throw new Error(stdout);
      if (report.exit !== code) throw new Error(`The report says ${report.exit}, and the program ended with ${code}.`);
      return report;
    },
    edit(name, from, to) {
      const text = project.read(name);
      if (text.split(from).length !== 2) throw new Error(`"${from}" does not stand in ${name} once.`);
      repository.write({ [name]: text.replace(from, () => to) });
      repository.commit();
    },
    async approve(what, ...names) {
      for (const name of names) await project.act("approve", what, "--key", keyRing().key(name));
    },
  };
  return project;
}

/** `RULE subject` of each finding, errors first. */
export function told({ findings }: Report): readonly string[] {
  return findings.map(({ rule, subject }) => `${rule} ${subject}`);
}

/** Signatures are what most tests are about: what else a certification needs is in evidence.test.ts. */
export const POLICY = `evidence: { definition: optional, tests: optional, mutants: optional, contract: optional, impact: optional }
teams: { finance-data: [alice], data-platform: [bob], web: [finn] }
council: { members: [carol, dave, erin], quorum: 2 }
min_deprecation_days: 30
`;

const OWNER = "owner: { business: finance-data, technical: data-platform }";

function metric(name: string, rest: string, owner = OWNER): string {
  return `metric: ${name}\ndescription: The ${name.replaceAll("_", " ")} of the shop.\n${owner}\ncertification: certified\n${rest}`;
}

export const DEFINITIONS: Readonly<Record<string, string>> = {
  "metrics/project.yaml": "project: shop\ntime_zone: UTC\nclaims: { region: string }\n",
  "metrics/models/orders.yaml": `model: orders
description: One row an order.
owner: data-platform
table: shop.orders
primary_key: order_id
time: ordered_at
columns:
  order_id: int
  customer_id: int
  amount: decimal
  discount: decimal
  status: string
  region: string
  ordered_at: timestamptz
  paid_at: timestamptz
entities: { order: primary, customer: customer_id }
dimensions:
  status: { enum: [placed, paid, cancelled] }
  region:
  ordered_at: second
  paid_at: second
measures:
  sales: sum(amount)
`,
  "metrics/models/customers.yaml": `model: customers
description: One row a customer.
owner: data-platform
table: shop.customers
primary_key: customer_id
columns: { customer_id: int, segment: string, email: string }
entities: { customer: primary }
dimensions:
  segment:
`,
  "metrics/models/returns.sql":
    "SELECT return_id, order_id, refund, returned_at\nFROM shop.returns\nWHERE NOT voided\n",
  "metrics/models/returns.yaml": `model: returns
description: One row a return.
owner: data-platform
sql_file: returns.sql
primary_key: return_id
time: returned_at
columns: { return_id: int, order_id: int, refund: decimal, returned_at: timestamptz }
entities: { return: primary, order: order_id }
dimensions:
  returned_at: second
`,
  "metrics/models/visits.yaml": `model: visits
description: One row a visit.
owner: data-platform
table: shop.visits
primary_key: visit_id
time: visited_at
columns: { visit_id: int, visited_at: timestamptz }
entities: { visit: primary }
dimensions:
  visited_at: second
`,
  "metrics/policies.yaml": `policy: orders
roles:
  analyst: { rows: region = claim('region'), fields: all }
  finance: { rows: all, fields: all }
`,
  "metrics/finance/revenue.yaml": metric(
    "revenue",
    `unit: USD
tier: gold
model: orders
measure: sales
filter: status = 'paid'
tests:
  - test: unpaid orders are left out
    given:
      orders:
        - { order_id: 1, amount: 10, status: paid }
        - { order_id: 2, amount: 5, status: placed }
    expect: [{ revenue: 10 }]
`,
  ),
  "metrics/finance/orders.yaml": metric("orders", "unit: orders\nmodel: orders\nmeasure: count(*)\n"),
  "metrics/finance/refunds.yaml": metric("refunds", "unit: USD\nmodel: returns\nmeasure: sum(refund)\n"),
  "metrics/finance/key_revenue.yaml": metric(
    "key_revenue",
    "unit: USD\nmodel: orders\nmeasure: sales\nfilter: [status = 'paid', customer__segment = 'key']\n",
  ),
  "metrics/finance/net_revenue.yaml": metric(
    "net_revenue",
    "unit: USD\nexpr: revenue - refunds\ninputs: [revenue, { metric: refunds, as: refunds }]\n",
  ),
  "metrics/finance/order_value.yaml": metric(
    "order_value",
    "unit: USD\nnumerator: revenue\ndenominator: orders\n",
    "owner: { business: web, technical: data-platform }",
  ),
  "metrics/web/visits.yaml": `metric: visits
description: Visits of the shop.
owner: web
model: visits
measure: count(*)
`,
  "governance/usage/2026-11.json": usage("2026-10-01", "2026-11-20", { revenue: 40, order_value: 2 }),
};

/** A roll-up of uses: calls by metric. */
export function usage(from: string, to: string, calls: Readonly<Record<string, number>>): string {
  const records = Object.entries(calls).map(([name, count]) => ({
    client: "finance-portal",
    metric: name,
    version: 1,
    coordinates: ["metric_time__month"],
    operation: null,
    calls: count,
    last_seen: to,
  }));
  return `${JSON.stringify({ schema: "metrics-usage/1", from, to, records }, null, 2)}\n`;
}
