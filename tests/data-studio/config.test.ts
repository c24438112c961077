import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { configFor } from "../../src/data-studio/config.ts";
import { parseConfig } from "../../src/data-studio/config-params.ts";
import { CURRENCY_CODES } from "../../src/data-studio/currencies.ts";
import type { ConfigItem } from "../../src/data-studio/protocol.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { catalogFrom } from "../support/shop.ts";

const catalog = catalogFrom(`
calendar: days
table: days
column: day
grain: day
---
model: orders
label: Orders
table: orders
primary_key: id
time: ordered_on
columns: { id: int, ordered_on: date, paid_on: date, amount: decimal }
entities: { order: primary }
dimensions: { ordered_on: day, paid_on: day, is_big: { expr: amount > 100 } }
measures: { amount: sum, orders: count(*) }
---
model: nothing_to_measure
table: customers
primary_key: id
columns: { id: int, name: string }
entities: { customer: primary }
dimensions: { name: }
---
metric: revenue
label: Revenue
description: Money.
owner: finance
model: orders
measure: amount
---
metric: orders
label: Orders
description: Orders.
owner: finance
model: orders
measure: orders
---
saved_query: by_day
label: By day
description: Orders a day.
metrics: [orders]
group_by: [metric_time__day]
`);

const shown = (items: readonly ConfigItem[]) => items.map(({ type, name }) => `${type} ${name}`);
const named = (params: unknown, name: string) => configFor(catalog, params).items.find((item) => item.name === name);
const valuesOf = (item: ConfigItem | undefined) =>
  item && "options" in item ? item.options.map(({ value }) => value) : [];

