import { describe, expect, test } from "vitest";
import { type GovernedProject, governedProject, told, usage } from "../support/governed-project.ts";

const KEY_REVENUE = "metrics/finance/key_revenue.yaml";

function remove(project: GovernedProject, file: string): void {
  project.write({ [file]: null });
  project.commit("Remove it");
}

/** Merges what the branch has, and goes on from there on a new one. */
function merge(project: GovernedProject): void {
  project.commit();
  project.git("branch", "--quiet", "--force", "main", "HEAD");
}

/** With a deprecation of `key_revenue` until 2026-12-31 on main. */
async function deprecated(): Promise<GovernedProject> {
  const project = await governedProject();
  await project.act("deprecate", "key_revenue", "--sunset", "2026-12-31", "--reason", "One number is enough");
  await project.approve("key_revenue", "alice", "bob");
  expect(told(await project.check())).toEqual([]);
  merge(project);
  return project;
}

test("a metric that was certified is not removed without deprecation", async () => {
  const project = await governedProject();
  remove(project, KEY_REVENUE);
  const report = await project.check();
  expect([told(report), report.exit]).toEqual([["REMOVED_WITHOUT_DEPRECATION key_revenue@1"], 1]);
});

test("to rename a metric is to remove it, and its certification does not go along", async () => {
  const project = await governedProject();
  project.write({
    "metrics/finance/vip.yaml": project.read(KEY_REVENUE).replace("metric: key_revenue", "metric: vip"),
  });
  remove(project, KEY_REVENUE);
  const report = await project.check();
  expect(told(report)).toEqual(["REMOVED_WITHOUT_DEPRECATION key_revenue@1", "CLAIM_UNSUPPORTED vip@1"]);
  expect(report.findings[0]?.message).toContain("vip means the same now.");
});

test("a metric that is asked for is not removed, whatever its exposure becomes", async () => {
  const project = await governedProject();
  remove(project, "metrics/finance/order_value.yaml");
  const report = await project.check();
  expect(told(report)).toEqual(["METRIC_REMOVED_IN_USE order_value@1", "REMOVED_WITHOUT_DEPRECATION order_value@1"]);
  expect(report.findings[0]?.message).toContain("2 times in the last 35 days, by finance-portal");
  expect(report.consumers).toMatchObject([
    { client: "finance-portal", metric: "order_value@1", calls: 2, last_seen: "2026-11-20" },
  ]);
});

test.each([
  ["private: true", "metric order_value: private is new"],
  ["exposure: private", "metric order_value: exposure is new"],
  ["lifecycle: draft", "metric order_value: lifecycle is new"],
  ["lifecycle: retired", "metric order_value: lifecycle is new"],
])("to hide a metric first (%s) breaks those who ask for it", async (line, cause) => {
  const project = await governedProject();
  project.edit("metrics/finance/order_value.yaml", "unit: USD", `unit: USD\n${line}`);
  const report = await project.check();
  expect(told(report)[0]).toBe("BREAKING_CHANGE order_value@1");
  expect(report.findings[0]).toMatchObject({ line: 6, cause: expect.stringContaining(cause) });
});

