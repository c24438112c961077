import path from "node:path";
import { describe, expect, test } from "vitest";
import { migrateFingerprints } from "../../src/governance/act/migrate.ts";
import { checkTree } from "../../src/governance/check/check.ts";
import { fingerprintsOf } from "../../src/governance/fingerprint/fingerprints.ts";
import { FP_1, type Spec, type Specs } from "../../src/governance/fingerprint/specs.ts";
import type { LedgerEvent } from "../../src/governance/ledger/event.ts";
import { digestOf, eventPath, printEvent } from "../../src/governance/ledger/print-event.ts";
import { governedCatalog } from "../../src/governance/load.ts";
import { lockTextOf } from "../../src/governance/lock.ts";
import { readTree, treeAt } from "../../src/governance/read-tree.ts";
import { openRepository } from "../../src/governance/repository.ts";
import type { GovernedTree } from "../../src/governance/tree.ts";
import { sha256 } from "../../src/std/index.ts";
import { EVERYBODY, type GovernedProject, governedProject, TODAY } from "../support/governed-project.ts";

/** One to come: of the same documents other hashes. */
const FP_2: Spec = {
  ...FP_1,
  name: "fp/2",
  hashesOf(reading, metric) {
    const { parts, certified } = FP_1.hashesOf(reading, metric);
    const again = (hash: string): string => sha256(`fp/2 ${hash}`);
    const { value, access, shape, meta } = parts;
    return {
      parts: { value: again(value), access: again(access), shape: again(shape), meta: again(meta) },
      certified: again(certified),
    };
  },
};

/** One that sees nothing of a definition but its name. */
const BLIND: Spec = {
  ...FP_2,
  hashesOf: (reading, metric) => ({ ...FP_2.hashesOf(reading, metric), certified: sha256(metric.id) }),
};

const BOTH: Specs = [FP_1, FP_2];
const REVENUE = "metrics/finance/revenue.yaml";

/** A tree as a program reads it that knows these. */
function knowing(tree: GovernedTree, specs: Specs): GovernedTree {
  return { ...tree, fingerprints: tree.catalog ? fingerprintsOf(tree.catalog, specs) : new Map() };
}

function headOf({ folder }: GovernedProject, specs = BOTH): GovernedTree {
  return knowing(readTree(path.join(folder, "metrics")), specs);
}

function mainOf({ folder }: GovernedProject, specs = BOTH): GovernedTree {
  return knowing(treeAt(openRepository(folder), path.join(folder, "metrics"), "main"), specs);
}

/** Writes the events and the lock, as the verb and an author do; the paths of the events. */
function migrate(project: GovernedProject, metrics: readonly string[] = [], specs = BOTH, day = TODAY): string[] {
  const [tree, base] = [headOf(project, specs), mainOf(project, specs)];
  const { files } = migrateFingerprints(tree, { metrics, reason: null, base, now: new Date(day) });
  project.write(Object.fromEntries(files));
  commit(project, specs);
  return [...files.keys()];
}

function commit(project: GovernedProject, specs = BOTH): void {
  project.write({ "metrics.lock": lockTextOf(headOf(project, specs)) ?? "" });
  project.commit();
}

/** `RULE subject` of each finding of a change, and what each metric is worth. */
function checked(project: GovernedProject, specs = BOTH, day = TODAY) {
  const [head, main] = [headOf(project, specs), mainOf(project, specs)];
  const how = { now: new Date(day), isWhole: false, isStrict: false, trustRoot: null };
  const { findings, effective, approvals, exit } = checkTree({ head, base: { start: main, target: main }, ...how });
  const told = findings.map(({ rule, subject }) => `${rule} ${subject}`);
  const messages = findings.map(({ message }) => message).join("\n");
  return { told, messages, effective: Object.fromEntries(effective), approvals: [...approvals], exit };
}

/** What a server makes of main. */
function served(project: GovernedProject, metric: string, specs: Specs) {
  const catalog = governedCatalog(mainOf(project, specs), new Date(TODAY), null)?.catalog;
  return catalog?.certifications.get(metric);
}

function merge(project: GovernedProject, next: string): void {
  project.git("switch", "--quiet", "main");
  project.git("merge", "--quiet", "--ff-only", "change");
  project.git("switch", "--quiet", "--create", next);
}

