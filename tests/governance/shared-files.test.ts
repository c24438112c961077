import { rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { describe, expect, test, vi } from "vitest";
import { commitOf, filesOf, openRepository } from "../../src/governance/repository.ts";
import { createGitRepository } from "../support/git-repository.ts";
import { type GovernedProject, governedProject } from "../support/governed-project.ts";

const REVENUE = "metrics/finance/revenue.yaml";
const FIRST = "governance/certifications/revenue/0001.json";

/** What nothing remembers of an earlier run. */
async function afresh(): Promise<typeof import("../../src/governance/index.ts")> {
  vi.resetModules();
  return import("../../src/governance/index.ts");
}

/** All that is told of the change from main to the working tree. */
async function judged(project: GovernedProject, isShared: boolean): Promise<string> {
  const definitions = path.join(project.folder, "metrics");
  const { checkTree, openRepository: open, readTree, reportJson, treeAt } = await afresh();
  const head = readTree(definitions);
  // Trees that were read by other modules share nothing with ours.
  const other = isShared
    ? { treeAt, open }
    : await afresh().then((own) => ({ treeAt: own.treeAt, open: own.openRepository }));
  const base = other.treeAt(other.open(project.folder), definitions, "main", isShared ? head : null);
  expect([...base.files.keys()].some((file) => base.files.get(file) === head.files.get(file))).toBe(isShared);
  const told = checkTree({
    head,
    base: { start: base, target: base },
    now: new Date("2026-11-21"),
    isWhole: false,
    isStrict: false,
    trustRoot: null,
  });
  return `${reportJson(told)}${JSON.stringify([...base.fingerprints, ...head.fingerprints])}`;
}

describe("a tree that shares files with its base is judged as if both had been read by themselves:", () => {
  const changes: Readonly<Record<string, (project: GovernedProject) => void>> = {
    "a metric": (project) => project.edit(REVENUE, "status = 'paid'", "status = 'placed'"),
    "a measure of a model": (project) => project.edit("metrics/models/orders.yaml", "sum(amount)", "sum(discount)"),
    "the SQL of a model": (project) => project.edit("metrics/models/returns.sql", "WHERE NOT voided", "WHERE voided"),
    "a policy of rows": (project) =>
      project.edit("metrics/policies.yaml", "rows: region = claim('region')", "rows: all"),
    "an owner": (project) => project.edit(REVENUE, "business: finance-data", "business: web"),
    "the time zone of all": (project) => project.edit("metrics/project.yaml", "UTC", "Europe/Berlin"),
    "a signed event": (project) => project.edit(FIRST, '"seq": 1', '"seq": 2'),
    "a batch": (project) => {
      const [name = ""] = Object.keys(JSON.parse(project.read(FIRST))).includes("batch")
        ? [`governance/batches/${JSON.parse(project.read(FIRST)).batch}.json`]
        : [];
      project.edit(name, `"metric": "refunds"`, `"metric": "refunds_2"`);
    },
    "the policy of governance": (project) => project.edit("governance/policy.yaml", "quorum: 2", "quorum: 1"),
    "a key": (project) => project.edit("governance/allowed_signers", "alice ", "mallory "),
    "a metric of the same name": (project) =>
      project.write({ "metrics/finance/zz.yaml": project.read("metrics/web/visits.yaml") }),
    "a file that does not load": (project) => project.edit(REVENUE, "measure: sales", "measure: nothing"),
    "a file less": (project) => rmSync(path.join(project.folder, REVENUE)),
  };
  test.each(Object.keys(changes))("%s", async (name) => {
    const project = await governedProject();
    changes[name]?.(project);
    const apart = await judged(project, false);
    expect(await judged(project, true)).toBe(apart);
    expect(apart).toMatch(/"findings": \[\n/);
  });
});

test("files that another tree has are the same as if git had been asked for them", () => {
  const made = createGitRepository({
    "metrics/a.yaml": "one",
    "metrics/b.yaml": "two\n",
    "metrics/mark.yaml": "\uFEFFmarked",
    "metrics/same.yaml": "one",
  });
  symlinkSync("a.yaml", path.join(made.folder, "metrics/link.yaml"));
  made.commit();
  const repository = openRepository(made.folder);
  const read = (known?: Readonly<Record<string, string>>) =>
    filesOf(
      repository,
      commitOf(repository, "main"),
      ["metrics"],
      known && new Map(Object.entries(known).map(([file, text]) => [file, { path: file, text }])),
    );
  expect(
    read({
      "metrics/a.yaml": "one",
      "metrics/b.yaml": "two\r\n",
      "metrics/link.yaml": "a.yaml",
      "metrics/mark.yaml": "marked",
      "metrics/same.yaml": "another",
    }),
  ).toEqual(read());
});
