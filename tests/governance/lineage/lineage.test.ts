import { describe, expect, test } from "vitest";
import { dependantsOf } from "../../../src/governance/lineage/dependants.ts";
import { lineageOf } from "../../../src/governance/lineage/graph.ts";
import { lineageJson, lineageMermaid, lineageText } from "../../../src/governance/lineage/print.ts";
import { treeOf } from "../fingerprint/tree-of.ts";

const FILES = {
  "metrics/project.yaml": "project: shop\ntime_zone: UTC\nclaims: { region: string }\n",
  "metrics/models/orders.yaml": `model: orders
table: shop.orders
primary_key: order_id
time: ordered_at
columns: { order_id: int, customer_id: int, amount: decimal, fee: decimal, status: string, ordered_at: timestamptz, region: string }
entities: { order: primary, customer: customer_id }
dimensions: { status: , ordered_at: second }
`,
  "metrics/models/customers.yaml": `model: customers
sql_file: customers.sql
primary_key: customer_id
columns: { customer_id: int, segment: string, secret: string }
entities: { customer: primary }
dimensions: { segment: }
`,
  "metrics/models/customers.sql": "select * from shop.customers\n",
  "metrics/policies.yaml": `policy: orders
roles:
  boss: { rows: all, fields: all }
  seller: { rows: region = claim('region'), fields: all }
`,
  "metrics/revenue.yaml":
    "metric: revenue\nmodel: orders\nmeasure: sum(amount - fee)\nfilter: order__status = 'paid'\n",
  "metrics/orders.yaml": "metric: orders\nmodel: orders\nmeasure: count(*)\n",
  "metrics/big.yaml": "metric: big\nmodel: orders\nmeasure: sum(amount)\nfilter: customer__segment = 'big'\n",
  "metrics/average.yaml": "metric: average\nnumerator: revenue\ndenominator: orders\n",
  "metrics/loyal.yaml":
    "metric: loyal\nmodel: orders\nmeasure: count(*)\nfilter: \"metric('revenue', 'customer') > 100\"\n",
  "metrics/board.yaml": "saved_query: board\nmetrics: [average]\n",
};

function read(more: Readonly<Record<string, string>> = {}) {
  const tree = treeOf(Object.entries({ ...FILES, ...more }).map(([path, text]) => ({ path, text })));
  if (!tree.catalog) throw new Error(JSON.stringify(tree.diagnostics));
  return { tree, catalog: tree.catalog };
}

const shop = read();

function lineage(name: string, { catalog } = shop) {
  const metric = catalog.metrics.get(name);
  if (!metric) throw new Error(`There is no metric ${name}.`);
  const found = lineageOf(catalog, metric);
  return {
    ...found,
    text: lineageText(catalog, found),
    mermaid: lineageMermaid(catalog, found),
    json: lineageJson(catalog, metric, found),
  };
}

function columns(name: string): readonly string[] {
  return lineage(name).columns.map(({ model, column, kind, depth }) => `${model}.${column} ${kind} ${depth}`);
}

