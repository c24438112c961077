/** The npm package, as somebody gets it who installs it. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const top = mkdtempSync(join(tmpdir(), "assay-package-"));
const project = join(top, "project");
const bin = join(project, "node_modules/.bin");
afterAll(() => rmSync(top, { recursive: true }));

beforeAll(async () => {
  const checkout = join(top, "checkout");
  for (const path of ["package.json", "tsconfig.json", "tsconfig.build.json", "server.ts", "LICENSE", "README.md"]) {
    cpSync(path, join(checkout, path));
  }
  for (const path of ["src", "scripts", "metrics", "governance", "metrics.lock", "schema"]) {
    cpSync(path, join(checkout, path), { recursive: true });
  }
  symlinkSync(resolve("node_modules"), join(checkout, "node_modules"));
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", top], { cwd: checkout });
  const archive = readdirSync(top).find((name) => name.endsWith(".tgz"));
  expect(stdout).toContain(archive);

  mkdirSync(bin, { recursive: true });
  await run("tar", ["-xzf", join(top, archive ?? ""), "-C", top]);
  // Beside the package, what its dependencies are; npm would put them there.
  const installed = join(project, "node_modules/assay");
  cpSync(join(top, "package"), installed, { recursive: true });
  const { dependencies, bin: programs } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  for (const name of [...Object.keys(dependencies), "@types/node"]) {
    mkdirSync(join(project, "node_modules", name, ".."), { recursive: true });
    symlinkSync(resolve("node_modules", name), join(project, "node_modules", name));
  }
  symlinkSync(join(installed, programs.assay), join(bin, "assay"));
  writeFileSync(join(project, "package.json"), `{ "type": "module" }`);
  cpSync("metrics", join(project, "metrics"), { recursive: true });
});

test("assay is a program", async () => {
  const { stdout } = await run(join(bin, "assay"), ["--help"], { cwd: project });
  expect(stdout).toContain("assay");
  await expect(run(join(bin, "assay"), ["check"], { cwd: project })).resolves.toMatchObject({
    stdout: expect.stringContaining("metrics"),
  });
});

const PROGRAM = `
import { createEngine, loadCatalog, OPERATOR, openWarehouse } from "assay";

const { catalog, diagnostics } = loadCatalog("metrics");
if (catalog === null) throw new Error(diagnostics.map(({ message }) => message).join("\\n"));
const engine = createEngine({ catalog, warehouse: await openWarehouse("duckdb::memory:") });
const { statement } = engine.explain({ metrics: ["revenue"] }, OPERATOR);
console.log(statement.text);
await engine.close();
`;

test("assay is a library", async () => {
  writeFileSync(join(project, "ask.js"), PROGRAM);
  const { stdout } = await run(process.execPath, ["ask.js"], { cwd: project });
  expect(stdout).toContain("SELECT");
});

test("the library has types, and they refuse what is wrong", async () => {
  const wrong = `${PROGRAM}\n// @ts-expect-error: metrics are names\nengine.explain({ metrics: 1 }, OPERATOR);\n`;
  writeFileSync(join(project, "ask.ts"), wrong);
  const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", "node", "ask.ts"];
  await expect(run(resolve("node_modules/.bin/tsc"), flags, { cwd: project })).resolves.toBeDefined();
});

test("the package holds what the program needs and nothing else", () => {
  const installed = join(project, "node_modules/assay");
  expect(readdirSync(installed).toSorted()).toEqual(["LICENSE", "README.md", "dist", "package.json"]);
  expect(readdirSync(join(installed, "dist")).toSorted()).toEqual([
    "governance",
    "metrics",
    "metrics.lock",
    "schema",
    "server.d.ts",
    "server.js",
    "src",
  ]);
});
