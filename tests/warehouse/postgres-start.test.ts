import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, test } from "vitest";
import { temporaryFolder } from "../../scripts/embedded-postgres.ts";

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** It makes a database and fills it with the sample, while others want the processor. */
const timeout = 240_000;

test("npm run start:postgres serves the sample, stops clean, and keeps its data for the next start", {
  timeout,
}, async () => {
  const first = await startAndAsk();
  expect(first.data).toMatchObject({ query: { columns: [{ name: "orders" }], rows: [[expect.any(String)]] } });
  expect(first.messages).toContain("Building the sample company: orders");
  const second = await startAndAsk();
  expect(second.data).toEqual(first.data);
  expect(second.messages).not.toContain("Building");
});

async function startAndAsk() {
  const root = resolve(import.meta.dirname, "..", "..");
  const flags = ["--port", "0", "--format", "json", "--metrics", join(root, "metrics")];
  const program = spawn(process.execPath, [join(root, "scripts", "start-postgres.ts"), ...flags], { cwd: folder });
  const exited = once(program, "exit");
  let messages = "";
  program.stderr.on("data", (chunk) => (messages += chunk));
  const [line] = await Promise.race([
    once(createInterface(program.stdout), "line"),
    exited.then(() => Promise.reject(new Error(`It ended:\n${messages}`))),
  ]);
  const { graphql } = JSON.parse(String(line));
  const query = '{ query(input: {metrics: ["orders"]}) { columns { name } rows } }';
  const headers = { "content-type": "application/json" };
  const response = await fetch(graphql, { method: "POST", headers, body: JSON.stringify({ query }) });
  const { data } = (await response.json()) as { data: unknown };
  expect(existsSync(join(folder, ".assay", "postgres", "data", "postmaster.pid"))).toBe(true);
  program.kill("SIGINT");
  expect(await exited).toEqual([0, null]);
  expect(existsSync(join(folder, ".assay", "postgres", "data", "postmaster.pid"))).toBe(false);
  return { data, messages };
}