describe("the lineage of a metric", () => {
  test("tells columns of the number, of its filter, its time and the row policy apart", () => {
    expect(columns("revenue")).toEqual([
      "orders.amount DIRECT/AGGREGATION 1",
      "orders.fee DIRECT/AGGREGATION 1",
      "orders.ordered_at INDIRECT/GROUP_BY 1",
      "orders.region INDIRECT/RLS 1",
      "orders.status INDIRECT/FILTER 1",
    ]);
  });

  test("reads a whole model where rows are counted", () => {
    expect(columns("orders")).toContain("orders.* DIRECT/AGGREGATION 1");
  });

  test("has both sides of each join that a filter needs", () => {
    expect(columns("big")).toEqual([
      "customers.customer_id INDIRECT/JOIN 1",
      "customers.segment INDIRECT/FILTER 1",
      "orders.amount DIRECT/AGGREGATION 1",
      "orders.customer_id INDIRECT/JOIN 1",
      "orders.ordered_at INDIRECT/GROUP_BY 1",
      "orders.region INDIRECT/RLS 1",
    ]);
  });

  test("goes through inputs, a step deeper for each", () => {
    const { edges, columns: found } = lineage("average");
    expect(edges.filter(({ from }) => from === "average")).toEqual([
      { from: "average", kind: "DIRECT/TRANSFORMATION", to: "metric", metric: "revenue" },
      { from: "average", kind: "DIRECT/TRANSFORMATION", to: "metric", metric: "orders" },
    ]);
    expect(found.find(({ column }) => column === "fee")).toEqual({
      model: "orders",
      column: "fee",
      kind: "DIRECT/AGGREGATION",
      depth: 2,
      path: ["average", "revenue"],
    });
  });

  test("what a condition on another metric reads only decides which rows count", () => {
    expect(lineage("loyal").columns.filter(({ column }) => column === "amount")).toEqual([
      { model: "orders", column: "amount", kind: "INDIRECT/FILTER", depth: 2, path: ["loyal", "revenue"] },
    ]);
  });

  test("author's SQL reads the columns that it says it reads, or else the whole model", () => {
    const measured = (columns: string) =>
      `model: orders\nmeasure: { agg: sum, sql: { duckdb: amount ** 2 }, columns: ${columns}, data_type: decimal }\n`;
    const odd = read({
      "metrics/told.yaml": `metric: told\n${measured("[amount]")}`,
      "metrics/untold.yaml": `metric: untold\n${measured("[]")}`,
    });
    const direct = (name: string) =>
      lineage(name, odd).columns.flatMap(({ column, kind }) => (kind === "DIRECT/AGGREGATION" ? [column] : []));
    expect({ told: direct("told"), untold: direct("untold") }).toEqual({ told: ["amount"], untold: ["*"] });
  });

  test("is a tree for people, in which nothing is unfolded twice", () => {
    const twice = read({ "metrics/twice.yaml": "metric: twice\nexpr: average + revenue\n" });
    expect(lineage("twice", twice).text).toMatchInlineSnapshot(`
      "twice@1
      ├─ average@1  DIRECT/TRANSFORMATION
      │  ├─ revenue@1  DIRECT/TRANSFORMATION
      │  │  └─ orders  (shop.orders)
      │  │     ├─ amount      DIRECT/AGGREGATION
      │  │     ├─ fee         DIRECT/AGGREGATION
      │  │     ├─ status      INDIRECT/FILTER
      │  │     ├─ ordered_at  INDIRECT/GROUP_BY
      │  │     └─ region      INDIRECT/RLS
      │  └─ orders@1  DIRECT/TRANSFORMATION
      │     └─ orders  (shop.orders)
      │        ├─ *           DIRECT/AGGREGATION
      │        ├─ ordered_at  INDIRECT/GROUP_BY
      │        └─ region      INDIRECT/RLS
      └─ revenue@1  DIRECT/TRANSFORMATION  (above)
      "
    `);
  });

  test("is a drawing, dashed where only rows are chosen", () => {
    expect(lineage("loyal").mermaid).toMatchInlineSnapshot(`
      "flowchart LR
        subgraph n8["orders"]
          n1["all rows"]
          n2["amount"]
          n3["customer_id"]
          n4["fee"]
          n5["ordered_at"]
          n6["region"]
          n7["status"]
        end
        n9(["loyal@1"])
        n10(["revenue@1"])
        n10 -.->|filter| n9
        n1 -->|aggregation| n9
        n5 -.->|group by| n9
        n3 -.->|join| n9
        n6 -.->|rls| n9
        n2 -->|aggregation| n10
        n4 -->|aggregation| n10
        n7 -.->|filter| n10
        n5 -.->|group by| n10
        n6 -.->|rls| n10
      "
    `);
  });

  test("is JSON in the words of OpenLineage", () => {
    expect(lineage("orders").json).toMatchObject({
      metric: "orders",
      version: 1,
      models: [{ model: "orders", source: "shop.orders" }],
      columns: [
        { model: "orders", column: "*", type: "DIRECT", subtype: "AGGREGATION", depth: 1, path: ["orders"] },
        { model: "orders", column: "ordered_at", type: "INDIRECT", subtype: "GROUP_BY" },
        { model: "orders", column: "region", type: "INDIRECT", subtype: "RLS" },
      ],
    });
  });
});

describe("what depends on a thing", () => {
  const told = (what: string, { tree } = shop): readonly string[] => {
    const { metrics } = dependantsOf(tree, what);
    return metrics.map(({ metric, depth, kinds }) => `${metric} ${depth} ${kinds.join(" ")}`.trim());
  };

  test("of a metric: all that are made of it or ask about it, and the saved queries", () => {
    expect(told("revenue")).toEqual(["revenue 0", "average 1 DIRECT/TRANSFORMATION", "loyal 1 INDIRECT/FILTER"]);
    expect(dependantsOf(shop.tree, "revenue")).toMatchObject({
      subjects: [{ kind: "metric", name: "revenue" }],
      savedQueries: ["board"],
    });
  });

  test.each(["metrics/models/customers.yaml", "metrics/models/customers.sql", "contracts/customers.odcs.yaml"])(
    "of %s: what reads the model, through joins too",
    (file) => {
      expect(told(file)).toEqual(["big 1 INDIRECT/FILTER INDIRECT/JOIN"]);
      expect(dependantsOf(shop.tree, file).metrics[0]?.path).toEqual(["model:customers", "metric:big"]);
    },
  );

  test("of a file of policies: whoever reads the rows that they guard, and what is made of that", () => {
    expect(told("metrics/policies.yaml")).toEqual([
      "big 1 INDIRECT/RLS",
      "loyal 1 INDIRECT/RLS",
      "orders 1 INDIRECT/RLS",
      "revenue 1 INDIRECT/RLS",
      "average 2 DIRECT/TRANSFORMATION",
    ]);
  });

  test("of a file of a metric that nothing is made of: itself", () => {
    expect(told("./metrics/loyal.yaml")).toEqual(["loyal 0"]);
  });

  test("of a saved query: itself", () => {
    expect(dependantsOf(shop.tree, "metrics/board.yaml")).toMatchObject({ metrics: [], savedQueries: ["board"] });
  });

  test("of what is not there: nothing, and nothing is defined by it", () => {
    expect(dependantsOf(shop.tree, "revenu")).toEqual({ subjects: [], metrics: [], savedQueries: [] });
  });
});