function refusalOf(params: unknown): Refusal {
  try {
    parseConfig(params);
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
  throw new Error(`Was read: ${JSON.stringify(params)}`);
}

describe("the settings of a data source are asked", () => {
  test.each([undefined, null, {}, { model: "" }])(
    "first for what it is about, and nothing that depends on that: %j",
    (params) => {
      const { items, isSteppedConfig } = configFor(catalog, params);
      expect(isSteppedConfig).toBe(true);
      expect(shown(items)).toEqual(["INFO about", "SELECT_SINGLE model"]);
      expect(valuesOf(items[1])).toEqual(["orders", "saved:by_day"]);
    },
  );

  test("then for everything else, after what was asked before, and the last step says so", () => {
    const first = configFor(catalog, {});
    const second = configFor(catalog, { model: "orders" });
    expect(second.isSteppedConfig).toBe(false);
    expect(second.items.slice(0, first.items.length)).toEqual(first.items);
    expect(shown(second.items.slice(first.items.length))).toEqual([
      "CHECKBOX certifiedOnly",
      "SELECT_MULTIPLE metrics",
      "SELECT_SINGLE timeDimension",
      "SELECT_SINGLE currency",
      "CHECKBOX decompose",
    ]);
    expect(valuesOf(named({ model: "orders" }, "metrics"))).toEqual(["revenue", "orders"]);
    expect(valuesOf(named({ model: "orders" }, "timeDimension"))).toEqual([
      "metric_time",
      "order__ordered_on",
      "order__paid_on",
    ]);
    expect(valuesOf(named({ model: "orders" }, "currency"))).toEqual(CURRENCY_CODES);
  });

  test("for a saved query about its own metrics and times", () => {
    const params = { model: "saved:by_day" };
    expect(configFor(catalog, params).isSteppedConfig).toBe(false);
    expect(valuesOf(named(params, "metrics"))).toEqual(["orders"]);
    expect(valuesOf(named(params, "timeDimension"))).toEqual(["metric_time"]);
  });

  test("the same again, whatever of it is answered", () => {
    const answers = {
      metrics: "revenue,orders",
      timeDimension: "order__paid_on",
      currency: "EUR",
      certifiedOnly: "true",
      decompose: true,
    };
    const asked = configFor(catalog, { model: "orders" });
    for (const [name, value] of Object.entries(answers)) {
      expect(configFor(catalog, { model: "orders", [name]: value })).toEqual(asked);
    }
    expect(configFor(catalog, { model: "orders", endpoint: "https://assay.example.com", ...answers })).toEqual(asked);
  });

  test("once more for what it is about, where that is not there: gone, hidden and never there are one", () => {
    for (const model of ["gone", "nothing_to_measure", "saved:gone", "revenue"]) {
      const { items, isSteppedConfig } = configFor(catalog, { model });
      expect(isSteppedConfig).toBe(true);
      expect(shown(items)).toEqual(["INFO about", "SELECT_SINGLE model", "INFO gone"]);
      const name = model.replace("saved:", "");
      expect(items[2]).toMatchObject({ text: `There is no "${name}" here. Choose another.` });
    }
  });

  test("not at all where there is nothing that somebody may see: they are told whom to ask", () => {
    for (const params of [{}, { model: "orders" }]) {
      const { items, isSteppedConfig } = configFor(catalogFrom("project: shop"), params);
      expect([shown(items), isSteppedConfig]).toEqual([["INFO about", "INFO nothing"], true]);
      expect(items[1]).toMatchObject({ text: expect.stringContaining("a role that its policies name") });
    }
  });

  test("so that whatever changes later questions cannot be overridden, and only what changes no field can", () => {
    const items = configFor(catalog, { model: "orders" }).items.flatMap((item) => (item.type === "INFO" ? [] : item));
    expect(items.filter(({ isDynamic }) => isDynamic).map(({ name }) => name)).toEqual(["model"]);
    expect(items.filter(({ allowOverride }) => allowOverride).map(({ name }) => name)).toEqual([
      "timeDimension",
      "currency",
    ]);
  });
});

describe("what Data Studio hands over", () => {
  test("is read as it writes it", () => {
    expect(
      parseConfig({
        model: "orders",
        metrics: "revenue, orders,revenue,",
        timeDimension: "order__paid_on",
        currency: "EUR",
        certifiedOnly: "true",
        decompose: true,
      }),
    ).toEqual({
      source: { kind: "model", name: "orders" },
      metrics: ["revenue", "orders"],
      timeDimension: "order__paid_on",
      currency: "EUR",
      certifiedOnly: true,
      decompose: true,
    });
    expect(parseConfig({ model: "saved:by_day" }).source).toEqual({ kind: "savedQuery", name: "by_day" });
  });

  test.each([undefined, null, {}, Object.fromEntries(keys().map((key) => [key, ""]))])(
    "may say nothing: %j",
    (params) => {
      expect(parseConfig(params)).toEqual({
        source: null,
        metrics: [],
        timeDimension: "metric_time",
        currency: null,
        certifiedOnly: false,
        decompose: false,
      });
    },
  );

  test.each([
    [{ user: "ann@example.com" }, 'The data source has no setting "user".'],
    [{ role: "finance" }, 'no setting "role"'],
    [{ __proto__x: "1" }, 'no setting "__proto__x"'],
    [{ Model: "orders" }, 'no setting "Model"'],
    [{ model: 7 }, "The setting model is a text."],
    [{ model: ["orders"] }, "The setting model is a text."],
    [{ model: { name: "orders" } }, "The setting model is a text."],
    [{ model: "x".repeat(301) }, "longer than 300 characters"],
    [{ metrics: ["revenue"] }, "The setting metrics is a text."],
    [{ metrics: "x".repeat(301) }, "A name in metrics is longer"],
    [{ metrics: Array.from({ length: 1_001 }, (_, i) => `m${i}`).join(",") }, "names more than 1000"],
    [{ currency: "KES" }, "no currency that Data Studio knows"],
    [{ currency: "usd" }, "no currency that Data Studio knows"],
    [{ certifiedOnly: "yes" }, "certifiedOnly is true or false"],
    [{ certifiedOnly: 1 }, "certifiedOnly is true or false"],
    [{ decompose: "TRUE" }, "decompose is true or false"],
    ["model=orders", "is an object"],
    [["orders"], "is an object"],
  ])("is refused where it is something else: %j", (params, words) => {
    const { code, message } = refusalOf(params);
    expect([code, message]).toEqual(["INVALID_REQUEST", expect.stringContaining(words)]);
  });

  test("is read or refused, whatever it is", () => {
    const value = fc.oneof(fc.string(), fc.boolean(), fc.jsonValue());
    const params = fc.oneof(fc.jsonValue(), fc.dictionary(fc.oneof(fc.string(), fc.constantFrom(...keys())), value));
    fc.assert(
      fc.property(params, (given) => {
        try {
          configFor(catalog, given);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Refusal);
        }
      }),
      { seed: 63, numRuns: 500 },
    );
  });
});

function keys(): readonly string[] {
  return ["model", "metrics", "timeDimension", "currency", "certifiedOnly", "decompose", "endpoint"];
}
