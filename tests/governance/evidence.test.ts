/** What a certification needs beside signatures, in real repositories: one test a demand, and one a way around it. */
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

test("a certification with all of it is found sound, and names what it leans on", async () => {
  const { told, found, project: changed } = await anew(() => {});
  expect(told).not.toContain("lacks");
  expect(found).toEqual([]);
  const { evidence, fingerprint } = eventOf(changed);
  expect(Object.keys(evidence).sort()).toEqual(["contract_orders", "mutants", "tests"]);
  const file = `governance/evidence/${evidence.mutants.replace("sha256:", "")}.json`;
  expect(JSON.parse(changed.read(file))).toMatchObject({
    schema: "metrics-trial/1",
    metric: "revenue@1",
    fingerprint,
    tests: evidence.tests,
    passed: "4",
    cases: ["boundary", "empty", "nulls", "refund"],
    mutants: { survived: "0" },
  });
});

const LACKS: readonly (readonly [string, string, string, string, string])[] = [
  ["a description", REVENUE, "description: What was paid.\n", "", "CERT_INCOMPLETE … a description"],
  ["a unit", REVENUE, "unit: USD\n", "", "CERT_INCOMPLETE … a unit, or a format (percent, ratio) that needs none"],
  [
    "the type of its time",
    "metrics/orders.yaml",
    "columns: { order_id: int, amount: decimal, status: string, region: string, ordered_at: timestamptz }\n",
    "",
    "CERT_INCOMPLETE … the type of its time column, which tells whether a zone cuts it",
  ],
  [
    "a case",
    REVENUE,
    "covers: [nulls, refund]",
    "covers: [nulls]",
    "TEST_CASE_MISSING … a test with an amount that takes something off (covers: refund)",
  ],
  [
    "a case that is only typed",
    REVENUE,
    "2026-01-31T23:59:59Z",
    "2026-01-15T12:00:00Z",
    'TEST_CASE_MISSING … a test of boundary in place of "the last instant of a month belongs to it": none of its rows stands at the border of a period, where a moment earlier or later would tell',
  ],
  [
    "a viewer who sees some rows",
    POLICIES,
    "{ amount: 5, status: paid, region: APAC }",
    "{ amount: 5, status: placed, region: APAC }",
    "TEST_CASE_MISSING … a test beside the policy of orders that asks for it as somebody who sees some rows only",
  ],
  [
    "a test that passes",
    REVENUE,
    "expect: [{ revenue: 6 }]",
    "expect: [{ revenue: 7 }]",
    'TEST_FAILED … a test "what is not paid does not count, what goes back is taken off" that passes',
  ],
  [
    "a test that bites",
    REVENUE,
    "        - { amount: 5 }\n        - { amount: 7, status: placed }\n",
    "",
    "MUTANT_SURVIVES … a test that notices this: revenue: filter status = 'paid' dropped",
  ],
  [
    "a column of the contract",
    CONTRACT,
    "      - { name: amount, logicalType: number }\n",
    "",
    "CONTRACT_BROKEN … the column amount in the contract with orders",
  ],
  [
    "the type of a column of the contract",
    CONTRACT,
    "{ name: amount, logicalType: number }",
    "{ name: amount, logicalType: number, physicalType: DOUBLE }",
    "CONTRACT_BROKEN … the type of amount in the contract with orders: it is decimal in the model",
  ],
  [
    "freshness",
    CONTRACT,
    "property: freshness",
    "property: retention",
    "CONTRACT_BROKEN … a promise of freshness in the contract with orders",
  ],
];

test.each(LACKS)("whoever certifies without %s is told so, and so is the reviewer", async (_, file, from, to, due) => {
  const { told, found } = await anew((changed) => changed.edit(file, from, to));
  const [rule, what = ""] = due.split(" … ");
  expect(told).toContain(what);
  expect(found).toContain(`${rule} It is to be certified and lacks ${what}.`);
});

test("a number without a time, and that nobody can tell apart, is not certified", async () => {
  const { told, found } = await anew((changed) => {
    changed.write({
      "metrics/plain.yaml": `model: plain
table: shop.plain
columns: { amount: decimal }
---
metric: bare
description: All of it.
owner: { business: finance-data, technical: data-platform }
format: ratio
model: plain
measure: max(amount)
`,
    });
    changed.commit();
  }, "bare");
  const lacks = ["a time that it is counted at", "dimensions", "tests beside it"];
  const [time, dimensions, tests] = lacks;
  expect(told).toContain(
    `bare lacks ${time}, ${dimensions}\n  help: complete its definition, then assay certify bare\nbare lacks ${tests}\n  help: see assay test bare`,
  );
  for (const what of lacks)
    expect(found.map((one) => one.replace(/^\w+ /, ""))).toContain(`It is to be certified and lacks ${what}.`);
});

