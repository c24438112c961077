import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkData } from "../../src/definition/index.ts";
import { readSettings, settingsJsonSchema, VARIABLES } from "../../src/settings/index.ts";
import { SETTINGS } from "../../src/settings/schema.ts";
import { SECRETS } from "../../src/settings/secrets.ts";
import { ONLY_IN_FILE } from "../../src/settings/variables.ts";
import { compareText } from "../../src/std/index.ts";
import { inFile } from "./support.ts";

const page = readFileSync("docs/settings.md", "utf8");

test("the committed JSON Schema is the one of the code: npm run schema", () => {
  expect(readFileSync("schema/config.schema.json", "utf8")).toBe(`${JSON.stringify(settingsJsonSchema(), null, 2)}\n`);
});

test("the page on settings has one line for every setting, with its variable, and for no other", () => {
  const listed = [
    ...page.matchAll(/^\| `([a-z_.]+)` \| (?:`([A-Z_]+)`|names its own|the file only) \| \S.* \| \S.* \|$/gm),
  ];
  const known = [
    ...VARIABLES.map(({ path, name }) => [path.join("."), name]),
    ...[...ONLY_IN_FILE, ...SECRETS.filter((path) => !path.includes("*"))].map((path) => [path.join("."), undefined]),
  ];
  expect(known.length).toBeGreaterThan(20);
  const lines = (all: readonly (readonly unknown[])[]) => all.map((line) => line.join(" ")).toSorted(compareText);
  expect(lines(listed.map(([, setting, name]) => [setting, name]))).toEqual(lines(known));
});

test("every setting says in the schema what it is", () => {
  const bare = bareKeys(settingsJsonSchema(), []);
  expect(bare).toEqual([]);
});

test("the settings that the pages show are sound", () => {
  const shown = [page, readFileSync("docs/deploy.md", "utf8")].flatMap((text) =>
    [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = ""]) => yaml),
  );
  expect(shown.join()).toMatch(/warehouse:[\s\S]*identity:/);
  for (const yaml of shown) expect(readSettings(inFile(yaml), {}).diagnostics).toEqual([]);
});

test("every example of the schema is sound", () => {
  const examples = examplesOf(settingsJsonSchema(), []);
  expect(examples.length).toBeGreaterThan(10);
  for (const { path, example } of examples) {
    const data = path.reduceRight<unknown>((value, key) => ({ [key]: value }), example);
    expect(checkData(SETTINGS, data), path.join(".")).toMatchObject({ ok: true });
  }
});

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly description?: string;
  readonly examples?: readonly unknown[];
}

function bareKeys(node: Node, path: readonly string[]): readonly string[] {
  const below = Object.entries(node.properties ?? {}).flatMap(([key, value]) => bareKeys(value, [...path, key]));
  return node.description ? below : [path.join("."), ...below];
}

function examplesOf(node: Node, path: readonly string[]): readonly { path: readonly string[]; example: unknown }[] {
  const own = (node.examples ?? []).map((example) => ({ path, example }));
  return [
    ...own,
    ...Object.entries(node.properties ?? {}).flatMap(([key, value]) => examplesOf(value, [...path, key])),
  ];
}
