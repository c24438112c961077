import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/index.ts";
import { loadCatalog } from "../../src/compile/index.ts";
import { parseConfig } from "../../src/data-studio/config-params.ts";
import { CURRENCY_CODES } from "../../src/data-studio/currencies.ts";
import { fieldsFor, offeredModels } from "../../src/data-studio/fields.ts";
import type { OfferedField } from "../../src/data-studio/offered-field.ts";
import type { SchemaField } from "../../src/data-studio/protocol.ts";
import { schemaFor } from "../../src/data-studio/schema.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { createEngine, type Engine } from "../../src/engine/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { makeUser } from "../../src/identity/principal.ts";
import { visibleTo } from "../../src/policy/index.ts";
import { openWarehouse } from "../../src/warehouse/index.ts";
import { certification } from "../support/certification.ts";
import { catalogFrom, shopCatalog } from "../support/shop.ts";
import { filled, runSql, shopCatalog as studioCatalog } from "./fixture.ts";

const HOSTILE = "Rev\"enue'; <img src=x onerror=alert(1)> $revenue {{ x }}";

/** One metric a line: name, and what else is said of it. */
const METRICS: Readonly<Record<string, string>> = {
  revenue: `label: ${JSON.stringify(HOSTILE)}\nmeasure: amount\nunit: USD\nformat: currency`,
  orders: "measure: orders\nformat: integer\nunit: orders",
  euros: "measure: amount\nunit: EUR\nformat: number",
  shillings: "measure: amount\nunit: KES\nformat: currency",
  money: "measure: amount\nformat: currency",
  share: "numerator: orders\ndenominator: revenue\nformat: percent\nunit: '%'",
  per_order: "numerator: revenue\ndenominator: orders\nformat: ratio\nunit: USD per order",
  wait: "measure: median(seconds)\nformat: duration\nunit: seconds",
  wait_minutes: "measure: average(seconds / 60)\nformat: duration\nunit: minutes",
  wait_unsaid: "measure: sum(seconds)\nformat: duration",
  buyers: "measure: count_distinct(customer_id)",
  biggest: "measure: max(amount)",
  last_note: "measure: max(note)",
  last_day: "measure: max(paid_on)",
  last_instant: "measure: max(ordered_at)",
  filled: "measure: amount\nfill_nulls_with: 7",
  zeroed: "measure: amount\nfill_nulls_with: 0",
  closing: "measure: closing",
  so_far: "type: cumulative\ninput: revenue",
  before: "expr: earlier\ninputs: [{ metric: revenue, as: earlier, offset_window: 1 month }]",
  old: "measure: amount\nlifecycle: deprecated\nreplaced_by: revenue\nsunset: '2027-03-31'",
  filtered_share: "numerator: { metric: orders, filter: is_gift }\ndenominator: orders",
  gift_share: "numerator: revenue\ndenominator: orders\nfilter: order__is_gift",
  distinct_share: "numerator: buyers\ndenominator: orders",
  inner: "measure: orders\nprivate: true",
  inner_share: "numerator: inner\ndenominator: orders",
  gone: "measure: orders\nlifecycle: retired",
};