test("a metric leaves after its sunset, with a tombstone, when nobody asks for it any more", async () => {
  const project = await deprecated();
  remove(project, KEY_REVENUE);
  const early = await project.check(["--now", "2026-12-15"]);
  expect(told(early)).toEqual(expect.arrayContaining(["SUNSET_NOT_REACHED key_revenue@1"]));
  expect(early.findings.map(({ message }) => message).join()).toContain("2026-12-31, the day that was promised");

  const unknown = await project.check(["--now", "2027-01-05"]);
  expect(told(unknown)).toEqual(["REMOVED_WITHOUT_DEPRECATION key_revenue@1", "USAGE_UNKNOWN key_revenue@1"]);

  // A log that comes with the removal proves nothing.
  project.write({ "governance/usage/2026-12.json": usage("2026-11-21", "2027-01-04", {}) });
  project.commit();
  expect(told(await project.check(["--now", "2027-01-05"]))).toContain("USAGE_UNKNOWN key_revenue@1");
  project.git("switch", "--quiet", "main");
  project.write({ "governance/usage/2026-12.json": usage("2026-11-21", "2027-01-04", {}) });
  project.commit();
  project.git("switch", "--quiet", "change");
  project.git("rebase", "--quiet", "main");
  expect(told(await project.check(["--now", "2027-01-05"]))).toEqual(["REMOVED_WITHOUT_DEPRECATION key_revenue@1"]);

  await project.act("retire", "key_revenue", "--reason", "Nobody asks for it", "--now", "2027-01-05");
  expect(told(await project.check(["--now", "2027-01-05"]))).toEqual([
    "QUORUM_NOT_MET key_revenue@1",
    "REMOVED_WITHOUT_DEPRECATION key_revenue@1",
  ]);
  for (const name of ["alice", "bob"]) {
    await project.act("approve", "key_revenue", "--key", project.key(name), "--now", "2027-01-05");
  }
  expect(told(await project.check(["--now", "2027-01-05"]))).toEqual([]);

  merge(project);
  expect(told(await project.check(["--all", "--now", "2027-01-05"]))).toEqual([]);
  // Its name stays taken, also by one who says that they own it.
  project.write({
    [KEY_REVENUE]: "metric: key_revenue\ndescription: Another.\nowner: web\nmodel: visits\nmeasure: sum(visit_id)\n",
  });
  project.commit();
  const again = await project.check(["--now", "2027-01-06"]);
  expect(told(again)).toContain("NAME_RESERVED key_revenue@1");
  expect(again.exit).toBe(1);
});

test("whoever drops the record of uses learns nothing from it", async () => {
  const project = await governedProject();
  remove(project, KEY_REVENUE);
  remove(project, "governance/usage/2026-11.json");
  expect(told(await project.check())).toEqual([
    "REMOVED_WITHOUT_DEPRECATION key_revenue@1",
    "USAGE_UNKNOWN key_revenue@1",
  ]);
});

test("a deprecation gives the time that the policy promises", async () => {
  const project = await governedProject();
  await project.act("deprecate", "key_revenue", "--sunset", "2026-12-01", "--reason", "Now");
  await project.approve("key_revenue", "alice", "bob");
  expect(told(await project.check())).toEqual(["SUNSET_TOO_SOON key_revenue@1"]);
});

describe("how long a metric stays is what its owners signed", () => {
  const after = "certification: certified\n";
  const mismatches = async (project: GovernedProject) =>
    (await project.check()).findings
      .filter(({ rule }) => rule === "LIFECYCLE_MISMATCH")
      .map(({ severity, subject, line, message }) => ({ severity, subject, line, message }));

  test("what its definition leaves out, or says alike, is in order", async () => {
    const project = await deprecated();
    expect(await mismatches(project)).toEqual([]);
    project.edit(KEY_REVENUE, after, `${after}lifecycle: deprecated\nsunset: 2026-12-31\n`);
    expect(await mismatches(project)).toEqual([]);
  });

  test("another day, another heir and a denial are told where they stand", async () => {
    const project = await deprecated();
    project.edit(KEY_REVENUE, after, `${after}lifecycle: deprecated\nsunset: 2026-12-01\nreplaced_by: revenue\n`);
    const found = { severity: "error", subject: "key_revenue@1" };
    expect(await mismatches(project)).toEqual([
      { ...found, line: 6, message: "Its sunset is 2026-12-01; event 2 deprecated it until 2026-12-31." },
      { ...found, line: 7, message: "Its replaced_by is revenue; event 2 deprecated it without one." },
    ]);
    project.edit(KEY_REVENUE, "deprecated\nsunset: 2026-12-01\nreplaced_by: revenue\n", "active\n");
    expect(await mismatches(project)).toEqual([
      { ...found, line: 5, message: "Its lifecycle is active; event 2 deprecated it on 2026-11-21." },
    ]);
    merge(project);
    project.edit("metrics/web/visits.yaml", "Visits of the shop.", "All visits.");
    expect(await mismatches(project)).toMatchObject([{ severity: "warning", subject: "key_revenue@1" }]);
  });

  test.each(["deprecated\nreplaced_by: revenue", "retired"])("nobody signed that it is %j", async (lifecycle) => {
    const project = await governedProject();
    project.edit(KEY_REVENUE, after, `${after}lifecycle: ${lifecycle}\n`);
    const [word] = lifecycle.split("\n");
    expect(await mismatches(project)).toEqual([
      {
        severity: "error",
        subject: "key_revenue@1",
        line: 5,
        message: `It says to be ${word}, which its owners did not sign.`,
      },
    ]);
    // Of what was never certified nobody has to sign anything.
    const free = await governedProject();
    free.edit("metrics/web/visits.yaml", "owner: web\n", `owner: web\nlifecycle: ${lifecycle}\n`);
    expect(await mismatches(free)).toEqual([]);
  });
});

