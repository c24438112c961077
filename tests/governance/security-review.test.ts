import { expect, test } from "vitest";
import { createGitRepository } from "../support/git-repository.ts";
import {
  EVERYBODY,
  type GovernedProject,
  governedProject,
  ISSUED,
  keyRing,
  onProject,
  POLICY,
  startedFiles,
  told,
} from "../support/governed-project.ts";

const POLICIES = "metrics/policies.yaml";
const FOUR = ["alice", "bob", "carol", "dave"];

/** Where Grace, and nobody else, looks after who sees what; `orders` and what is made of it is certified on main. */
async function reviewedProject(security = "{ members: [grace] }"): Promise<GovernedProject> {
  const files = startedFiles();
  const repository = createGitRepository({
    ...files,
    "governance/policy.yaml": `${POLICY}security: ${security}\n`,
    "governance/allowed_signers": `${files["governance/allowed_signers"]}grace ${keyRing().publicKey("grace")}\n`,
  });
  const project = onProject(repository);
  const names = ["revenue", "refunds", "net_revenue", "orders", "order_value", "key_revenue"];
  await project.act("certify", ...names, "--reason", "FY27 definitions", "--now", ISSUED);
  await project.approve("revenue", ...EVERYBODY);
  await project.act("lock");
  repository.commit("Certify");
  repository.git("switch", "--quiet", "--create", "change");
  return project;
}

async function widened(project: GovernedProject): Promise<void> {
  project.edit(POLICIES, "rows: region = claim('region')", "rows: all");
  await project.act("propose", "--reason", "Analysts see all regions");
}

test("what is certified first is nobody's change of access", async () => {
  const project = await reviewedProject();
  expect(told(await project.check())).toEqual([]);
});

test("who sees what changes by the signature of security too", async () => {
  const project = await reviewedProject();
  project.edit(POLICIES, "rows: region = claim('region')", "rows: all");
  const report = await project.check();
  expect([told(report), report.exit]).toEqual([
    ["ACCESS_CHANGED key_revenue@1", "CERT_STALE key_revenue@1", "GROUPED_ACCESS_CHANGED refunds@1"],
    1,
  ]);
  expect(report.findings[0]).toMatchObject({
    severity: "error",
    message: "Who sees what of it differs: security signs that besides owners and council.",
    cause: "policy orders: roles.analyst.rows was region = claim('region'), is all",
  });
  await project.act("propose", "--reason", "Analysts see all regions");
  await project.approve("revenue", ...EVERYBODY);
  const waiting = await project.check();
  expect([waiting.status, waiting.effective["revenue@1"]]).toEqual(["awaiting-approval", "stale"]);
  expect(waiting.findings).toContainEqual(
    expect.objectContaining({ subject: "revenue@1", message: "Approvals are lacking: 1 of security." }),
  );
  expect(waiting.approvals["revenue@1"]).toEqual({
    business: "alice",
    technical: "bob",
    council: [2, 2],
    security: [0, 1],
  });
  const summary = await project.assay("check", "--base", "main", "--now", "2026-11-21", "--format", "markdown");
  expect(summary.stdout).toContain("| revenue@1 | ✅ alice | ✅ bob | ✅ 2 of 2 | ⏳ 0 of 1 |");
  await project.approve("revenue", "grace");
  const signed = await project.check();
  expect([told(signed), signed.effective["revenue@1"]]).toEqual([["GROUPED_ACCESS_CHANGED refunds@1"], "certified"]);
});

test("the council alone does not pass on what an input lets others see, and an emergency is no way past security", async () => {
  const project = await reviewedProject();
  await widened(project);
  await project.approve("revenue", ...EVERYBODY);
  expect((await project.check()).approvals["net_revenue@1"]).toMatchObject({ security: [0, 1] });
  const hurried = await reviewedProject();
  hurried.edit(POLICIES, "rows: region = claim('region')", "rows: all");
  await hurried.act("certify", "orders", "--emergency", "--reason", "The board meets");
  await hurried.approve("orders", "alice", "carol");
  expect((await hurried.check()).effective["orders@1"]).toBe("stale");
  await hurried.approve("orders", "grace");
  expect((await hurried.check()).effective["orders@1"]).toBe("provisional");
});