const YAML = `
project: shop
claims: { regions: { list: string } }
---
calendar: days
table: days
column: day
grain: day
custom_grains: { fiscal_quarter: { column: fiscal_quarter, label: Fiscal quarter } }
---
model: orders
label: Orders
table: orders
primary_key: id
time: ordered_at
columns:
  id: int
  ordered_at: timestamptz
  paid_on: date
  customer_id: int
  amount: decimal
  seconds: float
  priority: int
  is_gift: boolean
  note: string
  country: string
  page: string
entities: { order: primary, customer: customer_id }
dimensions:
  ordered_at: { type: time, grain: second }
  paid_on: { type: time, grain: month }
  priority: { label: Country }
  is_gift:
  note: { label: ${JSON.stringify(HOSTILE)}, description: What was written. }
  country: { semantic_type: country_code }
  page: { expr: lower(page), semantic_type: url }
measures:
  amount: sum
  orders: count(*)
  closing: { agg: sum, expr: amount, non_additive: { dimension: ordered_at, choice: max } }
---
model: customers
label: Customers
table: customers
primary_key: customer_id
columns: { customer_id: int, region: string, secret: string, born_on: date }
entities: { customer: primary }
dimensions: { region: , secret: , born_on: { expr: born_on } }
---
policy: orders
roles: { analyst: { rows: all, fields: all }, clerk: { rows: all, fields: { except: amount } } }
---
policy: customers
roles: { analyst: { rows: all, fields: all }, clerk: { rows: all, fields: { except: secret } } }
---
saved_query: gifts
description: What is given away.
metrics: [orders, share]
group_by: [{ name: metric_time, grain: month, as: m }, customer__region, order__is_gift, metric_time__extract_dow]
filter: order__is_gift
---
${Object.entries(METRICS)
  .map(([name, more]) => {
    const model = /^measure|\nmeasure/.test(more) ? "model: orders\n" : "";
    return `metric: ${name}\ndescription: Of the shop.\nowner: { business: finance, technical: data }\n${model}${more}`;
  })
  .join("\n---\n")}
`;

const catalog = catalogFrom(YAML);
const sample = loaded("metrics");

function loaded(folder: string): Catalog {
  const { catalog: found } = loadCatalog(folder);
  if (!found) throw new Error(`${folder} does not load`);
  return found;
}

function fieldsOf(params: Readonly<Record<string, unknown>>, seen = catalog): ReadonlyMap<string, SchemaField> {
  const { fields } = schemaFor(seen, OPERATOR, { model: "orders", ...params });
  return new Map(fields.map((field) => [field.name, field]));
}

const seenBy = (role: string, of = catalog) =>
  visibleTo(of, makeUser({ issuer: "i", subject: role, name: role, roles: [role], claims: {} }));

