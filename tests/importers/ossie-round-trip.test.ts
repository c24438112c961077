import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  at,
  dataOf,
  exported,
  filesOf,
  importedOssie,
  listOf,
  loaded,
  thereAndBack,
  VERSIONS,
} from "./ossie-support.ts";

const ROOT = join(import.meta.dirname, "../..");
const FOLDERS = ["metrics", "tests/fixtures/shop"];
const FOREIGN = new Map(
  VERSIONS.map((version) => [version, readFileSync(join(ROOT, `tests/fixtures/ossie/shop-${version}.yaml`), "utf8")]),
);
const foreign = (version: (typeof VERSIONS)[number]) => FOREIGN.get(version) ?? "";

describe.each(VERSIONS)("at %s", (version) => {
  test.each(FOLDERS)("export, import, export gives the same bytes: %s", (folder) => {
    const { text } = exported(join(ROOT, folder), version);
    const { report } = importedOssie(text);
    expect(report).toEqual([]);
    expect(thereAndBack(text, version)).toBe(text);
  });

  test.each(FOLDERS)(
    "an import of our export means the same, but for private metrics that nothing needs: %s",
    (folder) => {
      const before = loaded(join(ROOT, folder)).catalog;
      const after = loaded(filesOf(exported(join(ROOT, folder), version).text)).catalog;
      const kept = [...before.metrics.values()].filter(({ name, isPrivate }) => !isPrivate || after.metrics.has(name));
      expect([...after.metrics.keys()].toSorted()).toEqual(kept.map(({ name }) => name).toSorted());
      for (const { name } of kept) expect(meaning(after.metrics.get(name))).toEqual(meaning(before.metrics.get(name)));
      expect(meaning(after.models)).toEqual(meaning(before.models));
      expect(meaning(after.savedQueries)).toEqual(meaning(before.savedQueries));
      expect(meaning(after.calendars)).toEqual(meaning(before.calendars));
      expect(after.timeZone).toBe(before.timeZone);
    },
  );

  test.each(VERSIONS)("what comes from another tool at %s is stable too", (from) => {
    const { text } = exported(filesOf(foreign(from)), version);
    expect(thereAndBack(text, version)).toBe(text);
  });

  test("context and extensions of others come back word for word", () => {
    const before = notesIn(dataOf(foreign(version)));
    const after = notesIn(dataOf(thereAndBack(foreign(version), version)));
    expect(before.length).toBeGreaterThan(8);
    expect(after).toEqual(before);
  });

  test("whatever letters an extension holds, it comes back word for word", () => {
    fc.assert(
      fc.property(fc.json(), fc.string({ unit: "grapheme", maxLength: 40 }), (data, words) => {
        fc.pre(!FORBIDDEN.test(words) && words.trim() !== "");
        const written = sales({ ai_context: words, custom_extensions: [{ vendor_name: "DBT", data }] });
        expect(notesIn(dataOf(thereAndBack(written, version)))).toEqual(notesIn(JSON.parse(written)));
      }),
      { numRuns: 150 },
    );
  });

  test("names and texts that YAML 1.1 takes for something else stay texts", () => {
    for (const word of [
      "yes",
      "no",
      "on",
      "~",
      "null",
      "2026-01-31",
      "1_000",
      "12:30",
      "0o7",
      "1e3",
      "0.1",
      "#x",
      "- a",
    ]) {
      const { text } = exported(
        { "a.yaml": `model: sales\ndescription: ${JSON.stringify(word)}\ntable: shop.sales\n` },
        version,
      );
      expect(at(datasetsIn(dataOf(text))[0], "description"), word).toBe(word);
      expect(thereAndBack(text, version)).toBe(text);
    }
  });
});

/** What a careless or hostile hand may write in the place of anything. */
const ODD_VALUES = [
  null,
  "",
  " ",
  0,
  -1.5,
  true,
  [],
  {},
  ["a"],
  { a: 1 },
  "‎",
  "x".repeat(200),
  "../../evil",
  "__proto__",
  "SUM(",
  "sales.",
  "metric_time",
  "day",
  "a__b",
  "SUM(orders.gross)",
  "customers",
  "Orders",
  "select 1",
];

describe("a file in which anything was replaced", () => {
  const document = { ...dataObject(exported(filesOf(foreign("0.2.0.dev0")), "0.2.0.dev0").text) };
  const places = placesIn(document);
  const change = fc.tuple(fc.constantFrom(...places), fc.constantFrom(...ODD_VALUES));

  test("is refused or imported, never more than that; what is imported is stable and stays in its folder", () => {
    let imports = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const { files } = importedOssie(JSON.stringify(replaced(document, changes)));
        for (const { path } of files) expect(path).toMatch(/^[a-z0-9_]+(\/[a-z0-9_]+)?\.yaml$/);
        if (files.length === 0) return;
        imports++;
        const { text } = exported(Object.fromEntries(files.map((file) => [file.path, file.text])), "0.1.1");
        expect(thereAndBack(text, "0.1.1")).toBe(text);
      }),
      { numRuns: 150 },
    );
    expect(imports).toBeGreaterThan(20);
  });

  test("in our own block, a name that leads out of the folder is not written", () => {
    const { text } = exported({ "m.yaml": HIDDEN }, "0.1.1");
    const found = importedOssie(text.replaceAll('"metric":"hidden"', '"metric":"../../hidden"'));
    expect(found.paths).toEqual(["project.yaml", "models/sales.yaml"]);
    expect(found.report).toMatchObject([{ severity: "error" }, { severity: "error" }]);
  });
});

