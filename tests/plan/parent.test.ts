import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { QueryRequest } from "../../src/request/index.ts";
import { TRADE, tradeCatalog, untypedTradeCatalog } from "./trade.ts";
import { openWarehouses, type Warehouses } from "./two-warehouses.ts";

const BY_REGION: QueryRequest = {
  metrics: ["income"],
  groupBy: [{ name: "sale__region" }],
  orderBy: [{ name: "income", direction: "desc" }],
};
const BY_REGION_AND_NEW: QueryRequest = {
  metrics: ["sales", "income", { name: "sales", as: "share", calc: "share_of_total" }],
  groupBy: [{ name: "sale__region" }, { name: "sale__is_new" }],
};

describe.each([
  ["declared", tradeCatalog],
  ["not declared", untypedTradeCatalog],
])("where types of columns are %s", (_, catalog) => {
  let warehouses: Warehouses;
  beforeAll(async () => {
    warehouses = await openWarehouses(catalog(), TRADE);
  });
  afterAll(() => warehouses.close());

  test("a breakdown has the groups of its parent's page, NULL like any other", async () => {
    // By income: '' has none and comes first, then Äst, the three with 20 by code points, ost, NULL.
    expect(await warehouses.ask({ ...BY_REGION_AND_NEW, parent: { ...BY_REGION, limit: 1, offset: 1 } })).toEqual([
      ["Äst", false, 1, 30, 0.125],
    ]);
    expect(await warehouses.ask({ ...BY_REGION_AND_NEW, parent: { ...BY_REGION, offset: 6 } })).toEqual([
      [null, true, 1, 7.25, 0.125],
      [null, null, 1, 2.25, 0.125],
    ]);
  });

  test("a breakdown of the greatest is cut for each of its parent's rows", async () => {
    const asked = { ...BY_REGION_AND_NEW, top: { n: 1, by: "income", within: ["sale__region"] } };
    expect(await warehouses.ask({ ...asked, parent: { ...BY_REGION, top: { n: 1 }, limit: 9 } })).toEqual([
      ["", false, 1, null, 0.125],
    ]);
    expect(await warehouses.ask({ ...asked, parent: { ...BY_REGION, offset: 6 } })).toEqual([
      [null, true, 1, 7.25, 0.125],
    ]);
    // What the greatest of each leaves: with both groups of the NULL region there, one row.
    const rest = { ...asked, metrics: ["sales", "income", "regions"], top: { ...asked.top, part: "rest" as const } };
    expect(await warehouses.ask({ ...rest, parent: { ...BY_REGION, offset: 5 } })).toEqual([[null, 1, 2.25, 0]]);
  });

  test("behind the rest is what no greatest group of the parent has", async () => {
    const parent: QueryRequest = { ...BY_REGION, top: { n: 4, by: "income", part: "rest" } };
    expect(
      await warehouses.ask({ metrics: ["sales", "regions"], groupBy: [{ name: "sale__is_new" }], parent }),
    ).toEqual([
      [false, 1, 1],
      [true, 2, 1],
      [null, 1, 0],
    ]);
  });

  test("behind the rest of a breakdown is only what is behind the rows that it breaks down", async () => {
    const page: QueryRequest = { metrics: ["sales"], groupBy: [{ name: "sale__is_new" }], limit: 1, offset: 1 };
    const parent: QueryRequest = {
      metrics: ["sales"],
      groupBy: [{ name: "sale__is_new" }, { name: "sale__units" }],
      top: { n: 1, within: ["sale__is_new"], part: "rest" },
      parent: page,
    };
    // Of the new ones, those of 2 units are the first group; 3, 4 and 5 are left.
    const groupBy = [{ name: "sale__is_new" }, { name: "sale__price" }];
    expect(await warehouses.ask({ metrics: ["sales"], groupBy, parent })).toEqual([
      [true, 7.25, 1],
      [true, 10.5, 1],
      [true, 20, 1],
    ]);
  });

  test("nothing stands behind an empty page", async () => {
    expect(await warehouses.ask({ ...BY_REGION_AND_NEW, parent: { ...BY_REGION, limit: 0 } })).toEqual([]);
    const one = { metrics: ["sales"], groupBy: [{ name: "sale__is_new" }] };
    expect(await warehouses.ask({ ...one, parent: { metrics: ["sales"], having: ["sales > 99"] } })).toEqual([]);
  });

  test("of a field's own rows, the rest is a row where the model has any, whichever metrics are asked for", async () => {
    const rest = (n: number): QueryRequest => ({
      metrics: ["top_rate"],
      groupBy: [{ name: "sale__region" }],
      rowsOf: "sales",
      top: { n, by: null, part: "rest" },
    });
    expect(await warehouses.ask(rest(6))).toEqual([[0.25]]);
    expect(
      await warehouses.ask({
        ...rest(6),
        where: ["sale__sale = 4 OR sale__region = 'ost'"],
        top: { n: 1, part: "rest" },
      }),
    ).toEqual([[null]]);
    expect(await warehouses.ask(rest(7))).toEqual([]);
  });
});
