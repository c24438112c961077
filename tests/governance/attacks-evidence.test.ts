/** Ways to have something certified without what that needs, in real repositories: everybody signs, and the check finds it. */
import { describe, expect, test } from "vitest";
import { canonicalJson, sha256 } from "../../src/std/index.ts";
import {
  anew,
  CONTRACT,
  eventOf,
  evidencedProject,
  FIRST,
  findings,
  POLICIES,
  REVENUE,
  RULES,
  SECOND,
} from "../support/evidenced-project.ts";
import type { GovernedProject } from "../support/governed-project.ts";

const EVERYBODY = ["alice", "bob", "carol"];
const UNMEASURED =
  "IMPACT_MISSING Its numbers can differ from those that event 1 certified, and nobody has measured how.";

function wider(changed: GovernedProject): void {
  changed.edit(REVENUE, "filter: status = 'paid'", "filter: status <> 'placed'");
}

/** Certifies `revenue` and has all sign it. */
async function signed(changed: GovernedProject, ...flags: readonly string[]): Promise<void> {
  await changed.act("certify", "revenue", "--reason", "Anew", ...flags);
  await changed.approve("revenue", ...EVERYBODY);
  changed.commit();
}

test.each(["value", "access"] as const)("an event that says the %s of another definition is invalid", async (part) => {
  const { project: changed } = await anew(wider);
  const event = eventOf(changed);
  const forged = part === "value" ? eventOf(changed, FIRST).parts.value : "0".repeat(64);
  changed.write({ [SECOND]: JSON.stringify({ ...event, parts: { ...event.parts, [part]: forged } }) });
  expect(findings(await changed.check())).toContain(
    `EVENT_INVALID Event 2 is of this definition by its fingerprint, and of another by its ${part}.`,
  );
});

describe("numbers change unseen", () => {
  test("not by an emergency that hides what came before it", async () => {
    const changed = await evidencedProject();
    wider(changed);
    await changed.act("certify", "revenue", "--reason", "Anew");
    changed.write({ [SECOND]: JSON.stringify({ ...eventOf(changed), evidence: {} }) });
    await changed.approve("revenue", ...EVERYBODY);
    await signed(changed, "--emergency");
    expect(findings(await changed.check())).toEqual([
      'EVIDENCE_MISSING The event does not name the evidence "contract_orders".',
      'EVIDENCE_MISSING The event does not name the evidence "mutants".',
      'EVIDENCE_MISSING The event does not name the evidence "tests".',
      UNMEASURED,
    ]);
  });

  test("not by two certifications, the second of which changes nothing", async () => {
    const changed = await evidencedProject();
    wider(changed);
    await signed(changed);
    await signed(changed);
    expect(eventOf(changed, "governance/certifications/revenue/0003.json").seq).toBe(3);
    expect(findings(await changed.check())).toEqual([UNMEASURED]);
  });

  test("not by a version that is raised in place", async () => {
    const changed = await evidencedProject();
    changed.edit(REVENUE, "metric: revenue\n", "metric: revenue\nversion: 2\n");
    wider(changed);
    expect(await changed.act("certify", "revenue", "--reason", "Anew")).toContain("a report of how its numbers change");
    await changed.approve("revenue", ...EVERYBODY);
    changed.commit();
    expect(findings(await changed.check())).toEqual([UNMEASURED]);
  });
});

test("a trial of its tests that somebody wrote is not the one that came of it", async () => {
  const { project: changed } = await anew(() => {});
  const event = eventOf(changed);
  const trial = JSON.parse(changed.read(`governance/evidence/${event.evidence.mutants.replace("sha256:", "")}.json`));
  trial.mutants.tried = "5000";
  const digest = sha256(canonicalJson(trial));
  changed.write({
    [SECOND]: JSON.stringify({ ...event, evidence: { ...event.evidence, mutants: `sha256:${digest}` } }),
    [`governance/evidence/${digest}.json`]: JSON.stringify(trial),
  });
  expect(findings(await changed.check())).toEqual([
    "EVIDENCE_MISMATCH The trial of its tests says otherwise than what came of it here.",
  ]);
});

