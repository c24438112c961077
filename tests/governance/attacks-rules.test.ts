import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadGoverned } from "../../src/governance/index.ts";
import { runHere } from "../cli/terminal.ts";
import { createGitRepository } from "../support/git-repository.ts";
import {
  EVERYBODY,
  type GovernedProject,
  governedProject,
  keyRing,
  onProject,
  POLICY,
  startedFiles,
  TODAY,
  told,
} from "../support/governed-project.ts";

const POLICY_FILE = "governance/policy.yaml";
const REVENUE = "metrics/finance/revenue.yaml";

function change(project: GovernedProject, text: string): void {
  project.write({ [POLICY_FILE]: text });
  project.commit();
}

describe("rules and keys", () => {
  test("whoever loosens the policy is judged by the one before", async () => {
    const project = await governedProject();
    change(
      project,
      POLICY.replace("quorum: 2", "quorum: 1").concat("rules: { CERT_STALE: off, POLICY_CHANGE_UNAPPROVED: off }\n"),
    );
    project.edit(REVENUE, "filter: status = 'paid'", "filter: status = 'placed'");
    const report = await project.check();
    expect(told(report)).toEqual([
      `CONFIG_LOOSENED ${POLICY_FILE}`,
      `CONFIG_LOOSENED ${POLICY_FILE}`,
      `POLICY_CHANGE_UNAPPROVED ${POLICY_FILE}`,
      "CERT_STALE revenue@1",
    ]);
    expect(report.findings.map(({ cause }) => cause).slice(0, 2)).toEqual([
      "the quorum of the council",
      "the severity of a rule",
    ]);
    expect(report.exit).toBe(1);
  });

  test("whoever adds themselves to the council signs for nothing", async () => {
    const project = await governedProject();
    project.write({
      [POLICY_FILE]: POLICY.replace("members: [carol, dave, erin]", "members: [carol, dave, erin, mallory]"),
      "governance/allowed_signers": `${project.read("governance/allowed_signers")}mallory ${keyRing().publicKey("mallory")}\n`,
    });
    project.commit();
    const unapproved = await project.check();
    expect(told(unapproved)).toEqual([`POLICY_CHANGE_UNAPPROVED ${POLICY_FILE}`]);
    expect(unapproved.findings[0]?.effects).toEqual(["governance/allowed_signers"]);
    await project.act("propose", POLICY_FILE, "--reason", "Mallory joins");
    const asMallory = ["approve", POLICY_FILE, "--base", "main", "--now", TODAY, "--key", project.key("mallory")];
    expect(await project.assay(...asMallory)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("The key belongs to nobody who may approve."),
    });
    const asOwner = ["approve", POLICY_FILE, "--base", "main", "--now", TODAY, "--key", project.key("alice")];
    expect(await project.assay(...asOwner)).toMatchObject({ code: 1 });
    await project.approve(POLICY_FILE, "carol");
    const waiting = await project.check();
    expect([told(waiting), waiting.status, waiting.exit]).toEqual([
      [`QUORUM_NOT_MET ${POLICY_FILE}`],
      "awaiting-approval",
      1,
    ]);
    await project.approve(POLICY_FILE, "dave");
    project.commit();
    expect(told(await project.check())).toEqual([]);
    // What they approved is that change, and no other.
    project.edit(POLICY_FILE, "quorum: 2", "quorum: 1");
    expect(told(await project.check())).toEqual([
      `CONFIG_LOOSENED ${POLICY_FILE}`,
      `POLICY_CHANGE_UNAPPROVED ${POLICY_FILE}`,
    ]);
  });

  test("events are issued and approved under the rules of the base, also in a change of rules", async () => {
    const project = await governedProject();
    change(project, POLICY.replace("quorum: 2", "quorum: 1"));
    project.edit(REVENUE, "filter: status = 'paid'", "filter: status <> 'cancelled'");
    await project.act("certify", "revenue", "--cascade", "--reason", "Placed counts");
    await project.approve("revenue", "alice", "bob", "carol");
    const report = await project.check();
    expect(told(report)).toContain("QUORUM_NOT_MET revenue@1");
    expect(report.approvals["revenue@1"]).toEqual({ business: "alice", technical: "bob", council: [1, 2] });
  });

  test("without its policy nothing is certified, and that is no way out", async () => {
    const project = await governedProject();
    project.write({ [POLICY_FILE]: null });
    project.commit();
    const report = await project.check();
    expect(told(report)).toContain(`POLICY_CHANGE_UNAPPROVED ${POLICY_FILE}`);
    expect(report.exit).toBe(1);
  });

  test("a policy that never was in force is not kept among the former ones", async () => {
    const project = await governedProject();
    project.write({ "governance/policies/0001.yaml": "enforcement: demo\napproval: unsigned\n" });
    project.commit();
    expect(told(await project.check())).toEqual(["POLICY_CHANGE_UNAPPROVED governance/policies/0001.yaml"]);
    // Nor beside a comment, or a change that the council did approve.
    project.edit(POLICY_FILE, "quorum: 2 }", "quorum: 2 } # two");
    expect(told(await project.check())).toEqual(["POLICY_CHANGE_UNAPPROVED governance/policies/0001.yaml"]);
    project.write({ "governance/policies/0001.yaml": null, "governance/policies/0009.yaml": "enforcement: demo\n" });
    change(project, POLICY.replace("min_deprecation_days: 30", "min_deprecation_days: 40"));
    await project.act("propose", POLICY_FILE, "--reason", "More time");
    await project.approve(POLICY_FILE, "carol", "dave");
    project.commit();
    expect(told(await project.check())).toEqual(["POLICY_CHANGE_UNAPPROVED governance/policies/0009.yaml"]);
  });

  test("a history that was forged with other keys does not descend from the trusted one", async () => {
    const project = await governedProject();
    const root = JSON.parse(project.read("governance/certifications/revenue/0001.json")).policy;
    expect(told(await project.check([], { ASSAY_TRUST_ROOT: root }))).toEqual([]);
    // The same words, signed by others, pushed over main.
    const forgers = EVERYBODY.map((name) => `${name} ${keyRing().publicKey(`forged-${name}`)}\n`).join("");
    const files = {
      ...startedFiles(),
      [POLICY_FILE]: POLICY.replace("quorum: 2", "quorum: 1"),
      "governance/allowed_signers": forgers,
    };
    const forged = onProject(createGitRepository(files));
    await forged.act("certify", "revenue", "orders", "--reason", "Ours now");
    for (const name of ["alice", "bob", "carol"])
      await forged.act("approve", "revenue", "--key", forged.key(`forged-${name}`));
    forged.commit();
    const blind = await forged.check(["--all"]);
    expect(blind.effective["revenue@1"]).toBe("certified");
    const seen = await forged.check(["--all"], { ASSAY_TRUST_ROOT: root });
    expect([told(seen), seen.exit]).toEqual([[`TRUST_ROOT_UNKNOWN ${POLICY_FILE}`], 1]);
    expect(seen.effective["revenue@1"]).toBe("invalid");
    const { catalog } = loadGoverned(path.join(forged.folder, "metrics"), new Date(TODAY), root);
    expect(catalog?.certifications.get("revenue")).toMatchObject({ status: "invalid", certifiedAt: null });
    const metrics = path.join(forged.folder, "metrics");
    const verified = await runHere(["ledger", "verify", "--metrics", metrics, "--now", TODAY], {
      env: { ASSAY_TRUST_ROOT: root },
    });
    expect(verified).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("governance/policy.yaml: The first policy"),
    });
  });
});

