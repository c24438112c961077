import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Fault } from "./faults/fault.ts";

const page = readFileSync("docs/reliability.md", "utf8");
const rows = new Map(
  [...page.matchAll(/^\| \*\*(X\d\d)\*\* .*$/gm)].map(([row, id = ""]) => [id, row.split(/(?<!\\)\| /)] as const),
);
const files = readdirSync("tests/faults").filter((name) => /^x\d\d-.*\.ts$/.test(name));
const ALL = Array.from({ length: 24 }, (_, i) => `X${String(i + 1).padStart(2, "0")}`);

test("each of the 24 faults has a file and a row", () => {
  expect(files.map((name) => name.slice(0, 3).toUpperCase()).sort()).toEqual(ALL);
  expect([...rows.keys()]).toEqual(ALL);
});

test.each(files)("the row of %s says what its file promises", async (name) => {
  const { fault }: { readonly fault: Fault } = await import(`./faults/${name}`);
  expect(name.slice(0, 3).toUpperCase()).toBe(fault.id);
  const [, title, injection, promise] = rows.get(fault.id) ?? [];
  expect(title).toContain(`**${fault.id}** ${fault.name}<br>`);
  expect(injection?.trim()).toBe(fault.injection.replaceAll("|", "\\|"));
  expect(promise?.trim()).toBe(fault.promise.replaceAll("|", "\\|"));
});

test("what misses its target is named with its cause, and nothing else is", () => {
  const missed = [...rows].filter(([, cells]) => cells.some((cell) => cell.includes("**missed**"))).map(([id]) => id);
  const [, explained = ""] = page.split("## What is missed");
  const named = [...explained.matchAll(/^- \*\*(X\d\d)\*\*: \S/gm)].map(([, id]) => id);
  expect(named).toEqual(missed);
});
