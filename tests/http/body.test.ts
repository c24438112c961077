import { assert, json as jsonText, property } from "fast-check";
import { expect, test } from "vitest";
import { jsonIn } from "../../src/http/index.ts";

/** Long enough to be looked at before it is parsed. */
const padded = (json: string): string => `${json}${" ".repeat(30_000)}`;

test("it is what JSON.parse says, of short texts and of long ones", () =>
  assert(
    property(jsonText({ maxDepth: 20 }), (json) => {
      const value: unknown = JSON.parse(json);
      expect(jsonIn(json)).toEqual(value);
      expect(jsonIn(padded(json))).toEqual(value);
    }),
  ));

test("brackets in texts, behind quotation marks and backslashes too, are no depth", () => {
  const value = { a: `${'"\\['.repeat(25_000)}${"{".repeat(25_000)}\\` };
  expect(jsonIn(JSON.stringify(value))).toEqual(value);
});

test("many lists beside one another are no depth", () => {
  const value = Array.from({ length: 25_000 }, () => [{}]);
  expect(jsonIn(JSON.stringify(value))).toEqual(value);
});

test.each([
  ["no JSON", "{"],
  ["a long text that is none", padded("{")],
  ["lists in one another, deeper than anybody asks", "[".repeat(25_000) + "]".repeat(25_000)],
  ["objects in one another, deeper than anybody asks", '{"a":'.repeat(25_000) + "1" + "}".repeat(25_000)],
])("nothing is said by %s", (_, text) => expect(jsonIn(text)).toBeUndefined());