describe("evidence", () => {
  test("tests that are gutted are not those that were signed", async () => {
    const project = await governedProject();
    project.edit(REVENUE, "expect: [{ revenue: 10 }]", "expect: [{ revenue: 15 }]");
    const report = await project.check();
    expect(told(report)).toEqual(["EVIDENCE_CHANGED revenue@1"]);
    const other = await governedProject();
    const text = other.read(REVENUE);
    other.write({ [REVENUE]: text.slice(0, text.indexOf("tests:")) });
    other.commit();
    expect(told(await other.check())).toEqual(["EVIDENCE_CHANGED revenue@1"]);
  });

  test("a contract with a source is signed along, and what it says stays", async () => {
    const project = await governedProject();
    project.git("switch", "--quiet", "main");
    project.write({ "contracts/returns.odcs.yaml": "kind: DataContract\nversion: 1.0.0\n" });
    project.commit();
    project.git("switch", "--quiet", "--create", "contract");
    await project.act("renew", "refunds", "--reason", "With a contract");
    await project.approve("refunds", "alice", "bob", "carol", "dave");
    project.git("branch", "--quiet", "--force", "main", project.commit());
    expect(told(await project.check())).toEqual([]);
    project.edit("contracts/returns.odcs.yaml", "kind: DataContract", "# ours\nkind: DataContract");
    expect(told(await project.check())).toEqual([]);
    project.edit("contracts/returns.odcs.yaml", "version: 1.0.0", "version: 2.0.0");
    const report = await project.check();
    expect(report.findings.map(({ rule, subject, file }) => [rule, subject, file])).toEqual([
      ["EVIDENCE_CHANGED", "refunds@1", "contracts/returns.odcs.yaml"],
    ]);
  });
});

