import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FORMATS } from "../../src/export/index.ts";
import { type Server, startServer } from "../support/server.ts";

/** Runs every command of docs/bulk.md the way a reader would. */
const page = readFileSync("docs/bulk.md", "utf8");
const commands = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text.trim());

const folder = mkdtempSync(path.join(tmpdir(), "assay-bulk-"));
let server: Server;
beforeAll(async () => {
  server = await startServer("npm start", { cwd: ".", env: { ...process.env, PORT: "0" } });
});
afterAll(() => server.stop());

test("the page has commands", () => {
  expect(commands.length).toBeGreaterThanOrEqual(4);
});

test.for(commands)("runs: %s", async (command) => {
  const script = command.replaceAll("http://localhost:4000", server.url);
  const { stdout } = await promisify(execFile)("bash", ["-euc", script], { cwd: folder, encoding: "buffer" });
  const file = / -o (\S+)$/.exec(command)?.[1];
  const bytes = file === undefined ? stdout : readFileSync(path.join(folder, file));
  expect(bytes.length).toBeGreaterThan(30);
  expect(bytes.toString()).not.toContain('"error"');
});

test("the page lists every format", () => {
  for (const { name, mediaType } of FORMATS)
    expect(page).toContain(`| \`${name}\`${name === "json" ? " (default)" : ""} | \`${mediaType}\` |`);
});