function refusalOf(params: Readonly<Record<string, unknown>>, seen = catalog): Refusal {
  try {
    schemaFor(seen, OPERATOR, params);
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
  throw new Error(`There is a schema for ${JSON.stringify(params)}`);
}

describe("a metric is typed by what it says of itself", () => {
  test.each([
    ["revenue", "NUMBER", "CURRENCY_USD", true],
    ["orders", "NUMBER", "NUMBER", true],
    ["euros", "NUMBER", "CURRENCY_EUR", true],
    ["shillings", "NUMBER", "NUMBER", true],
    ["money", "NUMBER", "NUMBER", true],
    ["share", "NUMBER", "PERCENT", false],
    ["per_order", "NUMBER", "NUMBER", false],
    ["wait", "STRING", "DURATION", false],
    ["wait_minutes", "NUMBER", "NUMBER", false],
    ["wait_unsaid", "NUMBER", "NUMBER", true],
    ["buyers", "NUMBER", "NUMBER", false],
    ["biggest", "NUMBER", "NUMBER", false],
    ["last_note", "STRING", "TEXT", false],
    ["last_day", "STRING", "YEAR_MONTH_DAY", false],
    ["last_instant", "STRING", "TEXT", false],
    ["filled", "NUMBER", "NUMBER", false],
    ["zeroed", "NUMBER", "NUMBER", true],
    ["closing", "NUMBER", "NUMBER", false],
    ["so_far", "NUMBER", "NUMBER", false],
  ])("%s is a %s, %s, and adds up: %s", (name, dataType, semanticType, isReaggregatable) => {
    const field = fieldsOf({}).get(name);
    expect([field?.dataType, field?.semantics]).toEqual([
      dataType,
      { conceptType: "METRIC", semanticType, isReaggregatable },
    ]);
    // Data Studio refuses a default aggregation of what may not be aggregated.
    expect(field?.defaultAggregationType).toBe(isReaggregatable ? "SUM" : undefined);
  });

  test("and amounts that name no currency by that of the data source; what names one keeps it", () => {
    const fields = fieldsOf({ currency: "CHF" });
    const typeOf = (name: string) => fields.get(name)?.semantics.semanticType;
    expect(["money", "revenue", "euros", "shillings", "orders", "share"].map(typeOf)).toEqual([
      "CURRENCY_CHF",
      "CURRENCY_USD",
      "CURRENCY_EUR",
      "NUMBER",
      "NUMBER",
      "PERCENT",
    ]);
  });

  test("by the 63 currencies that Data Studio has types for", () => {
    const declared = readFileSync("node_modules/@types/google-apps-script/google-apps-script.data-studio.d.ts", "utf8");
    const known = new Set(declared.match(/(?<=CURRENCY_)[A-Z]{3}/g));
    expect(CURRENCY_CODES).toHaveLength(63);
    expect(new Set(CURRENCY_CODES)).toEqual(known);
  });
});

describe("a dimension is typed by what it holds", () => {
  test.each([
    ["order__is_gift", "BOOLEAN", "BOOLEAN"],
    ["order__note", "STRING", "TEXT"],
    ["order__country", "STRING", "COUNTRY_CODE"],
    ["order__page", "STRING", "URL"],
    ["order__priority", "NUMBER", "NUMBER"],
    ["customer", "STRING", "TEXT"],
    ["order", "STRING", "TEXT"],
    ["customer__region", "STRING", "TEXT"],
    ["customer__born_on", "STRING", "YEAR_MONTH_DAY"],
    ["metric_time__second", "STRING", "YEAR_MONTH_DAY_SECOND"],
    ["metric_time__minute", "STRING", "YEAR_MONTH_DAY_SECOND"],
    ["metric_time__hour", "STRING", "YEAR_MONTH_DAY_HOUR"],
    ["metric_time__day", "STRING", "YEAR_MONTH_DAY"],
    ["metric_time__week", "STRING", "YEAR_WEEK"],
    ["metric_time__month", "STRING", "YEAR_MONTH"],
    ["metric_time__quarter", "STRING", "YEAR_QUARTER"],
    ["metric_time__year", "STRING", "YEAR"],
    ["metric_time__fiscal_quarter", "STRING", "TEXT"],
    ["metric_time__extract_quarter", "STRING", "QUARTER"],
    ["metric_time__extract_month", "STRING", "MONTH"],
    ["metric_time__extract_day", "STRING", "DAY"],
    ["metric_time__extract_dow", "STRING", "DAY_OF_WEEK"],
    ["metric_time__extract_doy", "NUMBER", "NUMBER"],
  ])("%s is a %s, %s", (name, dataType, semanticType) => {
    const field = fieldsOf({}).get(name);
    expect([field?.dataType, field?.semantics]).toEqual([dataType, { conceptType: "DIMENSION", semanticType }]);
  });

  test("with a field for each grain that it has, and no finer one", () => {
    const names = [...fieldsOf({}).keys()].filter((name) => name.startsWith("order__paid_on"));
    expect(names).toEqual(
      ["month", "quarter", "year", "extract_quarter", "extract_month"].map((cut) => `order__paid_on__${cut}`),
    );
  });

  test("instants say that they are in UTC where days are not", () => {
    const field = fieldsOf({}, catalogFrom(YAML.replace("project: shop", "project: shop\ntime_zone: Asia/Kolkata")));
    expect(field.get("metric_time__hour")).toMatchObject({
      label: "Time, hour (UTC)",
      description: expect.stringContaining("in UTC"),
      semantics: { semanticType: "YEAR_MONTH_DAY_SECOND" },
    });
    expect(field.get("metric_time__day")).toMatchObject({ label: "Time, day" });
  });
});

describe("a schema", () => {
  const everySource = [catalog, sample, shopCatalog(), studioCatalog()].flatMap((seen) =>
    [
      ...offeredModels(seen).map(({ name }) => name),
      ...[...seen.savedQueries.keys()].map((name) => `saved:${name}`),
    ].flatMap((model) => ["", "true"].map((decompose) => ({ model, decompose, seen }))),
  );

  test("has ids that Data Studio can take, each once, and one default of each kind", () => {
    expect(everySource.length).toBeGreaterThan(30);
    for (const { seen, ...params } of everySource) {
      const { fields } = schemaFor(seen, OPERATOR, params);
      const names = fields.map(({ name }) => name);
      expect(new Set(names.map((name) => name.toLowerCase())).size, params.model).toBe(names.length);
      expect(names.filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
      const defaults = fields.filter(({ isDefault }) => isDefault).map(({ semantics }) => semantics.conceptType);
      const kinds = new Set(fields.map(({ semantics }) => semantics.conceptType));
      expect(defaults.toSorted(), params.model).toEqual([...kinds].toSorted());
      expect(fields.filter(({ isHidden, formula, isDefault }) => isHidden && (formula || isDefault))).toEqual([]);
      expect(fields.filter(({ label, group }) => label === "" || group === "")).toEqual([]);
    }
  });

  test("offers what the metrics are counted at by day first, or the time that date ranges are about", () => {
    const defaultsOf = (params: object) =>
      [...fieldsOf({ ...params }).values()].filter(({ isDefault }) => isDefault).map(({ name }) => name);
    expect(defaultsOf({})).toEqual(["metric_time__day", "revenue"]);
    expect(defaultsOf({ timeDimension: "order__paid_on", metrics: "buyers" })).toEqual([
      "order__paid_on__month",
      "buyers",
    ]);
  });

  test("keeps what is called alike apart, and takes any words for what they are", () => {
    const fields = fieldsOf({});
    expect(fields.get("order__country")?.label).toBe("Country (Order)");
    expect(fields.get("order__priority")?.label).toBe("Country (Order)");
    expect(fields.get("revenue")?.label).toBe(`${HOSTILE} (Metrics)`);
    expect(fields.get("order__note")).toMatchObject({ label: `${HOSTILE} (Order)`, description: "What was written." });
    expect(fields.get("customer__region")).toMatchObject({ label: "Region", group: "Customer" });
    expect(JSON.parse(JSON.stringify([...fields.values()]))).toEqual([...fields.values()]);
  });

  test("of the chosen metrics holds those that are there, and refuses where none is", () => {
    const metricsIn = (params: object, seen = catalog) =>
      [...fieldsOf({ ...params }, seen).values()]
        .filter(({ semantics }) => semantics.conceptType === "METRIC")
        .map(({ name }) => name);
    expect(metricsIn({ metrics: "orders,nowhere,buyers" })).toEqual(["orders", "buyers"]);
    expect(metricsIn({})).not.toContain("inner");
    expect(metricsIn({})).not.toContain("gone");
    const unknown = refusalOf({ model: "orders", metrics: "nowhere" });
    expect(unknown).toMatchObject({ code: "UNKNOWN_METRIC", message: expect.stringContaining('"nowhere"') });
  });

  test("of a saved query is about its metrics and groups, under the names that they have by themselves", () => {
    expect([...fieldsOf({ model: "saved:gifts" }).keys()]).toEqual([
      "metric_time__month",
      "customer__region",
      "order__is_gift",
      "metric_time__extract_dow",
      "orders",
      "share",
    ]);
  });

  test("tells whose a metric is, what it counts, whether it is certified, and what it cannot do", () => {
    const certified = { ...catalog, certifications: new Map([["revenue", certification("certified")]]) };
    const fields = fieldsOf({}, certified);
    expect(fields.get("revenue")?.description).toBe(
      "Of the shop.\nUnit: USD.\nOwner: finance, data.\nCertification: certified, until 2026-06-30.",
    );
    expect(fields.get("buyers")?.description).toContain("Not certified.\nDoes not add up");
    expect(fields.get("buyers")?.description).toMatch(/Blends, calculated groupings .* wrong numbers/);
    expect(fields.get("before")?.description).toContain("Needs a time in the chart");
    expect(fields.get("revenue")?.description).not.toContain("Needs a time");
    expect(fields.get("old")?.description).toContain("Deprecated, and gone after 2027-03-31. Use revenue instead.");
  });

  test("of certified metrics only holds those whose inputs are certified too", () => {
    const certifications = new Map(["revenue", "per_order"].map((name) => [name, certification("certified")]));
    const metricsOf = (more: string) =>
      [...fieldsOf({ certifiedOnly: "true" }, certifiedWith(certifications, more)).values()]
        .filter(({ semantics }) => semantics.conceptType === "METRIC")
        .map(({ name }) => name);
    expect(metricsOf("share")).toEqual(["revenue"]);
    expect(metricsOf("orders")).toEqual(["revenue", "orders", "per_order"]);
  });

  const certifiedWith = (certifications: Catalog["certifications"], name: string): Catalog => ({
    ...catalog,
    certifications: new Map([...certifications, [name, certification("certified")]]),
  });
});

describe("a ratio of two sums", () => {
  const ratio = (name: string, params: object = { decompose: "true" }, seen = catalog) => {
    const fields = fieldsOf({ ...params }, seen);
    return [name, `${name}__numerator`, `${name}__denominator`].map((one) => fields.get(one));
  };

  test("is given as its parts and a formula where that is asked for", () => {
    const [whole, above, below] = ratio("share");
    expect(whole).toMatchObject({
      formula: "SUM($share__numerator) / SUM($share__denominator)",
      semantics: { semanticType: "PERCENT", isReaggregatable: false },
    });
    expect(whole).not.toHaveProperty("isHidden");
    expect(whole?.description).not.toContain("Does not add up");
    for (const part of [above, below]) {
      expect(part).toMatchObject({ isHidden: true, semantics: { isReaggregatable: true } });
      expect(part).not.toHaveProperty("formula");
    }
    const asked = fieldsFor(catalog, parseConfig({ model: "orders", decompose: true })).flatMap((offered) =>
      offered.kind === "metric" && offered.field.isHidden && offered.field.name.startsWith("share__")
        ? [offered.metric]
        : [],
    );
    expect(asked).toEqual([
      { name: "orders", as: "share__numerator" },
      { name: "revenue", as: "share__denominator" },
    ]);
  });

  test("stays whole where it is not", () => {
    const [whole, ...parts] = ratio("share", {});
    expect([whole?.formula, ...parts]).toEqual([undefined, undefined, undefined]);
  });

  test.each(["filtered_share", "gift_share", "distinct_share", "inner_share"])(
    "stays whole where it or a part has a filter, or a part does not add up or is not seen: %s",
    (name) => {
      const [whole, ...parts] = ratio(name);
      expect([whole?.formula, ...parts]).toEqual([undefined, undefined, undefined]);
      expect(whole?.description).toContain("Does not add up");
    },
  );
});

describe("everybody has a schema of their own", () => {
  test("in which what they may not see is not, metrics and dimensions alike", () => {
    const [all, some] = [seenBy("analyst"), seenBy("clerk")].map((seen) => [...fieldsOf({}, seen).keys()]);
    expect(all).toEqual([...fieldsOf({}).keys()]);
    const hidden = (all ?? []).filter((name) => !some?.includes(name));
    expect(hidden).toContain("revenue");
    expect(hidden).toContain("share");
    expect(hidden).toContain("customer__secret");
    expect(some).toContain("buyers");
    expect(JSON.stringify(schemaFor(seenBy("clerk"), OPERATOR, { model: "orders", decompose: "true" }))).not.toMatch(
      /secret|"revenue"/,
    );
    expect(() => schemaFor(seenBy("nobody"), OPERATOR, { model: "orders" })).toThrow(
      'There is no model "orders" with metrics.',
    );
  });

  test("and a version of it, another for other definitions, other rights, and other rows", () => {
    const versionOf = (regions: readonly string[], role = "analyst", of = catalog) => {
      const user = makeUser({ issuer: "i", subject: "ann", name: "Ann", roles: [role], claims: { regions } });
      return schemaFor(visibleTo(of, user), user, { model: "orders" }).catalogVersion;
    };
    const other = catalogFrom(YAML.replace("description: What was written.", "description: Notes."));
    const versions = [
      versionOf(["EMEA"]),
      versionOf(["APAC"]),
      versionOf(["EMEA"], "clerk"),
      versionOf(["EMEA"], "analyst", other),
      schemaFor(catalog, OPERATOR, { model: "orders" }).catalogVersion,
    ];
    expect(new Set(versions).size).toBe(versions.length);
    expect(versionOf(["EMEA"])).toBe(versions[0]);
  });

  test.each([
    ["a model", { model: "orders" }, { model: "nowhere" }, "nobody"],
    ["a saved query", { model: "saved:gifts" }, { model: "saved:nowhere" }, "clerk"],
    ["a metric", { model: "orders", metrics: "revenue" }, { model: "orders", metrics: "nowhere" }, "clerk"],
    [
      "a time",
      { model: "orders", timeDimension: "order__ordered_at" },
      { model: "orders", timeDimension: "nowhere" },
      "blind",
    ],
  ])("hidden and unknown are told in the same words: %s", (_, hidden, unknown, role) => {
    const blind = catalogFrom(
      YAML.replace("clerk: { rows: all, fields: { except: amount } }", "blind: { rows: all, fields: [id, orders] }"),
    );
    const seen = seenBy(role, role === "blind" ? blind : catalog);
    const words = (refusal: Refusal) => [
      refusal.code,
      refusal.message.replace(/"[a-z_]+"/, '"…"'),
      refusal.path,
      refusal.suggestions,
    ];
    expect(words(refusalOf(hidden, seen))).toEqual(words(refusalOf(unknown, seen)));
  });

  test.each([
    ["its own rows", "policy: orders", "share"],
    ["what it is grouped by", "policy: customers", "share"],
  ])("nothing adds up, as a sum or as parts, for whom small groups of %s are left out", (_, policy, ratio) => {
    const few = catalogFrom(YAML.replace(policy, `${policy}\nminimum_group_size: 5`));
    const [whole, part] = [few, seenBy("analyst", few)].map((seen) => fieldsOf({ decompose: "true" }, seen));
    expect(whole?.get("revenue")).toMatchObject({ semantics: { isReaggregatable: true } });
    expect(whole?.get(ratio)).toHaveProperty("formula");
    const sums = [...(part?.values() ?? [])].filter((field) => "defaultAggregationType" in field || "formula" in field);
    expect(sums).toEqual([]);
    expect(part?.get("revenue")).toMatchObject({
      semantics: { isReaggregatable: false },
      description: expect.stringContaining("Does not add up"),
    });
  });

  test("nothing is guessed where no model is chosen", () => {
    expect(refusalOf({})).toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("Choose a model"),
    });
  });
});

