/** Runs every block of the README the way a reader would, in the order in which they stand. */
import { execFile } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compileCatalog } from "../src/compile/index.ts";
import { parseDefinitions } from "../src/definition/index.ts";
import { type Server, startServer } from "./support/server.ts";

const readme = readFileSync("README.md", "utf8");
const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", text = ""]) => ({
  language,
  text: text.trim(),
}));
/** For the names of tests. */
const firstLineOf = (block: string) => ({ block, title: block.split("\n")[0] });
const shell = blocks.filter(({ language }) => language === "sh").map(({ text }) => text);
const graphql = blocks.filter(({ language }) => language === "graphql").map(({ text }) => text);

/** `npm ci` empties node_modules, which this test stands on; continuous integration begins with it. */
const afterInstall = (block: string) => block.replace(/^npm ci && /, "");
const START = "npm start";
/** Is running right now: this test is part of it. */
const THIS = "npm test";

let server: Server | undefined;
beforeAll(async () => {
  server = await startServer(START, { cwd: ".", env: { ...process.env, PORT: "0" } });
});
afterAll(async () => {
  await server?.stop();
});

test("the first screen has the two commands that do all the set-up", () => {
  expect(shell.slice(0, 2)).toEqual([`npm ci && ${START}`, `npm ci && ${THIS}`]);
  expect(readme.split("\n").slice(0, 25).join("\n")).toContain(`npm ci && ${THIS}`);
});

const commands = shell.map(afterInstall).filter((block) => block !== START && block !== THIS);

test.for(commands.map(firstLineOf))("runs: $title", async ({ block }) => {
  const script = block.replaceAll("http://localhost:4000", String(server?.url));
  const { stdout } = await promisify(execFile)("bash", ["-euc", script]);
  expect(stdout).not.toBe("");
  if (!block.startsWith("curl ")) return;
  const { data, errors } = JSON.parse(stdout);
  expect(errors).toBeUndefined();
  expect(data.query.rows.length).toBeGreaterThan(0);
});

test.for(graphql.map(firstLineOf))("answers: $title", async ({ block: query }) => {
  const response = await fetch(`${server?.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = JSON.parse(await response.text());
  expect(errors).toBeUndefined();
  for (const field of Object.values(data)) expect(field).not.toBeNull();
});

test("the metric shown in the README can take its place in the sample company", () => {
  const shown = blocks.filter(({ language }) => language === "yaml").map(({ text }) => text);
  expect(shown).toHaveLength(1);
  const files = globSync("metrics/**/*.{yaml,sql}")
    .filter((path) => path !== "metrics/sales/revenue.yaml")
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));
  const { definitions, diagnostics } = parseDefinitions([...files, { path: "README.yaml", text: shown[0] ?? "" }]);
  expect(diagnostics).toEqual([]);
  const { catalog } = compileCatalog(definitions);
  expect(catalog?.metrics.get("revenue")?.description).toBe("Sales of paid orders, in US dollars.");
});

test("no block of the README is left out", () => {
  const run = ["sh", "graphql", "yaml"];
  expect(blocks.filter(({ language }) => !run.includes(language))).toEqual([]);
  expect(readme.match(/^```/gm)).toHaveLength(2 * blocks.length);
});

test("every file that the README points to exists", () => {
  const links = [...readme.matchAll(/\]\((?!http)([^)#]+)/g)].flatMap(([, link]) => link ?? []);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((link) => !existsSync(link))).toEqual([]);
});
