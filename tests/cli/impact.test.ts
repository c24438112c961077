import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";
import { DEFINITIONS, type Ended, makeShop, type Shop } from "./shop.ts";
import { runHere } from "./terminal.ts";

const POLICY = `enforcement: demo
approval: unsigned
teams: { finance: [ann, bob] }
council: { members: [carol], quorum: 1 }
books_closed_through: 2026-02-28
clients: { portal: { owner: finance-apps } }
`;
const USAGE = JSON.stringify({
  schema: "metrics-usage/1",
  from: "2026-03-01",
  to: "2026-03-30",
  records: [
    {
      client: "portal",
      metric: "revenue",
      version: 1,
      coordinates: [],
      operation: null,
      calls: 7,
      last_seen: "2026-03-30",
    },
    {
      client: "sheets",
      metric: "paid_share",
      version: 1,
      coordinates: [],
      operation: null,
      calls: 2,
      last_seen: "2026-03-29",
    },
    {
      client: "other",
      metric: "orders",
      version: 1,
      coordinates: [],
      operation: null,
      calls: 9,
      last_seen: "2026-03-29",
    },
  ],
});

let shop: Shop;
beforeAll(async () => {
  shop = await makeShop();
});

interface Project extends GitRepository {
  assay(...args: readonly string[]): Promise<Ended>;
}

/** On `main` revenue counts every order; in the working tree, which is not committed, only paid ones. */
function project(files: Readonly<Record<string, string>> = {}): Project {
  const metrics = Object.fromEntries(Object.entries(DEFINITIONS).map(([name, text]) => [`metrics/${name}`, text]));
  const repository = createGitRepository({
    ...metrics,
    "governance/policy.yaml": POLICY,
    "governance/usage/2026-03.json": USAGE,
    ...files,
  });
  const changed = DEFINITIONS["metrics.yaml"].replace(
    "measure: amount\n",
    "measure: amount\nfilter: status = 'paid'\n",
  );
  repository.write({ "metrics/metrics.yaml": changed });
  const folder = path.join(repository.folder, "metrics");
  return { ...repository, assay: (...args) => runHere([...args, "--metrics", folder, "--now", "2026-03-31"]) };
}

const against = (...more: readonly string[]) => ["--base", "main", "--warehouse", shop.warehouse, ...more];