/** The migration of a metric as it should be but for this, whatever the verb says of it. */
function forged(project: GovernedProject, metric: string, draft: Partial<LedgerEvent>): LedgerEvent {
  const other = metric === "orders" ? "refunds" : "orders";
  const head = headOf(project);
  const { events } = migrateFingerprints(head, {
    metrics: [other],
    reason: null,
    base: mainOf(project),
    now: new Date(TODAY),
  });
  const [model] = events;
  const mine = head.fingerprints.get(metric);
  const last = head.events.get(metric)?.at(-1)?.event;
  if (!model || !mine) throw new Error(`There is no ${metric}.`);
  const { value, access, shape } = mine.parts;
  return {
    ...model,
    metric,
    seq: (last?.seq ?? 0) + 1,
    fingerprint: mine.certified,
    migrates: last?.fingerprint ?? mine.bySpec[0] ?? "",
    parts: { value, access, shape },
    prev: last ? digestOf(last) : null,
    ...draft,
  };
}

function smuggle(project: GovernedProject, event: LedgerEvent): void {
  project.write({ [eventPath(event)]: printEvent(event) });
  commit(project);
}

describe("fingerprints are migrated", () => {
  test("what is certified stays so, for as long as it was, and nobody signs again", async () => {
    const project = await governedProject();
    const before = served(project, "revenue", BOTH);
    const paths = migrate(project);
    expect(paths.length).toBe(6);
    expect(paths).toContain("governance/certifications/revenue/0002.json");
    expect(JSON.parse(project.read("governance/certifications/revenue/0002.json"))).toMatchObject({
      type: "migrate",
      metric: "revenue",
      version: 1,
      fingerprint: headOf(project).fingerprints.get("revenue")?.certified,
      migrates: headOf(project).fingerprints.get("revenue")?.bySpec[0],
      reason: "fp/2 beside fp/1",
      approvals: [],
    });
    const { told, exit, effective, approvals } = checked(project);
    expect([told, exit, approvals]).toEqual([[], 0, []]);
    expect(effective).toMatchObject({ "revenue@1": "certified", "net_revenue@1": "certified", "visits@1": "none" });
    merge(project, "next");
    const after = served(project, "revenue", BOTH);
    expect([after?.status, after?.certifiedAt, after?.expiresAt, after?.reason]).toEqual([
      "certified",
      before?.certifiedAt,
      before?.expiresAt,
      before?.reason,
    ]);
    expect(after?.history.map(({ type, problem }) => [type, problem])).toEqual([
      ["certify", null],
      ["migrate", null],
    ]);
  });

  test("a program that knows the newer one only takes what was migrated, and nothing else", async () => {
    const project = await governedProject();
    expect(served(project, "revenue", [FP_2])).toMatchObject({
      status: "stale",
      reason: "Event 1 certified it by fp/1, which is not known here.",
    });
    migrate(project, ["revenue"]);
    merge(project, "next");
    expect(served(project, "revenue", [FP_2])?.status).toBe("certified");
    expect(served(project, "refunds", [FP_2])?.status).toBe("stale");
    project.git("switch", "--quiet", "main");
    project.edit(REVENUE, "filter: status = 'paid'", "filter: status = 'placed'");
    expect(served(project, "revenue", [FP_2])?.status).toBe("stale");
  });

  test("as long as both are known both have to hold: nobody signed for what the newer one does not see", async () => {
    const project = await governedProject();
    migrate(project, [], [FP_1, BLIND]);
    merge(project, "next");
    expect(served(project, "revenue", [FP_1, BLIND])?.status).toBe("certified");
    project.git("switch", "--quiet", "main");
    project.edit(REVENUE, "filter: status = 'paid'", "filter: status = 'placed'");
    expect(served(project, "revenue", [FP_1, BLIND])?.status).toBe("stale");
  });

  test("what was signed by the older one alone holds beside the newer one", async () => {
    const project = await governedProject();
    expect(checked(project).effective).toMatchObject({ "revenue@1": "certified" });
    project.edit(REVENUE, "filter: status = 'paid'", "filter: status = 'placed'");
    expect(checked(project).effective).toMatchObject({ "revenue@1": "stale" });
  });

  test("a migrated certification is suspended, and certified anew, like any other", async () => {
    const project = await governedProject();
    migrate(project, ["revenue"]);
    merge(project, "next");
    await project.act("suspend", "revenue", "--reason", "The feed doubled rows");
    await project.approve("revenue", "alice");
    project.commit();
    expect(checked(project).effective).toMatchObject({ "revenue@1": "suspended" });
    await project.act("certify", "revenue", "--reason", "The feed is mended");
    await project.approve("revenue", ...EVERYBODY);
    project.commit();
    expect(headOf(project).events.get("revenue")?.at(-1)?.event.type).toBe("certify");
    expect(checked(project).effective).toMatchObject({ "revenue@1": "certified" });
  });

  test("there is nothing newer to migrate to", async () => {
    const project = await governedProject();
    const refused = { code: 1, stderr: expect.stringContaining("fp/1 is the newest specification") };
    expect(await project.assay("certify", "--migrate-fingerprint", "--base", "main")).toMatchObject(refused);
    expect(await project.assay("certify", "revenue", "--migrate-fingerprint")).toMatchObject(refused);
    expect(await project.assay("certify", "revenue", "--migrate-fingerprint", "--emergency")).toMatchObject({
      code: 2,
    });
    migrate(project);
    expect(() => migrate(project)).toThrow("fp/2 is the newest specification");
    // A change that repeats it says nothing new either.
    expect(project.git("status", "--porcelain")).toBe("");
  });
});

