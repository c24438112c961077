import { expect, test } from "vitest";
import { looseValuesOf } from "../../../src/governance/fingerprint/loose.ts";
import { fileOf, treeOf } from "./tree-of.ts";

const ORDERS = fileOf(
  "orders.yaml",
  `model: orders
table: shop.orders
columns: { order_id: int, amount: decimal, fee: decimal, status: string }
entities: { order: { type: primary, key: order_id } }
dimensions: { status: }
`,
);

function loose(a: string, b: string): readonly [boolean, boolean] {
  const of = (name: string, text: string) => fileOf(`${name}.yaml`, `metric: ${name}\n${text}\n`);
  const shared = [of("x", "model: orders\nmeasure: sum(amount)"), of("y", "model: orders\nmeasure: sum(fee)")];
  const tree = treeOf([ORDERS, ...shared, of("a", a), of("b", b)]);
  const values = looseValuesOf(tree.catalog ?? never());
  const strict = (name: string) => tree.fingerprints.get(name)?.parts.value;
  return [values.get("a") === values.get("b"), strict("a") === strict("b")];
}

function never(): never {
  throw new Error("unreachable: the tree has a catalog");
}

const simple = (measure: string, filter = "status = 'paid'") =>
  `model: orders\nmeasure: ${measure}\nfilter: "${filter}"`;

test.each([
  ["counting rows by another constant", simple("count(*)"), simple("count(2)")],
  ["the order of operands", simple("sum(amount + fee)"), simple("sum(fee + amount)")],
  ["a comparison the other way round", simple("count(*)", "'a' < status"), simple("count(*)", "status > 'a'")],
  ["the order of a list", simple("count(*)", "status in ('a', 'b')"), simple("count(*)", "status in ('b', 'a')")],
  ["a cast to what it is", simple("sum(amount)"), simple("sum(cast(amount as decimal))")],
  ["sums of metrics", "expr: x + y", "expr: y + x"],
  ["a sum in a sum", "expr: x + (y + 1)", "expr: (1 + x) + y"],
])("%s probably means the same, though it is signed apart", (_, a, b) => {
  expect(loose(a, b)).toEqual([true, false]);
});

test.each([
  ["counting a column", simple("count(*)"), simple("count(amount)")],
  ["a difference turned round", "expr: x - y", "expr: y - x"],
  ["another text", simple("count(*)"), simple("count(*)", "status = 'Paid'")],
  ["a cast to something else", simple("sum(amount)"), simple("sum(cast(amount as int))")],
  ["another unit", simple("count(*)"), `${simple("count(*)")}\nunit: orders`],
])("%s does not", (_, a, b) => {
  expect(loose(a, b)).toEqual([false, false]);
});