describe("the schema and the answers say the same", () => {
  const opened: Record<string, Engine> = {};
  beforeAll(async () => {
    const empty = await openWarehouse("duckdb::memory:");
    const statements = readFileSync(join("src", "sample", "schema.sql"), "utf8").split(/;\s*$/m);
    for (const text of statements) if (text.trim() !== "") await runSql(empty, text);
    opened["the sample"] = createEngine({ catalog: sample, warehouse: empty });
    const shop = await openWarehouse("duckdb::memory:");
    const seed = readFileSync("tests/fixtures/shop/seed.sql", "utf8").split(/;\s*$/m);
    for (const text of seed) if (text.trim() !== "") await runSql(shop, text);
    opened["the shop of the semantics"] = createEngine({ catalog: shopCatalog(), warehouse: shop });
    opened["the shop of this door"] = createEngine({ catalog: studioCatalog(), warehouse: await filled("duckdb") });
  });
  afterAll(async () => {
    for (const engine of Object.values(opened)) await engine.close();
  });

  function engineOf(name: string): Engine {
    const engine = opened[name];
    if (!engine) throw new Error(`${name} is not open`);
    return engine;
  }

  const sources = (engine: Engine): readonly (readonly [model: string, fields: readonly OfferedField[]])[] =>
    offeredModels(engine.catalog).map(({ name }) => [
      name,
      fieldsFor(engine.catalog, parseConfig({ model: name, decompose: true })),
    ]);

  test.each(["the sample", "the shop of the semantics", "the shop of this door"])(
    "of every metric, whether it adds up: %s",
    async (name) => {
      const engine = engineOf(name);
      const seen = new Map<string, OfferedField>();
      for (const offered of sources(engine).flatMap(([, fields]) => fields))
        if (offered.kind === "metric") seen.set(offered.field.name, offered);
      expect(seen.size).toBeGreaterThan(10);
      const sums = new Set<boolean>();
      for (const offered of seen.values()) {
        if (offered.kind !== "metric" || offered.field.formula !== undefined) continue;
        const { semantics } = offered.field;
        const metrics = [offered.metric];
        const questions = [
          { metrics, limit: 0 },
          { metrics, groupBy: [{ name: "metric_time" }] },
        ];
        const told = await engine.queryAll(questions, OPERATOR);
        // Some need a time to be asked by.
        const answer = told.find((one) => !(one instanceof Error));
        if (!answer) {
          expect(told).toEqual([expect.any(Refusal), expect.objectContaining({ code: "NOT_SUPPORTED" })]);
          continue;
        }
        const column = answer instanceof Error ? undefined : answer.columns.at(-1);
        expect(column?.name).toBe(offered.field.name);
        const isSum = column?.reaggregation === "sum";
        expect({ name: column?.name, isReaggregatable: isSum }).toEqual({
          name: offered.field.name,
          isReaggregatable: semantics.conceptType === "METRIC" && semantics.isReaggregatable,
        });
        sums.add(isSum);
      }
      expect(sums.size).toBe(2);
    },
  );

  test.each(["the sample", "the shop of the semantics", "the shop of this door"])(
    "of every group, what its column is called: %s",
    (name) => {
      const engine = engineOf(name);
      for (const [rowsOf, fields] of sources(engine)) {
        const groups = fields.flatMap((offered) => (offered.kind === "metric" ? [] : offered));
        for (let i = 0; i < groups.length; i += 40) {
          const some = groups.slice(i, i + 40).filter(({ groupBy }) => groupBy.name !== "metric_time");
          if (some.length === 0) continue;
          const { columns } = engine.explain({ groupBy: some.map(({ groupBy }) => groupBy), rowsOf }, OPERATOR);
          expect(columns.map((column) => column.name)).toEqual(some.map(({ field }) => field.name));
        }
      }
    },
  );

  test("of every group, what its values look like, and each is read back as what it was", async () => {
    const engine = engineOf("the shop of this door");
    const fields = fieldsFor(engine.catalog, parseConfig({ model: "orders" }));
    let count = 0;
    for (const offered of fields) {
      if (offered.kind === "metric") continue;
      const { groupBy, field, filterName, render, parse } = offered;
      const { columns, rows } = await engine.query({ metrics: ["orders"], groupBy: [groupBy] }, OPERATOR);
      expect(columns[0]?.name).toBe(field.name);
      expect(filterName).toBe(field.name);
      for (const [cell = null] of rows) {
        const value = render(cell);
        if (cell === null) expect(value).toBeNull();
        if (value === null) continue;
        count++;
        expect(SPELLING[field.semantics.semanticType], field.semantics.semanticType).toBeDefined();
        expect(String(value)).toMatch(SPELLING[field.semantics.semanticType] ?? /never/);
        const constant = parse(String(value));
        expect({ field: field.name, value, again: constant && render(cell) }).toEqual({
          field: field.name,
          value,
          again: value,
        });
        if (typeof cell === "string" && offered.kind !== "dimension") {
          expect([field.name, constant?.value]).toEqual([field.name, cell]);
        }
      }
    }
    expect(count).toBeGreaterThan(300);
  });
});

/** What a value of each type looks like, by the documentation of Data Studio. */
const SPELLING: Readonly<Record<string, RegExp>> = {
  TEXT: /^[^]*$/,
  NUMBER: /^-?\d+(\.\d+)?$/,
  BOOLEAN: /^(true|false)$/,
  YEAR: /^\d{4}$/,
  YEAR_QUARTER: /^\d{4}[1-4]$/,
  YEAR_MONTH: /^\d{4}(0[1-9]|1[0-2])$/,
  YEAR_WEEK: /^\d{4}(0[1-9]|[1-4]\d|5[0-3])$/,
  YEAR_MONTH_DAY: /^\d{4}(0[1-9]|1[0-2])([0-2]\d|3[01])$/,
  YEAR_MONTH_DAY_SECOND: /^\d{8}([01]\d|2[0-3])[0-5]\d[0-5]\d$/,
  QUARTER: /^[1-4]$/,
  MONTH: /^(0[1-9]|1[0-2])$/,
  DAY: /^([0-2]\d|3[01])$/,
  DAY_OF_WEEK: /^[0-6]$/,
};
