import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";
import { copyGitRepository, type GitRepository, startGitRepository } from "./git-repository.ts";
import { type GovernedProject, ISSUED, keyRing, onProject, type Report } from "./governed-project.ts";

/** A small project of which everything is demanded that a certification needs: where its files lie. */
export const REVENUE = "metrics/revenue.yaml";
export const POLICIES = "metrics/policies.yaml";
export const CONTRACT = "contracts/orders.odcs.yaml";
export const RULES = "governance/policy.yaml";

const FILES: Readonly<Record<string, string>> = {
  [RULES]: `teams: { finance-data: [alice], data-platform: [bob] }
council: { members: [carol, dave], quorum: 1 }
`,
  "metrics/project.yaml": "project: shop\ntime_zone: UTC\nclaims: { region: string }\n",
  "metrics/orders.yaml": `model: orders
description: One row an order.
owner: data-platform
table: shop.orders
primary_key: order_id
time: ordered_at
columns: { order_id: int, amount: decimal, status: string, region: string, ordered_at: timestamptz }
entities: { order: primary }
dimensions: { status: , region: , ordered_at: second }
`,
  [POLICIES]: `policy: orders
roles:
  analyst: { rows: region = claim('region'), fields: all }
tests:
  - test: an analyst sees their region
    as: { roles: analyst, claims: { region: EMEA } }
    given: { orders: [{ amount: 3, status: paid, region: EMEA }, { amount: 5, status: paid, region: APAC }] }
    ask: { metrics: revenue }
    expect: [{ revenue: 3 }]
`,
  [REVENUE]: `metric: revenue
description: What was paid.
owner: { business: finance-data, technical: data-platform }
unit: USD
tier: gold
model: orders
measure: sum(amount)
filter: status = 'paid'
tests:
  - test: what is not paid does not count, what goes back is taken off
    covers: [nulls, refund]
    given:
      orders:
        - { amount: 10, status: paid }
        - { amount: -4, status: paid }
        - { status: paid }
        - { amount: 5 }
        - { amount: 7, status: placed }
    expect: [{ revenue: 6 }]
  - test: the last instant of a month belongs to it
    covers: [boundary]
    given: { orders: [{ amount: 1, status: paid, ordered_at: 2026-01-31T23:59:59Z }] }
    ask: { groupBy: [metric_time__month] }
    expect: [{ metric_time__month: 2026-01-01, revenue: 1 }]
  - { test: null where nothing was sold, covers: [empty], expect: [{ revenue: null }] }
`,
  "metrics/double.yaml": `metric: double
description: Twice the revenue.
owner: { business: finance-data, technical: data-platform }
unit: USD
expr: revenue * 2
`,
  [CONTRACT]: `apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - { name: amount, logicalType: number }
      - { name: status, logicalType: string }
      - { name: region, logicalType: string }
      - { name: ordered_at, logicalType: timestamp, physicalType: timestamptz }
slaProperties:
  - { property: freshness, value: 24, unit: h }
`,
};

export const FIRST = "governance/certifications/revenue/0001.json";
export const SECOND = "governance/certifications/revenue/0002.json";
const folders: string[] = [];
let template: Promise<GitRepository> | null = null;

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The project with `revenue` certified on `main`, with all that it needs; on a branch of its own. */
export async function evidencedProject(): Promise<GovernedProject> {
  template ??= certified();
  const repository = copyGitRepository(await template);
  repository.git("switch", "--quiet", "--create", "change");
  return onProject(repository);
}

async function certified(): Promise<GitRepository> {
  const folder = mkdtempSync(path.join(tmpdir(), "assay-evidence-"));
  folders.push(folder);
  const people = ["alice", "bob", "carol"];
  const signers = people.map((name) => `${name} ${keyRing().publicKey(name)}\n`).join("");
  const repository = startGitRepository(folder, { ...FILES, "governance/allowed_signers": signers });
  const started = onProject(repository);
  const told = await started.act("certify", "revenue", "--reason", "FY27", "--now", ISSUED);
  if (told.includes("lacks")) throw new Error(told);
  await started.approve("revenue", ...people);
  await started.act("lock");
  repository.commit("Certify");
  return repository;
}

/** `RULE message` of what is found but that approvals are lacking, and that the definition is not what was signed before. */
export function findings({ findings: all }: Report): readonly string[] {
  return all.flatMap(({ rule, message }) => (rule === "QUORUM_NOT_MET" ? [] : `${rule} ${message}`));
}

/** What the author is told who certifies anew after a change of the tree, and what the check then finds. */
export async function anew(change: (project: GovernedProject) => void, metric = "revenue") {
  const changed = await evidencedProject();
  change(changed);
  const told = await changed.act("certify", metric, "--reason", "Anew");
  changed.commit();
  return { told, found: findings(await changed.check()), project: changed };
}

export function eventOf(changed: GovernedProject, file = SECOND) {
  return JSON.parse(changed.read(file));
}
