/** Runs the first steps of docs/governance.md in a real repository, and compares its tables with what the program knows. */
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { CERTIFICATION_STATUSES } from "../src/catalog/index.ts";
import { CATEGORIES } from "../src/governance/change/change.ts";
import { RULES } from "../src/governance/check/rules.ts";
import { runHere } from "./cli/terminal.ts";
import { createGitRepository } from "./support/git-repository.ts";

const page = readFileSync("docs/governance.md", "utf8");
const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", text = ""]) => ({
  language,
  text,
}));

test("its tables name every rule, status and category of change", () => {
  const rules = Object.entries(RULES).map(([code, { severity, about }]) => `| \`${code}\` | ${severity} | ${about} |`);
  expect(page).toContain(`| Rule | Severity | Meaning |\n|---|---|---|\n${rules.join("\n")}\n\n`);
  expect(firstColumn("Status").map((cell) => cell.replaceAll("`", ""))).toEqual([...CERTIFICATION_STATUSES]);
  const categories = firstColumn("Category");
  expect(categories).toEqual([...CATEGORIES]);
});

test("every verb and flag that it names is one", async () => {
  const written = [...page.matchAll(/`assay ([a-z]+)([^`]*)`|^assay ([a-z]+)(.*)$/gm)];
  const flags = new Map<string, Set<string>>();
  for (const [, verb, rest, blockVerb, blockRest] of written) {
    const name = verb ?? blockVerb ?? "";
    const named = (rest ?? blockRest ?? "").match(/--[a-z-]+/g) ?? [];
    flags.set(name, new Set([...(flags.get(name) ?? []), ...named]));
  }
  expect(flags.size).toBeGreaterThan(15);
  for (const [verb, named] of flags) {
    const { code, stdout } = await runHere([verb, "--help"]);
    expect([verb, code]).toEqual([verb, 0]);
    for (const flag of named) expect(stdout, `assay ${verb} ${flag}`).toContain(flag);
  }
});

test("its links lead somewhere", () => {
  const links = [...page.matchAll(/\]\(([^)#]+)\)/g)].map(([, link = ""]) => path.join("docs", link));
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((link) => !existsSync(link))).toEqual([]);
});

const PEOPLE = ["alice", "bob", "carol", "dave", "erin", "grace"];

test("its first steps lead to a certified metric", async () => {
  const [policy = "", contract = ""] = blocks.flatMap(({ language, text }) => (language === "yaml" ? [text] : []));
  const repository = createGitRepository({
    "metrics/orders.yaml": `model: orders
description: One row an order.
owner: finance-data
table: shop.orders
primary_key: order_id
time: ordered_at
columns: { order_id: int, amount: decimal, ordered_at: timestamp }
entities: { order: primary }
dimensions: { ordered_at: day }
measures: { revenue: sum(amount) }
`,
    "metrics/revenue.yaml": `metric: revenue
description: Sales.
owner: { business: finance-data, technical: data-platform }
unit: USD
tier: gold
certification: none
model: orders
measure: revenue
tests:
  - test: what goes back is taken off, and a row without an amount adds nothing
    covers: [nulls, refund]
    given: { orders: [{ amount: 10 }, { amount: -4 }, { order_id: 3 }] }
    expect: [{ revenue: 6 }]
  - test: the last instant of a day belongs to it
    covers: [boundary]
    given: { orders: [{ amount: 1, ordered_at: "2026-01-31T23:59:59" }] }
    ask: { groupBy: [metric_time__day] }
    expect: [{ metric_time__day: 2026-01-31, revenue: 1 }]
  - { test: null where nothing was sold, covers: [empty], expect: [{ revenue: null }] }
`,
    "contracts/orders.odcs.yaml": contract,
    ".gitignore": "homes/\nbin/\n*.pub\n",
  });
  const at = (...names: readonly string[]): string => path.join(repository.folder, ...names);
  for (const name of PEOPLE) {
    mkdirSync(at("homes", name, ".ssh"), { recursive: true });
    const key = at("homes", name, ".ssh", "id_ed25519");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key]);
    copyFileSync(`${key}.pub`, at(`${name}.pub`));
  }
  mkdirSync(at("bin"));
  const program = `#!/bin/sh\nexec "${process.execPath}" "${path.resolve("src/cli/main.ts")}" "$@"\n`;
  writeFileSync(at("bin", "assay"), program);
  chmodSync(at("bin", "assay"), 0o755);
  const run = (text: string, person: string): string =>
    execFileSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", text], {
      cwd: repository.folder,
      encoding: "utf8",
      env: {
        PATH: [at("bin"), process.env["PATH"]].join(path.delimiter),
        HOME: at("homes", person),
        GIT_AUTHOR_NAME: person,
        GIT_AUTHOR_EMAIL: `${person}@example.com`,
        GIT_COMMITTER_NAME: person,
        GIT_COMMITTER_EMAIL: `${person}@example.com`,
      },
    });

  const [keys = "", first = "", propose = "", approve = "", last = "", ...more] = blocks.flatMap(
    ({ language, text }) => (language === "sh" ? [text] : []),
  );
  expect(more).toEqual([]);
  run(keys, "alice");
  writeFileSync(at("governance", "policy.yaml"), policy);
  run(first, "alice");
  run(propose, "alice");
  for (const name of ["alice", "bob", "carol", "dave"]) run(approve, name);
  const metric = readFileSync(at("metrics", "revenue.yaml"), "utf8");
  writeFileSync(at("metrics", "revenue.yaml"), metric.replace("certification: none", "certification: certified"));
  run(last, "alice");
  const report = JSON.parse(run("assay check --base main --format json", "alice"));
  expect(report).toMatchObject({ status: "ok", exit: 0, effective: { "revenue@1": "certified" } });
  expect(run("assay ledger verify", "alice")).toContain("0 broken links");
}, 300_000);

function firstColumn(heading: string): readonly string[] {
  const [, body = ""] = new RegExp(`^\\| ${heading} \\|.*\\n\\|[-|]+\\|\\n((?:\\|.*\\n)+)`, "m").exec(page) ?? [];
  return body
    .trim()
    .split("\n")
    .flatMap((row) => (row.split("|")[1]?.trim() ?? "").split("; "));
}