test("a bare name means another version when owners and council say so, and not before", async () => {
  const project = await governedProject();
  await project.act("version", "key_revenue");
  expect(project.read(KEY_REVENUE)).toContain("metric: key_revenue\nversion: 2\n");
  project.commit();
  const report = await project.check();
  expect(told(report)).toEqual(["CLAIM_UNSUPPORTED key_revenue@2", "DEFAULT_VERSION_MOVED key_revenue@2"]);
  expect(report.effective["key_revenue@2"]).toBe("none");
  await project.act("certify", "key_revenue", "--reason", "Second definition");
  expect((await project.check()).status).not.toBe("ok");
  await project.approve("key_revenue", "alice", "bob", "carol", "erin");
  expect(told(await project.check())).toEqual([]);
  await project.act("version", "key_revenue");
  expect(project.read(KEY_REVENUE)).toContain("metric: key_revenue\nversion: 3\n");
});

test("a version that nobody signed hides behind no signature of the one before", async () => {
  const project = await governedProject();
  await project.act("renew", "key_revenue", "--reason", "For longer");
  await project.approve("key_revenue", "alice", "bob", "carol", "dave");
  await project.act("version", "key_revenue");
  project.edit(KEY_REVENUE, "certification: certified\n", "");
  project.edit(KEY_REVENUE, "status = 'paid'", "status = 'placed'");
  const report = await project.check();
  expect([told(report), report.exit]).toEqual([["DEFAULT_VERSION_MOVED key_revenue@2"], 1]);
});

test("a removed dimension breaks every metric that it was offered for, and is told once", async () => {
  const project = await governedProject();
  project.edit("metrics/models/customers.yaml", "dimensions:\n  segment:\n", "");
  project.edit(KEY_REVENUE, ", customer__segment = 'key'", "");
  const report = await project.check();
  expect(told(report)).toContain("BREAKING_CHANGE key_revenue@1");
  expect(report.findings.filter(({ rule }) => rule === "BREAKING_CHANGE")).toMatchObject([
    { file: "metrics/models/customers.yaml", effects: ["order_value@1", "orders@1", "refunds@1", "revenue@1"] },
  ]);
});

test("an owner who changes is signed for by the old and by the new one", async () => {
  const project = await governedProject();
  project.edit("metrics/finance/refunds.yaml", "business: finance-data", "business: web");
  const report = await project.check();
  expect(told(report)).toContain("OWNER_CHANGED refunds@1");
  await project.act("certify", "refunds", "--reason", "Web takes over");
  await project.approve("refunds", "finn", "bob", "carol", "dave");
  expect(told(await project.check())).toEqual(["OWNER_CHANGED refunds@1"]);
  await project.approve("refunds", "alice");
  expect(told(await project.check())).toEqual([]);
});

test("the owners sign for how much is asked of a metric", async () => {
  const project = await governedProject();
  project.edit("metrics/finance/revenue.yaml", "tier: gold\n", "");
  const report = await project.check();
  expect([told(report), report.exit]).toEqual([["OWNER_CHANGED revenue@1"], 1]);
  expect(report.findings[0]?.message).toBe("Its tier was gold and is none: the owners sign that.");
  await project.act("certify", "revenue", "--reason", "Less depends on it");
  await project.approve("revenue", "alice", "bob", "carol", "dave");
  expect(told(await project.check())).toEqual([]);
});