describe("assay impact", () => {
  test("tells what is made of a metric or a file, and who asks for that, without a base and a warehouse", async () => {
    const { assay } = project();
    const { stdout, code } = await assay("impact", "revenue", "--consumers", "--format", "json");
    expect(code).toBe(0);
    const [revenue] = JSON.parse(stdout).metrics;
    expect(revenue).toMatchObject({ metric: "revenue", dependants: ["paid_share"], impact: null, evidence: null });
    expect(revenue.consumers).toMatchObject([
      { client: "portal", owner: "finance-apps", metric: "revenue@1" },
      { client: "sheets", owner: null, metric: "paid_share@1" },
    ]);
    const { stdout: text } = await assay("impact", "revenue", "--consumers");
    expect(text).toContain("portal (finance-apps) asks for revenue@1: 7 calls, last on 2026-03-30");
    const ofFile = await assay("impact", "metrics/orders.yaml", "--format", "json");
    expect(
      JSON.parse(ofFile.stdout)
        .metrics.map(({ metric }: { metric: string }) => metric)
        .sort(),
    ).toEqual(["orders", "paid_share", "revenue"]);
  });

  test("tells old and new numbers, and which of them were reported", async () => {
    const { stdout, code } = await project().assay("impact", "revenue", ...against("--values"));
    expect(code).toBe(0);
    expect(stdout).toContain("2026-01-01 (closed)     1500.50  1200.50  -20.0 %");
    expect(stdout).toContain("2026-03-01              1005.00  1000.00  -0.5 %");
    expect(stdout).toContain("RESTATES_CLOSED_PERIOD  month 2026-01-01");
  });

  test("without names it tells of all whose numbers a change touches", async () => {
    const { stdout } = await project().assay("impact", ...against("--redact", "pct-only", "--format", "json"));
    expect(JSON.parse(stdout).metrics.map(({ metric }: { metric: string }) => metric)).toEqual([
      "paid_share",
      "revenue",
    ]);
    expect(stdout).toContain('"change":"-0.2"');
    expect(stdout).not.toContain("1500.5");
  });

  test("what it writes is the evidence that certify names, and check holds it to the change", async () => {
    const repository = project();
    const { assay, folder, commit, git } = repository;
    git("switch", "--quiet", "--create", "change");
    const { stdout } = await assay("impact", "revenue", ...against("--write", "--format", "json"));
    const { evidence, restates } = JSON.parse(stdout).metrics[0];
    expect(restates).toContain("month 2026-01-01");
    expect((await assay("certify", "revenue", "--reason", "paid only", "--base", "main")).code).toBe(0);
    const event = JSON.parse(readFileSync(path.join(folder, "governance/certifications/revenue/0001.json"), "utf8"));
    expect(event.evidence.impact).toBe(evidence.digest);
    commit();
    const findings = async (): Promise<readonly { rule: string; severity: string; message: string }[]> =>
      JSON.parse((await assay("check", "--base", "main", "--format", "json")).stdout).findings;
    const told = await findings();
    expect(told.map(({ rule }) => rule)).not.toContain("EVIDENCE_MISMATCH");
    expect(told.find(({ rule }) => rule === "RESTATES_CLOSED_PERIOD")).toMatchObject({
      severity: "warning",
      message: "Numbers of the month of 2026-01-01 differ, and books are closed through 2026-02-28.",
    });
    // The same report for another change.
    const other = DEFINITIONS["metrics.yaml"].replace(
      "measure: amount\n",
      "measure: amount\nfilter: status = 'open'\n",
    );
    repository.write({ "metrics/metrics.yaml": other });
    commit();
    expect((await findings()).map(({ rule }) => rule)).toContain("EVIDENCE_MISMATCH");
  });

  test.each([
    [["revenue", "--values"], 2, "Say what to compare with."],
    [[], 2, "Name a metric or a file"],
    [["reveneu"], 2, '"reveneu" is no metric'],
    [["revenue", "--base", "nowhere", "--values"], 3, "nowhere"],
    [["revenue", "--redact", "all"], 2, "--redact must be one of"],
  ])("%j ends with %i", async (args, code, message) => {
    const ended = await project().assay("impact", ...args);
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(message)]);
  });

  test("a base whose definitions do not load tells nothing of what numbers were", async () => {
    const repository = project({ "metrics/wrong.yaml": "metric: wrong\nmodel: nothing\nmeasure: count(*)\n" });
    repository.write({ "metrics/wrong.yaml": null });
    const ended = await repository.assay("impact", "revenue", ...against("--values"));
    expect([ended.code, ended.stderr]).toEqual([3, expect.stringContaining("BASE_UNUSABLE")]);
    // To say that nothing changed would be wrong.
    for (const argv of [["diff"], ["diff", "--impact"], ["impact"], ["impact", "--write"]]) {
      const unknown = await repository.assay(...argv, ...against());
      expect([unknown.code, unknown.stdout, unknown.stderr]).toEqual([
        3,
        "",
        expect.stringMatching(/BASE_UNUSABLE.*The definitions of main \([0-9a-f]{7}\) do not load\./),
      ]);
    }
    repository.write({ "metrics/wrong.yaml": "metric: wrong\nmodel: nothing\nmeasure: count(*)\n" });
    expect((await repository.assay("diff", "--base", "main")).code).toBe(2);
  });
});

test("assay diff --impact adds the numbers of each metric whose meaning changes", async () => {
  const { stdout, code } = await project().assay("diff", ...against("--impact", "--format", "markdown"));
  expect(code).toBe(0);
  expect(stdout).toContain("| 2026-01-01 🔒 | 1500.50 | 1200.50 | -20.0 % |");
  expect(stdout).toContain("```mermaid\nxychart-beta");
  expect(stdout).toContain(
    "| order\\_\\_status | Before | After | Change |\n| --- | --- | --- | --- |\n| open | 305.00 |  | differs |",
  );
  expect(stdout).toContain("## paid\\_share");
  expect(stdout).not.toContain("## orders");
  expect(stdout).toContain("| portal | finance\\-apps | revenue@1 |  |  | 7 | 2026-03-30 |");
  const { stdout: json } = await project().assay("diff", ...against("--impact", "--format", "json"));
  expect(JSON.parse(json).impact.map(({ metric }: { metric: string }) => metric)).toEqual(["paid_share", "revenue"]);
});