test("a row that counts by the second stands at no border", async () => {
  const { told } = await anew((changed) => {
    changed.edit(REVENUE, "2026-01-31T23:59:59Z", "2026-01-15T12:00:00Z");
    changed.edit(REVENUE, "[metric_time__month]", "[metric_time__second]");
    changed.edit(REVENUE, "{ metric_time__month: 2026-01-01,", "{ metric_time__second: 2026-01-15T12:00:00Z,");
  });
  expect(told).toContain("none of its rows stands at the border of a period");
});

test("a contract with another source is none with this one, and a word is no promise of freshness", async () => {
  const other = await anew((changed) => changed.edit(CONTRACT, "- name: orders", "- name: refunds"));
  expect(other.found).toEqual([
    "CONTRACT_BROKEN It is to be certified and lacks a contract with orders that can be read: one ODCS document with a schema of that name.",
  ]);
  const word = await anew((changed) => changed.edit(CONTRACT, "value: 24", "value: true"));
  expect(word.found).toEqual([
    "CONTRACT_BROKEN It is to be certified and lacks a promise of freshness in the contract with orders.",
  ]);
});

test("rules that ask for less do not judge the change that brings them", async () => {
  const { found } = await anew((changed) => {
    changed.edit(RULES, "teams:", "evidence: { definition: optional, tests: optional, mutants: optional }\nteams:");
    changed.edit(REVENUE, "covers: [boundary]", "covers: []");
  });
  expect(found).toContain(
    "TEST_CASE_MISSING It is to be certified and lacks a test with a row at the border of a period (covers: boundary).",
  );
});

describe("tests stay what was signed", () => {
  test("where the metric is renamed, and its former name is certified by them", async () => {
    const changed = await evidencedProject();
    const renamed = changed.read(REVENUE).replace("metric: revenue", "metric: sales");
    const text = renamed.replaceAll("{ revenue:", "{ sales:").replace(", revenue: 1", ", sales: 1");
    changed.write({
      "metrics/sales.yaml": text,
      [REVENUE]: "metric: revenue\nalias_of: sales\nsunset: 2027-11-22\n",
    });
    changed.edit(POLICIES, "metrics: revenue", "metrics: sales");
    changed.edit(POLICIES, "{ revenue: 3", "{ sales: 3");
    expect(findings(await changed.check())).toEqual([]);
    expect(await changed.act("certify", "revenue", "--reason", "Anew")).not.toContain("lacks");
    changed.commit();
    expect(findings(await changed.check())).toEqual([]);
    changed.edit("metrics/sales.yaml", "{ sales: 6 }", "{ sales: 7 }");
    expect(findings(await changed.check())).toContain("EVIDENCE_CHANGED Its set of tests is not what was signed.");
  });

  test("where another version becomes what the name means, and each has what it needs", async () => {
    const changed = await evidencedProject();
    await changed.act("version", "revenue", "--keep");
    const second = `
  - test: an analyst sees their region, by the second version too
    as: { roles: analyst, claims: { region: EMEA } }
    given: { orders: [{ amount: 3, status: paid, region: EMEA }, { amount: 5, status: paid, region: APAC }] }
    ask: { metrics: revenue@2 }
    expect: [{ revenue_v2: 3 }]
`;
    changed.write({ [POLICIES]: `${changed.read(POLICIES).trimEnd()}${second}` });
    expect(await changed.act("certify", "revenue@2", "--reason", "Beside the first")).not.toContain("lacks");
    await changed.approve("revenue@2", ...EVERYBODY);
    changed.commit();
    expect(findings(await changed.check())).toEqual([]);
    changed.git("branch", "--quiet", "--force", "main", "HEAD");
    changed.edit(REVENUE, "default_version: 1", "default_version: 2");
    changed.write({
      [POLICIES]: changed
        .read(POLICIES)
        .replace("metrics: revenue }", "metrics: revenue@1 }")
        .replace("[{ revenue: 3 }]", "[{ revenue_v1: 3 }]")
        .replace("revenue_v2", "revenue"),
    });
    changed.commit();
    expect(findings(await changed.check())).toEqual([
      "DEFAULT_VERSION_MOVED revenue meant version 1 and means version 2, which nobody signed for with this change.",
    ]);
  });
});
