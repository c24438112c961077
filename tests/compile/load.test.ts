import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadCatalog } from "../../src/compile/index.ts";
import { SHOP } from "./support.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "definitions-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

function codes(): readonly string[] {
  return loadCatalog(dir).diagnostics.map(({ code }) => code);
}

test("a folder of definitions is a catalog", () => {
  writeFileSync(join(dir, "shop.yaml"), SHOP);
  const { catalog, diagnostics } = loadCatalog(dir);
  expect([...(catalog?.metrics.keys() ?? [])]).toEqual(["revenue", "order_count"]);
  expect(diagnostics).toEqual([]);
});

test("what cannot be read and what does not fit are told at once", () => {
  writeFileSync(join(dir, "broken.yaml"), "metric: [");
  writeFileSync(
    join(dir, "shop.yaml"),
    `${SHOP}---\nmetric: x\nowner: a\ndescription: b\nmodel: orders\nmeasure: amout\n`,
  );
  expect(loadCatalog(dir).catalog).toBeNull();
  expect(codes()).toEqual(["yaml/syntax", "metric/unknown-measure"]);
});

test("what may be defined in an unreadable file is not called unknown", () => {
  const wrong = "metric: x\nowner: a\ndescription: b\nexpr: profit * 2\n";
  writeFileSync(join(dir, "x.yaml"), wrong);
  expect(codes()).toEqual(["metric/unknown-input"]);
  writeFileSync(join(dir, "profit.yaml"), "metric: profit\nmeasure: [\n");
  expect(new Set(codes())).toEqual(new Set(["yaml/syntax"]));
});

test("a folder that does not exist is no catalog", () => {
  const { catalog, diagnostics } = loadCatalog(join(dir, "nowhere"));
  expect(catalog).toBeNull();
  expect(diagnostics.map(({ code }) => code)).toEqual(["file/no-folder"]);
});
