import { describe, expect, test } from "vitest";
import { filesOf, importedOssie, loaded } from "./ossie-support.ts";

/** A document with one dataset `sales`, whose fields and metrics are YAML in one line each. */
function shop({ version = "0.2.0.dev0", fields = [], metrics = [], more = [], joins = [] }: Parts): string {
  const lines = (key: string, items: readonly string[], indent: string) =>
    items.length === 0 ? [] : [`${indent}${key}:`, ...items.map((item) => `${indent}  - ${item}`)];
  return [
    `version: ${version}`,
    "semantic_model:",
    "  - name: shop",
    "    datasets:",
    "      - name: sales",
    "        source: db.shop.sales",
    "        primary_key: [id]",
    ...lines("fields", fields, "        "),
    ...more.map((dataset) => `      - ${dataset}`),
    ...lines("relationships", joins, "    "),
    ...lines("metrics", metrics, "    "),
    "",
  ].join("\n");
}

interface Parts {
  readonly version?: string;
  readonly fields?: readonly string[];
  readonly metrics?: readonly string[];
  readonly more?: readonly string[];
  readonly joins?: readonly string[];
}

const STATUS = "{ name: status, dimension: {}, expression: UPPER(st) }";
const GROSS = "{ name: gross, expression: qty * price }";
const CUSTOMERS =
  "{ name: customers, source: shop.customers, primary_key: [id], unique_keys: [[email]], fields: [{ name: region, dimension: {}, expression: region }] }";
const BUYER = "{ name: buyer, from: sales, to: customers, from_columns: [customer_id], to_columns: [id] }";

/** What a metric with this expression becomes; the files of others by their paths. */
function metric(expression: string, parts: Parts = {}) {
  const all = {
    fields: [STATUS, GROSS],
    ...parts,
    metrics: [...(parts.metrics ?? []), `{ name: m, expression: ${JSON.stringify(expression)} }`],
  };
  const found = importedOssie(shop(all));
  const path = found.paths.find((candidate) => candidate.endsWith("/m.yaml"));
  return { ...found, definition: path === undefined ? null : (found.text(path) ?? null) };
}

describe("the two examples of the specification", () => {
  test("a dataset without fields, whose columns a metric names", () => {
    const found = importedOssie(`version: "0.1.1"
semantic_model:
  - name: shop
    datasets: [{ name: sales, source: db.shop.sales, primary_key: [id] }]
    metrics: [{ name: takings, expression: { dialects: [{ dialect: ANSI_SQL, expression: SUM(sales.price) }] } }]
`);
    expect(found.told).toEqual([]);
    expect(found.text("models/sales.yaml")).toBe(
      "model: sales\ntable: db.shop.sales\nprimary_key: id\nentities:\n  sales: primary\n",
    );
    expect(found.text("sales/takings.yaml")).toBe("metric: takings\nmodel: sales\nmeasure: sum(price)\n");
  });

  const dated = (dimension: string) => `version: "0.2.0.dev0"
semantic_model:
  - name: shop
    datasets: [{ name: sales, source: db.shop.sales, fields: [{ name: sold_on, datatype: Date, ${dimension}
      expression: { dialects: [{ dialect: BIGQUERY, expression: DATE(sold) }] } }] }]
`;

  test("a dialect that the warehouse does not speak is an error with its path, and the field is left out", () => {
    const found = importedOssie(dated("dimension: {},"));
    expect(found.report).toMatchObject([
      { severity: "error", code: "NO_DIALECT", line: 4, object: 'field "sold_on" of dataset "sales"' },
    ]);
    expect(found.messages[0]).toContain("semantic_model[0].datasets[0].fields[0].expression");
    expect(found.text("models/sales.yaml")).not.toContain("dimensions");
  });

  test("the warehouse's own dialect is read, as the SQL it is where our language lacks it", () => {
    const found = importedOssie(dated("dimension: {},"), "bigquery");
    expect(found.told).toEqual(['warning UNSUPPORTED_EXPRESSION 4 field "sold_on" of dataset "sales"']);
    expect(found.text("models/sales.yaml")).toContain(
      "  sold_on: { sql: { bigquery: DATE(sold) }, columns: [sold], data_type: date, grain: day }",
    );
  });
});

