import { describe, expect, test } from "vitest";
import { digestOf } from "../../src/governance/ledger/print-event.ts";
import { EVERYBODY, governedProject, TODAY, told } from "../support/governed-project.ts";

const REVENUE = "metrics/finance/revenue.yaml";
const PAID = "filter: status = 'paid'";
const NOT_CANCELLED = "filter: status <> 'cancelled'";

describe("a change, from the edit to the merge", () => {
  test("proposed it waits, and every approval is counted", async () => {
    const project = await governedProject();
    project.edit(REVENUE, PAID, NOT_CANCELLED);
    const written = await project.act("propose", "--reason", "Placed orders count");
    expect(written).toMatch(/^wrote governance\/certifications\/net_revenue\/0002\.json$/m);
    expect(written).toMatch(/^next: assay approve 2026-11-21-[0-9a-f]{8} --key FILE, by owners and council$/m);
    const waiting = await project.check();
    expect([waiting.status, waiting.exit, told(waiting)]).toEqual([
      "awaiting-approval",
      1,
      ["QUORUM_NOT_MET net_revenue@1", "QUORUM_NOT_MET order_value@1", "QUORUM_NOT_MET revenue@1"],
    ]);
    expect(waiting.approvals).toEqual({
      "net_revenue@1": { business: null, technical: null, council: [0, 2] },
      "order_value@1": { business: null, technical: null, council: [0, 2] },
      "revenue@1": { business: null, technical: null, council: [0, 2] },
    });
    await project.approve("revenue", "alice", "carol");
    expect((await project.check()).approvals["revenue@1"]).toEqual({
      business: "alice",
      technical: null,
      council: [1, 2],
    });
    await project.approve("revenue", "bob", "dave");
    const done = await project.check();
    expect([told(done), done.exit]).toEqual([[], 0]);
    expect(new Set(Object.values(done.effective))).toEqual(new Set(["certified", "none"]));
  });

  test("one signature covers a batch, and the council alone signs for what an input brought about", async () => {
    const project = await governedProject();
    project.edit(REVENUE, PAID, NOT_CANCELLED);
    await project.act("certify", "revenue", "--cascade", "--reason", "Placed orders count");
    // Finn, who owns order_value, has not changed it.
    await project.approve("order_value", "alice", "bob", "carol", "dave");
    expect(told(await project.check())).toEqual([]);
  });

  test("whoever changes a metric besides does not get by without its owners", async () => {
    const project = await governedProject();
    project.edit(REVENUE, PAID, NOT_CANCELLED);
    project.edit(
      "metrics/finance/order_value.yaml",
      "denominator: orders",
      "denominator: { metric: orders, filter: status = 'paid' }",
    );
    await project.act("certify", "revenue", "--cascade", "--reason", "Placed orders count");
    await project.approve("revenue", "alice", "bob", "carol", "dave");
    const report = await project.check();
    expect([told(report), report.status]).toEqual([["QUORUM_NOT_MET order_value@1"], "awaiting-approval"]);
    expect(report.findings[0]).toMatchObject({ file: "metrics/finance/order_value.yaml", line: 7 });
    await project.approve("revenue", "finn");
    expect(told(await project.check())).toEqual([]);
  });

  test("without a base nobody signs an event that may be merged: another one follows it", async () => {
    const project = await governedProject();
    const certify = () => project.assay("certify", "revenue", "--reason", "Placed orders count", "--now", TODAY);
    project.edit(REVENUE, PAID, NOT_CANCELLED);
    expect((await certify()).stdout).toMatch(/^wrote .*revenue\/0002\.json$/m);
    // It lies here alone, so it cannot be merged.
    expect((await certify()).stdout).toContain("nothing to sign");
    project.git("branch", "--quiet", "--force", "main", project.commit());
    expect((await certify()).stdout).toMatch(/^wrote .*revenue\/0003\.json$/m);
    const { prev } = JSON.parse(project.read("governance/certifications/revenue/0003.json"));
    expect(prev).toBe(digestOf(JSON.parse(project.read("governance/certifications/revenue/0002.json"))));
  });

  test("an event is approved as it lies here, by a key of the base, once, and before it is merged", async () => {
    const project = await governedProject();
    const approve = (what: string, name: string) =>
      project.assay("approve", what, "--base", "main", "--now", TODAY, "--key", project.key(name));
    expect((await approve("revenue", "erin")).stderr).toContain("was merged, and is not changed any more");
    project.edit(REVENUE, PAID, NOT_CANCELLED);
    await project.act("certify", "revenue", "--reason", "Placed orders count");
    expect((await approve("revenue", "mallory")).stderr).toContain("The key belongs to nobody who may approve.");
    await project.approve("revenue", "alice");
    expect((await approve("revenue", "alice")).stderr).toContain("alice has approved it already.");
    project.edit(REVENUE, NOT_CANCELLED, "filter: status = 'placed'");
    expect((await approve("revenue", "bob")).stderr).toContain(
      "is about another definition than the one that lies here",
    );
    expect((await approve("nothing", "bob")).stderr).toContain('There is no event of "nothing" to approve.');
  });
});

