import { expect, test } from "vitest";
import { definitionsJsonSchema } from "../../src/definition/index.ts";
import { changesBetween } from "../../src/governance/change/diff.ts";
import { type Fingerprint, PARTS } from "../../src/governance/fingerprint/fingerprint.ts";
import { KEYS, WHOLE } from "../../src/governance/keys.ts";
import { isObject } from "../../src/std/index.ts";
import { edited, KEY_EDITS } from "./fingerprint/key-edits.ts";
import { SHOP } from "./fingerprint/shop.ts";
import { filesOf, treeOf } from "./fingerprint/tree-of.ts";

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

const before = treeOf(filesOf(SHOP));

test("there is a change of every key to try", () => {
  expect([...KEYS.keys()].filter((key) => !KEY_EDITS[key])).toEqual([]);
});

test.each([...KEYS])("changing %s changes what its class says", (key, { part, category }) => {
  const edit = KEY_EDITS[key];
  if (!edit) throw new Error("unreachable: asserted above");
  const after = treeOf(filesOf(edited(SHOP, edit), edit.others));
  const changed = new Set(
    [...before.fingerprints].flatMap(([name, of]) => changedParts(of, after.fingerprints.get(name))),
  );
  if (edit.isNoise || part === null) {
    expect(changed).toEqual(new Set());
    return;
  }
  expect(changed).toContain(part);
  // Prose never touches what is certified, nor does what the API offers.
  if (part === "meta" || part === "shape") expect([...changed]).not.toContain("value");
  if (part !== "access") expect(part === "value" || !changed.has("access")).toBe(true);
  const changes = changesBetween(before, after);
  expect(changes.length).toBeGreaterThan(0);
  expect(changes.flatMap(({ categories }) => categories)).toContain(edit.shows ?? category);
  expect(changes.filter(({ via }) => via.length === 0)).toEqual([]);
});

/** A metric that is gone is offered no more; its numbers are another's now. */
function changedParts(before: Fingerprint, after: Fingerprint | undefined): readonly string[] {
  if (!after) return ["shape"];
  return PARTS.filter((part) => before.parts[part] !== after.parts[part]);
}
