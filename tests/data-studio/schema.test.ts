import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/index.ts";
import { parseConfig } from "../../src/data-studio/config-params.ts";
import { CURRENCY_CODES } from "../../src/data-studio/currencies.ts";
import { fieldsFor, offeredModels } from "../../src/data-studio/fields.ts";
import { schemaFor } from "../../src/data-studio/schema.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { certification } from "../support/certification.ts";
import { catalogFrom, shopCatalog } from "../support/shop.ts";
import { shopCatalog as studioCatalog } from "./fixture.ts";
import { catalog, fieldsOf, HOSTILE, refusalOf, sample, YAML } from "./schema-shop.ts";

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
