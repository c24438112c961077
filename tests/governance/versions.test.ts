import { describe, expect, test } from "vitest";
import { EVERYBODY, type GovernedProject, governedProject, told, usage } from "../support/governed-project.ts";

const REVENUE = "metrics/finance/revenue.yaml";
const SECOND = "metrics/finance/revenue@2.yaml";
const KEY_REVENUE = "metrics/finance/key_revenue.yaml";

/** Merges what the branch has, and goes on from there on a new one. */
function merge(project: GovernedProject): void {
  project.commit();
  project.git("branch", "--quiet", "--force", "main", "HEAD");
}

/** With a second version of `revenue`, certified, beside the first on main; the bare name means the first. */
async function twoVersions(): Promise<GovernedProject> {
  const project = await governedProject();
  await project.act("version", "revenue", "--keep");
  const copy = project.read(SECOND).replace("filter: status = 'paid'", "filter: status <> 'placed'");
  project.write({ [SECOND]: copy.replace(/^tests:[^]*$/m, "") });
  await project.act("certify", "revenue@2", "--reason", "Counts refunds");
  await project.approve("revenue@2", ...EVERYBODY);
  await project.act("lock");
  return project;
}

describe("a version beside another", () => {
  test("is added without concerning those who use the first, and is certified by itself", async () => {
    const project = await twoVersions();
    project.commit();
    const report = await project.check();
    expect(report.diff.map(({ metric, categories }) => [metric, ...categories])).toEqual([
      ["revenue@1", "governance"],
      ["revenue@2", "additive"],
    ]);
    expect(report.effective).toMatchObject({ "revenue@1": "certified", "revenue@2": "certified" });
    expect(told(report)).toEqual([]);
    expect(project.read("metrics.lock")).toMatch(/^metric revenue@1 .*\nmetric revenue@2 /m);
    expect(project.read(REVENUE)).toContain("metric: revenue\ndefault_version: 1\n");
    expect(JSON.parse(project.read("governance/certifications/revenue/0002.json"))).toMatchObject({
      metric: "revenue",
      version: 2,
      seq: 2,
    });
  });

  test("is suspended without the other", async () => {
    const project = await twoVersions();
    merge(project);
    await project.act("suspend", "revenue@1", "--reason", "The feed doubled rows", "--key", project.key("alice"));
    project.commit();
    const { effective } = await project.check();
    expect(effective).toMatchObject({ "revenue@1": "suspended", "revenue@2": "certified" });
  });

  test("cannot be certified in one go with the other, as their events are one chain", async () => {
    const project = await twoVersions();
    const { code, stderr } = await project.assay("certify", "revenue", "revenue@2", "--reason", "Both");
    expect([code, stderr]).toEqual([1, expect.stringContaining("their events are one chain")]);
  });

  test("becomes what the name means only by signatures, though it was certified before", async () => {
    const project = await twoVersions();
    merge(project);
    project.edit(REVENUE, "default_version: 1", "default_version: 2");
    const report = await project.check();
    expect(told(report)).toContain("DEFAULT_VERSION_MOVED revenue@2");
    expect(told(report)).not.toContain("BREAKING_CHANGE revenue@2");
    expect(report.findings.find(({ rule }) => rule === "DEFAULT_VERSION_MOVED")).toMatchObject({
      message: "revenue meant version 1 and means version 2, which nobody signed for with this change.",
      cause: "metric revenue: default_version was 1, is 2",
    });
    expect(report.diff.find(({ metric }) => metric === "revenue@2")?.categories).toContain("breaking");
    expect(report.consumers).toContainEqual(expect.objectContaining({ metric: "revenue@1", calls: 40 }));

    await project.act("certify", "revenue", "--reason", "Everybody has moved");
    await project.approve("revenue", ...EVERYBODY);
    project.commit();
    expect(told(await project.check())).not.toContain("DEFAULT_VERSION_MOVED revenue@2");
  });

  test("that is asked for by name and number is not removed, whatever takes its place", async () => {
    const project = await twoVersions();
    merge(project);
    project.write({ [REVENUE]: null, [SECOND]: project.read(SECOND).replace("default_version: 1\n", "") });
    project.commit("Remove the first");
    const report = await project.check();
    expect(told(report)).toEqual(
      expect.arrayContaining([
        "METRIC_REMOVED_IN_USE revenue@1",
        "REMOVED_WITHOUT_DEPRECATION revenue@1",
        "DEFAULT_VERSION_MOVED revenue@2",
      ]),
    );
  });

  test("that nobody asks for leaves by a deprecation of its own, and the other goes on", async () => {
    const project = await twoVersions();
    await project.act("deprecate", "revenue@2", "--sunset", "2026-12-31", "--reason", "Nobody wants it");
    await project.approve("revenue@2", "alice", "bob");
    project.write({ "governance/usage/2026-12.json": usage("2026-11-21", "2027-01-04", { revenue: 9 }) });
    merge(project);
    project.write({ [SECOND]: null });
    project.commit("Remove the second");
    const early = await project.check();
    expect(told(early)).toContain("SUNSET_NOT_REACHED revenue@2");
    await project.act("retire", "revenue@2", "--reason", "It is over", "--now", "2027-01-05");
    for (const name of ["alice", "bob"]) {
      await project.act("approve", "revenue@2", "--key", project.key(name), "--now", "2027-01-05");
    }
    project.commit();
    const late = await project.check(["--now", "2027-01-05"]);
    expect(told(late).filter((finding) => finding.endsWith("revenue@2"))).toEqual([]);
    expect(told(late)).not.toContain("NAME_RESERVED revenue@1");
    expect(late.effective).toMatchObject({ "revenue@1": "certified" });
  });
});

