import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Outcome } from "../../src/testing/index.ts";
import { runTests } from "../../src/testing/index.ts";
import { catalogOf } from "../compile/support.ts";
import { outcomesOf, shopWith } from "./support.ts";

const REVENUE = "metric: revenue\nmodel: orders\nmeasure: amount\nfilter: status = 'paid'\ntests:\n";

function statuses(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.map((outcome) => (outcome.status === "broken" ? outcome.message : outcome.status));
}

describe("a test passes", () => {
  test("where the given rows give the expected ones, in any order", async () => {
    const outcomes = await outcomesOf(`${REVENUE}
  - test: by region
    given:
      orders:
        - { customer_id: 1, amount: 10.25, status: paid }
        - { customer_id: 1, amount: 99, status: open }
        - { customer_id: 2, amount: 5, status: paid }
      customers: [{ customer_id: 1, region: EMEA }, { customer_id: 2, region: "it's" }]
    ask: { groupBy: [customer__region] }
    expect: [{ customer__region: "it's", revenue: 5 }, { customer__region: EMEA, revenue: "10.25" }]
`);
    expect(statuses(outcomes)).toEqual(["passed"]);
    expect(outcomes).toMatchObject([{ metric: "revenue", test: { name: "by region" } }]);
  });

  test("with values of every type, in rows and in the answer", async () => {
    const outcomes = await outcomesOf(`metric: count_of
model: orders
measure: orders
tests:
  - test: types
    given:
      orders:
        - { order_id: "9007199254740993", amount: 1, is_gift: true, ordered_at: 2026-02-01T00:30:00+01:00, paid_on: 2026-03-01 }
    ask:
      groupBy: [order, order__is_gift, order__ordered_at__second, order__paid_on__day, metric_time__month]
      where: [order__is_gift]
    expect:
      - order: "9007199254740993"
        order__is_gift: true
        order__ordered_at__second: 2026-01-31T23:30:00Z
        order__paid_on__day: 2026-03-01
        metric_time__month: 2026-01-01
        count_of: 1
`);
    expect(statuses(outcomes)).toEqual(["passed"]);
  });

  test("without losing a digit of a decimal", async () => {
    const outcomes = await outcomesOf(`${REVENUE}
  - test: t
    given: { orders: [{ amount: 0.12345678901234567891, status: paid }, { amount: 1e-7, status: paid }] }
    ask: { groupBy: [], where: ["order__status = 'paid'"] }
    expect: [{ revenue: "0.12345688901234567891" }]
`);
    expect(statuses(outcomes)).toEqual(["passed"]);
  });

  test("over no rows at all", async () => {
    const outcomes = await outcomesOf(`${REVENUE}
  - { test: nothing, expect: [{ revenue: null }] }
  - { test: no group, ask: { groupBy: [metric_time__day] }, expect: [] }
`);
    expect(statuses(outcomes)).toEqual(["passed", "passed"]);
  });

  test("of a private metric, and of one that rests on others", async () => {
    const outcomes = await outcomesOf(`${REVENUE}
  - { test: own, given: { orders: [{ amount: 1, status: paid }] }, expect: [{ revenue: 1 }] }
private: true
---
metric: double
expr: revenue * 2
tests:
  - { test: twice, given: { orders: [{ amount: 1, status: paid }] }, expect: [{ double: 2 }] }
`);
    expect(statuses(outcomes)).toEqual(["passed", "passed"]);
  });

  test("only in the order that was asked for", async () => {
    const rows = `given: { orders: [{ amount: 1, status: paid, customer_id: 1 }, { amount: 2, status: paid, customer_id: 2 }] }
    ask: { groupBy: [customer], orderBy: [{ name: revenue, direction: desc }] }`;
    const outcomes = await outcomesOf(`${REVENUE}
  - test: right
    ${rows}
    expect: [{ customer: 2, revenue: 2 }, { customer: 1, revenue: 1 }]
  - test: wrong
    ${rows}
    expect: [{ customer: 1, revenue: 1 }, { customer: 2, revenue: 2 }]
`);
    expect(statuses(outcomes)).toEqual(["passed", "failed"]);
    expect(outcomes[1]).toMatchObject({ difference: { isOrderWrong: true, missing: [], unexpected: [] } });
  });
});

