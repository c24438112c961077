import { describe, expect, test } from "vitest";
import { createDataAnswerer } from "../../src/data-studio/data.ts";
import { schemaFor } from "../../src/data-studio/schema.ts";
import {
  ANALYST,
  bodyOf,
  type Chart,
  CLERK,
  ofRegions,
  refusalOf,
  rowsOf,
  runSql,
  useShops,
  valuesOf,
} from "./fixture.ts";

const shops = useShops();

describe("two viewers of one chart", () => {
  test("each get the rows of their own regions, in every kind of question", async () => {
    for (const regions of [["EMEA"], ["APAC", "AMER"]]) {
      const who = ofRegions(...regions);
      const own = `region in (${regions.map((region) => `'${region}'`).join(", ")})`;
      const total = await shops.sql(`select sum(amount), count(distinct customer_id) from orders where ${own}`);
      expect(await rowsOf(shops, { fields: ["revenue", "buyers"] }, who)).toEqual(total);
      const distinct = await shops.sql(`select distinct region, channel from orders where ${own}`);
      expect(await rowsOf(shops, { fields: ["order__region", "order__channel"] }, who)).toEqual(distinct);
      const filters: Chart["filters"] = [
        [
          ["order__region", "IN_LIST", ["EMEA", "APAC", "AMER"]],
          ["order__region", "IS_NULL"],
        ],
      ];
      expect(await rowsOf(shops, { fields: ["revenue", "buyers"], filters }, who)).toEqual(total);
      const excluded: Chart["filters"] = [[["order__channel", "EQUALS", ["no such"], "EXCLUDE"]]];
      expect(await rowsOf(shops, { fields: ["revenue", "buyers"], filters: excluded }, who)).toEqual(total);
    }
    expect(await rowsOf(shops, { fields: ["buyers"] }, ofRegions())).toEqual([["0"]]);
  });

  test("ask at the same moment through one answerer, and get none of the other's", async () => {
    for (const engine of shops.engines) {
      const door = createDataAnswerer(engine);
      const body = bodyOf({ fields: ["order__region"] });
      const asked = ["EMEA", "APAC", "AMER", "EMEA"].map(async (region) => {
        const reply = await door.answer(body, ofRegions(region), {});
        return reply.status === "ready" ? [region, ...reply.rows.flatMap(({ values }) => values)] : [];
      });
      expect(await Promise.all(asked)).toEqual([
        ["EMEA", "EMEA"],
        ["APAC", "APAC"],
        ["AMER", "AMER"],
        ["EMEA", "EMEA"],
      ]);
    }
  });
});

describe("a body that says who asks, or anything else that is not known", () => {
  test.each(["role", "roles", "email", "user", "policy", "claims", "__proto__x"])(
    "has its setting %s refused",
    async (name) => {
      const refusal = await refusalOf(shops, { fields: ["revenue"], config: { [name]: "analyst" } }, CLERK);
      expect(refusal).toMatchObject({ code: "INVALID_REQUEST", path: ["configParams", name] });
    },
  );

  const good = { configParams: { model: "orders" }, fields: [{ name: "orders" }] };
  test.each<readonly [string, unknown]>([
    ["no object", [good]],
    ["null", null],
    ["a text", "orders"],
    ["an unknown key", { ...good, principal: "ann" }],
    ["user properties", { ...good, email: "ann@example.com" }],
    ["a page beside a question", { ...good, page: "x" }],
    ["an id beside a page", { queryId: "x", page: "y" }],
    ["an id that is no text", { queryId: 7 }],
    ["configParams that are a list", { ...good, configParams: [] }],
    ["fields that are no list", { ...good, fields: { name: "orders" } }],
    ["fields that are names", { ...good, fields: ["orders"] }],
    ["a field that says more", { ...good, fields: [{ name: "orders", aggregation: "SUM" }] }],
    ["a field without a name", { ...good, fields: [{}] }],
    ["a flag that is a text", { ...good, fields: [{ name: "orders", forFilterOnly: "true" }] }],
    ["a date range that is a text", { ...good, dateRange: "2026" }],
    ["half a date range", { ...good, dateRange: { startDate: "2026-01-01" } }],
    [
      "a date range that says more",
      { ...good, dateRange: { startDate: "2026-01-01", endDate: "2026-01-02", zone: "UTC" } },
    ],
    ["filters that are not nested", { ...good, dimensionsFilters: [{ fieldName: "order__region" }] }],
    [
      "an unknown operator",
      {
        ...good,
        dimensionsFilters: [[{ fieldName: "order__region", type: "INCLUDE", operator: "LIKE", values: ["a"] }]],
      },
    ],
    [
      "a type in lower case",
      { ...good, dimensionsFilters: [[{ fieldName: "order__region", type: "include", operator: "IS_NULL" }]] },
    ],
    [
      "a filter without a type",
      { ...good, dimensionsFilters: [[{ fieldName: "order__region", operator: "IS_NULL" }]] },
    ],
    [
      "a value that is a number",
      {
        ...good,
        dimensionsFilters: [[{ fieldName: "order__priority", type: "INCLUDE", operator: "EQUALS", values: [2] }]],
      },
    ],
    [
      "a filter that says more",
      {
        ...good,
        dimensionsFilters: [[{ fieldName: "order__region", type: "INCLUDE", operator: "IS_NULL", sql: "1=1" }]],
      },
    ],
    ["sampleExtraction that is a text", { ...good, scriptParams: { sampleExtraction: "yes" } }],
  ])("is refused: %s", async (_, body) => {
    expect((await refusalOf(shops, { body })).code).toBe("INVALID_REQUEST");
  });

  test("as is one that is larger than any chart's", async () => {
    const fields = Array.from({ length: 201 }, () => ({ name: "orders" }));
    for (const body of [
      { ...good, fields },
      { ...good, fields: [{ name: "x".repeat(301) }] },
    ]) {
      expect((await refusalOf(shops, { body })).code).toBe("LIMIT_EXCEEDED");
    }
  });

  test("what Data Studio tells of the script is passed over", async () => {
    for (const engine of shops.engines) {
      const body = {
        ...good,
        scriptParams: { lastRefresh: 1_783_036_800_000, scriptVersion: "9" },
        dateRange: null,
        dimensionsFilters: null,
      };
      expect(await createDataAnswerer(engine).answer(body, ANALYST, {})).toMatchObject({ status: "ready" });
    }
  });
});

