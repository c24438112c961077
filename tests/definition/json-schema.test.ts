import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { definitionsJsonSchema } from "../../src/definition/index.ts";

const schema: unknown = JSON.parse(JSON.stringify(definitionsJsonSchema()));

test("the committed JSON Schema is the one of the code: npm run schema", () => {
  const committed = readFileSync(new URL("../../schema/definitions.schema.json", import.meta.url), "utf8");
  expect(JSON.parse(committed)).toEqual(schema);
  expect(committed).toBe(`${JSON.stringify(schema, null, 2)}\n`);
});

test("it is draft 2020-12 and offers every kind of document", () => {
  expect(schema).toMatchObject({ $schema: "https://json-schema.org/draft/2020-12/schema" });
  const kinds = ["model", "simple_metric", "ratio_metric", "derived_metric", "cumulative_metric", "conversion_metric"];
  expect(schema).toMatchObject({
    anyOf: [...kinds, "alias", "saved_query", "calendar", "policy", "project"].map((kind) => ({
      $ref: `#/$defs/${kind}`,
    })),
  });
});

test("every mapping is closed, or says what its own names hold", () => {
  const open = objectsOf(schema).filter(
    (node) =>
      node["type"] === "object" && node["additionalProperties"] !== false && !isObject(node["additionalProperties"]),
  );
  expect(objectsOf(schema).filter((node) => node["type"] === "object").length).toBeGreaterThan(20);
  expect(open).toEqual([]);
});

test("every key of a document is required by name or described", () => {
  const bare = objectsOf(schema)
    .flatMap((node) => (isObject(node["properties"]) ? Object.entries(node["properties"]) : []))
    .filter(([, value]) => !isObject(value) || Object.keys(value).length === 0);
  expect(bare).toEqual([]);
});

test("names are completed and checked: the pattern refuses what the loader refuses", () => {
  const defs = isObject(schema) && isObject(schema["$defs"]) ? schema["$defs"] : {};
  const model =
    isObject(defs["model"]) && isObject(defs["model"]["properties"]) ? defs["model"]["properties"]["model"] : {};
  const pattern = new RegExp(isObject(model) && typeof model["pattern"] === "string" ? model["pattern"] : "$.");
  for (const name of ["orders", "a", "net_revenue_2", "monthly", "days"]) expect(name).toMatch(pattern);
  for (const name of ["Orders", "a__b", "month", "metric_time", "1a", "a-b", "", "a".repeat(61)])
    expect(name).not.toMatch(pattern);
});

type Json = { readonly [key: string]: unknown };

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every object in the document, however deep. */
function objectsOf(value: unknown): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap(objectsOf);
  return isObject(value) ? [value, ...Object.values(value).flatMap(objectsOf)] : [];
}