describe("time", () => {
  test("what runs out warns changes elsewhere, and stops those that touch it", async () => {
    const project = await governedProject();
    project.edit("metrics/web/visits.yaml", "Visits of the shop.", "All visits.");
    const soon = await project.check(["--now", "2027-05-01"]);
    expect(new Set(soon.findings.map(({ rule, severity }) => `${severity} ${rule}`))).toEqual(
      new Set(["warning CERT_EXPIRES_SOON"]),
    );
    const elsewhere = await project.check(["--now", "2027-05-19"]);
    expect(new Set(elsewhere.findings.map(({ rule, severity }) => `${severity} ${rule}`))).toEqual(
      new Set(["warning CERT_EXPIRED"]),
    );
    expect([elsewhere.exit, elsewhere.effective["revenue@1"]]).toEqual([0, "expired"]);
    project.edit("metrics/finance/refunds.yaml", "The refunds of the shop.", "All that went back.");
    const touching = await project.check(["--now", "2027-05-19"]);
    expect(touching.findings.filter(({ severity }) => severity === "error")).toMatchObject([
      { rule: "CERT_EXPIRED", subject: "refunds@1", fix: "assay renew refunds" },
    ]);
    expect((await project.check(["--all", "--now", "2027-05-19"])).exit).toBe(1);
  });

  test("a renewal certifies for longer, and what is made of it for no longer than itself", async () => {
    const project = await governedProject();
    const late = ["--now", "2027-05-01"];
    await project.act("renew", "net_revenue", ...late);
    expect(JSON.parse(project.read("governance/certifications/net_revenue/0002.json"))).toMatchObject({
      issued: "2027-05-01",
      expires: "2027-05-19",
      reason: "renewed as it was",
    });
    await project.act("renew", "refunds", "--expires", "2027-06-30", ...late);
    expect(JSON.parse(project.read("governance/certifications/refunds/0002.json"))).toMatchObject({
      expires: "2027-06-30",
    });
  });
});

