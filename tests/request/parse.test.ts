import { describe, expect, test } from "vitest";
import { Refusal } from "../../src/diagnostics/index.ts";
import { parseRequest } from "../../src/request/index.ts";

test("a request of the contract is taken as it is, short forms written out", () => {
  expect(
    parseRequest({
      id: "q1",
      metrics: ["revenue", { name: "orders", as: "paid", where: ["order__status = 'paid'"] }],
      groupBy: [
        "customer__country",
        { name: "metric_time", grain: "month", as: "month" },
        { name: "metric_time", datePart: "dow" },
      ],
      where: ["revenue > 10"],
      timeRange: { start: "2026-01-01", end: null },
      orderBy: ["revenue", { name: "paid", direction: "desc" }],
      limit: 10,
      offset: 0,
      timeZone: "Europe/Berlin",
    }),
  ).toEqual({
    metrics: ["revenue", { name: "orders", as: "paid", where: ["order__status = 'paid'"] }],
    groupBy: [
      { name: "customer__country" },
      { name: "metric_time", grain: "month", as: "month" },
      { name: "metric_time", datePart: "dow" },
    ],
    where: ["revenue > 10"],
    timeRange: { start: "2026-01-01" },
    orderBy: [{ name: "revenue" }, { name: "paid", direction: "desc" }],
    limit: 10,
    offset: 0,
    timeZone: "Europe/Berlin",
  });
});

test("null is the same as nothing", () => {
  expect(parseRequest({ metrics: null, groupBy: null, limit: null, timeRange: null, savedQuery: null })).toEqual({});
});

describe("anything else is refused, with the place of the value at fault", () => {
  test.each([
    [null, "", "The request must be an object, not nothing."],
    [["revenue"], "", "The request must be an object, not a list."],
    [{ metrics: [1] }, "metrics.0", "metrics.0 must be an object, not 1."],
    [{ metrics: [{ as: "x" }] }, "metrics.0.name", "metrics.0.name must be text, not nothing."],
    [{ metrics: [""] }, "metrics.0", "metrics.0 must be text, not empty text."],
    [
      { metrics: [{ name: "a", as: "a b" }] },
      "metrics.0.as",
      "metrics.0.as must be a word of letters, digits and _ that starts with a letter, at most 60 long.",
    ],
    [
      { groupBy: [{ name: "a", grian: "day" }] },
      "groupBy.0.grian",
      '"grian" is not a field of groupBy.0. Did you mean "grain"?',
    ],
    [{ where: "a = 1" }, "where", "where must be a list, not text."],
    [
      { orderBy: [{ name: "a", direction: "down" }] },
      "orderBy.0.direction",
      'orderBy.0.direction must be "asc" or "desc".',
    ],
    [{ distinct: "no" }, "distinct", "distinct must be true or false, not text."],
    [
      { timeRange: { from: "2026-01-01" } },
      "timeRange.from",
      '"from" is not a field of timeRange. Known: start, end, last, toDate.',
    ],
    [{ where: ["a\0b"] }, "where.0", "where.0 holds a NUL character."],
    [{ where: ["a".repeat(10_001)] }, "where.0", "where.0 is longer than 10000 characters."],
    [{ metrics: Array.from({ length: 1_001 }, () => "a") }, "metrics", "metrics has more than 1000 entries."],
    [
      { rowsOf: "orders" },
      "rowsOf",
      '"rowsOf" is not a field of a request. Known: metrics, groupBy, where, having, timeRange, orderBy, top, limit, offset, distinct, minMaxOnly, savedQuery, timeZone, requireCertified, id.',
    ],
    [{ metrics: [{ name: "a", calc: "delt" }] }, "metrics.0.calc", null],
    [{ metrics: [{ name: "a", shift: "P1Y" }] }, "metrics.0.shift", "metrics.0.shift must be an object, not text."],
    [{ top: { n: 3, part: "all" } }, "top.part", 'top.part must be "top" or "rest".'],
    [{ __proto__: null, constructor: 1 }, "constructor", null],
  ])("%j", (json, path, message) => {
    const refusal = refusedBy(json);
    expect(refusal.code).toBe("INVALID_REQUEST");
    expect(refusal.path.join(".")).toBe(path);
    if (message !== null) expect(refusal.message).toBe(message);
  });

  test.each([-1, 1.5, "10", Number.MAX_VALUE, true])("a limit of %j", (limit) => {
    expect(refusedBy({ limit }).code).toBe("INVALID_LIMIT");
    expect(refusedBy({ offset: limit }).path).toEqual(["offset"]);
  });
});

function refusedBy(json: unknown): Refusal {
  try {
    parseRequest(json);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("The request was taken.");
}
