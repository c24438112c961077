import { describe, expect, test } from "vitest";
import { casesOf, questionsOfMutants, tryCases, tryMutants, unshownRestrictions } from "../../src/testing/index.ts";
import { shopWith } from "./support.ts";

const REVENUE = "metric: revenue\nmodel: orders\nmeasure: amount\nfilter: status = 'paid'\ntests:\n";

/** Why each test of the metric does not show what it says. */
async function pretended(yaml: string, name = "revenue"): Promise<readonly string[]> {
  const catalog = shopWith(yaml);
  const metric = catalog.metrics.get(name);
  if (!metric) throw new Error(`There is no metric ${name}.`);
  return (await tryCases(catalog, metric)).map((one) => `${one.testCase} in ${one.test.name}: ${one.why}`);
}

function cases(yaml: string, name: string): readonly string[] {
  const catalog = shopWith(yaml);
  return casesOf(catalog, catalog.metrics.get(name)!);
}

test("a metric can go wrong where it reads values, sums, and has a time", () => {
  const all = ["nulls", "refund", "boundary", "empty"];
  expect(cases("metric: revenue\nmodel: orders\nmeasure: amount\n", "revenue")).toEqual(all);
  expect(cases("metric: m\nmodel: orders\nmeasure: orders\n", "m")).toEqual(["nulls", "boundary", "empty"]);
  expect(cases("metric: m\nmodel: customers\nmeasure: count(*)\n", "m")).toEqual(["empty"]);
  const ratio = (top: string, under: string) => `metric: sold\nmodel: orders\nmeasure: amount\n---
metric: counted\nmodel: orders\nmeasure: orders\n---\nmetric: m\nnumerator: ${top}\ndenominator: ${under}\n`;
  expect(cases(ratio("sold", "counted"), "m")).toEqual(all);
  expect(cases(ratio("counted", "sold"), "m")).toEqual(["nulls", "boundary", "empty"]);
});

describe("a test shows a case", () => {
  test("where its rows are such that the answer depends on it", async () => {
    const found = await pretended(`${REVENUE}
  - test: without an amount, without a status
    covers: [nulls]
    given: { orders: [{ amount: 5, status: paid }, { status: paid }, { amount: 3 }] }
    expect: [{ revenue: 5 }]
  - test: what goes back
    covers: [refund]
    given: { orders: [{ amount: 5, status: paid }, { amount: -2, status: paid }] }
    expect: [{ revenue: 3 }]
  - test: the last instant
    covers: [boundary]
    given: { orders: [{ amount: 5, status: paid, ordered_at: 2026-01-31T23:59:59Z }] }
    ask: { groupBy: [metric_time__month] }
    expect: [{ metric_time__month: 2026-01-01, revenue: 5 }]
  - test: the first instant elsewhere
    covers: [boundary]
    given: { orders: [{ amount: 5, status: paid, ordered_at: 2026-01-31T23:00:00Z }] }
    ask: { groupBy: [metric_time__month], timeZone: Europe/Berlin }
    expect: [{ metric_time__month: 2026-02-01, revenue: 5 }]
  - test: nothing
    covers: [empty]
    expect: [{ revenue: null }]
`);
    expect(found).toEqual([]);
  });

  test("and not by saying so", async () => {
    const found = await pretended(`${REVENUE}
  - test: says all
    covers: [nulls, refund, boundary, empty]
    given: { orders: [{ amount: 5, status: paid, ordered_at: 2026-01-15T12:00:00Z }] }
    ask: { groupBy: [metric_time__month] }
    expect: [{ metric_time__month: 2026-01-01, revenue: 5 }]
  - test: at midnight, which the whole does not tell
    covers: [boundary]
    given: { orders: [{ amount: 5, status: paid, ordered_at: 2026-02-01T00:00:00Z }] }
    expect: [{ revenue: 5 }]
  - test: a negative amount that does not count
    covers: [refund, nulls]
    given: { orders: [{ amount: 5, status: paid }, { amount: -2, status: placed }] }
    expect: [{ revenue: 5 }]
`);
    expect(found).toEqual([
      "nulls in says all: none of its rows lacks a value on which the answer depends",
      "refund in says all: none of its rows takes anything off the answer",
      "boundary in says all: none of its rows stands at the border of a period, where a moment earlier or later would tell",
      "empty in says all: it gives rows",
      "boundary in at midnight, which the whole does not tell: none of its rows stands at the border of a period, where a moment earlier or later would tell",
      "refund in a negative amount that does not count: none of its rows takes anything off the answer",
      "nulls in a negative amount that does not count: none of its rows lacks a value on which the answer depends",
    ]);
  });

  test("by days where the rows know of no times", async () => {
    const dated = (day: string) => `metric: paid\nmodel: orders\nmeasure: amount\ntime: paid_on\ntests:
  - test: a day
    covers: [boundary]
    given: { orders: [{ amount: 5, paid_on: ${day} }] }
    ask: { groupBy: [metric_time__month] }
    expect: [{ metric_time__month: 2026-01-01, paid: 5 }]
`;
    expect(await pretended(dated("2026-01-31"), "paid")).toEqual([]);
    expect(await pretended(dated("2026-01-30"), "paid")).toHaveLength(1);
  });
});

test("whose rows not everybody sees is shown by a test that would fail if they saw all", async () => {
  const policy = (rows: string, more = "") => `metric: revenue\nmodel: orders\nmeasure: amount\n---
metric: twice\nexpr: revenue * 2\n---
policy: orders
roles: { clerk: { rows: status = 'paid', fields: all } }
tests:
  - test: a clerk sees what is paid
    as: { roles: clerk }
    given: { orders: [${rows}] }
    ask: { metrics: revenue${more} }
    expect: [{ revenue: 5 }]
`;
  const unshown = (yaml: string, name: string) => {
    const catalog = shopWith(yaml);
    return unshownRestrictions(catalog, catalog.metrics.get(name)!);
  };
  const both = policy("{ amount: 5, status: paid }, { amount: 2, status: placed }");
  expect([await unshown(both, "revenue"), await unshown(both, "twice")]).toEqual([[], []]);
  const one = policy("{ amount: 5, status: paid }");
  expect([await unshown(one, "revenue"), await unshown(one, "twice")]).toEqual([["orders"], ["orders"]]);
  const narrowed = policy(
    "{ amount: 5, status: paid }, { amount: 2, status: placed }",
    `, where: ["order__status = 'paid'"]`,
  );
  expect(await unshown(narrowed, "revenue")).toEqual(["orders"]);
});

test("how many questions mutants take is known before, and each is told of", async () => {
  const catalog = shopWith(`${REVENUE}
  - { test: nothing, expect: [{ revenue: null }] }
  - { test: some, given: { orders: [{ amount: 2, status: paid }] }, expect: [{ revenue: 2 }] }
`);
  const told: string[] = [];
  const { tried, refused } = await tryMutants(catalog, ["revenue"], (n, all) => told.push(`${n} of ${all}`));
  expect(told).toHaveLength(tried + refused);
  expect([told[0], told.at(-1)]).toEqual([`0 of ${told.length}`, `${told.length - 1} of ${told.length}`]);
  expect(questionsOfMutants(catalog, ["revenue"])).toBe(2 * told.length);
});
