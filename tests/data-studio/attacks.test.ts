import { describe, expect, test } from "vitest";
import { schemaFor } from "../../src/data-studio/schema.ts";
import { catalogFrom } from "../support/shop.ts";
import { DEFINITIONS } from "./definitions.ts";
import { ANALYST, type Chart, normal, person, refusalOf, rowsOf, useShops } from "./fixture.ts";

/** The shop, with what converts, what looks back a week, and a role for which fields are masked. */
const shops = useShops(
  catalogFrom(`${DEFINITIONS.replace(
    "  clerk: { rows: all, fields: { except: [cost, region] } }",
    "$&\n  outsider: { rows: all, fields: all, masks: { region: hash, priority: null, shipped_on: null } }",
  )}
---
metric: urgent_orders
description: Orders that were urgent.
owner: data
model: orders
measure: orders
filter: order__priority >= 3
---
metric: calm_orders
description: Orders that were not.
owner: data
model: orders
measure: orders
filter: order__priority < 3
---
metric: calm_after_urgent
description: Calm orders within a week of an urgent one of the same customer, a share of all urgent ones.
owner: data
base: urgent_orders
conversion: calm_orders
entity: customer
window: 7 days
format: percent
---
metric: revenue_a_week_ago
description: Of the shop.
owner: data
expr: earlier
inputs: [{ metric: revenue, as: earlier, offset_window: 1 week }]
`),
);

const DAY = "cast({ordered} as date)";

describe("a conversion", () => {
  /** Urgent orders, and for each calm one the latest urgent one of its customer in the seven days before. */
  const conversions = (urgent: string): string => `
    with urgent as (select id, customer_id, ordered_at, region from orders where priority >= 3 ${urgent}),
    credited as (
      select (select max(urgent.ordered_at) from urgent where urgent.customer_id = calm.customer_id
        and urgent.ordered_at <= calm.ordered_at and urgent.ordered_at > calm.ordered_at - interval '7 days') as ordered_at
      from orders calm where priority < 3)`;
  const rate = (urgent: string): string => `${conversions(urgent)}
    select cast((select count(ordered_at) from credited) as double precision) / (select count(*) from urgent)`;
  const within = (start: string, end: string): string => `and ${DAY} between date '${start}' and date '${end}'`;

  test("is that of the base events in the date range, whenever the others came", async () => {
    for (const [start, end] of [
      ["2026-03-01", "2026-03-15"],
      ["2026-12-27", "2026-12-31"],
    ] as const) {
      const expected = await shops.sql(rate(within(start, end)));
      expect(Number(expected[0]?.[0])).toBeGreaterThan(0);
      expect(await rowsOf(shops, { fields: ["calm_after_urgent"], range: [start, end] })).toEqual(expected);
    }
  });

  test("by month counts in the month of the base event, and a month that is cut is of its days alone", async () => {
    const range = ["2026-03-10", "2027-01-03"] as const;
    const expected = await shops.sql(`${conversions(within(...range))},
      base as (select {month:${DAY}} as m, count(*) as n from urgent group by 1),
      done as (select {month:${DAY}} as m, count(*) as n from credited group by 1)
      select base.m, cast(done.n as double precision) / base.n from base left join done on done.m = base.m`);
    expect(expected.length).toBeGreaterThan(2);
    expect(await rowsOf(shops, { fields: ["metric_time__month", "calm_after_urgent"], range })).toEqual(expected);
  });

  test("under filters is that of the base events that they keep, and adds up nowhere", async () => {
    const filters: Chart["filters"] = [
      [
        ["order__region", "EQUALS", ["EMEA"], "EXCLUDE"],
        ["order__channel", "CONTAINS", ["o"]],
      ],
    ];
    const kept = "and (region is null or region <> 'EMEA' or channel like '%o%')";
    const expected = await shops.sql(rate(kept));
    expect(await rowsOf(shops, { fields: ["calm_after_urgent"], filters })).toEqual(expected);
    expect(expected).not.toEqual(await shops.sql(rate("")));
    const [engine] = shops.engines;
    const { fields = [] } = engine ? schemaFor(engine.catalogFor(ANALYST), ANALYST, { model: "orders" }) : {};
    expect(fields.find(({ name }) => name === "calm_after_urgent")).toMatchObject({
      semantics: { semanticType: "PERCENT", isReaggregatable: false },
    });
  });
});