describe("what is no Ossie document is refused, with every reason, and nothing of it is written", () => {
  test.each([
    [
      "an unknown key",
      shop({ fields: ["{ name: a, expression: a, lable: A }"] }),
      'error UNKNOWN_FIELD 9 field "a" of dataset "sales"',
      'Did you mean "label"?',
    ],
    [
      "a datatype at 0.1.1",
      shop({ version: "0.1.1", fields: ["{ name: a, expression: a, datatype: Date }"] }),
      'error UNKNOWN_FIELD 9 field "a" of dataset "sales"',
      "no key of Ossie 0.1.1",
    ],
    [
      "lists of 0.1.1 at 0.2",
      `${shop({})}vendors: [DBT]\n`,
      "error UNKNOWN_FIELD 8 file",
      '"vendors" is no key of Ossie 0.2.0.dev0',
    ],
    [
      "an unknown datatype",
      shop({ fields: ["{ name: a, expression: a, datatype: Day }"] }),
      'error INVALID_VALUE 9 field "a" of dataset "sales"',
      'There is no datatype "Day"',
    ],
    [
      "a missing expression",
      shop({ metrics: ["{ name: a }"] }),
      'error INVALID_VALUE 9 metric "a"',
      "semantic_model[0].metrics[0]",
    ],
    [
      "no dialect",
      shop({ metrics: ["{ name: a, expression: { dialects: [] } }"] }),
      'error INVALID_VALUE 9 metric "a"',
      "at least one dialect",
    ],
    [
      "a name twice",
      shop({ metrics: ["{ name: a, expression: SUM(sales.x) }", "{ name: A, expression: SUM(sales.y) }"] }),
      'error INVALID_VALUE 10 metric "A"',
      "given twice",
    ],
    [
      "keys of unequal length",
      shop({ more: [CUSTOMERS], joins: [BUYER.replace("[id]", "[id, x]")] }),
      'error INVALID_VALUE 10 relationship "buyer"',
      "equal length",
    ],
    [
      "a list as ai_context",
      shop({ metrics: ["{ name: a, expression: SUM(sales.x), ai_context: [x] }"] }),
      'error INVALID_VALUE 9 metric "a"',
      "a text or a mapping",
    ],
    [
      "no datasets",
      "version: 0.1.1\nsemantic_model: [{ name: shop, datasets: [] }]\n",
      'error INVALID_VALUE 2 semantic model "shop"',
      "at least one dataset",
    ],
    [
      "a version of long ago",
      "version: 0.1.0\nsemantic_model: []\n",
      "error INVALID_VALUE 1 file",
      "there are 0.1.1 and 0.2.0.dev0",
    ],
    ["no version", "semantic_model: []\n", "error INVALID_VALUE 1 file", "No version is written"],
    ["broken YAML", "version: [\n", "error UNREADABLE_FILE 2 file", ""],
    ["two documents", "version: 0.1.1\n---\nversion: 0.1.1\n", "error UNREADABLE_FILE 1 file", "one a file"],
  ])("%s", (_, text, told, words) => {
    const found = importedOssie(text);
    expect(found.told).toContain(told);
    expect(found.messages.join("\n")).toContain(words);
    expect(found).toMatchObject({ files: [], found: 0 });
  });

  test("any key may stand inside ai_context", () => {
    const { told, files } = importedOssie(
      shop({ metrics: ["{ name: a, expression: SUM(sales.x), ai_context: { any: { thing: [1] } } }"] }),
    );
    expect(told).toEqual([]);
    expect(files).toHaveLength(3);
  });

  test("a later 0.2 is read with a warning", () => {
    const found = importedOssie(shop({ version: "0.2.1", fields: [STATUS] }));
    expect(found.told).toEqual(["warning VERSION_NOT_KNOWN 1 file"]);
    expect(found.paths).toContain("models/sales.yaml");
  });
});

