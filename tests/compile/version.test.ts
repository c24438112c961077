import { expect, test } from "vitest";
import { compileCatalog } from "../../src/compile/index.ts";
import { parseDefinitions } from "../../src/definition/index.ts";
import type { SourceFile } from "../../src/diagnostics/index.ts";
import { manyDefinitions } from "../support/many-definitions.ts";
import { catalogOf, SHOP } from "./support.ts";

function versionOf(files: readonly SourceFile[]): string | undefined {
  return compileCatalog(parseDefinitions(files).definitions).catalog?.version;
}

const FILTERED = `${SHOP}---\nmetric: x\nmodel: orders\nmeasure: amount\nfilter: status = 'paid'\n`;

test("a version is 16 hex digits, the same every time", () => {
  expect(catalogOf(SHOP).version).toMatch(/^[0-9a-f]{16}$/);
  expect(catalogOf(SHOP).version).toBe(catalogOf(SHOP).version);
});

test("the same definitions in other files and in another order have the same version", () => {
  const documents = SHOP.split("---\n");
  const files = documents.map((text, i) => ({ path: `metrics/${documents.length - i}.yaml`, text: `\n\n${text}` }));
  expect(versionOf(files.toReversed())).toBe(catalogOf(SHOP).version);
});

test("spaces and brackets in a condition change no version", () => {
  expect(catalogOf(FILTERED.replace("status = 'paid'", "(status   =  'paid')")).version).toBe(
    catalogOf(FILTERED).version,
  );
});

test.each([
  ["amount: sum", "amount: average"],
  ["status = 'paid'", "status = 'open'"],
  ["status = 'paid'", "status <> 'paid'"],
  ["ordered_at: hour", "ordered_at: day"],
  ["shop.orders", "shop.sales"],
  ["description: Money.", "description: Cash."],
  ["sprint_start", "sprint_begin"],
  ["signed_up_at: date", "signed_up_at: timestamp"],
])("%s instead of %s is another version", (before, after) => {
  expect(FILTERED).toContain(before);
  expect(catalogOf(FILTERED.replace(before, after)).version).not.toBe(catalogOf(FILTERED).version);
});

test("a catalog of many metrics compiles without a finding", () => {
  const { definitions, diagnostics } = parseDefinitions(manyDefinitions({ metrics: 60, models: 4 }));
  const compiled = compileCatalog(definitions);
  expect([...diagnostics, ...compiled.diagnostics]).toEqual([]);
  expect(compiled.catalog?.metrics.size).toBe(60);
  expect(compiled.catalog?.models.size).toBe(4);
  const types = new Set([...(compiled.catalog?.metrics.values() ?? [])].map((metric) => metric.type));
  expect(types.size).toBe(5);
});
