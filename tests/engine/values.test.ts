import { describe, expect, test } from "vitest";
import { useFixture } from "../support/shop.ts";

const { ask } = useFixture();

describe("values without a metric", () => {
  test("come from the model that owns them, used by a fact or not", async () => {
    expect(await ask({ groupBy: ["customer__country"] })).toEqual([["DE"], ["FR"], ["US"], [null]]);
    expect(await ask({ groupBy: ["customer"] })).toEqual([["c1"], ["c2"], ["c3"], ["c4"]]);
    expect(await ask({ groupBy: ["order__status"] })).toEqual([["bad"], ["ok"], [null]]);
  });

  test("of two models show facts without a member and members without a fact", async () => {
    expect(await ask({ groupBy: ["order__status", "customer__country"] })).toEqual([
      ["bad", "DE"],
      ["bad", null],
      ["ok", "DE"],
      ["ok", "FR"],
      ["ok", null],
      [null, "US"],
      [null, null],
    ]);
  });

  test("metric_time alone lists the calendar", async () => {
    expect(await ask({ groupBy: ["metric_time__month"] })).toEqual([
      ["2023-12-01"],
      ["2024-01-01"],
      ["2024-02-01"],
      ["2024-03-01"],
      ["2024-04-01"],
    ]);
    const timeRange = { start: "2024-02-10", end: "2024-03-01" };
    expect(await ask({ groupBy: ["metric_time__sprint"], timeRange })).toEqual([
      ["2024-02-10"],
      ["2024-02-20"],
      ["2024-03-01"],
    ]);
  });

  test("conditions choose among them", async () => {
    expect(await ask({ groupBy: ["customer__country"], where: ["customer__segment = 'vip'"] })).toEqual([
      ["DE"],
      ["US"],
    ]);
    expect(await ask({ groupBy: ["metric_time__month"], where: ["metric_time >= '2024-03-31'"] })).toEqual([
      ["2024-03-01"],
      ["2024-04-01"],
    ]);
  });

  test("a filter by a metric shows a key that only the fact knows as itself", async () => {
    const where = ["metric('revenue', 'customer') > 50"];
    expect(await ask({ groupBy: ["customer"], where })).toEqual([["c2"], ["c3"], ["c9"]]);
    expect(await ask({ groupBy: ["customer__country"], where })).toEqual([["FR"], [null]]);
    expect(await ask({ groupBy: ["customer"], where: ["metric('revenue', 'customer') is null"] })).toEqual([["c4"]]);
  });

  test("distinct: false gives the rows as they are", async () => {
    expect(await ask({ groupBy: ["customer__segment"], distinct: false })).toEqual([["vip"], ["vip"], [null], [null]]);
  });

  test("minMaxOnly gives both ends", async () => {
    expect(await ask({ groupBy: ["customer__country"], minMaxOnly: true })).toEqual([["DE", "US"]]);
    expect(await ask({ groupBy: ["order__ordered_at__month"], minMaxOnly: true })).toEqual([
      ["2024-01-01", "2024-03-01"],
    ]);
    expect(await ask({ groupBy: ["metric_time"], minMaxOnly: true })).toEqual([["2023-12-01", "2024-04-30"]]);
  });

  test("a grain of an owned time", async () => {
    expect(await ask({ groupBy: ["order__ordered_at__quarter", "order__status"] })).toEqual([
      ["2024-01-01", "bad"],
      ["2024-01-01", "ok"],
      ["2024-01-01", null],
    ]);
  });
});

describe("order, limit and offset", () => {
  const question = { metrics: ["revenue"], groupBy: ["customer__country"] };

  test("NULLs come last ascending and first descending", async () => {
    expect(await ask({ ...question, orderBy: [{ name: "customer__country" }] })).toEqual([
      ["DE", 30],
      ["FR", 70],
      [null, 180],
    ]);
    expect(await ask({ ...question, orderBy: [{ name: "customer__country", direction: "desc" }] })).toEqual([
      [null, 180],
      ["FR", 70],
      ["DE", 30],
    ]);
    expect(
      await ask({ ...question, metrics: ["refunded", "revenue"], orderBy: [{ name: "refunded", direction: "desc" }] }),
    ).toEqual([
      ["FR", null, 70],
      [null, 8, 180],
      ["DE", 5, 30],
    ]);
  });

  test("group-bys break ties, so that pages do not overlap", async () => {
    const paged = {
      metrics: ["orders"],
      groupBy: ["metric_time__month", "order__status"],
      orderBy: [{ name: "orders", direction: "desc" }],
    };
    const all = await ask(paged);
    expect(all).toEqual([
      ["2024-01-01", "ok", 3],
      ["2024-01-01", "bad", 1],
      ["2024-02-01", "ok", 1],
      ["2024-02-01", null, 1],
      ["2024-03-01", "bad", 1],
      ["2024-03-01", "ok", 1],
    ]);
    const pages = [0, 2, 4].map((offset) => ask({ ...paged, limit: 2, offset }));
    expect((await Promise.all(pages)).flat()).toEqual(all);
  });

  test("a limit of 0 gives no row, an offset past the end neither", async () => {
    expect(await ask({ ...question, limit: 0 })).toEqual([]);
    expect(await ask({ ...question, offset: 3 })).toEqual([]);
  });

  test("a time may be ordered by without the grain it was asked with", async () => {
    const orderBy = [{ name: "metric_time", direction: "desc" }];
    expect(await ask({ metrics: ["revenue"], groupBy: ["metric_time__month"], orderBy, limit: 1 })).toEqual([
      ["2024-03-01", 70],
    ]);
  });
});
