import { describe, expect, test } from "vitest";
import { useFixture } from "../support/shop.ts";

const { ask } = useFixture();

describe("a fact keeps its rows through every join", () => {
  test("rows without a key, with an unknown key and of a member without a value are in the NULL group", async () => {
    expect(await ask({ metrics: ["revenue"], groupBy: ["customer__country"] })).toEqual([
      ["DE", 30],
      ["FR", 70],
      [null, 180],
    ]);
  });

  test("over two joins", async () => {
    expect(await ask({ metrics: ["refunded"], groupBy: ["order__customer__country"] })).toEqual([
      ["DE", 5],
      [null, 8],
    ]);
  });

  test("many refunds of one order may ask for what the order is", async () => {
    expect(await ask({ metrics: ["refunded"], groupBy: ["order__status"] })).toEqual([
      ["bad", 1],
      ["ok", 12],
    ]);
  });
});

describe("several facts", () => {
  test("that meet at a shared dimension are each aggregated apart", async () => {
    const where = ["customer__country = 'DE'"];
    expect(await ask({ metrics: ["refunded"], groupBy: ["customer__country"], where })).toEqual([["DE", 5]]);
    expect(await ask({ metrics: ["orders", "refunded"], groupBy: ["customer__country"], where })).toEqual([
      ["DE", 3, 5],
    ]);
  });

  test("a measure on the one side of a fan-out counts each of its rows once", async () => {
    expect(await ask({ metrics: ["credit", "orders"], groupBy: ["customer__country"] })).toEqual([
      ["DE", 100, 3],
      ["FR", 50, 2],
      ["US", 20, null],
      [null, null, 3],
    ]);
  });

  test("are stitched with NULL equal to NULL, and none loses a group", async () => {
    expect(await ask({ metrics: ["revenue", "refunded"], groupBy: ["customer__country"] })).toEqual([
      ["DE", 30, 5],
      ["FR", 70, null],
      [null, 180, 8],
    ]);
  });

  test("without groups are one row", async () => {
    expect(await ask({ metrics: ["revenue", "refunded"] })).toEqual([[280, 13]]);
  });

  test("fill after stitching, and nothing else invents a zero", async () => {
    const where = ["metric_time <= '2024-01-04'"];
    const question = {
      metrics: ["revenue", "refunded", "net", "net_or_gross", "refunded_or_zero"],
      groupBy: ["metric_time__day"],
      where,
    };
    expect(await ask(question)).toEqual([
      ["2024-01-01", 10, null, null, 10, 0],
      ["2024-01-02", 20, 1, 19, 19, 1],
      ["2024-01-04", 30, 5, 25, 25, 5],
    ]);
    expect(await ask({ metrics: ["net"], groupBy: ["metric_time__day"], where })).toEqual([
      ["2024-01-01", null],
      ["2024-01-02", 19],
      ["2024-01-04", 25],
    ]);
  });

  test("the key itself is a group", async () => {
    expect(await ask({ metrics: ["revenue", "credit"], groupBy: ["customer"] })).toEqual([
      ["c1", 30, 100],
      ["c2", 70, 50],
      ["c3", 60, null],
      ["c4", null, 20],
      ["c9", 70, null],
      [null, 50, null],
    ]);
  });
});

describe("metrics of one source with filters of their own", () => {
  test("are NULL in groups that their filter misses, a distinct count too", async () => {
    const metrics = ["revenue", "ok_revenue", "bad_buyers"];
    expect(await ask({ metrics, groupBy: ["metric_time__month"] })).toEqual([
      ["2024-01-01", 100, 80, 1],
      ["2024-02-01", 110, 50, null],
      ["2024-03-01", 70, null, 1],
    ]);
  });

  test("bring no group that none of them has a row in", async () => {
    const metrics = ["bad_buyers", { name: "revenue", as: "bad", where: ["order__status = 'bad'"] }];
    expect(await ask({ metrics, groupBy: ["metric_time__month"] })).toEqual([
      ["2024-01-01", 1, 20],
      ["2024-03-01", 1, 70],
    ]);
  });

  test("a distinct count of nothing is 0 in the one row without groups", async () => {
    const metrics = [{ name: "buyers", as: "none", where: ["order__status = 'zzz'"] }, "revenue"];
    expect(await ask({ metrics })).toEqual([[0, 280]]);
  });
});
