import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { REFUSAL_CODES } from "../src/diagnostics/index.ts";
import { FUNCTIONS, parseColumnExpression, parseFilter } from "../src/expression/index.ts";
import { compareText } from "../src/std/index.ts";

const expressions = readFileSync("docs/expressions.md", "utf8");
const refusals = readFileSync("docs/refusals.md", "utf8");

test("the page on refusals has a line for every code, and for no other", () => {
  const listed = [...refusals.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code ?? "");
  expect(listed.toSorted(compareText)).toEqual([...REFUSAL_CODES].toSorted(compareText));
});

/** Made by code or written as operators and constants. */
const WITHOUT_A_CALL = new Set(["date_part", "make_interval", "to_zone", "from_zone", "negate", "like", "ilike", "in"]);

test("the page on expressions names every function", () => {
  const called = Object.keys(FUNCTIONS).filter((name) => /^[a-z_]+$/.test(name) && !WITHOUT_A_CALL.has(name));
  const words = new Set([...expressions.matchAll(/`([a-z_]+)\(/g)].map(([, name]) => name));
  const operators = new Set(["and", "or", "not", "is_null", "is_not_null", "is_distinct_from", "is_not_distinct_from"]);
  expect(called.filter((name) => !words.has(name) && !operators.has(name))).toEqual([]);
});

test("every function call that the page shows can be read", () => {
  const calls = [...expressions.matchAll(/`([a-z_]+\([^`…]*\)(?: > \d+)?)`/g)].map(([, call]) => call ?? "");
  const rows = calls.filter(
    (call) => !/^(sum|count|count_distinct|avg|min|max|sum_boolean|median|percentile|now)\(/.test(call),
  );
  expect(rows.length).toBeGreaterThan(15);
  const unread = rows.filter((call) => !parseColumnExpression(readable(call)).ok && !parseFilter(call).ok);
  expect(unread).toEqual([]);
});

/** The page's placeholders are fine as columns, except words that SQL keeps for itself. */
function readable(call: string): string {
  return call.replace(/\bfrom, to\b/, "a, b");
}