describe("a migration that is more than that", () => {
  test("the definition changes with it", async () => {
    const project = await governedProject();
    project.edit(REVENUE, "filter: status = 'paid'", "filter: status = 'placed'");
    expect(() => migrate(project, ["orders"])).toThrow(`${REVENUE} changes too`);
    const other = await governedProject();
    migrate(other);
    other.edit(REVENUE, "filter: status = 'paid'", "filter: status = 'placed'");
    commit(other);
    const { told, exit, effective } = checked(other);
    expect(told).toEqual([`MIGRATION_MIXED ${REVENUE}`, "CERT_STALE revenue@1"]);
    expect([exit, effective["revenue@1"]]).toEqual([1, "stale"]);
  });

  test("the definition changes, and the migration says that it was always so", async () => {
    const project = await governedProject();
    project.edit(REVENUE, "filter: status = 'paid'", "filter: status = 'placed'");
    const { bySpec, certified, parts } = headOf(project).fingerprints.get("revenue") ?? {};
    project.git("reset", "--quiet", "--hard", "main");
    const { value = "", access = "", shape = "" } = parts ?? {};
    const draft = { fingerprint: certified ?? "", migrates: bySpec?.[0] ?? "", parts: { value, access, shape } };
    smuggle(project, forged(project, "revenue", draft));
    project.edit(REVENUE, "filter: status = 'paid'", "filter: status = 'placed'");
    commit(project);
    const { told, effective } = checked(project);
    expect(told).toEqual(expect.arrayContaining([`MIGRATION_MIXED ${REVENUE}`, "EVENT_INVALID revenue@1"]));
    expect(effective["revenue@1"]).toBe("invalid");
  });

  test.each(["governance/usage/2026-12.json", "contracts/orders.odcs.yaml", "governance/policy.yaml", "CODEOWNERS"])(
    "%s changes with it",
    async (file) => {
      const project = await governedProject();
      migrate(project, ["revenue"]);
      project.write({ [file]: "{}\n" });
      commit(project);
      expect(checked(project).told).toContain(`MIGRATION_MIXED ${file}`);
    },
  );

  test("it comes with a certification", async () => {
    const project = await governedProject();
    migrate(project, ["revenue"]);
    await project.act("certify", "orders", "--reason", "For longer");
    project.commit();
    expect(checked(project).told).toContain("MIGRATION_MIXED governance/certifications/orders/0002.json");
  });
});