describe("fields", () => {
  const dimension = (field: string, dialect: "duckdb" | "bigquery" = "duckdb") => {
    const found = importedOssie(shop({ fields: [field] }), dialect);
    return { ...found, written: found.text("models/sales.yaml") };
  };

  test.each([
    ["{ name: city, dimension: {}, expression: city }", "  city:\n"],
    [
      "{ name: city, dimension: {}, expression: sales.city, label: City, description: Where. }",
      "  city: { label: City, description: Where. }\n",
    ],
    [
      "{ name: big, dimension: {}, expression: qty > 9, datatype: Boolean }",
      "  big: { expr: qty > 9, data_type: boolean }\n",
    ],
    [
      "{ name: sold, dimension: {}, expression: sold, datatype: DateTimeTz }",
      "  sold: { grain: day, data_type: timestamptz }\n",
    ],
    ["{ name: sold, dimension: { is_time: true }, expression: sold }", "  sold: day\n"],
    [
      "{ name: sold, dimension: { is_time: false }, expression: sold, datatype: Date }",
      "  sold: { data_type: date }\n",
    ],
  ])("%s", (field, written) => {
    const found = dimension(field);
    expect(found.told).toEqual([]);
    expect(found.written).toContain(written);
  });

  test("the one time of a dataset is the time of its metrics; of several none is chosen", () => {
    const day = (name: string) => `{ name: ${name}, dimension: {}, expression: ${name}, datatype: Date }`;
    expect(importedOssie(shop({ fields: [day("sold")] })).text("models/sales.yaml")).toContain("\ntime: sold\n");
    const two = importedOssie(shop({ fields: [day("sold"), day("sent")] }));
    expect(two.text("models/sales.yaml")).not.toContain("\ntime:");
    expect(two.told).toEqual(['info NO_DEFAULT_TIME 5 dataset "sales"']);
  });

  test.each(["Time", "Integer"])(
    "a time of type %s cannot be cut into days, so that it becomes categorical",
    (datatype) => {
      const found = dimension(`{ name: at, dimension: { is_time: true }, expression: at_, datatype: ${datatype} }`);
      expect(found.told).toEqual(['warning INVALID_VALUE 9 field "at" of dataset "sales"']);
      expect(found.written).not.toContain("grain");
    },
  );

  test("a field that nobody groups by is kept for the way back, and read where a metric names it", () => {
    expect(dimension(GROSS).written).not.toContain("dimensions:");
    expect(metric("SUM(sales.gross)").definition).toContain("measure: sum(qty * price)\n");
  });

  test.each([
    ["another dataset's column", "{ name: a, dimension: {}, expression: customers.x }"],
    ["an aggregate", "{ name: a, dimension: {}, expression: SUM(x) }"],
    ["a subquery", '{ name: a, dimension: {}, datatype: Integer, expression: "(SELECT MAX(x) FROM secrets)" }'],
    ["SQL without a datatype", "{ name: a, dimension: {}, expression: \"REGEXP_EXTRACT(x, 'a')\" }"],
  ])("%s is left out and reported", (_, field) => {
    const found = dimension(field);
    expect(found.told).toEqual(['error UNSUPPORTED_EXPRESSION 9 field "a" of dataset "sales"']);
    expect(found.written).not.toContain("dimensions:");
  });

  test("SQL that our language lacks is kept for every engine that some dialect speaks to", () => {
    const texts =
      "[{ dialect: ANSI_SQL, expression: \"REGEXP_SUBSTR(sales.x, 'a')\" }, { dialect: BIGQUERY, expression: \"REGEXP_EXTRACT(x, 'a')\" }]";
    const found = dimension(`{ name: a, dimension: {}, datatype: String, expression: { dialects: ${texts} } }`);
    expect(
      loaded(Object.fromEntries(found.files.map(({ path, text }) => [path, text])))
        .catalog.models.get("sales")
        ?.dimensions.get("a")?.value,
    ).toEqual({
      kind: "opaque",
      sql: { duckdb: "REGEXP_SUBSTR(x, 'a')", postgres: "REGEXP_SUBSTR(x, 'a')", bigquery: "REGEXP_EXTRACT(x, 'a')" },
      columns: ["x"],
      type: "string",
    });
  });

  test("other dialects of what is read are told to stay behind", () => {
    const texts = "[{ dialect: SNOWFLAKE, expression: NVL(b) }, { dialect: Ossie_SQL_2026, expression: UPPER(b) }]";
    const found = dimension(`{ name: a, dimension: {}, expression: { dialects: ${texts} } }`);
    expect(found.told).toEqual(['info DIALECT_LEFT_OUT 9 field "a" of dataset "sales"']);
    expect(found.written).toContain("  a: { expr: upper(b) }\n");
  });

  test("names that ours may not have are changed, where they are used too", () => {
    const found = metric("SUM(CASE WHEN sales.\"Order Type\" = 'x' THEN sales.price END)", {
      fields: ["{ name: Order Type, dimension: {}, expression: kind }"],
    });
    expect(found.told).toEqual(['warning NAME_CHANGED 9 field "Order Type" of dataset "sales"']);
    expect(found.definition).toBe("metric: m\nmodel: sales\nmeasure: sum(price)\nfilter: order_type = 'x'\n");
  });
});