describe("a rename", () => {
  const alias = "metric: key_revenue\nalias_of: vip\nsunset: 2026-12-31\n";

  /** What `key_revenue` was is called `vip`. */
  async function renamed(): Promise<GovernedProject> {
    const project = await governedProject();
    const vip = project.read(KEY_REVENUE).replace("metric: key_revenue", "metric: vip");
    project.write({ "metrics/finance/vip.yaml": vip.replace("certification: certified\n", "") });
    return project;
  }

  test("is known by what it computes, and told to keep the name as a former one", async () => {
    const project = await renamed();
    project.write({ [KEY_REVENUE]: null });
    project.commit();
    const { findings } = await project.check();
    expect(findings.find(({ rule }) => rule === "REMOVED_WITHOUT_DEPRECATION")?.fix).toBe(
      "keep its name for those who use it: { metric: key_revenue, alias_of: vip, sunset: DAY }",
    );
  });

  test("with the former name kept removes nothing, and what was signed of that name stands", async () => {
    const project = await renamed();
    project.write({ [KEY_REVENUE]: alias });
    project.commit();
    const report = await project.check();
    expect(told(report)).toEqual([]);
    expect(report.effective).toMatchObject({ "key_revenue@1": "certified", "vip@1": "none" });
  });

  test("to a former name of another metric gives other numbers", async () => {
    const project = await renamed();
    project.write({ [KEY_REVENUE]: alias.replace("vip", "revenue") });
    project.commit();
    const report = await project.check();
    expect(told(report)).toContain("CERT_STALE key_revenue@1");
    expect(report.effective["key_revenue@1"]).toBe("stale");
  });

  test("leaves the former name as long as a deprecation would", async () => {
    const project = await renamed();
    project.write({ [KEY_REVENUE]: alias.replace("2026-12-31", "2026-11-22") });
    project.commit();
    const { findings } = await project.check();
    expect(findings.map(({ rule, message }) => [rule, message])).toEqual([
      ["SUNSET_TOO_SOON", "Its name is to end on 2026-11-22; renamed today that may be 2026-12-21 at the earliest."],
    ]);
    project.write({ [KEY_REVENUE]: alias });
    merge(project);
    project.edit(KEY_REVENUE, "2026-12-31", "2026-12-25");
    expect((await project.check()).findings.map(({ message }) => message)).toEqual([
      "Its name is to end on 2026-12-25, and 2026-12-31 was promised.",
    ]);
  });

  test("is no way to go on asking for what was suspended", async () => {
    const project = await renamed();
    project.write({ [KEY_REVENUE]: alias });
    await project.act("certify", "vip", "--reason", "By its new name");
    await project.approve("vip", ...EVERYBODY);
    merge(project);
    expect((await project.check()).effective).toMatchObject({ "key_revenue@1": "certified", "vip@1": "certified" });
    await project.act("suspend", "vip", "--reason", "The feed doubled rows", "--key", project.key("alice"));
    project.commit();
    expect((await project.check()).effective).toMatchObject({ "key_revenue@1": "suspended", "vip@1": "suspended" });
  });

  test("holds until the sunset that the former name says", async () => {
    const project = await renamed();
    project.write({ [KEY_REVENUE]: alias });
    merge(project);
    project.write({ [KEY_REVENUE]: null });
    project.commit();
    expect(told(await project.check())).toContain("SUNSET_NOT_REACHED key_revenue@1");
  });
});