const HIDDEN = `model: sales
table: shop.sales
primary_key: id
entities: { sale: primary }
---
metric: hidden
private: true
model: sales
measure: sum(price)
---
metric: shown
expr: hidden * 2
`;

type Place = readonly (string | number)[];

/** The way to every value of plain data. */
function placesIn(value: unknown): readonly Place[] {
  if (typeof value !== "object" || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, item]) => {
    const step = isList ? Number(key) : key;
    return [[step], ...placesIn(item).map((rest) => [step, ...rest])];
  });
}

function replaced(document: object, changes: readonly (readonly [Place, unknown])[]): object {
  const copy = structuredClone(document);
  for (const [place, value] of changes) {
    const owner: unknown = place.slice(0, -1).reduce<unknown>((inner, step) => at(inner, String(step)), copy);
    const last = place.at(-1);
    if (typeof owner === "object" && owner !== null && last !== undefined) Reflect.set(owner, last, value);
  }
  return copy;
}

function dataObject(text: string): object {
  const data = dataOf(text);
  return typeof data === "object" && data !== null ? data : {};
}

/** Characters that our YAML refuses; an import says so and writes spaces. */
const FORBIDDEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/;

function sales(more: object): string {
  const metric = { name: "takings", expression: "SUM(sales.price)", ...more };
  return JSON.stringify({
    version: "0.2.0.dev0",
    semantic_model: [{ name: "shop", datasets: [{ name: "sales", source: "shop.sales" }], metrics: [metric] }],
  });
}

function datasetsIn(document: unknown): readonly unknown[] {
  return listOf(at(listOf(at(document, "semantic_model"))[0], "datasets"));
}

/** Every `ai_context` and every extension but ours, with the name of its owner. */
function notesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(notesIn).toSorted();
  if (typeof value !== "object" || value === null) return [];
  const name = String(at(value, "name")).toLowerCase();
  const own = listOf(at(value, "custom_extensions")).filter(
    (extension) => !String(at(extension, "data")).startsWith('{"assay"'),
  );
  const context = at(value, "ai_context");
  return [
    ...(context === undefined ? [] : [`${name} ${JSON.stringify(context)}`]),
    ...own.map((extension) => `${name} ${String(at(extension, "vendor_name"))} ${dataText(at(extension, "data"))}`),
    ...["semantic_model", "datasets", "fields", "relationships", "metrics"].flatMap((key) => notesIn(at(value, key))),
  ].toSorted();
}

function dataText(data: unknown): string {
  return typeof data === "string" ? data : JSON.stringify(data);
}

/** Without places, and without blanks at the ends of SQL. */
function meaning(value: unknown): unknown {
  if (typeof value === "string") return value.trim();
  if (Array.isArray(value)) return value.map(meaning);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, meaning(item)]));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !["span", "at", "file"].includes(key));
  return Object.fromEntries(entries.map(([key, item]) => [key, meaning(item)]));
}

test("other versions and former names stand in our block, and come back under their names", () => {
  const model = `model: orders\ndescription: One row an order.\nowner: data\ntable: shop.orders\nprimary_key: id\ntime: at
columns: { id: int, amount: decimal, region: string, at: date }\nentities: { order: primary }\ndimensions: { at: day, region: }\nmeasures: { amount: sum }\n`;
  const metric = (version: number, more: string) =>
    `metric: net\nversion: ${version}\ndescription: Money.\nowner: data\nmodel: orders\nmeasure: amount\n${more}\n`;
  const files = {
    "metrics/models.yaml": model,
    "metrics/net.yaml": metric(2, "default_version: 2"),
    "metrics/net@1.yaml": metric(1, "filter: region = 'EU'"),
    "metrics/alias.yaml": "metric: turnover\nalias_of: net@1\nsunset: 2027-03-31\n",
    "metrics/share.yaml": "metric: share\ndescription: Part.\nowner: data\nnumerator: net@1\ndenominator: net\n",
  };
  const { text, report } = exported(files, "0.1.1");
  expect(report.map(({ code, message }) => `${code} ${message}`)).toEqual(
    expect.arrayContaining([
      expect.stringContaining("METRIC_DROPPED It is version 1, which is not what its name means."),
      expect.stringContaining('METRIC_DROPPED It is a former name of "net_v1".'),
    ]),
  );
  const back = loaded(filesOf(text)).catalog;
  const before = loaded(files).catalog;
  expect([...back.metrics.keys()].toSorted()).toEqual(["net", "net_v1", "share", "turnover"]);
  for (const [name, known] of before.metrics) expect(meaning(back.metrics.get(name))).toEqual(meaning(known));
});