describe("a metric whose numbers cannot be asked for", () => {
  const moved = {
    "metrics/lost.yaml":
      "model: lost\ntable: shop.moved_away\nprimary_key: id\ntime: at\ncolumns: { id: int, at: date }\nentities: { lost: primary }\n" +
      "dimensions:\n  at: day\n---\nmetric: all_lost\nowner: finance\nmodel: lost\nmeasure: count(*)\n",
  };
  const changed = (): Project => {
    const repository = project(moved);
    repository.write({ "metrics/lost.yaml": moved["metrics/lost.yaml"].replace("count(*)", "count_distinct(id)") });
    return repository;
  };
  const reason = expect.stringMatching(/\w/);

  test("is one line of assay diff --impact, the others are told, and the exit code tells", async () => {
    const { assay } = changed();
    const json = await assay("diff", ...against("--impact", "--format", "json"));
    const report = JSON.parse(json.stdout);
    expect([json.code, report.exit, report.status]).toEqual([1, 1, "findings"]);
    expect(report.impact.map(({ metric }: { metric: string }) => metric)).toEqual(["paid_share", "revenue"]);
    expect(report.unmeasured).toEqual([{ metric: "all_lost", reason }]);
    // The engine's own words are for the operator alone.
    expect(json.stderr).toContain("moved_away");
    expect(json.stdout).not.toMatch(/Catalog Error/);
    const text = await assay("diff", ...against("--impact"));
    expect([text.code, text.stdout]).toEqual([
      1,
      expect.stringMatching(/^all_lost: its numbers could not be asked for: /m),
    ]);
    expect((await assay("diff", ...against("--impact", "--format", "markdown"))).stdout).toContain(
      "The numbers of all\\_lost could not be asked for: ",
    );
    expect((await assay("diff", ...against())).code).toBe(0);
  });

  test("is a line of assay impact too", async () => {
    const { assay } = changed();
    const json = await assay("impact", ...against("--values", "--format", "json"));
    const told = JSON.parse(json.stdout).metrics;
    expect([json.code, told.map(({ metric }: { metric: string }) => metric)]).toEqual([
      1,
      ["all_lost", "paid_share", "revenue"],
    ]);
    expect(told[0]).toMatchObject({ impact: null, problem: reason });
    expect(told[1]).toMatchObject({ problem: null, impact: { metric: "paid_share" } });
    for (const format of ["text", "markdown"]) {
      const { stdout } = await assay("impact", ...against("--values", "--format", format));
      expect(stdout).toContain("could not be asked for: ");
    }
  });
});

test("assay usage roll-up reads the log that questions leave, and writes the same twice", async () => {
  const { assay, folder } = project({ "governance/usage/2026-03.json": USAGE });
  const log = path.join(folder, "log");
  mkdirSync(log);
  const config = path.join(folder, "assay.config.yaml");
  writeFileSync(config, `audit: { folder: ${JSON.stringify(log)} }\n`);
  const metrics = path.join(folder, "metrics");
  const common = ["--metrics", metrics, "--config", config];
  const asked = await runHere(["query", "revenue", "--by", "order__status", ...common, "--warehouse", shop.warehouse]);
  expect(asked.code).toBe(0);
  const roll = () => runHere(["usage", "roll-up", ...common, "--format", "json"]);
  const first = await roll();
  expect([first.code, first.stderr]).toEqual([0, ""]);
  const [{ file, uses, days }] = JSON.parse(first.stdout).files;
  expect([uses, days]).toEqual([1, 0]);
  const text = readFileSync(path.join(folder, file), "utf8");
  expect(JSON.parse(text).records).toMatchObject([
    { metric: "revenue", version: 1, coordinates: ["order__status"], calls: 1, operation: null },
  ]);
  expect((await roll()).code).toBe(0);
  expect(readFileSync(path.join(folder, file), "utf8")).toBe(text);
  const missing = await assay("usage", "roll-up", "--audit", path.join(folder, "nowhere"));
  expect([missing.code, missing.stderr]).toEqual([3, expect.stringContaining("AUDIT_UNREADABLE")]);
});