describe("sources", () => {
  const source = (text: string) =>
    importedOssie(
      `version: 0.1.1\nsemantic_model: [{ name: s, datasets: [{ name: a, source: ${JSON.stringify(text)} }] }]\n`,
    );

  test.each([
    ["sales", "table: sales\n"],
    ["db.shop.sales", "table: db.shop.sales\n"],
    ["SELECT * FROM shop.sales", "sql: SELECT * FROM shop.sales\n"],
    ["with x as (select 1) select * from x", "sql: with x as (select 1) select * from x\n"],
  ])("%s", (text, written) => {
    const found = source(text);
    expect(found.told).toEqual([]);
    expect(found.text("models/a.yaml")).toContain(written);
  });

  test.each(["a.b.c.d", "s3://bucket/x y"])("%s is neither a table nor a query", (text) => {
    const found = source(text);
    expect(found.told).toEqual(['error UNRESOLVED_SOURCE 2 dataset "a"']);
    expect(found.paths).not.toContain("models/a.yaml");
  });
});

describe("relationships", () => {
  const joined = (join: string, customers = CUSTOMERS) => importedOssie(shop({ more: [customers], joins: [join] }));
  const entities = (text: string | undefined) => /entities:\n((?: {2}.*\n)*)/.exec(text ?? "")?.[1];

  test("to a key is many to one, by the name of the one side", () => {
    const found = joined(BUYER);
    expect(found.told).toEqual([]);
    expect(entities(found.text("models/sales.yaml"))).toBe("  sales: primary\n  customers: customer_id\n");
    expect(entities(found.text("models/customers.yaml"))).toBe("  customers: primary\n");
  });

  test("to a unique key is many to one too", () => {
    const found = joined(BUYER.replace("[id]", "[email]"));
    expect(entities(found.text("models/sales.yaml"))).toContain("customers_email: customer_id\n");
    expect(entities(found.text("models/customers.yaml"))).toContain("customers_email: { type: unique, key: email }\n");
  });

  test("between keys is one to one", () => {
    const found = joined(BUYER.replace("[customer_id]", "[id]"));
    expect(found.told).toEqual([]);
    expect(entities(found.text("models/sales.yaml"))).toContain("customers: { type: unique, key: id }\n");
  });

  test("between no keys joins nothing and is reported", () => {
    const found = joined(BUYER.replace("[id]", "[town]"));
    expect(found.told).toEqual(['warning NOT_JOINABLE 10 relationship "buyer"']);
    expect(entities(found.text("models/sales.yaml"))).toBe("  sales: primary\n");
  });

  test("from the one side to the many is turned around, and told", () => {
    const found = joined("{ name: back, from: customers, to: sales, from_columns: [id], to_columns: [customer_id] }");
    expect(found.told).toEqual(['warning RELATIONSHIP_REVERSED 10 relationship "back"']);
    expect(entities(found.text("models/sales.yaml"))).toContain("customers: customer_id\n");
  });

  test("two to the same dataset are roles, by the names of the relationships", () => {
    const found = importedOssie(
      shop({ more: [CUSTOMERS], joins: [BUYER, BUYER.replace("buyer", "seller").replace("customer_id", "seller_id")] }),
    );
    expect(entities(found.text("models/sales.yaml"))).toBe(
      "  sales: primary\n  buyer: { type: foreign, key: customer_id, entity: customers }\n  seller: { type: foreign, key: seller_id, entity: customers }\n",
    );
  });

  test("columns are matched by position with a key of several parts, in whatever order", () => {
    const prices = "{ name: prices, source: shop.prices, primary_key: [sku, day] }";
    const found = joined(
      "{ name: p, from: sales, to: prices, from_columns: [sold_on, product], to_columns: [day, sku] }",
      prices,
    );
    expect(entities(found.text("models/sales.yaml"))).toContain("prices: { type: foreign, key: [product, sold_on] }\n");
  });

  test("columns may be fields", () => {
    const found = importedOssie(
      shop({
        fields: ["{ name: cust, expression: customer_id }"],
        more: [CUSTOMERS],
        joins: [BUYER.replace("customer_id", "cust")],
      }),
    );
    expect(entities(found.text("models/sales.yaml"))).toContain("customers: customer_id\n");
  });

  test("a dataset that does not exist is reported", () => {
    expect(joined(BUYER.replace("customers", "clients")).told).toEqual([
      'error UNKNOWN_REFERENCE 10 relationship "buyer"',
    ]);
  });
});