const HOSTILE = [
  "' OR true --",
  "'; drop table orders; --",
  "') UNION SELECT customer_id FROM customers --",
  "\\'; drop table orders; --",
  "{{ Dimension('order__region') }}",
  "{% if true %}1=1{% endif %}",
  "$1",
  "?",
  "%s",
  "/* x */",
  "''",
  '"',
  "E'\\x41'",
  "web\u2028' OR true",
] as const;

describe("what stands in a filter is a value and nothing else", () => {
  test.each(HOSTILE)("%j finds nothing that it is not", async (value) => {
    for (const [field, operator] of [
      ["order__region", "EQUALS"],
      ["customer__segment", "CONTAINS"],
      ["order__region", "IN_LIST"],
    ] as const) {
      expect(await rowsOf(shops, { fields: ["buyers"], filters: [[[field, operator, [value]]]] })).toEqual([["0"]]);
    }
    const everything = await shops.sql("select count(*) from orders");
    const filters: Chart["filters"] = [[["order__region", "EQUALS", [value], "EXCLUDE"]]];
    expect(await rowsOf(shops, { fields: ["orders"], filters })).toEqual(everything);
  });

  test("nor do names of fields or sources say anything else", async () => {
    for (const name of [
      "orders' OR '1'='1",
      "orders; drop table orders",
      "orders, cost",
      "*",
      "",
      "ORDERS",
      "metric_time",
      "constructor",
      "__proto__",
    ]) {
      expect((await refusalOf(shops, { fields: ["orders", name] })).message).toContain("There is no field");
      const refusal = await refusalOf(shops, { fields: ["orders"], filters: [[[name, "IS_NULL"]]] });
      expect(refusal.message).toContain("There is no field");
    }
    for (const model of ["orders' --", "saved:'; drop table orders", "saved:", "__proto__"]) {
      expect((await refusalOf(shops, { model, fields: ["orders"] })).code).toMatch(
        /INVALID_REQUEST|UNKNOWN_SAVED_QUERY|EMPTY_QUERY/,
      );
    }
  });
});

test("a refusal holds no rows, statements or names of others", async () => {
  const { message } = await refusalOf(shops, { fields: ["revenue", "order__region"] }, CLERK);
  expect(message).not.toMatch(/select|EMEA|cost_share/i);
});

describe("a ratio in parts", () => {
  const config = { decompose: true };

  test("has parts that add up to it, each as SQL by hand has it", async () => {
    for (const engine of shops.engines) {
      const { fields } = schemaFor(engine.catalogFor(ANALYST), ANALYST, { model: "orders", ...config });
      const ratio = fields.find(({ name }) => name === "cost_share");
      const parts = [...(ratio?.formula ?? "").matchAll(/\$?([a-z_][a-z0-9_]*)/g)].flatMap(([, name]) => name ?? []);
      const named = parts.filter((name) => fields.some((field) => field.name === name));
      expect(named).toHaveLength(2);
      const hidden = fields.filter(({ name }) => named.includes(name));
      expect(
        hidden.every(
          ({ isHidden, semantics }) =>
            isHidden === true && "isReaggregatable" in semantics && semantics.isReaggregatable,
        ),
      ).toBe(true);
      const rows = await valuesOf(engine, { config, fields: ["order__region", ...named, "cost_share"] });
      const region = new Map(rows.map(([name, ...values]) => [name, values.map(Number)]));
      const sql = await runSql(
        shops.warehouses[shops.engines.indexOf(engine)] ?? never(),
        "select region, cast(sum(cost) as double precision), cast(sum(amount) as double precision) from orders group by 1",
      );
      expect(sql).toHaveLength(region.size);
      for (const [name, cost, revenue] of sql) {
        const [numerator = 0, denominator = 0, share = 0] = region.get(typeof name === "string" ? name : null) ?? [];
        expect([numerator, denominator].map((value) => value.toFixed(2))).toEqual(
          [Number(cost), Number(revenue)].map((value) => value.toFixed(2)),
        );
        expect(share).toBeCloseTo(numerator / denominator, 9);
      }
    }
  });
});

function never(): never {
  throw new Error("There is no such engine.");
}
