import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkData } from "../../src/definition/index.ts";
import type { Finding } from "../../src/governance/finding.ts";
import { reportGithub } from "../../src/governance/report/github.ts";
import { reportJson } from "../../src/governance/report/json.ts";
import { reportMarkdown } from "../../src/governance/report/markdown.ts";
import type { GovernanceReport } from "../../src/governance/report/report.ts";
import { reportSarif } from "../../src/governance/report/sarif.ts";
import { REPORT, reportJsonSchema } from "../../src/governance/report/schema.ts";
import { reportText } from "../../src/governance/report/text.ts";
import { runHere } from "../cli/terminal.ts";
import { governedProject } from "../support/governed-project.ts";

const HOSTILE = "a|b`c` <img src=x> [link](https://evil.example) @octocat #12 www.evil.example\n# head\u202e";

function finding(more: Partial<Finding> = {}): Finding {
  const file = { path: "metrics/a,b:c%.yaml", text: "one\ntwo\n" };
  return {
    rule: "CERT_STALE",
    severity: "error",
    subject: "revenue@1",
    message: "It means something else.",
    span: { file, start: 4, end: 7 },
    cause: "model orders: table",
    effects: ["net_revenue@1"],
    fix: "assay certify revenue",
    ...more,
  };
}

function reportOf(findings: readonly Finding[]): GovernanceReport {
  return {
    status: "findings",
    exit: 1,
    base: "main (3f2a91c)",
    policy: null,
    now: "2026-11-21T00:00:00.000Z",
    findings,
    diff: [],
    effective: new Map([["revenue@1", "stale"]]),
    consumers: null,
    approvals: new Map(),
    impact: [],
    unmeasured: [],
  };
}

test("what check prints as JSON has the shape that is published, its keys sorted", async () => {
  const project = await governedProject();
  project.edit("metrics/models/orders.yaml", "sales: sum(amount)", "sales: sum(amount - discount)");
  project.edit("metrics/policies.yaml", "rows: all,", "rows: region = 'EMEA',");
  await project.act("certify", "revenue", "--reason", "Net of discounts");
  const report = await project.check();
  expect(report.findings.length).toBeGreaterThan(0);
  expect(report.diff.length).toBeGreaterThan(0);
  expect(checkData(REPORT, report)).toMatchObject({ ok: true });
  expect(Object.keys(report)).toEqual(Object.keys(report).toSorted());
  expect(checkData(REPORT, { ...report, more: 1 }).ok).toBe(false);
});

test("the committed JSON Schema is the one of the code: npm run schema", () => {
  const committed = readFileSync("schema/governance-report.schema.json", "utf8");
  expect(committed).toBe(`${JSON.stringify(reportJsonSchema(), null, 2)}\n`);
});

test("findings come in one order, whatever order they were found in", () => {
  const some = [finding({ severity: "warning" }), finding({ rule: "CYCLE" }), finding({ span: null })];
  expect(reportJson(reportOf(some))).toBe(reportJson(reportOf(some.toReversed())));
  expect(JSON.parse(reportJson(reportOf(some))).findings.map(({ severity }: Finding) => severity)).toEqual([
    "error",
    "error",
    "warning",
  ]);
});

test("annotations of GitHub are escaped", () => {
  const told = reportGithub(reportOf([finding({ message: "50% of\r\nit", subject: "a,b:c" })]), "");
  expect(told).toBe(
    "::error file=metrics/a%2Cb%3Ac%25.yaml,line=2,col=1,title=CERT_STALE a%2Cb%3Ac::" +
      "50%25 of%0D%0Ait Affects net_revenue@1.%0Ahelp: assay certify revenue\n",
  );
});

test("GitHub gets ten annotations of a kind, changed lines first, and is told of the others", () => {
  const unchanged = Array.from({ length: 11 }, (_, i) => finding({ cause: null, subject: `old_${i}@1` }));
  const lines = reportGithub(reportOf([...unchanged, finding({ subject: "zz@1" }), finding({ severity: "info" })]), "")
    .trim()
    .split("\n");
  expect(lines.filter((line) => line.startsWith("::error"))).toHaveLength(10);
  expect(lines[0]).toContain("title=CERT_STALE zz@1::");
  expect(lines[9]).toBe("::error::3 more; the summary shows all of them.");
  expect(lines[10]).toMatch(/^::notice file=/);
});

