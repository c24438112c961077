import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { catalogFrom } from "../support/shop.ts";
import { ANN, APAC, type Connected, chart, connect, dataOf, EMEA, openBuilt, rowsOf } from "./connector.ts";
import { DEFINITIONS } from "./definitions.ts";
import { inSql, normal, runSql } from "./fixture.ts";

let connected: Connected;
beforeAll(async () => {
  connected = await connect();
});
afterAll(() => connected.close());

const byHand = async (text: string, { warehouse } = connected) =>
  normal(await runSql(warehouse, inSql(text, "duckdb")));

describe("stale cache", () => {
  const request = chart(["order__region", "revenue"]);
  const asked = ({ script }: Connected) => script.fetched.filter(({ url }) => url.endsWith("/data")).length;

  test("without a cache every chart asks the server, which knows when its answers end", async () => {
    const before = asked(connected);
    await dataOf(connected.script, ANN, request);
    await dataOf(connected.script, ANN, request);
    expect(asked(connected)).toBe(before + 2);
    const kept = await connected.script.kept();
    expect([kept.userCaches.size, kept.scriptCache.size]).toEqual([0, 0]);
  });

  describe("with a cache", () => {
    let cached: Connected;
    beforeAll(async () => {
      cached = await connect({ build: { cache: true } });
    });
    afterAll(() => cached.close());

    test("an answer is given again to the same viewer, and to nobody else", async () => {
      const first = await dataOf(cached.script, EMEA, request);
      const before = asked(cached);
      expect(await dataOf(cached.script, EMEA, request)).toEqual(first);
      expect(asked(cached)).toBe(before);
      const others = rowsOf(await dataOf(cached.script, APAC, request));
      expect(others).toEqual(
        await byHand("select region, sum(amount) from orders where region = 'APAC' group by 1", cached),
      );
      const { scriptCache, userCaches } = await cached.script.kept();
      expect([scriptCache.size, [...userCaches.keys()]]).toEqual([0, [EMEA.email, APAC.email]]);
    });

    test.each([
      ["the report is refreshed", { scriptParams: { lastRefresh: "1783036800001" } }],
      ["fields stand in another order", { fields: [{ name: "revenue" }, { name: "order__region" }] }],
      [
        "a filter is another",
        { dimensionsFilters: [[{ fieldName: "order__region", values: [], type: "EXCLUDE", operator: "IS_NULL" }]] },
      ],
      ["the dates are others", { dateRange: { startDate: "2026-01-01", endDate: "2026-12-31" } }],
      ["the settings are others", { configParams: { model: "orders", currency: "EUR" } }],
    ])("it is asked for anew when %s", async (_what, more) => {
      await dataOf(cached.script, ANN, request);
      const before = asked(cached);
      await dataOf(cached.script, ANN, { ...request, ...more });
      expect(asked(cached)).toBe(before + 1);
    });

    test("it is of one server, though another has the same definitions", async () => {
      const both = openBuilt([connected.endpoint, cached.endpoint], { build: { cache: true } });
      for (const endpoint of [connected.endpoint, cached.endpoint]) {
        await dataOf(both.script, ANN, { ...request, configParams: { model: "orders", endpoint } });
      }
      const data = both.script.fetched.filter(({ url }) => url.endsWith("/data")).map(({ url }) => new URL(url).origin);
      expect(data).toEqual([connected.endpoint, cached.endpoint]);
      await both.close();
    });

    test("it ends when the server says", async () => {
      await dataOf(cached.script, ANN, request);
      const before = asked(cached);
      await cached.script.pass(301_000);
      await dataOf(cached.script, ANN, request);
      expect(asked(cached)).toBe(before + 1);
    });

    test("what has no rule for how long it stays true is never kept", async () => {
      const gifts = chart(["order__channel", "gifts"]);
      await dataOf(cached.script, ANN, gifts);
      await runSql(
        cached.warehouse,
        "insert into orders (id, ordered_at, channel, is_gift) values (9001, '2026-02-10T10:00:00+00', 'new', true)",
      );
      expect(rowsOf(await dataOf(cached.script, ANN, gifts))).toContainEqual(["new", "1"]);
    });

    test("a changed definition and a changed policy end it at once", async () => {
      const narrow = chart(["order__channel", "revenue"]);
      await dataOf(cached.script, EMEA, narrow);
      const changed = DEFINITIONS.replace("measure: amount\n", "measure: cost\n").replace(
        "rows: region in (claim('regions'))",
        "rows: region = 'APAC'",
      );
      cached.engine.swap(catalogFrom(changed));
      expect(rowsOf(await dataOf(cached.script, EMEA, narrow))).toEqual(
        await byHand("select channel, sum(cost) from orders where region = 'APAC' group by 1", cached),
      );
    });

    test("a large answer is kept in pieces and put together again", async () => {
      const wide = chart([
        "metric_time__second",
        "order__channel",
        "order__region",
        "customer__segment",
        "order__priority",
        "revenue",
      ]);
      const first = await dataOf(cached.script, ANN, wide);
      expect(await dataOf(cached.script, ANN, wide)).toEqual(first);
    });
  });
});
