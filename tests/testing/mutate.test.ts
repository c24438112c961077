import { describe, expect, test } from "vitest";
import { loadCatalog } from "../../src/compile/index.ts";
import { runTests, tryMutants } from "../../src/testing/index.ts";
import { mutationOf } from "./support.ts";

/** A test that notices nothing: no row is given, so most wrong definitions answer the same. */
const BLIND = "tests: [{ test: nothing, ask: { groupBy: [metric_time__day] }, expect: [] }]\n";

const REVENUE = "metric: revenue\nmodel: orders\nmeasure: amount\n";

describe("a wrong definition that answers the same survives", () => {
  test.each([
    [
      "a simple metric",
      `metric: paid\nmodel: orders\nmeasure: sum(amount * 2)\nfilter: status = 'paid' and order__paid_on < '2026-01-01'\nfill_nulls_with: 0\n`,
      [
        "paid: filter order__status = 'paid' dropped",
        "paid: filter order__paid_on < '2026-01-01' dropped",
        "paid: filter status = 'paid' and order__paid_on < '2026-01-01' made order__status = 'paid' AND order__paid_on <= '2026-01-01'",
        "paid: sum made average",
        "paid: sum made max",
        "paid: sum made count",
        "paid: amount * 2 made amount / 2",
        "paid: fill_nulls_with 0 dropped",
        "paid: fill_nulls_with 0 made 1",
      ],
    ],
    [
      "a balance",
      "metric: b\nmodel: orders\nmeasure: max(amount)\nnon_additive: { dimension: ordered_at, choice: max, groupings: [customer] }\n",
      [
        "b: max made min",
        "b: max made sum",
        "b: non_additive dropped",
        "b: non_additive choice max made min",
        "b: non_additive grouping customer dropped",
        "b: fill_nulls_with 0 added",
      ],
    ],
    [
      "a count of all rows, whose constant has no other distinct count",
      "metric: n\nmodel: orders\nmeasure: orders\n",
      ["n: count made max", "n: fill_nulls_with 0 added"],
    ],
    [
      "a distinct count of the key, which is the count of it",
      "metric: n\nmodel: orders\nmeasure: count_distinct(order_id)\n",
      [],
    ],
    [
      "a condition in a measure",
      "metric: n\nmodel: orders\nmeasure: average(case when amount >= 10 then amount end)\n",
      [
        "n: average made sum",
        "n: average made max",
        "n: CASE WHEN amount >= 10 THEN amount END made amount",
        "n: CASE WHEN amount >= 10 THEN amount END made CASE WHEN amount > 10 THEN amount END",
        "n: fill_nulls_with 0 added",
      ],
    ],
  ])("%s", async (_, metric, changes) => {
    const report = await mutationOf(metric + BLIND);
    expect(report.changes).toEqual(changes);
    expect(report).toMatchObject({ tried: changes.length, refused: 0 });
  });

  test.each([
    [
      "a ratio",
      `metric: r\nnumerator: { metric: revenue, filter: status = 'paid', as: paid }\ndenominator: revenue\n`,
      ["r: numerator and denominator swapped", "r: input paid: filter status = 'paid' dropped"],
    ],
    [
      "a derived metric, a constant that changes nothing apart",
      "metric: r\nexpr: coalesce(revenue, 0) + before - 0\ninputs: [revenue, { metric: revenue, as: before, offset_window: 1 month }]\n",
      [
        "r: coalesce(revenue, 0) + before - 0 made coalesce(revenue, 0) - before - 0",
        "r: coalesce(revenue, 0) + before - 0 made revenue + before - 0",
        "r: input before: offset_window 1 month made 2 month",
        "r: input before: offset_window dropped",
      ],
    ],
    [
      "an offset to a grain",
      "metric: r\nexpr: revenue - opening\ninputs: [revenue, { metric: revenue, as: opening, offset_to_grain: month }]\n",
      ["r: revenue - opening made revenue + opening", "r: input opening: offset_to_grain dropped"],
    ],
    [
      "a running window",
      "metric: r\ninput: revenue\nwindow: 7 days\nperiod_agg: last\n",
      ["r: window 7 day made 8 day", "r: window 7 day made 6 day", "r: period_agg last made first"],
    ],
    [
      "a running value to date",
      "metric: r\ninput: revenue\ngrain_to_date: month\nperiod_agg: average\n",
      ["r: grain_to_date month made week", "r: grain_to_date month made quarter", "r: period_agg average made last"],
    ],
    [
      "a running value of all time",
      "metric: r\ntype: cumulative\ninput: revenue\n",
      ["r: grain_to_date year added", "r: period_agg first made last"],
    ],
    [
      "a conversion",
      "metric: r\nbase: { metric: n, filter: status = 'open' }\nconversion: n\nentity: customer\nwindow: 2 days\nconstant_properties: [{ base: status, conversion: status }]\n",
      [
        "r: base and conversion swapped",
        "r: window 2 day made 3 day",
        "r: window 2 day made 1 day",
        "r: calculation conversion_rate made conversions",
        "r: count_base_once made true",
        "r: constant property status dropped",
        "r: input n: filter status = 'open' dropped",
      ],
    ],
  ])("%s", async (_, metric, changes) => {
    const inputs = `${REVENUE}${BLIND}---\nmetric: n\nmodel: orders\nmeasure: orders\n${BLIND}---\n`;
    const report = await mutationOf(`${inputs}${metric}${BLIND}`);
    expect(report.changes.filter((change) => change.startsWith("r: "))).toEqual(changes);
  });
});