describe("ways around it", () => {
  test("a contract that is not there is demanded of gold, and of the others where the policy says so", async () => {
    const without = (changed: GovernedProject) => changed.write({ [CONTRACT]: null });
    const due = `CONTRACT_MISSING It is to be certified and lacks a contract with orders (${CONTRACT}).`;
    expect((await anew(without)).found).toContain(due);
    const silver = (changed: GovernedProject) => {
      without(changed);
      changed.edit(REVENUE, "tier: gold", "tier: silver");
    };
    expect((await anew(silver)).found).not.toContain(due);
    const strict = await evidencedProject();
    strict.git("switch", "--quiet", "main");
    strict.edit(RULES, "teams:", "evidence: { contract: required }\nteams:");
    strict.git("switch", "--quiet", "--create", "other");
    silver(strict);
    await strict.act("certify", "revenue", "--reason", "Anew");
    expect(findings(await strict.check())).toContain(due);
  });

  test("who takes evidence out of what is signed, or leans on that of another, is found out", async () => {
    const { project: changed } = await anew(() => {});
    const event = eventOf(changed);
    changed.write({ [SECOND]: JSON.stringify({ ...event, evidence: {} }) });
    expect(findings(await changed.check())).toEqual([
      'EVIDENCE_MISSING The event does not name the evidence "contract_orders".',
      'EVIDENCE_MISSING The event does not name the evidence "mutants".',
      'EVIDENCE_MISSING The event does not name the evidence "tests".',
    ]);
    const trial = { schema: "metrics-trial/1", metric: "revenue@1", fingerprint: event.fingerprint, tests: `sha256:0` };
    const digest = sha256(canonicalJson(trial));
    const evidence = { ...event.evidence, mutants: `sha256:${digest}` };
    changed.write({
      [SECOND]: JSON.stringify({ ...event, evidence }),
      [`governance/evidence/${digest}.json`]: JSON.stringify(trial),
    });
    expect(findings(await changed.check())).toEqual([
      "EVIDENCE_MISMATCH The trial of its tests is about other tests or another metric.",
    ]);
  });

  test("tests beside policies are signed too, and those that are there now are run", async () => {
    const { project: changed } = await anew(() => {});
    changed.edit(POLICIES, "expect: [{ revenue: 3 }]", "expect: [{ revenue: 8 }]");
    const found = findings(await changed.check());
    expect(found).toContain("EVIDENCE_CHANGED Its set of tests is not what was signed.");
    expect(found).toContain(
      'TEST_FAILED It is to be certified and lacks a test "an analyst sees their region" that passes.',
    );
  });

  test("nothing is run or demanded of what was certified before", async () => {
    const changed = await evidencedProject();
    changed.edit(REVENUE, "expect: [{ revenue: 6 }]", "expect: [{ revenue: 7 }]");
    changed.edit(REVENUE, "covers: [boundary]", "covers: []");
    expect(findings(await changed.check())).toEqual(["EVIDENCE_CHANGED Its set of tests is not what was signed."]);
  });

  test("rules that demand less are milder", async () => {
    const changed = await evidencedProject();
    changed.edit(RULES, "teams:", "evidence: { mutants: gold }\nteams:");
    expect(findings(await changed.check())).toContain(
      "CONFIG_LOOSENED It makes a rule milder: what a certification needs.",
    );
  });
});

describe("numbers that change", () => {
  const wider = (changed: GovernedProject) => {
    changed.edit(REVENUE, "filter: status = 'paid'", "filter: status <> 'placed'");
  };

  test("have been looked at before somebody signs, in a report of this change", async () => {
    const { told, found, project: changed } = await anew(wider);
    expect(told).toContain("revenue lacks a report of how its numbers change");
    expect(found).toEqual([
      "IMPACT_MISSING Its numbers can differ from those that event 1 certified, and nobody has measured how.",
    ]);
    const event = eventOf(changed);
    const { fingerprint: before } = eventOf(changed, FIRST);
    const impact = { schema: "metrics-impact/1", metric: "revenue", before, after: event.fingerprint };
    const digest = sha256(canonicalJson(impact));
    changed.write({
      [SECOND]: JSON.stringify({ ...event, evidence: { ...event.evidence, impact: `sha256:${digest}` } }),
      [`governance/evidence/${digest}.json`]: JSON.stringify(impact),
    });
    expect(findings(await changed.check())).toEqual([]);
  });

  test("and a fix in an emergency, which comes without, puts that off only", async () => {
    const changed = await evidencedProject();
    wider(changed);
    const told = await changed.act("certify", "revenue", "--emergency", "--reason", "The feed changed");
    expect(told).not.toContain("lacks");
    await changed.approve("revenue", "alice", "carol");
    changed.commit();
    expect(findings(await changed.check())).toEqual([]);
    changed.git("switch", "--quiet", "main");
    changed.git("merge", "--quiet", "change");
    changed.git("switch", "--quiet", "--create", "after");
    expect(await changed.act("certify", "revenue", "--reason", "As it is now")).toContain(
      "a report of how its numbers",
    );
    expect(findings(await changed.check())).toContain(
      "IMPACT_MISSING Its numbers can differ from those that event 1 certified, and nobody has measured how.",
    );
  });
});

test("what is made of an input holds for no longer than the input", async () => {
  const { told, project: changed } = await anew(() => {}, "double");
  expect(told).toContain("double lacks tests beside it");
  const file = "governance/certifications/double/0001.json";
  const event = eventOf(changed, file);
  expect(event.expires).toBe(eventOf(changed, FIRST).expires);
  changed.write({ [file]: JSON.stringify({ ...event, expires: "2027-05-20" }) });
  expect(findings(await changed.check())).toContain(
    "CERT_OUTLIVES_INPUT It is to hold until 2027-05-20, and revenue@1, of which it is made, until 2027-05-19.",
  );
});