describe("what is certified no more is still not anybody's to change", () => {
  const EXPIRED = ["--now", "2027-06-01"];

  test("an expired metric changes hands, weight, version and unit by signatures only", async () => {
    const project = await governedProject();
    project.edit("metrics/finance/refunds.yaml", "business: finance-data", "business: web");
    project.edit("metrics/finance/revenue.yaml", "tier: gold\n", "");
    await project.act("version", "key_revenue");
    project.edit(KEY_REVENUE, "certification: certified\n", "");
    project.edit("metrics/finance/orders.yaml", "unit: orders", "unit: pieces");
    const report = await project.check(EXPIRED);
    expect(report.findings.filter(({ severity, rule }) => severity === "error" && !rule.startsWith("CERT_"))).toEqual([
      expect.objectContaining({ rule: "DEFAULT_VERSION_MOVED", subject: "key_revenue@2" }),
      expect.objectContaining({ rule: "BREAKING_CHANGE", subject: "orders@1" }),
      expect.objectContaining({ rule: "OWNER_CHANGED", subject: "refunds@1" }),
      expect.objectContaining({ rule: "OWNER_CHANGED", subject: "revenue@1" }),
    ]);
    await project.act("certify", "refunds", "--reason", "Web takes over", ...EXPIRED);
    for (const name of ["finn", "bob", "carol", "dave"])
      await project.act("approve", "refunds", "--key", project.key(name), ...EXPIRED);
    expect(told(await project.check(EXPIRED))).toContain("OWNER_CHANGED refunds@1");
    await project.act("approve", "refunds", "--key", project.key("alice"), ...EXPIRED);
    expect(told(await project.check(EXPIRED))).not.toContain("OWNER_CHANGED refunds@1");
  });

  test("an owner who suspends a metric does not so get rid of the other", async () => {
    const project = await governedProject();
    await project.act("suspend", "key_revenue", "--reason", "It is wrong", "--key", project.key("alice"));
    project.edit(KEY_REVENUE, "certification: certified\n", "");
    merge(project);
    expect((await project.check()).effective["key_revenue@1"]).toBe("suspended");
    project.edit(KEY_REVENUE, "technical: data-platform", "technical: web");
    expect(told(await project.check())).toEqual(["OWNER_CHANGED key_revenue@1"]);
  });

  test("nor does whoever let it grow stale", async () => {
    const project = await governedProject();
    project.edit(KEY_REVENUE, "status = 'paid'", "status = 'placed'");
    project.edit(KEY_REVENUE, "certification: certified\n", "");
    merge(project);
    expect((await project.check()).effective["key_revenue@1"]).toBe("stale");
    await project.act("version", "key_revenue");
    project.commit();
    expect(told(await project.check())).toEqual(["DEFAULT_VERSION_MOVED key_revenue@2"]);
  });
});

test("other numbers by a dimension are signed for, though the metric as a whole is what it was", async () => {
  const project = await governedProject();
  project.edit("metrics/models/orders.yaml", "  region:\n", "  region: { expr: lower(region) }\n");
  const report = await project.check();
  expect([told(report), report.exit]).toEqual([["GROUPS_CHANGED key_revenue@1"], 1]);
  expect(report.findings).toMatchObject([
    {
      file: "metrics/models/orders.yaml",
      line: 19,
      effects: ["net_revenue@1", "order_value@1", "orders@1", "refunds@1", "revenue@1"],
    },
  ]);
  await project.act("certify", "orders", "--reason", "Regions are told otherwise");
  expect((await project.check()).status).not.toBe("ok");
  await project.approve("orders", "alice", "bob", "carol", "dave");
  expect((await project.check()).findings).toMatchObject([
    { rule: "GROUPS_CHANGED", effects: ["net_revenue@1", "order_value@1", "refunds@1", "revenue@1"] },
  ]);
});