describe("a test fails", () => {
  const given = "given: { orders: [{ amount: 10, status: paid, customer_id: 1 }] }";

  test.each([
    ["another value", "expect: [{ revenue: 10.01 }]"],
    ["null for a value", "expect: [{ revenue: null }]"],
    ["zero for a value", "expect: [{ revenue: 0 }]"],
    ["a column left out, which means null", "expect: [{}]"],
    ["a row too few", "expect: []"],
    ["a row too many", "expect: [{ revenue: 10 }, { revenue: 10 }]"],
    ["a column that the answer does not have", "expect: [{ revenue: 10, customer: null }]"],
  ])("on %s", async (_, expected) => {
    expect(statuses(await outcomesOf(`${REVENUE}  - test: t\n    ${given}\n    ${expected}\n`))).toEqual(["failed"]);
  });

  test("and tells which rows agree, which are missing and which came instead", async () => {
    const [outcome] = await outcomesOf(`${REVENUE}
  - test: t
    given: { orders: [{ amount: 10, status: paid, customer_id: 1 }, { amount: 20, status: paid, customer_id: 2 }] }
    ask: { groupBy: [customer] }
    expect: [{ customer: 1, revenue: 10 }, { customer: 2, revenue: 21 }]
`);
    expect(outcome).toMatchObject({
      status: "failed",
      difference: {
        columns: ["customer", "revenue"],
        same: [["1", "10.00"]],
        missing: [[2, 21]],
        unexpected: [["2", "20.00"]],
      },
    });
  });
});

describe("a question that cannot be answered says why", () => {
  test("as a refusal does, with the place in the question", async () => {
    const [message] = statuses(
      await outcomesOf(`${REVENUE}  - { test: t, ask: { groupBy: [customer__regoin] }, expect: [] }\n`),
    );
    expect(message).toContain("customer__region");
    expect(message).toContain("(ask.groupBy.0");
  });

  const LOOSE = "metric: heavy\nmodel: loose\nmeasure: weight\ntests:\n";

  test("for a model that declares no columns and has no rows", async () => {
    expect(statuses(await outcomesOf(`${LOOSE}  - { test: t, expect: [{ heavy: null }] }\n`))).toEqual([
      'Model "loose" declares no columns, so the test must give rows for it, or the model its columns.',
    ]);
  });

  test("for a column whose type nothing shows", async () => {
    const rows = "[{ id: 1, weight: 2, kind: null }]";
    expect(
      statuses(await outcomesOf(`${LOOSE}  - { test: t, given: { loose: ${rows} }, expect: [{ heavy: 2 }] }\n`)),
    ).toEqual(['Nothing shows the type of column "kind": declare it in model "loose".']);
  });

  test("for a custom grain of a calendar that was generated", async () => {
    const ask = "ask: { groupBy: [metric_time__sprint] }";
    const row = "{ amount: 1, status: paid, ordered_at: 2026-01-02T00:00:00Z }";
    const yaml = (more: string) => `${REVENUE}  - test: t
    given: { orders: [${row}]${more} }
    ${ask}
    expect: [{ metric_time__sprint: 2026-01-01, revenue: 1 }]
`;
    expect(statuses(await outcomesOf(yaml("")))).toEqual(['A generated calendar has no sprint: give rows for "days".']);
    const days = ", days: [{ day: 2026-01-02, sprint_start: 2026-01-01 }]";
    expect(statuses(await outcomesOf(yaml(days)))).toEqual(["passed"]);
  });
});