test("SARIF holds what GitHub takes, each finding known again by rule, subject and cause", () => {
  const many = Array.from({ length: 5_001 }, (_, i) => finding({ subject: `m${i}@1` }));
  const { version, runs } = JSON.parse(reportSarif(reportOf(many), ""));
  expect([version, runs.length, runs[0].results.length]).toEqual(["2.1.0", 1, 5_000]);
  expect(runs[0].tool.driver).toMatchObject({ name: "assay", rules: [{ id: "CERT_STALE" }] });
  const one = (more: Partial<Finding>) => JSON.parse(reportSarif(reportOf([finding(more)]), "")).runs[0].results[0];
  expect(one({})).toMatchObject({
    ruleId: "CERT_STALE",
    level: "error",
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: "metrics/a%2Cb%3Ac%25.yaml" },
          region: { startLine: 2, startColumn: 1, endLine: 2, endColumn: 4 },
        },
      },
    ],
  });
  const known = (more: Partial<Finding>) => one(more).partialFingerprints;
  expect(known({ message: "Other words.", span: null })).toEqual(known({}));
  for (const more of [{ rule: "CYCLE" }, { subject: "orders@1" }, { cause: null }]) {
    expect(known(more)).not.toEqual(known({}));
  }
});

test("what authors write is no markup in a summary", () => {
  const markdown = reportMarkdown(reportOf([finding({ message: HOSTILE, subject: HOSTILE, fix: HOSTILE })]));
  const rows = markdown.split("\n").filter((line) => line.includes("evil"));
  expect(rows).toHaveLength(1);
  // Five bars between six cells, one at each end.
  expect(rows[0]?.replace(/\\\|/g, "").match(/\|/g)).toHaveLength(7);
  const outsideCode = rows[0]?.replace(/`[^`]*`/g, "") ?? "";
  for (const live of ["<img", "](http", "://", " @octocat", "#12", "www.evil", "\u202e"]) {
    expect([live, outsideCode.includes(live)]).toEqual([live, false]);
  }
});

test("a summary stays below what a comment holds", () => {
  const many = Array.from({ length: 2_000 }, (_, i) => finding({ subject: `m${i}@1` }));
  const markdown = reportMarkdown(reportOf(many));
  expect(markdown.length).toBeLessThan(65_536);
  expect(markdown).toMatch(/cut here: `assay check --format text` tells all of it\.\n$/);
});

test("people see the place, the cause, what it affects and the way out", () => {
  const text = reportText(reportOf([finding({ message: "Turned \u202earound" })]), { color: false });
  expect(text).toContain(
    "metrics/a,b:c%.yaml:2:1  error  CERT_STALE  revenue@1\n  Turned �around\n  cause: model orders: table\n" +
      "  effects: net_revenue@1\n  help: assay certify revenue\n",
  );
});

test("a report goes to the terminal and to files, each in its format", async () => {
  const project = await governedProject();
  project.edit("metrics/finance/orders.yaml", "count(*)", "count(customer_id)");
  const out = (name: string) => `${name}=${project.folder}/${name}.out`;
  const flags = ["--base", "main", "--now", "2026-11-21", "--format", "github"];
  const { code, stdout } = await project.assay("check", ...flags, "--out", out("markdown"), "--out", out("sarif"));
  expect([code, stdout.split(",")[0]]).toEqual([1, "::error file=metrics/finance/orders.yaml"]);
  expect(project.read("markdown.out")).toMatch(/^# Metrics: problems found\n/);
  expect(JSON.parse(project.read("sarif.out")).version).toBe("2.1.0");
});

test("GitHub finds the files of a project that lies below the top of its repository", async () => {
  const project = await governedProject();
  const folder = "data, & more/analytics";
  const moved = project.git("ls-files").split("\n");
  project.write(Object.fromEntries(moved.map((file) => [`${folder}/${file}`, project.read(file)])));
  project.write(Object.fromEntries(moved.map((file) => [file, null])));
  project.git("branch", "--quiet", "--force", "main", project.commit("Move it"));
  project.edit(`${folder}/metrics/finance/orders.yaml`, "count(*)", "count(customer_id)");
  const metrics = ["--metrics", `${project.folder}/${folder}/metrics`];
  const check = (format: string) =>
    runHere(["check", ...metrics, "--base", "main", "--now", "2026-11-21", "--format", format]);
  expect((await check("github")).stdout).toMatch(
    /^::error file=data%2C & more\/analytics\/metrics\/finance\/orders\.yaml,line=\d+/,
  );
  expect((await check("sarif")).stdout).toContain(
    '"uri": "data%2C%20%26%20more/analytics/metrics/finance/orders.yaml"',
  );
  // For people who stand in the project, and programs that read its files there.
  expect((await check("text")).stdout).toMatch(/^metrics\/finance\/orders\.yaml:\d+/m);
});