test("a survivor has the place of what was changed", async () => {
  const { survivors } = await mutationOf(`${REVENUE}filter: [status = 'paid', order__is_gift]\n${BLIND}`);
  const written = survivors.map(({ span }) => span?.file.text.slice(span.start, span.end));
  expect(written.slice(0, 3)).toEqual(["status = 'paid'", "order__is_gift", "revenue"]);
});

test("a test that bites leaves no survivor", async () => {
  const report = await mutationOf(`${REVENUE}filter: status = 'paid'
tests:
  - test: rows
    given: { orders: [{ amount: 1, status: paid }, { amount: 4, status: paid }, { amount: 7, status: open }] }
    expect: [{ revenue: 5 }]
  - test: none
    expect: [{ revenue: null }]
`);
  expect(report).toMatchObject({ survivors: [], tried: 5, refused: 0 });
});

test("a metric without tests is tried with the tests of those that rest on it, its default apart", async () => {
  const double = "metric: double\nexpr: revenue * 2\ntests:\n";
  const one = "  - { test: one, given: { orders: [{ amount: 3 }] }, expect: [{ double: 6 }] }\n";
  const two = "  - { test: two, given: { orders: [{ amount: 3 }, { amount: 1 }] }, expect: [{ double: 8 }] }\n";
  const weak = await mutationOf(`${REVENUE}---\n${double}${one}`);
  expect(weak.changes).toEqual(["revenue: sum made average", "revenue: sum made max"]);
  expect((await mutationOf(`${REVENUE}---\n${double}${one}${two}`)).changes).toEqual([]);
});

test("a metric with tests of its own is judged by these alone", async () => {
  const { changes } = await mutationOf(`${REVENUE}${BLIND}---
metric: double
expr: revenue * 2
tests: [{ test: two, given: { orders: [{ amount: 3 }, { amount: 1 }] }, expect: [{ double: 8 }] }]
`);
  expect(changes).toContain("revenue: sum made average");
  expect(changes.filter((change) => change.startsWith("double"))).toEqual([]);
});

test("what the engine refuses is no definition, and counts for nothing", async () => {
  const { refused, tried } = await mutationOf(
    `metric: n\nmodel: orders\nmeasure: count(status)\n${BLIND.replace("metric_time__day", "order__nothing")}`,
  );
  expect({ refused, tried }).toEqual({ refused: 2, tried: 0 });
});

test("of the tested sample metrics, every test passes and every wrong definition is noticed", async () => {
  const { catalog } = loadCatalog("metrics");
  if (!catalog) throw new Error("The sample does not load.");
  const tested = [...catalog.tests.keys()];
  expect(tested.length).toBeGreaterThanOrEqual(8);
  const outcomes = await runTests(catalog, tested);
  expect(outcomes.filter(({ status }) => status !== "passed")).toEqual([]);
  const { survivors, tried } = await tryMutants(catalog, tested);
  expect(survivors).toEqual([]);
  expect(tried).toBeGreaterThan(40);
});
