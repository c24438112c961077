import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEngine, type Engine } from "../../src/engine/index.ts";
import { parseSql, refsOf } from "../../src/expression/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { exportOssie } from "../../src/importers/index.ts";
import { parseRequest } from "../../src/request/index.ts";
import { ensureSample } from "../../src/sample/index.ts";
import { openWarehouse, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { at, exported, expressionsOf, importedOssie, listOf, loaded } from "./ossie-support.ts";
import { inShort } from "./support.ts";

const ROOT = join(import.meta.dirname, "../..");

const MODELS = {
  "models/orders.yaml": `model: orders
description: Orders.
owner: shop
table: db.shop.orders
primary_key: order_id
time: ordered_at
columns: { order_id: int, customer_id: int, seller_id: int, st: string, amount: decimal, ordered_at: timestamptz, note: string }
entities:
  order: primary
  customer: customer_id
dimensions:
  st: { expr: upper(st), enum: [PAID, OPEN] }
  ordered_at: { type: time, grain: second }
  words: { sql: { postgres: "array_length(regexp_split_to_array(note, ' '), 1)", bigquery: "ARRAY_LENGTH(SPLIT(note))" }, columns: [note], data_type: int }
measures:
  amount: sum
`,
  "models/customers.yaml": `model: customers
table: shop.customers
primary_key: customer_id
columns: { customer_id: int, region: string, mail: string }
entities:
  customer: primary
  mail: { type: unique, key: mail }
  mailbox: { type: foreign, key: lower(mail) }
dimensions: { region: , signed_up: { type: time, grain: day, expr: CAST(region AS date) } }
`,
  "models/mailboxes.yaml": `model: mailboxes
sql: SELECT box FROM shop.mailboxes
columns: { box: string }
entities: { mailbox: { type: unique, key: box } }
`,
  "models/history.yaml": `model: history
table: shop.history
columns: { customer_id: int, tier: string, valid_from: date, valid_to: date }
entities: { customer: { type: natural, key: customer_id } }
dimensions:
  tier:
  valid_from: { type: time, grain: day, validity: start }
  valid_to: { type: time, grain: day, validity: end }
`,
  "project.yaml": "project: shop\ntime_zone: Europe/Berlin\n",
};

function shop(metrics: Readonly<Record<string, string>>, version: "0.1.1" | "0.2.0.dev0" = "0.2.0.dev0") {
  const files = Object.entries(metrics).map(([name, text]) => [`m/${name}.yaml`, `metric: ${name}\n${text}\n`]);
  return exported({ ...MODELS, ...Object.fromEntries(files) }, version);
}

/** The expression of one metric. */
function expressionOf(text: string, others: Readonly<Record<string, string>> = {}): string | undefined {
  return expressionsOf(shop({ ...others, m: text }))["m"];
}

const REVENUE = { revenue: "model: orders\nmeasure: amount" };

describe("an expression means what the metric means", () => {
  test.each([
    ["sum(amount)", "SUM(orders.amount)"],
    ["count(*)", "COUNT(orders.order_id)"],
    ["count_distinct(customer_id)", "COUNT(DISTINCT orders.customer_id)"],
    ["average(amount / 2)", "AVG(CAST(orders.amount AS DOUBLE PRECISION) / 2)"],
    ["average(amount / customer_id)", "AVG(CAST(orders.amount AS DOUBLE PRECISION) / NULLIF(orders.customer_id, 0))"],
    ["sum_boolean(amount > 5)", "SUM(CASE WHEN orders.amount > 5 THEN 1 ELSE 0 END)"],
    ["percentile(amount, 0.9)", "PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY orders.amount)"],
    [
      "{ agg: percentile, expr: amount, percentile: 0.9, percentile_kind: discrete }",
      "PERCENTILE_DISC(0.9) WITHIN GROUP (ORDER BY orders.amount)",
    ],
    ["max(amount * (order_id - 1))", "MAX(orders.amount * (orders.order_id - 1))"],
    ["sum(1)", "SUM(CASE WHEN orders.order_id IS NULL THEN 1 ELSE 1 END)"],
    [
      "count(CASE WHEN contains(note, 'x') OR NOT starts_with(note, 'y') THEN 1 END)",
      "COUNT(CASE WHEN POSITION('x' IN orders.note) > 0 OR NOT (SUBSTRING(orders.note FROM 1 FOR CHAR_LENGTH('y')) = 'y') THEN 1 END)",
    ],
    [
      "count(CASE WHEN regexp_contains(note, '^x+') THEN 1 END)",
      "COUNT(CASE WHEN REGEXP_CONTAINS(orders.note, '^x+') THEN 1 END)",
    ],
  ])("%s", (measure, expression) => {
    expect(expressionOf(`model: orders\nmeasure: ${measure}`)).toBe(expression);
  });

  test.each([
    ["st = 'PAID'", "SUM(CASE WHEN orders.st = 'PAID' THEN orders.amount END)"],
    [
      "[st = 'PAID', st = 'OPEN' or st is null]",
      "SUM(CASE WHEN orders.st = 'PAID' AND (orders.st = 'OPEN' OR orders.st IS NULL) THEN orders.amount END)",
    ],
    [
      "customer__region in ('EMEA', 'APAC')",
      "SUM(CASE WHEN customers.region IN ('EMEA', 'APAC') THEN orders.amount END)",
    ],
    ["customer = 7", "SUM(CASE WHEN orders.customer_id = 7 THEN orders.amount END)"],
    [
      "metric_time__month >= '2026-01-01'",
      "SUM(CASE WHEN CAST(DATE_TRUNC('month', orders.ordered_at AT TIME ZONE 'Europe/Berlin') AS DATE) >= '2026-01-01' THEN orders.amount END)",
    ],
    [
      "metric_time__extract_dow = 1",
      "SUM(CASE WHEN EXTRACT(ISODOW FROM orders.ordered_at AT TIME ZONE 'Europe/Berlin') = 1 THEN orders.amount END)",
    ],
    ["customer__signed_up > '2026-01-01'", "SUM(CASE WHEN customers.signed_up > '2026-01-01' THEN orders.amount END)"],
  ])("a filter is a condition: %s", (filter, expression) => {
    expect(
      expressionOf(
        `model: orders\nmeasure: amount\nfilter: ${JSON.stringify(filter).startsWith('"[') ? filter : JSON.stringify(filter)}`,
      ),
    ).toBe(expression);
  });

  test("a column that a dimension hides has a field of its own", () => {
    const found = shop({ m: "model: orders\nmeasure: count_distinct(st)" });
    expect(expressionsOf(found)["m"]).toBe("COUNT(DISTINCT orders.st_column)");
    expect(fieldOf(found, "orders", "st_column")).toMatchObject({
      datatype: "String",
      expression: { dialects: [{ expression: "st" }] },
    });
  });

  test("ratios and derived metrics spell their inputs, filters and all", () => {
    const ratio =
      "numerator: { metric: revenue, filter: order__st = 'PAID' }\ndenominator: revenue\nfilter: customer__region = 'EMEA'";
    expect(expressionOf(ratio, REVENUE)).toBe(
      "CAST(SUM(CASE WHEN customers.region = 'EMEA' AND orders.st = 'PAID' THEN orders.amount END) AS DOUBLE PRECISION) / NULLIF(SUM(CASE WHEN customers.region = 'EMEA' THEN orders.amount END), 0)",
    );
    expect(expressionOf("expr: 2 * share - 1", { ...REVENUE, share: "numerator: revenue\ndenominator: revenue" })).toBe(
      "2 * (CAST(SUM(orders.amount) AS DOUBLE PRECISION) / NULLIF(SUM(orders.amount), 0)) - 1",
    );
  });
});

describe("what Ossie cannot say is reported, and kept for the way back", () => {
  const codes = (found: ReturnType<typeof exported>) => found.report.map(inShort);
  const always = codes(shop(REVENUE));

  test("a model's own losses", () => {
    expect(always).toEqual([
      'warning RELATIONSHIP_DROPPED 8 entity "mailbox" of model "customers"',
      'warning NATURAL_ENTITY_DROPPED 4 entity "customer" of model "history"',
      'warning DIALECT_LOSS 14 dimension "words" of model "orders"',
    ]);
  });

  test.each([
    [
      "a running value",
      "type: cumulative\ninput: revenue\nwindow: 7 days",
      "warning CUMULATIVE_SEMANTICS_LOSS",
      "SUM(orders.amount)",
    ],
    [
      "a balance",
      "model: orders\nmeasure: amount\nnon_additive: { dimension: ordered_at, choice: max }",
      "warning SEMI_ADDITIVE_LOSS",
      "SUM(orders.amount)",
    ],
    [
      "a look back",
      "expr: revenue - before\ninputs: [revenue, { metric: revenue, as: before, offset_window: 1 month }]",
      "error OFFSET_LOSS",
      undefined,
    ],
    [
      "a conversion",
      "base: orders\nconversion: orders\nentity: customer",
      "error CONVERSION_METRIC_DROPPED",
      undefined,
    ],
    ["a private metric", "model: orders\nmeasure: amount\nprivate: true", "warning PRIVATE_METRIC_DROPPED", undefined],
    [
      "a filter by a metric",
      "model: orders\nmeasure: amount\nfilter: metric('revenue', 'customer') > 10",
      "error METRIC_DROPPED",
      undefined,
    ],
    [
      "a filter over versions",
      "model: orders\nmeasure: amount\nfilter: customer__tier = 'a'",
      "error METRIC_DROPPED",
      undefined,
    ],
    ["rows of no known column", "model: empty\nmeasure: count(*)", "error METRIC_DROPPED", undefined],
    [
      "SQL of one engine",
      "model: orders\nmeasure: { agg: sum, sql: { duckdb: \"len(string_split(note, ' '))\" }, columns: [note], data_type: int }",
      "warning DIALECT_LOSS",
      "SUM(len(string_split(orders.note, ' ')))",
    ],
  ])("%s", (_, text, told, expression) => {
    const files = {
      ...MODELS,
      "models/empty.yaml": "model: empty\ntable: shop.empty\n",
      "r.yaml": `metric: revenue\n${REVENUE.revenue}\n---\nmetric: orders\nmodel: orders\nmeasure: count(*)\n`,
      "x.yaml": `metric: m\n${text}\n`,
    };
    const found = exported(files, "0.2.0.dev0");
    expect(codes(found).filter((line) => !always.includes(line))).toEqual([`${told} 1 metric "m"`]);
    expect(expressionsOf(found)["m"]).toBe(expression);
    const again = importedOssie(found.text);
    const isGone = told.includes("PRIVATE");
    expect(again.paths.some((path) => path.endsWith("/m.yaml"))).toBe(!isGone);
  });

  test("a private metric that others need goes along in our block alone", () => {
    const found = shop({ hidden: "model: orders\nmeasure: amount\nprivate: true", m: "expr: hidden * 2" });
    expect(expressionsOf(found)).toEqual({ m: "SUM(orders.amount) * 2" });
    expect(importedOssie(found.text).text("orders/hidden.yaml")).toContain("private: true\n");
  });

  test("at 0.1.1 there are no datatypes and no BigQuery, and our block is one of COMMON", () => {
    const old = shop(REVENUE, "0.1.1");
    expect(old.text).not.toMatch(/datatype:|BIGQUERY|ASSAY/);
    expect(vendorsIn(old.document)).toEqual(new Set(["COMMON"]));
    const now = shop(REVENUE);
    expect(vendorsIn(now.document)).toEqual(new Set(["ASSAY"]));
    expect(fieldOf(now, "orders", "words")).toMatchObject({
      datatype: "Integer",
      expression: {
        dialects: [{ dialect: "ANSI_SQL" }, { dialect: "BIGQUERY", expression: "ARRAY_LENGTH(SPLIT(note))" }],
      },
    });
  });

  test("vendors that 0.1.1 does not list are left out there, and told", () => {
    const text = `version: 0.2.0.dev0
semantic_model:
  - name: shop
    custom_extensions: [{ vendor_name: ACME, data: "{}" }, { vendor_name: DBT, data: "{}" }]
    datasets: [{ name: sales, source: shop.sales }]
`;
    const files = Object.fromEntries(importedOssie(text).files.map((file) => [file.path, file.text]));
    expect(vendorsIn(exported(files, "0.2.0.dev0").document)).toEqual(new Set(["ASSAY", "ACME", "DBT"]));
    const old = exported(files, "0.1.1");
    expect(vendorsIn(old.document)).toEqual(new Set(["COMMON", "DBT"]));
    expect(codes(old)).toEqual(['warning VERSION_LOSS null semantic model "shop"']);
  });
});

describe("joins", () => {
  test("keys that meet are relationships, many to one", () => {
    const [model] = listOf(shop(REVENUE).document["semantic_model"]);
    expect(at(model, "relationships")).toEqual([
      {
        name: "orders_customer_to_customers",
        from: "orders",
        to: "customers",
        from_columns: ["customer_id"],
        to_columns: ["customer_id"],
      },
    ]);
    const customers = listOf(at(model, "datasets")).find((dataset) => at(dataset, "name") === "customers");
    expect(customers).toMatchObject({
      source: "shop.customers",
      primary_key: ["customer_id"],
      unique_keys: [["mail"]],
    });
  });
});

describe("an expression that another tool has changed wins over our block", () => {
  const { text } = shop({
    revenue:
      "label: Takings\nowner: finance\ncertification: certified\nmodel: orders\nmeasure: amount\nfill_nulls_with: 0",
  });
  const found = importedOssie(
    text
      .replace("expression: SUM(orders.amount)", "expression: MAX(orders.amount)")
      .replace("expression: UPPER(st)", "expression: LOWER(st)"),
  );

  test("what the expression does not say stays, a certificate does not", () => {
    expect(found.text("orders/revenue.yaml")).toBe(
      "metric: revenue\nlabel: Takings\nowner: finance\nmodel: orders\nmeasure: max(amount)\n",
    );
    expect(found.text("models/orders.yaml")).toContain(
      "  st: { enum: [PAID, OPEN], expr: lower(st), data_type: string }\n",
    );
  });

  test("both are told", () => {
    expect(found.report.map(({ code }) => code)).toEqual(["BLOCK_OUTDATED", "BLOCK_OUTDATED"]);
  });

  test("a description is Ossie's own, and simply taken", () => {
    const renamed = importedOssie(text.replace("description: Orders.", "description: All orders."));
    expect(renamed.told).toEqual([]);
    expect(renamed.text("models/orders.yaml")).toContain("description: All orders.\n");
  });
});

describe("numbers do not change", () => {
  const { definitions, catalog } = loaded(join(ROOT, "metrics"));
  const found = exportOssie(definitions, catalog, "0.1.1");
  const lossy = new Set(found.report.map(({ object }) => object));
  const single = Object.entries(expressionsOf(found)).filter(
    ([name, expression]) => !lossy.has(`metric "${name}"`) && datasetsOf(expression).size === 1,
  );
  let warehouse: Warehouse;
  let engine: Engine;
  beforeAll(async () => {
    warehouse = await openWarehouse(`duckdb:${await ensureSample()}`);
    engine = createEngine({ catalog, warehouse });
  }, 180_000);
  afterAll(() => engine.close());

  test("most metrics of the sample read one dataset", () => expect(single.length).toBeGreaterThan(15));

  test.each(single)("%s is what its expression gives on the dataset", async (name, expression) => {
    const [dataset = ""] = datasetsOf(expression);
    const text = `SELECT ${expression} AS value FROM (${selectFrom(found, dataset)}) AS ${dataset}`;
    const byHand = await readAll(await warehouse.execute({ text, values: [] }));
    const answer = await engine.query(parseRequest({ metrics: [name] }), OPERATOR);
    expect(Number(byHand[0]?.[0])).toBeCloseTo(Number(answer.rows[0]?.[0]), 6);
  });
});

/** The dataset's fields as a subquery, as a tool that reads Ossie would write it. */
function selectFrom({ document }: ReturnType<typeof exported>, dataset: string): string {
  const [model] = listOf(document["semantic_model"]);
  const found = listOf(at(model, "datasets")).find((candidate) => at(candidate, "name") === dataset);
  const source = String(at(found, "source"));
  const fields = listOf(at(found, "fields")).map((field) => {
    const [text] = listOf(at(at(field, "expression"), "dialects"));
    return `${String(at(text, "expression"))} AS "${String(at(field, "name"))}"`;
  });
  return `SELECT ${fields.join(", ")} FROM ${/\s/.test(source) ? `(${source}) AS source` : source}`;
}

function datasetsOf(expression: string): ReadonlySet<string> {
  const parsed = parseSql(expression);
  const terms = parsed.ok ? refsOf(parsed.value) : [];
  const tables = terms
    .flatMap((term) => (term.kind === "aggregate" ? refsOf(term.aggregate.expr) : [term]))
    .map(({ table }) => table ?? "");
  return new Set(tables);
}

function fieldOf({ document }: ReturnType<typeof exported>, dataset: string, name: string): unknown {
  const [model] = listOf(document["semantic_model"]);
  const found = listOf(at(model, "datasets")).find((candidate) => at(candidate, "name") === dataset);
  return listOf(at(found, "fields")).find((field) => at(field, "name") === name);
}

function vendorsIn(value: unknown): ReadonlySet<string> {
  if (Array.isArray(value)) return new Set(value.flatMap((item) => [...vendorsIn(item)]));
  if (typeof value !== "object" || value === null) return new Set();
  const vendor = at(value, "vendor_name");
  return new Set([
    ...(typeof vendor === "string" ? [vendor] : []),
    ...Object.values(value).flatMap((item) => [...vendorsIn(item)]),
  ]);
}
