import { describe, expect, test } from "vitest";
import type { SourceFile } from "../../src/diagnostics/index.ts";
import type { Edit, MetricChange } from "../../src/governance/change/change.ts";
import { changesBetween } from "../../src/governance/change/diff.ts";
import { treeOf } from "./fingerprint/tree-of.ts";

type Texts = Readonly<Record<string, string>>;

const BASE: Texts = {
  "metrics/project.yaml": "project: shop\ntime_zone: UTC\n",
  "metrics/models/orders.yaml": `model: orders
sql_file: orders.sql
primary_key: order_id
time: ordered_at
columns: { order_id: int, amount: decimal, fee: decimal, status: string, region: string, ordered_at: date }
entities: { order: primary }
dimensions:
  ordered_at: day
  status: { enum: [placed, paid] }
  region:
measures:
  amount: sum
  fee: sum
`,
  "metrics/models/orders.sql":
    "select order_id, amount, fee, status, region, ordered_at\nfrom shop.orders\nwhere amount > 0\n",
  "metrics/policies.yaml": `policy: orders
roles:
  analyst:
    rows: region = 'EU'
    fields: all
`,
  "metrics/revenue.yaml": `metric: revenue
description: What was paid.
owner: { business: finance, technical: platform }
unit: EUR
model: orders
measure: amount
filter: status = 'paid'
`,
  "metrics/fees.yaml": "metric: fees\nmodel: orders\nmeasure: fee\n",
  "metrics/net.yaml": "metric: net\nexpr: revenue - fees\n",
};

describe("benign edits leave what is signed", () => {
  test.each<[string, Texts, readonly string[]]>([
    ["nothing", {}, []],
    ["carriage returns", crlf(BASE), []],
    ["a comment", change("metrics/revenue.yaml", "unit: EUR", "unit: EUR # euros"), []],
    [
      "prose",
      change("metrics/revenue.yaml", "What was paid.", "What customers paid."),
      ["revenue cosmetic description"],
    ],
    [
      "space in a filter",
      change("metrics/revenue.yaml", "status = 'paid'", "status='paid'"),
      ["revenue cosmetic filter"],
    ],
    [
      "a new dimension",
      change("metrics/models/orders.yaml", "  region:\n", "  region:\n  fee: { expr: fee }\n"),
      ["fees additive dimensions.fee", "net additive dimensions.fee", "revenue additive dimensions.fee"],
    ],
    ["space in a file of SQL", change("metrics/models/orders.sql", "\nwhere", "\n  -- the good ones\n  WHERE"), []],
  ])("%s", (_, texts, expected) => {
    const [before, after] = [treeFrom(BASE), treeFrom({ ...BASE, ...texts })];
    expect(changesBetween(before, after).map(told)).toEqual(expected);
    for (const [name, { certified }] of before.fingerprints) {
      expect(after.fingerprints.get(name)?.certified).toBe(certified);
    }
  });

  test("a file that moved is told and nothing more", () => {
    const { "metrics/revenue.yaml": text = "", ...others } = BASE;
    const changes = changesBetween(treeFrom(BASE), treeFrom({ ...others, "metrics/sales/revenue.yaml": text }));
    expect(changes.map(told)).toEqual(["revenue cosmetic file"]);
    expect(changes[0]?.parts).toEqual({});
    expect(changes[0]?.via[0]).toMatchObject({ before: "metrics/revenue.yaml", after: "metrics/sales/revenue.yaml" });
  });
});