describe("metrics", () => {
  test.each([
    ["SUM(sales.price)", "measure: sum(price)\n"],
    ["sum(price)", "measure: sum(price)\n"],
    ["COUNT(*)", "measure: count(*)\n"],
    ["COUNT(DISTINCT sales.customer_id)", "measure: count_distinct(customer_id)\n"],
    ["AVG(sales.qty * sales.price)", "measure: average(qty * price)\n"],
    ["PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY sales.price)", "measure: percentile(price, 0.9)\n"],
    [
      "PERCENTILE_DISC(0.9) WITHIN GROUP (ORDER BY sales.price)",
      "measure: { agg: percentile, expr: price, percentile: 0.9, percentile_kind: discrete }\n",
    ],
    [
      "SUM(CASE WHEN sales.status = 'PAID' THEN sales.gross END)",
      "measure: sum(qty * price)\nfilter: status = 'PAID'\n",
    ],
    ["COUNT(CASE WHEN sales.status = 'PAID' THEN 1 END)", "measure: count(*)\nfilter: status = 'PAID'\n"],
    ["SUM(sales.price) FILTER (WHERE sales.status = 'PAID')", "measure: sum(price)\nfilter: status = 'PAID'\n"],
    [
      "SUM(CASE WHEN sales.status = 'PAID' THEN 1 ELSE 0 END)",
      "measure: sum(CASE WHEN upper(st) = 'PAID' THEN 1 ELSE 0 END)\n",
    ],
    [
      "SUM(CASE WHEN sales.qty > 1 AND sales.status = 'PAID' THEN sales.price END)",
      "measure: sum(CASE WHEN qty > 1 THEN price END)\nfilter: status = 'PAID'\n",
    ],
  ])("one aggregate is a simple metric: %s", (expression, written) => {
    const found = metric(expression);
    expect(found.told).toEqual([]);
    expect(found.definition).toBe(`metric: m\nmodel: sales\n${written}`);
  });

  test("a condition on a joined dataset is a filter by its path", () => {
    const found = metric("SUM(CASE WHEN customers.region = 'EMEA' THEN sales.price END)", {
      more: [CUSTOMERS],
      joins: [BUYER],
    });
    expect(found.definition).toContain("measure: sum(price)\nfilter: customers__region = 'EMEA'\n");
  });

  test.each([
    ["that no relationship leads to", [], "UNKNOWN_REFERENCE"],
    [
      "that two relationships lead to",
      [BUYER, BUYER.replace("buyer", "seller").replace("customer_id", "seller_id")],
      "AMBIGUOUS_PATH",
    ],
  ])("a condition on a dataset %s is an error", (_, joins, code) => {
    const found = metric("SUM(CASE WHEN customers.region = 'EMEA' THEN sales.price END)", { more: [CUSTOMERS], joins });
    expect(found.report.at(-1)).toMatchObject({ severity: "error", code });
    expect(found.definition).toBeNull();
  });

  test.each([
    "SUM(sales.price) / COUNT(DISTINCT sales.id)",
    "(SUM(sales.price)) / (COUNT(DISTINCT sales.id))",
    "SUM(sales.price) / NULLIF(COUNT(DISTINCT sales.id), 0)",
    "CAST(SUM(sales.price) AS DOUBLE PRECISION) / NULLIF(COUNT(DISTINCT sales.id), 0)",
  ])("one aggregate by another is a ratio of private metrics: %s", (expression) => {
    const found = metric(expression);
    expect(found.definition).toBe("metric: m\nnumerator: m_numerator\ndenominator: m_denominator\n");
    expect(found.text("sales/m_numerator.yaml")).toContain("private: true\nmodel: sales\nmeasure: sum(price)\n");
    expect(found.text("sales/m_denominator.yaml")).toContain("measure: count_distinct(id)\n");
  });

  test("an aggregate that is a metric already is that metric", () => {
    const takings = '{ name: takings, expression: "SUM( SALES.price )" }';
    const found = metric("SUM(sales.price) / COUNT(sales.id)", { metrics: [takings] });
    expect(found.definition).toContain("numerator: takings\n");
  });

  test("arithmetic is a derived metric", () => {
    const metrics = [
      "{ name: takings, expression: SUM(sales.price) }",
      "{ name: refunds, expression: SUM(sales.refund) }",
    ];
    expect(metric("takings - refunds", { metrics }).definition).toBe("metric: m\nexpr: takings - refunds\n");
    expect(metric("100 * (SUM(sales.price) - SUM(sales.refund)) + takings", { metrics }).definition).toBe(
      "metric: m\nexpr: 100 * (takings - refunds) + takings\n",
    );
    const nested = metric("(SUM(sales.price) - SUM(sales.refund)) / COUNT(sales.id)", { metrics });
    expect(nested.definition).toContain("numerator: m_numerator\n");
    expect(nested.text("sales/m_numerator.yaml")).toContain("expr: takings - refunds\n");
  });

  test("one aggregate of SQL that our language lacks is kept as that SQL", () => {
    const found = metric("SUM(REGEXP_COUNT(sales.note, 'a'))");
    expect(found.told).toEqual(['warning UNSUPPORTED_EXPRESSION 12 metric "m"']);
    expect(found.definition).toContain("  sql:\n    duckdb: REGEXP_COUNT(note, 'a')\n");
    expect(found.definition).not.toContain("certification");
  });

  test.each([
    ["a window", "SUM(SUM(sales.price)) OVER ()", "UNSUPPORTED_EXPRESSION"],
    ["an aggregate of an aggregate", "SUM(AVG(sales.price))", "UNSUPPORTED_EXPRESSION"],
    ["a subquery", "(SELECT SUM(price) FROM secrets)", "UNSUPPORTED_EXPRESSION"],
    ["a constant", "1 + 1", "UNSUPPORTED_EXPRESSION"],
    ["a column without an aggregate", "sales.price", "UNKNOWN_REFERENCE"],
    ["no metric", "takings + SUM(sales.price)", "UNKNOWN_REFERENCE"],
    ["an unknown dataset", "SUM(orders.price)", "UNKNOWN_REFERENCE"],
    ["broken SQL", "SUM(sales.price", "UNSUPPORTED_EXPRESSION"],
  ])("%s is an error with its path", (_, expression, code) => {
    const found = metric(expression);
    expect(found.told).toEqual([`error ${code} 12 metric "m"`]);
    expect(found.messages[0]).toContain("semantic_model[0].metrics[0].expression");
    expect(found.definition).toBeNull();
  });

  test("rows of two datasets cannot be put together, and a count has to say of what", () => {
    const parts = { more: [CUSTOMERS], joins: [BUYER] };
    expect(metric("SUM(sales.price * customers.rebate)", parts).told).toEqual([
      'error UNSUPPORTED_EXPRESSION 15 metric "m"',
    ]);
    expect(metric("COUNT(*)", parts).told).toEqual(['error UNKNOWN_REFERENCE 15 metric "m"']);
  });

  test("a metric that rests on one left out is left out too", () => {
    const found = metric("bad + SUM(sales.price)", { metrics: ["{ name: bad, expression: MEDIAN(x) OVER () }"] });
    expect(found.told).toContain('error UNKNOWN_REFERENCE 13 metric "m"');
    expect(found.definition).toBeNull();
  });
});

