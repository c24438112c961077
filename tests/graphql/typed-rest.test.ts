import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, startShop } from "./support.ts";
import { BY_MONTH, BY_REGION, ordersIn } from "./typed-support.ts";

let shop: Api;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.close());

const ordersOf = (args: string, selection: string, variables?: Readonly<Record<string, unknown>>) =>
  ordersIn(shop, args, selection, variables);

test("a top is read from its greatest value down, NULL last, and its rest is one evaluated row", async () => {
  const selection = "nodes { isOther key { customerRegion } revenue averageOrder } totalCount";
  const top = async (top: string) => (await ordersOf(`${BY_REGION}, top: { ${top} }`, selection)).nodes;
  expect(await top("n: 2, by: REVENUE")).toEqual([
    { isOther: false, key: { customerRegion: "EMEA" }, revenue: "1500.50", averageOrder: 750.25 },
    { isOther: false, key: { customerRegion: null }, revenue: "1075.00", averageOrder: 1075 / 3 },
  ]);
  // Four orders of 1,125 in all: a quotient of sums, which no subtraction of averages gives.
  expect((await top("n: 1, by: REVENUE, other: true"))[1]).toEqual({
    isOther: true,
    key: { customerRegion: null },
    revenue: "1125.00",
    averageOrder: 281.25,
  });
  expect(await top("n: 3, by: REVENUE, other: true")).toHaveLength(3);
});

test("the rest of a top follows its last row, on the page that has it", async () => {
  const top = "top: { n: 2, by: ORDERS, other: true }, first: 1";
  const selection = "edges { cursor node { isOther orders } } pageInfo { hasNextPage endCursor }";
  const first = await ordersOf(`${BY_REGION}, ${top}`, selection);
  expect(first.edges.map(({ node }: { node: object }) => node)).toEqual([{ isOther: false, orders: "3" }]);
  const second = await ordersOf(`${BY_REGION}, ${top}, after: "${first.pageInfo.endCursor}"`, selection);
  expect(second.edges.map(({ node }: { node: object }) => node)).toEqual([
    { isOther: false, orders: "2" },
    { isOther: true, orders: "1" },
  ]);
  expect(second.pageInfo).toEqual({ hasNextPage: false, endCursor: second.edges[0].cursor });
  const third = await ordersOf(`${BY_REGION}, ${top}, after: "${second.pageInfo.endCursor}"`, selection);
  expect(third.edges).toEqual([]);
});

test("a top within groups has so many, and a rest, for each", async () => {
  const { nodes } = await ordersOf(
    `groupBy: [{ dimension: ORDER__IS_GIFT }, { dimension: CUSTOMER__REGION }],
     top: { n: 1, by: REVENUE, within: [{ dimension: ORDER__IS_GIFT }], other: true }, orderBy: [{ dimension: ORDER__IS_GIFT }]`,
    "nodes { isOther key { orderIsGift customerRegion } revenue rank: revenue(calc: RANK) }",
  );
  expect(nodes).toEqual([
    { isOther: false, key: { orderIsGift: false, customerRegion: null }, revenue: "1000.00", rank: "2" },
    { isOther: false, key: { orderIsGift: true, customerRegion: "EMEA" }, revenue: "1200.50", rank: "1" },
    { isOther: false, key: { orderIsGift: null, customerRegion: null }, revenue: "5.00", rank: "6" },
    { isOther: true, key: { orderIsGift: false, customerRegion: null }, revenue: "350.00", rank: null },
    { isOther: true, key: { orderIsGift: true, customerRegion: null }, revenue: "70.00", rank: null },
  ]);
});

test("what lies in the rest of a top is of its rows alone, however deep", async () => {
  const { nodes } = await ordersOf(
    `${BY_REGION}, top: { n: 1, by: ORDERS, other: true }, first: 2`,
    `nodes { isOther breakdown(groupBy: [{ dimension: ORDER__IS_GIFT }], first: 5) { key { orderIsGift } orders
       breakdown(groupBy: [{ dimension: ORDER__STATUS }], first: 5) { key { orderStatus } orders } } }`,
  );
  // Orders 1, 2 and 3, which have a region; of the others two were paid and one was a gift.
  expect(nodes[1]).toEqual({
    isOther: true,
    breakdown: [
      {
        key: { orderIsGift: false },
        orders: "2",
        breakdown: [
          { key: { orderStatus: "PAID" }, orders: "1" },
          { key: { orderStatus: "PLACED" }, orders: "1" },
        ],
      },
      { key: { orderIsGift: true }, orders: "1", breakdown: [{ key: { orderStatus: "PAID" }, orders: "1" }] },
    ],
  });
});

test("of the rest of a top by time only the shift is refused", async () => {
  const { data, errors } = await shop.ask(`{ orders(${BY_MONTH}, top: { n: 1, by: REVENUE, other: true }) {
    ... on OrdersConnection { nodes { isOther revenue orders before: revenue(shift: { by: "P1M" }) } }
    ... on QueryRefused { message } } }`);
  // January's 1,500.50; 120 in February and 1,005 in March make the rest.
  expect(data.orders.nodes).toEqual([
    { isOther: false, revenue: "1500.50", orders: "2", before: null },
    { isOther: true, revenue: "1125.00", orders: "4", before: null },
  ]);
  expect(errors?.map(({ path, extensions }) => [path?.join("."), extensions?.["code"]])).toEqual([
    ["orders.nodes.1.before", "NOT_SUPPORTED"],
  ]);
});

test("shares of what lies in the rest of a top are of the rest, however deep", async () => {
  const { nodes } = await ordersOf(
    `${BY_REGION}, top: { n: 1, by: ORDERS, other: true }`,
    `nodes { isOther breakdown(groupBy: [{ dimension: ORDER__IS_GIFT }], top: { n: 1, by: ORDERS, other: true }) {
       isOther orders share: orders(calc: SHARE_OF_TOTAL)
       breakdown(groupBy: [{ dimension: ORDER__STATUS }]) { orders share: orders(calc: SHARE_OF_TOTAL) } } }`,
  );
  // Orders 1, 2 and 3: two are no gifts, one paid and one placed; the third was paid.
  expect(nodes[1]).toEqual({
    isOther: true,
    breakdown: [
      {
        isOther: false,
        orders: "2",
        share: expect.stringMatching(/^0\.6666/),
        breakdown: [
          { orders: "1", share: "0.5" },
          { orders: "1", share: "0.5" },
        ],
      },
      {
        isOther: true,
        orders: "1",
        share: expect.stringMatching(/^0\.3333/),
        breakdown: [{ orders: "1", share: "1" }],
      },
    ],
  });
});

test("what lies in the rest of a top by time has no value of other periods", async () => {
  const { data, errors } = await shop.ask(`{
    orders(${BY_MONTH}, top: { n: 1, by: ORDERS, other: true }, timeRange: { start: "2026-02-01", end: "2026-03-31" }) {
      ... on OrdersConnection { nodes { isOther
        breakdown(groupBy: [{ dimension: ORDER__IS_GIFT }]) { key { orderIsGift } orders before: orders(shift: { by: "P1M" }) } } } } }`);
  const rest = data.orders.nodes.at(-1);
  expect(rest.isOther).toBe(true);
  expect(rest.breakdown.map(({ before }: { before: string | null }) => before)).toEqual(rest.breakdown.map(() => null));
  expect(errors?.map(({ path, extensions }) => [path?.join("."), extensions?.["code"]])).toEqual([
    ["orders.nodes.1.breakdown.0.before", "NOT_SUPPORTED"],
  ]);
});