describe("one edit is the cause of all its effects", () => {
  test.each<[string, Texts, readonly string[], string]>([
    [
      "a filter of an input",
      change("metrics/revenue.yaml", "'paid'", "'placed'"),
      ["net value-changing filter", "revenue value-changing filter"],
      "metrics/revenue.yaml:filter: «status = 'placed'»",
    ],
    [
      "a measure",
      change("metrics/models/orders.yaml", "fee: sum\n", "fee: max\n"),
      ["fees value-changing measures.fee", "net value-changing measures.fee"],
      "metrics/models/orders.yaml:  fee: «max»",
    ],
    [
      "a file of SQL, at its line",
      change("metrics/models/orders.sql", "amount > 0", "amount > 1"),
      ["fees value-changing sql_file", "net value-changing sql_file", "revenue value-changing sql_file"],
      "metrics/models/orders.sql:«where amount > 1»",
    ],
    [
      "a row policy",
      change("metrics/policies.yaml", "'EU'", "'US'"),
      [
        "fees access-changing roles.analyst.rows",
        "net access-changing roles.analyst.rows",
        "revenue access-changing roles.analyst.rows",
      ],
      "metrics/policies.yaml:    rows: «region = 'US'»",
    ],
    [
      "a default of the project",
      change("metrics/project.yaml", "UTC", "Europe/Berlin"),
      ["fees value-changing time_zone", "net value-changing time_zone", "revenue value-changing time_zone"],
      "metrics/project.yaml:time_zone: «Europe/Berlin»",
    ],
    [
      "an owner",
      change("metrics/revenue.yaml", "business: finance", "business: sales"),
      ["revenue governance owner.business"],
      "metrics/revenue.yaml:owner: { business: «sales», technical: platform }",
    ],
    [
      "a unit",
      change("metrics/revenue.yaml", "unit: EUR", "unit: USD"),
      ["net value-changing unit", "revenue breaking,value-changing unit"],
      "metrics/revenue.yaml:unit: «USD»",
    ],
    [
      "a value that may occur no more",
      change("metrics/models/orders.yaml", "[placed, paid]", "[paid]"),
      [
        "fees breaking dimensions.status.enum",
        "net breaking dimensions.status.enum",
        "revenue breaking dimensions.status.enum",
      ],
      "metrics/models/orders.yaml:  status: { enum: «[paid]» }",
    ],
    [
      "a new version",
      change("metrics/revenue.yaml", "unit: EUR", "unit: EUR\nversion: 2"),
      ["revenue breaking version"],
      "metrics/revenue.yaml:«version: 2»",
    ],
  ])("%s", (_, texts, expected, place) => {
    const changes = changesBetween(treeFrom(BASE), treeFrom({ ...BASE, ...texts }));
    expect(changes.map(told)).toEqual(expected);
    expect(new Set(changes.map(({ via }) => placeOf(via[0])))).toEqual(new Set([place]));
  });

  test("a metric's own edit comes before those of its inputs", () => {
    const texts = {
      ...change("metrics/net.yaml", "revenue - fees", "revenue + fees"),
      ...change("metrics/fees.yaml", "fee\n", "amount\n"),
    };
    const [, net] = changesBetween(treeFrom(BASE), treeFrom({ ...BASE, ...texts }));
    expect(net?.via.map(({ subject, key }) => `${subject}: ${key}`)).toEqual([
      "metric net: expr",
      "metric fees: measure",
    ]);
  });

  test("what is rewritten beside a real change is no cause", () => {
    const texts = {
      ...change("metrics/revenue.yaml", "status = 'paid'", "status='paid'"),
      ...change("metrics/models/orders.sql", "amount > 0", "amount > 1"),
    };
    const revenue = changesBetween(treeFrom(BASE), treeFrom({ ...BASE, ...texts })).find(
      ({ metric }) => metric === "revenue",
    );
    expect(revenue?.categories).toEqual(["value-changing", "cosmetic"]);
    expect(revenue?.via.map(({ key, category }) => [key, category])).toEqual([
      ["sql_file", "value-changing"],
      ["filter", "cosmetic"],
    ]);
  });
});

describe("metrics that come and go", () => {
  test("one that is gone breaks whoever asks for it", () => {
    const { "metrics/net.yaml": _, ...others } = BASE;
    const [net, ...more] = changesBetween(treeFrom(BASE), treeFrom(others));
    expect(more).toEqual([]);
    expect(net).toMatchObject({ metric: "net", categories: ["breaking"] });
    expect(net?.parts.value?.[1]).toBe(null);
    expect(net?.via).toMatchObject([{ key: "metric", before: "net", after: null, category: "breaking" }]);
    expect(net?.via[0]?.span?.file.path).toBe("metrics/net.yaml");
  });

  test("one that is new breaks nobody", () => {
    const changes = changesBetween(
      treeFrom(BASE),
      treeFrom({ ...BASE, "metrics/n.yaml": "metric: n\nmodel: orders\nmeasure: count(*)\n" }),
    );
    expect(changes.map(told)).toEqual(["n additive metric"]);
  });

  test("a name that changed is seen by the same value", () => {
    const texts = {
      ...change("metrics/fees.yaml", "metric: fees", "metric: charges"),
      ...change("metrics/net.yaml", "fees", "charges"),
    };
    const changes = changesBetween(treeFrom(BASE), treeFrom({ ...BASE, ...texts }));
    expect(changes.map(told)).toEqual(["charges additive metric", "fees breaking metric", "net cosmetic expr"]);
    expect(changes[1]?.via[0]).toMatchObject({ before: "fees", after: "charges" });
    expect(changes[0]?.via[0]).toMatchObject({ before: "fees", after: "charges" });
  });
});

test("nothing is told of definitions that do not load", () => {
  expect(changesBetween(treeFrom(BASE), { ...treeFrom(BASE), catalog: null })).toEqual([]);
});

function told({ metric, categories, via }: MetricChange): string {
  return `${metric} ${categories.join()} ${via[0]?.key}`;
}

/** The line of an edit, its place marked. */
function placeOf(edit: Edit | undefined): string {
  if (!edit?.span) return "nowhere";
  const { file, start, end } = edit.span;
  const from = file.text.lastIndexOf("\n", start - 1) + 1;
  const rest = file.text.slice(end).split("\n")[0];
  return `${file.path}:${file.text.slice(from, start)}«${file.text.slice(start, end)}»${rest}`;
}

function change(path: string, from: string, to: string): Texts {
  const text = BASE[path] ?? "";
  if (!text.includes(from)) throw new Error(`${path} does not hold ${from}`);
  return { [path]: text.replace(from, to) };
}

function crlf(texts: Texts): Texts {
  return Object.fromEntries(Object.entries(texts).map(([path, text]) => [path, text.replaceAll("\n", "\r\n")]));
}

function treeFrom(texts: Texts) {
  const files: readonly SourceFile[] = Object.entries(texts).map(([path, text]) => ({ path, text }));
  return treeOf(files.toSorted((a, b) => (a.path < b.path ? -1 : 1)));
}