describe("several semantic models in one file", () => {
  const text = (name: string) => `
  - name: ${name}
    custom_extensions: [{ vendor_name: ACME, data: "{}" }]
    datasets: [{ name: sales, source: ${name}.sales, primary_key: [id] }]
    metrics: [{ name: takings, expression: SUM(sales.price) }]`;
  const found = importedOssie(`version: 0.2.0.dev0\nsemantic_model:${text("shop")}${text("web")}\n`);

  test("stand beside each other under names of their own", () => {
    expect(found.paths).toEqual([
      "project.yaml",
      "models/sales.yaml",
      "sales/takings.yaml",
      "models/sales_model.yaml",
      "sales_model/takings_metric.yaml",
    ]);
    expect(found.text("sales_model/takings_metric.yaml")).toContain("model: sales_model\n");
    expect(found.told).toEqual([
      'info NO_EFFECT 7 semantic model "web"',
      'warning NAME_CHANGED 9 dataset "sales"',
      'warning NAME_CHANGED 10 metric "takings"',
    ]);
  });
});

test("what an import writes is what a person reads: nothing of it says where it came from", () => {
  const files = filesOf(
    shop({ fields: [STATUS], metrics: ["{ name: takings, expression: SUM(sales.price), description: Money. }"] }),
  );
  expect(Object.keys(files)).toEqual(["project.yaml", "models/sales.yaml", "sales/takings.yaml"]);
  expect(Object.values(files).join("")).not.toMatch(/ossie|assay/i);
});
