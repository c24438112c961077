import { expect, test } from "vitest";
import { documentHash } from "../../src/graphql/document-hash.ts";

const hash = (query: string) => documentHash(JSON.stringify({ query }));

test("literals, spaces and comments make no difference to the hash of a document, fields do", () => {
  const one = hash(`{ values(of: "EMEA", first: 5, above: 1.5) { name } }`);
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(hash(`{\n  # another region\n  values(of: """APAC""", first: 7, above: 2.25) { name }\n}`)).toBe(one);
  expect(hash(`{ values(of: "EMEA", first: 5, above: 1.5) { label } }`)).not.toBe(one);
});

test("what is no document has no hash", () => {
  expect([hash("{"), hash(""), documentHash("{}"), documentHash('{"query":1}')]).toEqual(Array(4).fill(undefined));
});