describe("a migration that proves nothing", () => {
  test("of what nobody certified", async () => {
    const project = await governedProject();
    expect(() => migrate(project, ["visits"])).toThrow("visits@1 is none, and only what is certified is migrated");
    smuggle(project, forged(project, "visits", {}));
    const { told, effective, messages } = checked(project);
    expect([...new Set(told)]).toEqual(["EVENT_INVALID visits@1"]);
    expect(messages).toContain("and none stands");
    expect(effective["visits@1"]).toBe("invalid");
  });

  test("of what was revoked", async () => {
    const project = await governedProject();
    await project.act("revoke", "revenue", "--reason", "It never was right");
    await project.approve("revenue", "carol", "dave");
    project.commit();
    merge(project, "next");
    expect(() => migrate(project, ["revenue"])).toThrow("revenue@1 is revoked");
    smuggle(project, forged(project, "revenue", {}));
    const { told, effective } = checked(project);
    expect(told).toContain("EVENT_INVALID revenue@1");
    expect(effective["revenue@1"]).toBe("invalid");
  });

  test("of what ran out, whatever day it is issued on", async () => {
    const later = "2027-06-01";
    const project = await governedProject();
    expect(() => migrate(project, ["revenue"], BOTH, later)).toThrow("revenue@1 is expired");
    smuggle(project, forged(project, "revenue", {}));
    const backdated = checked(project, BOTH, later);
    expect(backdated.told).toContain("EVENT_INVALID revenue@1");
    expect(backdated.messages).toContain("of what is expired at the base");
    expect(backdated.effective["revenue@1"]).toBe("expired");
    project.git("reset", "--quiet", "--hard", "main");
    smuggle(project, forged(project, "revenue", { issued: later }));
    expect(checked(project, BOTH, later).effective["revenue@1"]).toBe("invalid");
  });

  test("of another fingerprint than the one that was signed", async () => {
    const project = await governedProject();
    smuggle(project, forged(project, "revenue", { migrates: `fp/1:sha256:${"0".repeat(64)}` }));
    const { told, messages, effective } = checked(project);
    expect([...new Set(told)]).toEqual(["EVENT_INVALID revenue@1"]);
    expect(messages).toContain("It migrates another fingerprint than the one that stands.");
    expect(effective["revenue@1"]).toBe("invalid");
  });

  test("to a fingerprint, or parts, that the definition at the base does not have", async () => {
    const { fingerprint, parts } = forged(await governedProject(), "revenue", {});
    for (const draft of [
      { fingerprint: fingerprint.replace(/.{8}$/, "00000000") },
      { parts: { ...parts, access: "0".repeat(64) } },
      { fingerprint: fingerprint.replace("fp/2", "fp/3") },
    ]) {
      const project = await governedProject();
      smuggle(project, forged(project, "revenue", draft));
      const { told, messages } = checked(project);
      expect(told).toContain("EVENT_INVALID revenue@1");
      expect(messages).toContain("fingerprints that are not those of the definition at the base");
    }
  });

  test.each([
    ["a longer time", { expires: "2036-11-21" }, 'has no key "expires"'],
    ["other evidence", { evidence: { tests: `sha256:${"0".repeat(64)}` } }, 'has no key "evidence"'],
    ["an emergency", { emergency: true as const }, 'has no key "emergency"'],
    ["a batch", { batch: "all" }, 'has no key "batch"'],
    ["approvals", { approvals: [{ by: "alice" }] }, "nobody approves an event of type migrate"],
    ["an older specification", { fingerprint: `fp/1:sha256:${"0".repeat(64)}` }, "which is no newer specification"],
  ])("with %s", async (_, draft, problem) => {
    const project = await governedProject();
    smuggle(project, forged(project, "revenue", draft));
    const { told, messages, effective } = checked(project);
    expect(told).toContain("EVENT_INVALID governance/certifications/revenue/0002.json");
    expect(messages).toContain(problem);
    expect(effective["revenue@1"]).toBe("invalid");
  });

  test("a certification that says that it migrates", async () => {
    const project = await governedProject();
    smuggle(project, forged(project, "revenue", { type: "certify", expires: "2027-05-19" }));
    expect(checked(project).messages).toContain('an event of type certify has no key "migrates"');
  });

  test("nobody approves one", async () => {
    const project = await governedProject();
    migrate(project, ["revenue"]);
    const argv = ["approve", "revenue", "--base", "main", "--now", TODAY, "--key", project.key("alice")];
    const refused = { code: 1, stderr: expect.stringContaining("Nobody approves that fingerprints are migrated") };
    expect(await project.assay(...argv)).toMatchObject(refused);
  });
});