test("whoever signs as an owner does not sign for security as well, and other numbers need no security", async () => {
  const project = await reviewedProject("{ members: [alice] }");
  await widened(project);
  await project.approve("revenue", ...EVERYBODY);
  expect((await project.check()).approvals["revenue@1"]).toMatchObject({ business: "alice", security: [0, 1] });
  const numbers = await reviewedProject();
  numbers.edit("metrics/finance/orders.yaml", "count(*)", "count(customer_id)");
  await numbers.act("propose", "--reason", "Guests do not count");
  await numbers.approve("orders", ...EVERYBODY);
  const report = await numbers.check();
  expect([told(report), report.approvals["orders@1"]]).toEqual([
    [],
    { business: "alice", technical: "bob", council: [2, 2] },
  ]);
});

test("where the policy names nobody the council stands in, its whole quorum in an emergency too", async () => {
  const project = await governedProject();
  project.edit(POLICIES, "rows: region = claim('region')", "rows: all");
  const open = await project.check();
  expect(open.findings.find(({ rule }) => rule === "ACCESS_CHANGED")).toMatchObject({
    severity: "error",
    message: "Who sees what of it differs: owners and the council sign that.",
  });
  await project.act("certify", "orders", "--emergency", "--reason", "The board meets");
  await project.approve("orders", "alice", "carol");
  expect((await project.check()).approvals["orders@1"]).toEqual({
    business: "alice",
    technical: null,
    council: [1, 2],
  });
  await project.approve("orders", "dave");
  expect((await project.check()).effective["orders@1"]).toBe("provisional");
  const whole = await governedProject();
  await widened(whole);
  await whole.approve("revenue", ...EVERYBODY);
  // Refunds, of which nothing is restricted, may be grouped by the orders that are: told, and nobody's to sign.
  expect(told(await whole.check())).toEqual(["GROUPED_ACCESS_CHANGED refunds@1"]);
});

test("to do without security is to loosen the policy", async () => {
  const project = await reviewedProject();
  project.edit("governance/policy.yaml", "security: { members: [grace] }\n", "");
  const report = await project.check();
  expect(report.findings.filter(({ rule }) => rule === "CONFIG_LOOSENED")).toMatchObject([
    { severity: "error", cause: "who signs where access changes" },
  ]);
  await widened(project);
  await project.approve("revenue", ...FOUR, "finn");
  expect((await project.check()).approvals["revenue@1"]).toMatchObject({ security: [0, 1] });
});

test.each([
  ["{ members: [grace], quorum: 2 }", "at most the number of members, 1"],
  ["{ members: [grace, grace] }", "a list that names everybody once"],
  ["{ members: [] }", "at most the number of members, 0"],
  ["{ quorum: 1 }", "members"],
])("a policy says who security is: %s", async (security, message) => {
  const project = await governedProject();
  project.write({ "governance/policy.yaml": `${POLICY}security: ${security}\n` });
  const { code, stdout } = await project.assay("check", "--all", "--format", "json");
  expect([code, JSON.parse(stdout).findings[0].message]).toEqual([2, expect.stringContaining(message)]);
});

test("a policy of rows that a metric may only be grouped by is told, though its certification stands", async () => {
  const project = await governedProject();
  const customers = (fields: string) => `---\npolicy: customers\nroles:\n  analyst: { rows: all, fields: ${fields} }\n`;
  project.write({ [POLICIES]: `${project.read(POLICIES)}${customers("[segment]")}` });
  const added = await project.check();
  // `key_revenue` is made of them: its filter names a segment.
  expect(told(added)).toEqual([
    "ACCESS_CHANGED key_revenue@1",
    "CERT_STALE key_revenue@1",
    "GROUPED_ACCESS_CHANGED net_revenue@1",
  ]);
  expect(added.findings[2]).toMatchObject({
    severity: "warning",
    message: "Who sees what of it by customers differs: have security look at it.",
    effects: ["order_value@1", "orders@1", "refunds@1", "revenue@1"],
  });
  expect(added.effective["revenue@1"]).toBe("certified");
  project.git("branch", "--quiet", "--force", "main", project.commit());
  project.edit(POLICIES, "fields: [segment]", "fields: all");
  const widened = await project.check();
  expect(widened.findings.find(({ rule }) => rule === "GROUPED_ACCESS_CHANGED")).toMatchObject({
    file: POLICIES,
    cause: expect.stringContaining("policy customers: roles.analyst.fields"),
  });
});
