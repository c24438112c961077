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
