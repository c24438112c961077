import { describe, expect, test } from "vitest";
import { open, principal, refusedAs, useShop } from "./support.ts";

const shop = useShop();
const a = principal(["a"]);
const limited = (model: string, least: number, others: readonly string[]) =>
  `${open(...others)}\n---\npolicy: ${model}\nminimum_group_size: ${least}\nroles: { a: { rows: all, fields: all } }`;
const ORDERS = limited("orders", 3, ["buyers", "visits", "ranks"]);
const byRegion = [{ name: "order__region" }];

describe("of a model with a minimal group size", () => {
  test("smaller groups are left out", async () => {
    expect(await shop.rows(ORDERS, { metrics: ["revenue"], groupBy: byRegion }, a)).toEqual([["EMEA", 70]]);
    expect(await shop.rows(ORDERS, { groupBy: byRegion }, a)).toEqual([["EMEA"]]);
  });

  test("a total of fewer rows is NULL, and so are extremes", async () => {
    const where = ["order__region = 'APAC'"];
    expect(await shop.rows(ORDERS, { metrics: ["revenue"], where }, a)).toEqual([[null]]);
    expect(await shop.rows(ORDERS, { metrics: ["revenue"] }, a)).toEqual([[150]]);
    expect(await shop.rows(ORDERS, { groupBy: byRegion, minMaxOnly: true, where }, a)).toEqual([[null, null]]);
  });

  test("the ends of what can be listed are those of values that are listed", async () => {
    const ends = (name: string) => shop.rows(ORDERS, { groupBy: [{ name }], minMaxOnly: true }, a);
    expect(await ends("order__region")).toEqual([["EMEA", "EMEA"]]);
    // Each order is one row: its key and its day are nobody's to see.
    expect(await ends("order")).toEqual([[null, null]]);
    expect(await ends("order__ordered_on")).toEqual([[null, null]]);
  });

  test("no fill and no default makes a suppressed value 0", async () => {
    const question = { metrics: ["orders", "orders_or_zero"], where: ["order__region = 'APAC'"] };
    expect(await shop.rows(ORDERS, question, a)).toEqual([[null, null]]);
    const beside = { metrics: ["members", "orders_or_zero"], groupBy: [{ name: "buyer" }] };
    for (const [, , value] of await shop.rows(ORDERS, beside, a)) expect(value).toBeNull();
  });

  test("a condition on a suppressed value tells nothing", async () => {
    for (const having of ["revenue > 10", "revenue > 1000", "revenue is not null"]) {
      expect(
        await shop.rows(ORDERS, { metrics: ["revenue"], where: ["order__region = 'APAC'", having] }, a),
        having,
      ).toEqual([]);
    }
  });

  test("inputs of ratios, derived metrics and conversions are left out each for itself", async () => {
    expect(await shop.rows(ORDERS, { metrics: ["cost_share", "margin"], groupBy: byRegion }, a)).toEqual([
      ["EMEA", 16 / 70, 54],
    ]);
    expect(await shop.rows(ORDERS, { metrics: ["visit_orders"] }, a)).toEqual([[3]]);
    // Three orders of two buyers who came.
    const visits = limited("visits", 3, ["orders", "buyers", "ranks"]);
    expect(await shop.rows(visits, { metrics: ["visit_orders"] }, a)).toEqual([[null]]);
    const byDay = { metrics: ["revenue_a_day_ago"], groupBy: [{ name: "metric_time", grain: "day" }] };
    expect(await shop.rows(ORDERS, byDay, a)).toEqual([]);
  });

  test("running values count the rows of their window, and no other day stands in for one left out", async () => {
    const byDay = [{ name: "metric_time", grain: "day" }];
    const byMonth = [{ name: "metric_time", grain: "month" }];
    const timeRange = { start: "2026-01-01", end: "2026-01-04" };
    expect(await shop.rows(ORDERS, { metrics: ["revenue_so_far"], groupBy: byDay, timeRange }, a)).toEqual([
      ["2026-01-02", 60],
      ["2026-01-03", 100],
      ["2026-01-04", 150],
    ]);
    // Of the days of the month some hold fewer than three rows: the mean would tell of them.
    expect(await shop.rows(ORDERS, { metrics: ["revenue_3d_mean"], groupBy: byMonth }, a)).toEqual([]);
  });

  test("single rows are refused", () => {
    expect(refusedAs(ORDERS, { groupBy: byRegion, distinct: false }, a)).toBe("GROUP_TOO_SMALL");
    const buyers = limited("buyers", 3, ["orders", "visits", "ranks"]);
    expect(refusedAs(buyers, { groupBy: [...byRegion, { name: "buyer__tier" }], distinct: false }, a)).toBe(
      "GROUP_TOO_SMALL",
    );
  });

  test("a caller's condition on a metric of each entity is refused, an author's is not", async () => {
    const mine = { metrics: ["members"], where: ["metric('revenue', 'buyer') > 15"] };
    expect(refusedAs(ORDERS, mine, a)).toBe("GROUP_TOO_SMALL");
    expect(refusedAs(ORDERS, { metrics: [{ name: "members", where: mine.where }] }, a)).toBe("GROUP_TOO_SMALL");
    expect(refusedAs(ORDERS, { groupBy: [{ name: "buyer__tier" }], where: mine.where }, a)).toBe("GROUP_TOO_SMALL");
    expect(await shop.rows(ORDERS, { metrics: ["spenders"] }, a)).toEqual([[3]]);
  });
});

describe("of a joined model with a minimal group size", () => {
  const BUYERS = limited("buyers", 2, ["orders", "visits", "ranks"]);

  test("its own rows are counted, not those that meet them", async () => {
    // Two orders of ann alone are one buyer; gold are ann and cat.
    const byTier = [{ name: "buyer__tier" }];
    expect(await shop.rows(BUYERS, { metrics: ["revenue"], groupBy: byTier }, a)).toEqual([["gold", 70]]);
    const where = ["buyer__tier is not null", "order__region = 'EMEA'"];
    expect(await shop.rows(BUYERS, { metrics: ["revenue"], groupBy: byTier, where }, a)).toEqual([["gold", 70]]);
    const one = ["buyer__tier = 'gold'", "order__status = 'done'"];
    expect(await shop.rows(BUYERS, { metrics: ["revenue"], where: one }, a)).toEqual([[null]]);
  });

  test("a question that does not touch it is answered as it is", async () => {
    expect(await shop.rows(BUYERS, { metrics: ["revenue"], groupBy: [{ name: "order__status" }] }, a)).toEqual([
      ["done", 70],
      ["open", 80],
    ]);
  });
});