describe("a masked field", () => {
  const OUTSIDER = person("out@example.com", "outsider");

  test("is shown and grouped by as the mask has it, of the type that the schema says", async () => {
    const plain = await rowsOf(shops, { fields: ["order__region", "orders"] });
    const masked = await rowsOf(shops, { fields: ["order__region", "orders"] }, OUTSIDER);
    expect(normal(masked.map(([, orders]) => [orders]))).toEqual(normal(plain.map(([, orders]) => [orders])));
    for (const [region = ""] of masked) expect(region).toMatch(/^([0-9a-f]{64}|␀)$/);
    const all = await shops.sql("select null, null, count(*) from orders");
    expect(
      await rowsOf(shops, { fields: ["order__priority", "order__shipped_on__month", "orders"] }, OUTSIDER),
    ).toEqual(all);
    for (const engine of shops.engines) {
      const typed = schemaFor(engine.catalogFor(OUTSIDER), OUTSIDER, { model: "orders" }).fields;
      expect(typed.find(({ name }) => name === "order__region")).toMatchObject({ dataType: "STRING" });
      expect(typed.find(({ name }) => name === "order__priority")).toMatchObject({ dataType: "NUMBER" });
    }
  });

  test.each<Omit<Chart, "fields">>([
    { filters: [[["order__region", "EQUALS", ["EMEA"]]]] },
    { filters: [[["order__region", "IS_NULL"]]] },
    { filters: [[["order__region", "IS_NULL", [], "EXCLUDE"]]] },
    { filters: [[["order__region", "REGEXP_PARTIAL_MATCH", ["^E"], "EXCLUDE"]]] },
    {
      filters: [
        [
          ["order__channel", "EQUALS", ["web"]],
          ["order__priority", "NUMERIC_GREATER_THAN", ["2"]],
        ],
      ],
    },
    { filters: [[["order__shipped_on__month", "EQUALS", ["202603"]]]] },
    { config: { timeDimension: "order__shipped_on" }, range: ["2026-03-01", "2026-03-31"] },
  ])("tells nothing to who filters by it: %j", async (asked) => {
    for (const fields of [["orders"], ["order__channel", "orders"], ["order__channel"]]) {
      expect(await refusalOf(shops, { fields, ...asked }, OUTSIDER)).toMatchObject({ code: "MASKED_FIELD" });
    }
  });
});

describe("an earlier value", () => {
  const range = ["2026-02-15", "2026-03-31"] as const;

  test("is of whole periods also where its time goes by the name of the dimension", async () => {
    const metric = "revenue_a_month_ago";
    const refused: readonly (readonly [string, Chart])[] = [
      [
        "INVALID_RANGE",
        { fields: ["metric_time__month", metric], config: { timeDimension: "order__ordered_at" }, range },
      ],
      ["INVALID_RANGE", { fields: ["order__ordered_at__month", metric], range }],
      [
        "INVALID_FILTER",
        {
          fields: ["metric_time__month", metric],
          filters: [[["order__ordered_at__day", "BETWEEN", ["20260215", "20260331"]]]],
        },
      ],
      [
        "INVALID_FILTER",
        {
          fields: ["order__ordered_at__month", metric],
          filters: [[["metric_time__extract_day", "EQUALS", ["1"], "EXCLUDE"]]],
        },
      ],
    ];
    for (const [code, chart] of refused) expect(await refusalOf(shops, chart)).toMatchObject({ code });
    const expected = await rowsOf(shops, {
      fields: ["metric_time__month", metric],
      range: ["2026-02-01", "2026-03-31"],
    });
    expect(expected).toHaveLength(2);
    for (const chart of [
      { fields: ["metric_time__month", metric], config: { timeDimension: "order__ordered_at" } },
      { fields: ["order__ordered_at__month", metric] },
    ]) {
      expect(await rowsOf(shops, { ...chart, range: ["2026-02-01", "2026-03-31"] })).toEqual(expected);
    }
  });

  test("stands once, where months cut the week that it is of", async () => {
    const shown = `${DAY} + interval '7 days'`;
    const expected = await shops.sql(`select {week:${shown}}, {month:${shown}}, sum(amount) from orders group by 1, 2`);
    const rows = await rowsOf(shops, { fields: ["metric_time__week", "metric_time__month", "revenue_a_week_ago"] });
    expect(rows).toEqual(expected);
  });
});

test("what looks back says in the words of a chart that it needs a time", async () => {
  for (const [fields, code] of [
    [["revenue_a_month_ago"], "TIME_GROUP_BY_REQUIRED"],
    [["metric_time__extract_dow", "revenue_7d"], "PART_NOT_ALLOWED"],
  ] as const) {
    const refusal = await refusalOf(shops, { fields });
    expect(refusal).toMatchObject({ code, message: expect.stringMatching(/\. Add a field such as Time, day/) });
    expect(refusal.message).not.toContain("group by");
  }
});

test("a sample of what is recorded by month has rows, though samples are of one day", async () => {
  const chart: Chart = {
    model: "budgets",
    fields: ["metric_time__month", "budget"],
    range: ["2026-11-19", "2026-11-19"],
  };
  expect(await refusalOf(shops, chart)).toMatchObject({ code: "INVALID_RANGE" });
  expect((await rowsOf(shops, { ...chart, sample: true })).length).toBeGreaterThan(0);
});