test("types follow from the values where a model declares none", async () => {
  const outcomes = await outcomesOf(`metric: heavy
model: loose
measure: weight
tests:
  - test: t
    given:
      loose:
        - { id: 1, weight: 2, kind: a, at: 2026-01-31 }
        - { id: 2, weight: 0.125, kind: null, at: 2026-02-01 }
    ask: { groupBy: [metric_time__month, thing__kind] }
    expect:
      - { metric_time__month: 2026-01-01, thing__kind: a, heavy: 2 }
      - { metric_time__month: 2026-02-01, thing__kind: null, heavy: 0.125 }
`);
  expect(statuses(outcomes)).toEqual(["passed"]);
});

test("a calendar is made around the times that a test mentions", async () => {
  const outcomes = await outcomesOf(`${REVENUE}
  - test: own
    expect: [{ revenue: null }]
---
metric: running
input: revenue
window: 2 days
tests:
  - test: over the turn of a year
    given: { orders: [{ amount: 3, status: paid, ordered_at: 2025-12-31T12:00:00Z }] }
    ask: { groupBy: [metric_time__day] }
    expect: [{ metric_time__day: 2025-12-31, running: 3 }, { metric_time__day: 2026-01-01, running: 3 }]
---
metric: filled
model: orders
measure: amount
join_to_timespine: true
fill_nulls_with: 0
tests:
  - test: days of the question count too
    ask: { groupBy: [metric_time__day], timeRange: { start: 2024-02-28, end: 2024-03-01 } }
    expect:
      - { metric_time__day: 2024-02-28, filled: 0 }
      - { metric_time__day: 2024-02-29, filled: 0 }
      - { metric_time__day: 2024-03-01, filled: 0 }
`);
  expect(statuses(outcomes)).toEqual(["passed", "passed", "passed"]);
});

test("only the metrics asked for are run, and tests change no version of the catalog", async () => {
  const tested = shopWith(`${REVENUE}  - { test: t, expect: [{ revenue: null }] }\n`);
  expect(await runTests(tested, [])).toEqual([]);
  expect(tested.version).toBe(shopWith(REVENUE.replace("tests:\n", "")).version);
});

test("the zone of the project cuts the days", async () => {
  const catalog = catalogOf(`project: p
time_zone: America/New_York
---
model: orders
table: shop.orders
primary_key: order_id
time: at
columns: { order_id: int, at: timestamptz }
entities: { order: primary }
dimensions: { at: second }
---
metric: orders
model: orders
measure: count(*)
tests:
  - test: midnight in New York
    given: { orders: [{ at: 2026-01-01T04:59:59Z }, { at: 2026-01-01T05:00:00Z }] }
    ask: { groupBy: [metric_time__day] }
    expect: [{ metric_time__day: 2025-12-31, orders: 1 }, { metric_time__day: 2026-01-01, orders: 1 }]
`);
  expect(statuses(await runTests(catalog, ["orders"]))).toEqual(["passed"]);
});

test("the example of the documentation passes", async () => {
  const guide = readFileSync("docs/definitions.md", "utf8");
  const [example] = [...guide.matchAll(/```yaml\n(.*?)```/gs)]
    .map(([, text = ""]) => text)
    .filter((text) => text.includes("tests:"));
  expect(statuses(await outcomesOf(example ?? ""))).toEqual(["passed", "passed"]);
});

test("beside a version that is not the default a test calls the metric what its author does", async () => {
  const version = (n: number, paid: number) => `metric: net
version: ${n}
default_version: 2
model: orders
measure: amount
${n === 1 ? "filter: status = 'paid'" : ""}
tests:
  - test: what is paid
    given: { orders: [{ amount: 10, status: paid }, { amount: 5, status: open }] }
    expect: [{ net: ${paid} }]
`;
  const outcomes = await outcomesOf(`${version(2, 15)}---\n${version(1, 10)}`);
  expect(outcomes.map(({ metric, status }) => [metric, status])).toEqual([
    ["net", "passed"],
    ["net_v1", "passed"],
  ]);
});
