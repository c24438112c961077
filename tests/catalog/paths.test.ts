import { describe, expect, test } from "vitest";
import type { Catalog, Model } from "../../src/catalog/index.ts";
import {
  describePath,
  findElement,
  multiplyingPath,
  nameOf,
  reachableFrom,
  validityOf,
} from "../../src/catalog/index.ts";
import { catalogFrom, shopCatalog } from "../support/shop.ts";

const shop = shopCatalog();

function modelOf(catalog: Catalog, name: string): Model {
  const model = catalog.models.get(name);
  if (!model) throw new Error(`No model ${name}.`);
  return model;
}

/** What a name means from a model: the path, or why there is none. */
function meaning(catalog: Catalog, from: string, name: string): string {
  const links = name.split("__");
  const element = links.pop() ?? "";
  const found = findElement(catalog, modelOf(catalog, from), links, element);
  switch (found.kind) {
    case "found":
      return `${found.at.element.kind} at ${describePath(found.at.path)}`;
    case "ambiguous":
      return `ambiguous: ${found.candidates.map(nameOf).join(", ")}`;
    case "fan-out":
      return `fan-out at ${describePath(found.path)}`;
    case "none":
      return "none";
  }
}

describe("a name seen from a model", () => {
  test.each([
    ["orders", "order__status", "dimension at orders"],
    ["orders", "customer", "entity at orders"],
    ["orders", "customer__country", "dimension at orders -customer-> customers"],
    ["orders", "order__customer__country", "dimension at orders -customer-> customers"],
    ["refunds", "order__status", "dimension at refunds -order-> orders"],
    ["refunds", "order__customer", "entity at refunds -order-> orders"],
    ["refunds", "order__customer__country", "dimension at refunds -order-> orders -customer-> customers"],
    ["refunds", "customer__country", "dimension at refunds -customer-> customers"],
    ["balances", "balance__account", "dimension at balances"],
    ["customers", "customer__segment", "dimension at customers"],
  ])("%s: %s", (from, name, expected) => {
    expect(meaning(shop, from, name)).toBe(expected);
  });

  test.each([
    ["orders", "status"],
    ["orders", "customer__status"],
    ["orders", "nothing__at__all"],
    ["customers", "order__status"],
    ["orders", "refund__refunded_at"],
    ["orders", "constructor"],
    ["orders", "__proto__"],
  ])("%s: %s means nothing", (from, name) => {
    expect(meaning(shop, from, name)).toBe("none");
  });

  test("that a link multiplies rows is told, where the link is named and where it is only the owner's", () => {
    expect(meaning(shop, "customers", "customer__status")).toBe("fan-out at customers -customer-> orders");
    const path = multiplyingPath(shop, modelOf(shop, "orders"), ["refund"], "refunded_at");
    expect(path && describePath(path)).toBe("orders -order-> refunds");
    const far = multiplyingPath(shop, modelOf(shop, "refunds"), ["visit"], "channel");
    expect(far && describePath(far)).toBe("refunds -customer-> visits");
    expect(multiplyingPath(shop, modelOf(shop, "refunds"), ["order"], "status")).toBeNull();
    expect(multiplyingPath(shop, modelOf(shop, "orders"), ["refund"], "nothing")).toBeNull();
  });
});

/** Left has a key of one type, right of another: who may look whom up. */
describe("a join is allowed where the right side has at most one row", () => {
  const TYPES = ["primary", "unique", "foreign", "natural"] as const;
  const rows = TYPES.flatMap((left) => TYPES.map((right) => [left, right] as const));

  test.each(rows)("from %s to %s", (left, right) => {
    const validity = (isNatural: boolean) =>
      isNatural
        ? "since: { type: time, grain: day, validity: start }, till: { type: time, grain: day, validity: end }"
        : "";
    const catalog = catalogFrom(`
model: a
description: Rows.
owner: data
table: a
primary_key: ${left === "primary" ? "k" : "a_id"}
${left === "primary" ? "" : "primary_entity: a"}
columns: { a_id: int, k: int, since: date, till: date }
entities: { k: { type: ${left}, key: k } }
dimensions: { ${validity(left === "natural")} }
---
model: b
description: Rows.
owner: data
table: b
primary_key: ${right === "primary" ? "k" : "b_id"}
${right === "primary" ? "" : "primary_entity: b"}
columns: { b_id: int, k: int, x: string, since: date, till: date }
entities: { k: { type: ${right}, key: k } }
dimensions: { x: , ${validity(right === "natural")} }
`);
    const isOneRow = right === "primary" || right === "unique" || (right === "natural" && left !== "natural");
    expect(meaning(catalog, "a", "k__x")).toBe(isOneRow ? "dimension at a -k-> b" : "fan-out at a -k-> b");
    expect(validityOf(modelOf(catalog, "b")) !== null).toBe(right === "natural");
  });
});

describe("what a model reaches", () => {
  test("its own, and what its joins lead to, each under the name a query uses", () => {
    const names = reachableFrom(shop, modelOf(shop, "refunds"), 3).map(nameOf);
    expect(names.toSorted()).toEqual([
      "customer",
      "customer__country",
      "customer__segment",
      "order",
      "order__customer",
      "order__customer__country",
      "order__customer__segment",
      "order__ordered_at",
      "order__status",
      "refund",
      "refund__refunded_at",
    ]);
  });

  test("every name it lists is found again, as the same thing", () => {
    for (const model of shop.models.values()) {
      for (const located of reachableFrom(shop, model, 3)) {
        const expected = `${located.element.kind} at ${describePath(located.path)}`;
        expect(meaning(shop, model.name, nameOf(located))).toBe(expected);
      }
    }
  });

  test("no farther than asked", () => {
    const hops = reachableFrom(shop, modelOf(shop, "refunds"), 1).map(({ path }) => path.steps.length);
    expect(Math.max(...hops)).toBe(1);
  });
});
