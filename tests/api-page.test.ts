/** Asks every example of docs/api.md of the sample company. */
import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LIMITS } from "../src/graphql/limits.ts";
import { type Server, startServer } from "./support/server.ts";

const page = readFileSync("docs/api.md", "utf8");
const examples = [...page.matchAll(/^```graphql\n([\s\S]*?)^```$/gm)].flatMap(([, text]) => text ?? []);

let server: Server | undefined;
beforeAll(async () => {
  server = await startServer("npm start", { cwd: ".", env: { ...process.env, PORT: "0" } });
});
afterAll(async () => {
  await server?.stop();
});

test.for(examples.map((query) => ({ query, title: query.split("\n")[0] })))("answers: $title", async ({ query }) => {
  const response = await fetch(`${server?.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = JSON.parse(await response.text());
  expect(errors).toBeUndefined();
  for (const field of Object.values<Record<string, unknown>>(data)) {
    const rows = field["nodes"] ?? field["rows"];
    if (query.includes("an-id-that-was-given")) expect(field["refusal"]).toEqual({ code: "UNKNOWN_QUERY" });
    else if (Array.isArray(rows)) expect(rows.length).toBeGreaterThan(0);
    else expect(field).toHaveProperty("version");
  }
});

test("the page has an example of each way to ask, and the limits that hold", () => {
  expect(examples).toHaveLength(5);
  const { tokens, depth, aliases, rootFields, breakdowns } = LIMITS;
  expect(page).toContain(
    `${tokens.toLocaleString("en")} tokens, ${depth} levels, ${aliases} aliases, ${rootFields} fields at the root, ${breakdowns} levels`,
  );
});

test("every file that the page points to exists", () => {
  const links = [...page.matchAll(/\]\((?!http)([^)#]+)/g)].flatMap(([, link]) => link ?? []);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((link) => !existsSync(`docs/${link}`))).toEqual([]);
});
