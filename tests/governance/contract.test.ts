import { expect, test } from "vitest";
import { contractLacks } from "../../src/governance/demands/contract.ts";
import { treeOf } from "./fingerprint/tree-of.ts";

const MODEL = `model: orders
table: shop.orders
primary_key: order_id
time: at
columns: { order_id: int, amount: TYPE, at: date }
entities: { order: primary }
dimensions: { at: day }
`;
const METRIC = "metric: revenue\nmodel: orders\nmeasure: max(amount)\n";

function contract(property: string, more = ""): string {
  return `kind: DataContract
schema:
  - name: orders
    properties:
      - { name: at, logicalType: date }
      - { physicalName: amount, ${property} }
slaProperties: [{ property: latency, value: 4, unit: d }]
${more}`;
}

/** What a contract leaves out that says this of the column `amount`, whose model says that type. */
function lacks(type: string, text: string): readonly string[] {
  const defined = treeOf([
    { path: "metrics/orders.yaml", text: MODEL.replace("TYPE", type) },
    { path: "metrics/revenue.yaml", text: METRIC },
  ]);
  const path = "contracts/orders.odcs.yaml";
  const tree = { ...defined, files: new Map(defined.files).set(path, { path, text }) };
  const metric = tree.catalog?.metrics.get("revenue");
  if (!metric) throw new Error(tree.diagnostics.map(({ message }) => message).join("\n"));
  return contractLacks(tree, metric, true).map(({ what }) => what);
}

test.each([
  ["int", "logicalType: integer"],
  ["int", "logicalType: integer, physicalType: BIGINT"],
  ["decimal", "logicalType: number"],
  ["float", "logicalType: number"],
  ["decimal", 'logicalType: number, physicalType: "NUMERIC(12, 2)"'],
  ["string", "logicalType: string, physicalType: varchar"],
  ["timestamptz", "logicalType: timestamp"],
  ["timestamptz", "logicalType: date, physicalType: timestamp with time zone"],
  ["timestamptz", "physicalType: TIMESTAMP"],
  ["timestamp", "physicalType: TIMESTAMP"],
  ["timestamp", "physicalType: datetime"],
])("%s is what a contract promises that says %s", (type, property) => {
  expect(lacks(type, contract(property))).toEqual([]);
});

test.each([
  ["int", "logicalType: number"],
  ["decimal", "logicalType: number, physicalType: DOUBLE PRECISION"],
  ["timestamp", "physicalType: timestamptz"],
  ["timestamptz", "logicalType: date"],
  ["string", "logicalType: object"],
  ["string", "logicalType: string, physicalType: GEOGRAPHY"],
  ["string", "description: anything"],
])("%s is not what a contract promises that says %s", (type, property) => {
  expect(lacks(type, contract(property))).toEqual([
    `the type of amount in the contract with orders: it is ${type} in the model`,
  ]);
});

test("what is no contract with the source promises nothing", () => {
  const right = contract("logicalType: integer");
  const unread = ["a contract with orders that can be read: one ODCS document with a schema of that name"];
  expect(lacks("int", right.replace("DataContract", "DataProduct"))).toEqual(unread);
  expect(lacks("int", `${right}---\n${right}`)).toEqual(unread);
  expect(lacks("int", "schema: [")).toEqual(unread);
  expect(lacks("int", right.replace("value: 4", "value: soon"))).toEqual([
    "a promise of freshness in the contract with orders",
  ]);
});