describe("names, owners and shapes", () => {
  const unreadable: readonly (readonly [string, string, string, string, string])[] = [
    ["NAME_NOT_ASCII", REVENUE, "metric: revenue", "metric: rеvenue", REVENUE],
    [
      "NAME_NOT_ASCII",
      "metrics/web/visits.yaml",
      "metric: visits",
      'metric: "vis\u202eits"',
      "metrics/web/visits.yaml",
    ],
    ["YAML_INVALID", REVENUE, "tier: gold", "tier: gold\ntier: silver", REVENUE],
    ["YAML_INVALID", REVENUE, "tier: gold", "tier: [gold", REVENUE],
    ["DEFINITION_INVALID", REVENUE, "measure: sales", "measure: sale", REVENUE],
    [
      "CYCLE",
      "metrics/finance/net_revenue.yaml",
      "expr: revenue - refunds\ninputs: [revenue, ",
      "expr: order_value - refunds\ninputs: [order_value, ",
      "metrics/finance/net_revenue.yaml",
    ],
  ];
  test.each(unreadable)("%s stops everything else (%s)", async (rule, file, from, to, subject) => {
    const project = await governedProject();
    if (rule === "CYCLE")
      project.edit("metrics/finance/order_value.yaml", "numerator: revenue", "numerator: net_revenue");
    project.edit(file, from, to);
    const report = await project.check();
    expect([report.exit, report.status]).toEqual([2, "unusable"]);
    expect(report.findings.map((one) => one.rule)).toContain(rule);
    if (rule !== "CYCLE") expect(report.findings[0]).toMatchObject({ rule, subject, file });
    expect(report.findings.filter((one) => one.rule.startsWith("CERT_"))).toEqual([]);
  });

  test("a policy that cannot be read is no policy", async () => {
    const project = await governedProject();
    change(project, POLICY.replace("quorum: 2", "quorum: 9"));
    const report = await project.check();
    expect([report.exit, report.findings[0]?.file]).toEqual([2, POLICY_FILE]);
  });

  test("the same meaning under another name is told", async () => {
    const project = await governedProject();
    project.write({
      "metrics/web/turnover.yaml":
        "metric: turnover\ndescription: Ours.\nowner: web\nunit: USD\nmodel: orders\nmeasure: sum(amount)\nfilter: ('paid' = status)\n",
    });
    project.commit();
    const report = await project.check();
    expect([told(report), report.exit]).toEqual([["DUPLICATE_SEMANTICS turnover@1"], 0]);
    expect(report.findings[0]).toMatchObject({ severity: "warning", message: expect.stringContaining("revenue@1") });
    expect((await project.check(["--strict"])).exit).toBe(1);
  });

  test("a team that nobody is in owns nothing", async () => {
    const project = await governedProject();
    project.edit("metrics/web/visits.yaml", "owner: web", "owner: ghosts");
    const report = await project.check();
    expect([told(report), report.findings[0]?.cause, report.exit]).toEqual([
      ["OWNER_UNKNOWN visits@1"],
      "team ghosts",
      1,
    ]);
  });

  test("a number is worth no more than what it is made of", async () => {
    const project = await governedProject();
    project.write({
      "metrics/finance/per_visit.yaml":
        "metric: per_visit\ndescription: Revenue a visit.\nowner: { business: finance-data, technical: data-platform }\ncertification: certified\nnumerator: revenue\ndenominator: visits\n",
    });
    project.commit();
    expect(await project.act("certify", "per_visit", "--reason", "New")).toContain(
      "per_visit lacks a certified visits\n  help: assay certify visits\n",
    );
    await project.approve("per_visit", "alice", "bob", "carol", "dave");
    const report = await project.check();
    expect([told(report), report.exit]).toEqual([["CERT_ON_UNCERTIFIED per_visit@1"], 1]);
    expect(report.effective["per_visit@1"]).toBe("none");
  });
});

