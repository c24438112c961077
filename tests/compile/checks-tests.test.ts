import { expect, test } from "vitest";
import { compileShop, expectFinding } from "./support.ts";

const METRIC = "metric: m\nmodel: orders\nmeasure: amount\n";

function given(rows: string): string {
  return `${METRIC}tests: [{ test: t, given: { ${rows} }, expect: [] }]\n`;
}

test("rows are for models and calendars", () => {
  expect(expectFinding("test/unknown-model", given("«order»: [{ amount: 1 }]")).help).toContain('"orders"');
  expect(compileShop(given("orders: [], customers: [], days: []")).catalog?.tests.get("m")).toHaveLength(1);
});

test("columns are those that the model or calendar has", () => {
  expect(expectFinding("test/unknown-column", given("orders: [{ amount: 1 }, { «amout»: 1 }]")).help).toBe(
    'did you mean "amount"?',
  );
  expect(expectFinding("test/unknown-column", given("days: [{ «date»: 2026-01-01 }]")).help).toBe(
    'did you mean "day"?',
  );
});

test.each([
  ["a number for a text", "url: «12»", "put quotes around it"],
  ["a part for a whole number", "order_id: «1.5»", null],
  ["a text for a number", "amount: «much»", null],
  ["a number for a boolean", "is_gift: «1»", "write true or false"],
  [
    "a day for an instant",
    "ordered_at: «2026-01-31»",
    "write a day, a time and its zone, such as 2026-01-31T13:00:00Z",
  ],
  [
    "an instant without its zone",
    "ordered_at: «2026-01-31T13:00:00»",
    "write a day, a time and its zone, such as 2026-01-31T13:00:00Z",
  ],
])("%s is no value of the column", (_, cell, help) => {
  expect(expectFinding("test/wrong-value", given(`orders: [{ ${cell} }]`)).help).toBe(help);
});

test("a day that the calendar does not have is no value", () => {
  expectFinding("test/wrong-value", given("customers: [{ signed_up_at: «2026-02-30» }]"));
  expectFinding("test/wrong-value", given("days: [{ sprint_start: «monday» }]"));
});

test("null and values that fit pass, digits in quotes too", () => {
  const row =
    '{ order_id: "9007199254740993", amount: "1.10", url: "12", is_gift: false, status: null, ordered_at: 2026-01-31T13:00:00+02:00 }';
  expect(compileShop(given(`orders: [${row}]`)).catalog).not.toBeNull();
});

test("two tests of a metric have two names", () => {
  expectFinding("test/duplicate-name", `${METRIC}tests: [{ test: same, expect: [] }, { test: «same», expect: [] }]\n`);
});
