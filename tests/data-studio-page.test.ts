/** Holds docs/data-studio.md against the settings, the template and the scripts that it tells of. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readSettings } from "../src/settings/index.ts";
import { inFile } from "./settings/support.ts";
import { startServer } from "./support/server.ts";

const page = readFileSync("docs/data-studio.md", "utf8");

test("its settings of the server are read, and let in whom it says", () => {
  const [, block = ""] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  const text = block.replace(/^ {3}/gm, "");
  expect(text).toMatch(/^identity:/);
  const { settings, diagnostics } = readSettings(inFile(text), {});
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  expect(settings?.identity?.google?.accounts).toMatchObject([{ domain: "example.com" }, { email: "ana@example.com" }]);
});

test("it tells of every key of the template", () => {
  const template: object = JSON.parse(readFileSync("connectors/data-studio/connector.template.json", "utf8"));
  const keys = Object.keys(template);
  expect(keys.length).toBeGreaterThan(8);
  expect(keys.filter((key) => !page.includes(`\`${key}\``))).toEqual([]);
});

test("the commands that it gives are there", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  const named = [...page.matchAll(/npm run ([\w:-]+)/g)].flatMap(([, name]) => name ?? []);
  expect(named).toContain("connector:deploy");
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
  const clasp = /@google\/clasp@([\d.]+)/;
  expect(clasp.exec(page)?.[1]).toBe(clasp.exec(readFileSync("scripts/connector-deploy.ts", "utf8"))?.[1]);
});

test("the door answers what the page sends to it", async () => {
  const [, path = "", body = ""] = /https:\/\/metrics\.example\.com(\/v1\/\S+) [^\n]* -d '([^']*)'/.exec(page) ?? [];
  const server = await startServer("npm start", { cwd: ".", env: { ...process.env, PORT: "0" } });
  const response = await fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('"value":"order_lines"')]);
  await server.stop();
});

test("its table of contents and its links lead somewhere", () => {
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  );
  const anchors = [...page.matchAll(/\]\(#([^)]+)\)/g)].flatMap(([, anchor]) => anchor ?? []);
  expect(anchors.length).toBeGreaterThan(6);
  expect(anchors.filter((anchor) => !headings.includes(anchor))).toEqual([]);
  const links = [...page.matchAll(/\]\((?!http|#)([^)#]+)/g)].flatMap(([, link]) => link ?? []);
  expect(links.filter((link) => !existsSync(`docs/${link}`))).toEqual([]);
});