describe("histories", () => {
  test("a number is worth no more than the metrics that its conditions name", async () => {
    const project = await governedProject();
    project.edit(REVENUE, "filter: status = 'paid'", "filter: [status = 'paid', \"metric('refunds', 'order') > 0\"]");
    await project.act("certify", "revenue", "--cascade", "--reason", "Only what came back");
    await project.approve("revenue", ...EVERYBODY);
    expect((await project.check()).effective["revenue@1"]).toBe("certified");
    await project.act("revoke", "refunds", "--reason", "Rows are lost");
    await project.approve("refunds", "carol", "dave");
    const report = await project.check();
    expect(report.effective).toMatchObject({
      "revenue@1": "revoked",
      "order_value@1": "revoked",
      "orders@1": "certified",
    });
    expect(told(report)).toContain("CERT_ON_UNCERTIFIED revenue@1");
  });

  test("a link between definitions is read at a base as in a working tree", async () => {
    const project = await governedProject();
    symlinkSync("returns.sql", path.join(project.folder, "metrics/models/alias.sql"));
    project.git("branch", "--quiet", "--force", "main", project.commit());
    project.edit(REVENUE, "filter: status = 'paid'", "filter: status = 'placed'");
    const report = await project.check();
    expect([told(report), report.exit]).toEqual([["CERT_STALE revenue@1"], 1]);
  });

  test("a base that does not load cannot tell", async () => {
    const project = await governedProject();
    project.edit("metrics/finance/orders.yaml", "count(*)", "count(nothing)");
    project.git("branch", "--quiet", "--force", "main", "HEAD");
    project.edit("metrics/finance/orders.yaml", "count(nothing)", "count(*)");
    project.edit(REVENUE, "filter: status = 'paid'", "filter: status = 'placed'");
    const asked = ["check", "--base", "main", "--now", TODAY, "--format", "json"];
    const ended = await project.assay(...asked);
    expect([ended.code, JSON.parse(ended.stdout).error.code]).toEqual([3, "BASE_UNUSABLE"]);
    expect((await project.check(["--base", "main~1"])).exit).toBe(1);
  });

  test("a checkout without its history cannot tell", async () => {
    const project = await governedProject();
    project.edit(REVENUE, "unit: USD", "unit: USD\ntags: [a]");
    const folder = mkdtempSync(path.join(tmpdir(), "assay-shallow-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    project.git("clone", "--quiet", "--depth", "1", "--branch", "change", `file://${project.folder}`, folder);
    const check = ["check", "--metrics", path.join(folder, "metrics"), "--now", TODAY, "--base"];
    const lost = await runHere([...check, "origin/main"]);
    expect(lost).toMatchObject({ code: 3, stdout: "", stderr: expect.stringContaining("fetch-depth: 0") });
    expect((await runHere([...check, "nowhere", "--format", "json"])).code).toBe(3);
    expect((await runHere(["diff", ...check.slice(1), "nowhere"])).code).toBe(3);
  });

  test("two changes that are green by themselves are red together, and the merge tells", async () => {
    const project = await governedProject();
    project.write({
      "metrics/finance/refund_share.yaml":
        "metric: refund_share\ndescription: Of revenue.\nowner: { business: finance-data, technical: data-platform }\ncertification: certified\nnumerator: refunds\ndenominator: revenue\n",
    });
    await project.act("certify", "refund_share", "--reason", "New");
    await project.approve("refund_share", "alice", "bob", "carol", "dave");
    await project.act("lock");
    project.commit();
    expect(told(await project.check())).toEqual([]);

    project.git("switch", "--quiet", "--create", "other", "main");
    project.edit(REVENUE, "filter: status = 'paid'", "filter: status <> 'cancelled'");
    await project.act("certify", "revenue", "--cascade", "--reason", "Placed counts");
    await project.approve("revenue", ...EVERYBODY);
    await project.act("lock");
    project.commit();
    expect(told(await project.check())).toEqual([]);

    project.git("switch", "--quiet", "main");
    project.git("merge", "--quiet", "change");
    project.git("switch", "--quiet", "--create", "queue");
    project.git("merge", "--quiet", "--strategy-option", "ours", "--message", "Merge", "other");
    const merged = await project.check();
    expect([told(merged), merged.exit]).toEqual([["CERT_STALE refund_share@1"], 1]);
    expect(merged.findings[0]).toMatchObject({
      file: REVENUE,
      cause: expect.stringContaining("metric revenue: filter"),
    });
    // And so does whoever looks at main afterwards, with nothing to compare with.
    expect(told(await project.check(["--all"]))).toEqual(["CERT_STALE refund_share@1"]);
    expect(merged.effective).toMatchObject({ "refund_share@1": "stale", "revenue@1": "certified" });
  });

  test("main may move on: what others changed there is not told to a change that did not touch it", async () => {
    const project = await governedProject();
    project.edit("metrics/web/visits.yaml", "Visits of the shop.", "All visits.");
    project.git("switch", "--quiet", "main");
    change(project, POLICY.replace("max: 1", "").concat("max_validity_days: 170\n"));
    project.git("switch", "--quiet", "change");
    const report = await project.check();
    expect(told(report).filter((one) => one.startsWith("POLICY") || one.startsWith("LEDGER"))).toEqual([]);
  });
});
