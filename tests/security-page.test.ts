/** Runs every block of docs/security.md: definitions in the sample company, in place of its own policies, and commands. */
import { execFile } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { compileCatalog } from "../src/compile/index.ts";
import { parseDefinitions } from "../src/definition/index.ts";
import { POLICY } from "../src/definition/schema/policy.ts";
import { runPolicyTests, tryPolicyMutants } from "../src/testing/index.ts";

const page = readFileSync("docs/security.md", "utf8");
const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", text = ""]) => ({
  language,
  text,
}));
const yaml = blocks.filter(({ language }) => language === "yaml").map(({ text }) => text);
const shell = blocks.filter(({ language }) => language === "sh").map(({ text }) => text);

const files = globSync("metrics/**/*.{yaml,sql}")
  .filter((path) => path !== join("metrics", "policies.yaml") && path !== join("metrics", "project.yaml"))
  .map((path) => ({ path, text: readFileSync(path, "utf8") }));
const { definitions, diagnostics } = parseDefinitions([...files, { path: "page.yaml", text: yaml.join("---\n") }]);
const compiled = compileCatalog(definitions);

beforeAll(() => {
  mkdirSync(".assay", { recursive: true });
});

test("the policies are sound, but for models that they leave out", () => {
  expect(yaml.length).toBeGreaterThan(2);
  const found = [...diagnostics, ...compiled.diagnostics].filter(({ code }) => code !== "policy/none");
  expect(found.map(({ message }) => message)).toEqual([]);
});

test("their tests pass", async () => {
  const { catalog } = compiled;
  if (!catalog) throw new Error("the page does not compile");
  const outcomes = await runPolicyTests(catalog, [...catalog.policyTests.keys()]);
  expect(outcomes.length).toBeGreaterThan(3);
  expect(outcomes.filter(({ status }) => status !== "passed")).toEqual([]);
  const { tried, survivors } = await tryPolicyMutants(catalog, ["orders"]);
  expect(tried - survivors.length).toBeGreaterThan(2);
});

test.for(shell.map((block) => ({ block, title: block.split("\n")[0] })))("runs: $title", async ({ block }) => {
  const { stdout } = await promisify(execFile)("bash", ["-euc", block]);
  expect(stdout).not.toBe("");
});

test("every key of a policy has its line", () => {
  const listed = [...page.matchAll(/^\| `(?:roles\.<role>\.)?(\w+)/gm)].map(([, key]) => key);
  const known = Object.keys(POLICY.shape);
  expect(listed).toEqual(expect.arrayContaining(known.filter((key) => key !== "roles")));
});

test("every block is run, and every file that the page points to exists", () => {
  expect(blocks.filter(({ language }) => language !== "yaml" && language !== "sh")).toEqual([]);
  const linked = [...page.matchAll(/\]\(([^)#]+)/g)].map(([, path]) => join(dirname("docs/security.md"), path ?? ""));
  expect(linked.length).toBeGreaterThan(2);
  expect(linked.filter((path) => !existsSync(path))).toEqual([]);
});
