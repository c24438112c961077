import { expect, test } from "vitest";
import { definitionsJsonSchema } from "../../src/definition/index.ts";
import { KEYS, WHOLE } from "../../src/governance/keys.ts";
import { isObject } from "../../src/std/index.ts";

const KINDS = ["metric", "model", "policy", "calendar", "project", "saved_query"];

test("every key of the schema is in a class, and every class is of a key of the schema", () => {
  const written = keysOfSchema();
  expect(written.size).toBeGreaterThan(120);
  const unknown = [...written].filter((key) => !KEYS.has(key) && ![...WHOLE].some((all) => key.startsWith(`${all}.`)));
  expect(unknown).toEqual([]);
  expect([...KEYS.keys()].filter((key) => !written.has(key))).toEqual([]);
});

/** `model.columns.*.type`: walks the JSON Schema that editors read, since it is made from what we read with. */
function keysOfSchema(): ReadonlySet<string> {
  const root: unknown = definitionsJsonSchema();
  const found = new Set<string>();
  const walk = (schema: unknown, path: string): void => {
    if (!isObject(schema)) return;
    const target = typeof schema["$ref"] === "string" ? at(root, schema["$ref"]) : null;
    if (target) walk(target, path);
    for (const word of ["anyOf", "oneOf", "allOf"]) {
      const branches: unknown = schema[word];
      if (Array.isArray(branches)) for (const branch of branches) walk(branch, path);
    }
    walk(schema["items"], path);
    const properties = schema["properties"];
    if (isObject(properties)) {
      const prefix = path === "" ? KINDS.find((kind) => kind in properties) : path;
      for (const [key, value] of Object.entries(properties)) {
        found.add(`${prefix}.${key}`);
        walk(value, `${prefix}.${key}`);
      }
    } else if (isObject(schema["additionalProperties"])) {
      found.add(`${path}.*`);
      walk(schema["additionalProperties"], `${path}.*`);
    }
  };
  walk(root, "");
  return found;
}

function at(root: unknown, reference: string): unknown {
  const steps = reference.replace(/^#\//, "").split("/");
  return steps.reduce<unknown>((node, step) => (isObject(node) ? node[step] : undefined), root);
}
