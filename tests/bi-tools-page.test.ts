/** Sends every request of docs/bi-tools.md to the sample company. */
import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Server, startServer } from "./support/server.ts";

const page = readFileSync("docs/bi-tools.md", "utf8");
const HOST = "https://metrics.example.com";

/** As Grafana fills them in. */
const FILLED: Readonly<Record<string, string>> = {
  "${__from:date:YYYY-MM-DD}": "2026-01-01",
  "${__to:date:YYYY-MM-DD}": "2026-01-31",
};

const written = [...page.matchAll(/https:\/\/metrics\.example\.com(\/v1\/query\?[^\s'"]+)/g)].flatMap(
  ([, path]) => path ?? [],
);

let server: Server | undefined;
beforeAll(async () => {
  server = await startServer("npm start", { cwd: ".", env: { ...process.env, PORT: "0" } });
});
afterAll(async () => {
  await server?.stop();
});

async function csvOf(path: string): Promise<readonly string[]> {
  const response = await fetch(`${server?.url}${path}`);
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return text.trimEnd().split(/\r?\n/);
}

test.for(written)("answers %s", async (path) => {
  const filled = Object.entries(FILLED).reduce((text, [name, value]) => text.replace(name, value), path);
  const [head, ...rows] = await csvOf(filled);
  const asked = new URLSearchParams(filled.split("?")[1]);
  for (const metric of asked.get("metrics")?.split(",") ?? []) expect(head?.split(",")).toContain(metric);
  expect(rows.length).toBeGreaterThan(3);
});

test("the page has a request of each tool that sends one by address", () => {
  expect(written).toHaveLength(3);
});

test("what Power Query is to send is a question, and its columns are those that it gives types", async () => {
  const query = /Query = \[([^\]]+)\]/.exec(page)?.[1] ?? "";
  const words = [...query.matchAll(/(\w+) = "([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]);
  expect(words.length).toBeGreaterThan(3);
  const [head, ...rows] = await csvOf(`/v1/query?${new URLSearchParams(words)}`);
  const typed = [...page.matchAll(/\{"(\w+)", [\w. ]+\}/g)].flatMap(([, name]) => name ?? []);
  expect(head?.split(",")).toEqual(typed);
  expect(rows.length).toBeGreaterThan(12);
  expect(page).toContain(`Web.Contents("${HOST}", [\n    RelativePath = "v1/query"`);
});

test("the columns that Grafana is told of are there", async () => {
  const path = written.find((one) => one.includes("__from")) ?? "";
  const filled = Object.entries(FILLED).reduce((text, [name, value]) => text.replace(name, value), path);
  const [head, first] = await csvOf(filled);
  expect(head).toBe("metric_time__day,revenue");
  expect(first).toMatch(/^2026-01-\d\d,\d+(\.\d+)?$/);
});

test("every file that the page points to exists", () => {
  const links = [...page.matchAll(/\]\((?!http)([^)#]+)/g)].flatMap(([, link]) => link ?? []);
  expect(links.length).toBeGreaterThan(2);
  expect(links.filter((link) => !existsSync(`docs/${link}`))).toEqual([]);
});