describe("emergencies", () => {
  test("one owner suspends at once, and what is made of it is worth no more", async () => {
    const project = await governedProject();
    await project.act("suspend", "revenue", "--reason", "The feed doubled rows", "--key", project.key("bob"));
    project.edit(REVENUE, "certification: certified", "certification: suspended");
    const report = await project.check();
    expect(report.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(report.effective).toMatchObject({
      "revenue@1": "suspended",
      "net_revenue@1": "suspended",
      "order_value@1": "suspended",
      "orders@1": "certified",
    });
  });

  test("one owner and one of the council certify for three days, and no longer", async () => {
    const project = await governedProject();
    project.edit("metrics/models/returns.sql", "WHERE NOT voided", "WHERE NOT coalesce(voided, false)");
    await project.act("certify", "refunds", "--cascade", "--emergency", "--reason", "Rows without the flag were lost");
    await project.approve("refunds", "bob", "erin");
    for (const name of ["refunds", "net_revenue"]) {
      project.edit(`metrics/finance/${name}.yaml`, "certification: certified", "certification: provisional");
    }
    const report = await project.check();
    expect([told(report), report.exit]).toEqual([[], 0]);
    expect(report.effective).toMatchObject({ "refunds@1": "provisional", "net_revenue@1": "provisional" });
    const later = await project.check(["--now", "2026-11-24"]);
    expect(later.effective).toMatchObject({ "refunds@1": "suspended", "net_revenue@1": "suspended" });
    expect(told(later)).toEqual(["CLAIM_UNSUPPORTED net_revenue@1", "CLAIM_UNSUPPORTED refunds@1"]);
  });

  test("the council revokes, and only the council", async () => {
    const project = await governedProject();
    await project.act("revoke", "orders", "--reason", "Counted twice");
    await project.approve("orders", "alice", "bob");
    expect(told(await project.check())).toEqual(["QUORUM_NOT_MET orders@1"]);
    await project.approve("orders", "dave", "erin");
    const report = await project.check();
    expect(report.effective).toMatchObject({ "orders@1": "revoked", "order_value@1": "revoked" });
    expect(told(report)).toContain("CLAIM_UNSUPPORTED orders@1");
  });
});

describe("the ledger and versions", () => {
  test("the first broken link of every chain is shown", async () => {
    const project = await governedProject();
    const sound = await project.assay("ledger", "verify", "--now", TODAY);
    expect(sound).toMatchObject({ code: 0, stdout: "6 events of 6 metrics, 0 broken links\n" });
    await project.act("renew", "revenue");
    await project.approve("revenue", ...EVERYBODY.filter((name) => name !== "finn"));
    const first = "governance/certifications/revenue/0001.json";
    project.edit(first, '"reason": "FY27 definitions"', '"reason": "FY27"');
    project.write({ "governance/certifications/orders/0001.json": "{}" });
    const broken = await project.assay("ledger", "verify", "--now", TODAY, "--format", "json");
    expect(broken.code).toBe(1);
    expect(JSON.parse(broken.stdout).broken.map(({ path }: { path: string }) => path)).toEqual([
      "governance/certifications/orders/0001.json",
      first,
    ]);
    expect((await project.assay("ledger")).code).toBe(2);
  });

  test("a version is raised in the file, the rest of which stays as it is", async () => {
    const project = await governedProject();
    const compact = "# of ours\n{ metric: counted, description: All., owner: web, model: visits, measure: count(*) }\n";
    project.write({
      "metrics/web/counted.yaml": compact,
      "metrics/web/seen.yaml":
        "metric: seen\r\nversion: 7 # so far\r\nowner: web\r\nmodel: visits\r\nmeasure: count(visit_id)\r\n",
    });
    await project.act("version", "counted");
    await project.act("version", "seen");
    expect(project.read("metrics/web/counted.yaml")).toBe(compact.replace("counted,", "counted, version: 2,"));
    expect(project.read("metrics/web/seen.yaml")).toContain("metric: seen\r\nversion: 8 # so far\r\nowner");
    expect(await project.assay("version", "nothing")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no metric "nothing".'),
    });
  });

  test("a version is added beside the one that there is, which the name goes on meaning; three live at most", async () => {
    const project = await governedProject();
    const first = project.read("metrics/web/visits.yaml");
    expect(await project.act("version", "visits", "--keep")).toContain("visits@2 lives beside it");
    expect(project.read("metrics/web/visits.yaml")).toBe(first.replace("visits\n", "visits\ndefault_version: 1\n"));
    const second = project.read("metrics/web/visits@2.yaml");
    expect(second).toBe(first.replace("visits\n", "visits\nversion: 2\n"));
    await project.act("version", "visits@2", "--keep");
    expect(project.read("metrics/web/visits@2.yaml")).toBe(second);
    expect(project.read("metrics/web/visits@3.yaml")).toBe(second.replace("version: 2", "version: 3"));
    expect(await project.assay("version", "visits", "--keep")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("visits lives in 3 versions already."),
    });
    expect(await project.assay("version", "visits")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("assay version visits --keep adds the next one"),
    });
  });
});
