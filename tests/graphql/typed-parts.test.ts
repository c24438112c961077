import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { OPERATOR } from "../../src/identity/index.ts";
import type { QueryRequest } from "../../src/request/index.ts";
import { type Api, startShop } from "./support.ts";
import { BY_REGION, ordersIn } from "./typed-support.ts";

let shop: Api;
beforeAll(async () => {
  shop = await startShop();
});
beforeEach(() => {
  shop.statements.length = 0;
});
afterAll(() => shop.close());

const ordersOf = (args: string, selection: string, variables?: Readonly<Record<string, unknown>>) =>
  ordersIn(shop, args, selection, variables);

test("rows, totals, counts, breakdowns and the rest of a top are one statement", async () => {
  const inner = "breakdown(groupBy: [{ dimension: ORDER__IS_GIFT }]) { key { orderIsGift } revenue }";
  const answer = await ordersOf(
    `${BY_REGION}, top: { n: 1, by: REVENUE, other: true }`,
    `nodes { isOther key { customerRegion } revenue orders ${inner} } totalCount
     totals { revenue orders averageOrder } byGift: totals(by: [{ dimension: ORDER__IS_GIFT }]) { key { orderIsGift } orders }`,
  );
  expect(shop.statements).toHaveLength(1);
  expect(answer).toEqual({
    nodes: [
      {
        isOther: false,
        key: { customerRegion: "EMEA" },
        revenue: "1500.50",
        orders: "2",
        breakdown: [
          { key: { orderIsGift: false }, revenue: "300.00" },
          { key: { orderIsGift: true }, revenue: "1200.50" },
        ],
      },
      {
        isOther: true,
        key: { customerRegion: null },
        revenue: "1125.00",
        orders: "4",
        breakdown: [
          { key: { orderIsGift: false }, revenue: "1050.00" },
          { key: { orderIsGift: true }, revenue: "70.00" },
          { key: { orderIsGift: null }, revenue: "5.00" },
        ],
      },
    ],
    totalCount: 1,
    totals: [{ revenue: "2625.50", orders: "6", averageOrder: 2625.5 / 6 }],
    byGift: [
      { key: { orderIsGift: false }, orders: "3" },
      { key: { orderIsGift: true }, orders: "2" },
      { key: { orderIsGift: null }, orders: "1" },
    ],
  });
});

test("totals are over every row that where and timeRange keep, and say so where having hides some", async () => {
  const selection = "nodes { revenue } totals { revenue } totalCount provenance { warnings }";
  const { nodes, totals, totalCount, provenance } = await ordersOf(
    `${BY_REGION}, where: { orderStatus: { eq: PAID } }, having: { revenue: { gt: 100 } }, first: 1, orderBy: [{ metric: REVENUE }]`,
    selection,
  );
  expect([nodes, totals, totalCount]).toEqual([[{ revenue: "1070.00" }], [{ revenue: "2320.50" }], 2]);
  expect(provenance.warnings).toEqual([expect.stringMatching(/^totals: having and top do not touch totals/)]);
  expect((await ordersOf(BY_REGION, selection)).provenance.warnings).toEqual([]);
});

test("rows are counted only where the count is selected; one row without groups needs no count", async () => {
  expect(await ordersOf(`${BY_REGION}, first: 1`, "totalCount nodes { orders }")).toEqual({
    totalCount: 3,
    nodes: [{ orders: "1" }],
  });
  const counted = shop.statements[0]?.text ?? "";
  shop.statements.length = 0;
  await ordersOf(`${BY_REGION}, first: 1`, "nodes { orders }");
  expect(shop.statements[0]?.text.length).toBeLessThan(counted.length);
  expect(await ordersOf("", "totalCount nodes { orders }")).toEqual({ totalCount: 1, nodes: [{ orders: "6" }] });
});

test("breakdowns lie in their row, with shares of it, three deep", async () => {
  const { nodes } = await ordersOf(
    `${BY_REGION}, first: 1, orderBy: [{ metric: REVENUE, direction: DESC }]`,
    `nodes { key { customerRegion } breakdown(groupBy: [{ dimension: ORDER__IS_GIFT }], top: { n: 1, by: REVENUE, other: true }) {
       isOther key { customerRegion orderIsGift } revenue share: revenue(calc: SHARE_OF_TOTAL) rank: revenue(calc: RANK)
       breakdown(groupBy: [{ time: METRIC_TIME, grain: MONTH }]) { key { metricTime { label } } orders
         breakdown(groupBy: [{ dimension: ORDER__NOTE }], first: 1) { key { orderNote orderIsGift } parcels } } } }`,
  );
  const january = { metricTime: { label: "2026-01" } };
  expect(nodes).toEqual([
    {
      key: { customerRegion: "EMEA" },
      breakdown: [
        {
          isOther: false,
          key: { customerRegion: "EMEA", orderIsGift: true },
          revenue: "1200.50",
          share: expect.stringMatching(/^0\.80006664/),
          rank: "1",
          breakdown: [
            {
              key: january,
              orders: "1",
              breakdown: [{ key: { orderNote: "it's a; drop table", orderIsGift: true }, parcels: "9007199254740993" }],
            },
          ],
        },
        {
          isOther: true,
          key: { customerRegion: "EMEA", orderIsGift: null },
          revenue: "300.00",
          share: expect.stringMatching(/^0\.19993335/),
          rank: null,
          breakdown: expect.arrayContaining([
            { key: january, orders: "1", breakdown: [{ key: { orderNote: "b", orderIsGift: null }, parcels: "2" }] },
          ]),
        },
      ],
    },
  ]);
  expect(shop.statements).toHaveLength(1);
});

test("what lies in a row is the same on every page", async () => {
  const selection =
    "nodes { id breakdown(groupBy: [{ dimension: ORDER__IS_GIFT }]) { id revenue share: revenue(calc: SHARE_OF_TOTAL) rank: revenue(calc: RANK) } } pageInfo { endCursor }";
  const whole = await ordersOf(BY_REGION, selection);
  const first = await ordersOf(`${BY_REGION}, first: 1`, selection);
  const next = await ordersOf(`${BY_REGION}, first: 2, after: "${first.pageInfo.endCursor}"`, selection);
  expect([...first.nodes, ...next.nodes]).toEqual(whole.nodes);
});

test("a part that contradicts itself refuses its field with its place, and no other field", async () => {
  const refused = async (selection: string) => {
    const { data } =
      await shop.ask(`{ bad: orders(${BY_REGION}) { ... on OrdersConnection { ${selection} } ... on QueryRefused { code path } }
      good: orders { ... on OrdersConnection { nodes { orders } } } }`);
    expect(data.good.nodes).toEqual([{ orders: "6" }]);
    return data.bad;
  };
  expect(await refused("nodes { breakdown(groupBy: [{ dimension: CUSTOMER__REGION }]) { id } }")).toEqual({
    code: "INVALID_REQUEST",
    path: ["breakdown", "groupBy", "0"],
  });
  expect(await refused("totals(by: [{ dimension: ORDER__STATUS, grain: DAY }]) { id }")).toEqual({
    code: "INVALID_REQUEST",
    path: ["totals", "by", "0", "grain"],
  });
});

test("what the planner refuses of totals and breakdowns is told where they name it", async () => {
  const BAD = "{ time: ORDER__ORDERED_ON, grain: HOUR }";
  const refused = async (selection: string, args = BY_REGION) => await ordersOf(args, selection);
  const at = (path: string) => ({ code: expect.any(String), message: expect.any(String), path: path.split(".") });
  expect(await refused("nodes { orders }", `groupBy: [{ dimension: CUSTOMER__REGION }, ${BAD}]`)).toEqual(
    at("groupBy.1"),
  );
  expect(await refused(`totals(by: [{ dimension: CUSTOMER__REGION }, ${BAD}]) { orders }`)).toEqual(at("totals.by.1"));
  expect(await refused(`nodes { breakdown(groupBy: [{ dimension: ORDER__STATUS }, ${BAD}]) { orders } }`)).toEqual(
    at("breakdown.groupBy.1"),
  );
});

test("null stands for the default of an argument", async () => {
  expect(
    await ordersOf("first: $first, waitMs: $waitMs, groupBy: null", "nodes { orders } totals(by: null) { orders }", {
      first: null,
      waitMs: null,
    }),
  ).toEqual({ nodes: [{ orders: "6" }], totals: [{ orders: "6" }] });
});

test("an answer past its wait is pending, and the same question joins it", async () => {
  const { data } = await shop.ask(
    `{ orders(${BY_REGION}, waitMs: 0) { __typename ... on QueryPending { queryId pollAfterMs stage } } }`,
  );
  expect(data.orders).toMatchObject({ __typename: "QueryPending", queryId: expect.stringMatching(/./) });
  expect((await ordersOf(`${BY_REGION}, waitMs: 30000`, "nodes { orders }")).nodes).toHaveLength(3);
  expect(await ordersOf("waitMs: -1", "totalCount")).toMatchObject({ code: "INVALID_LIMIT", path: ["waitMs"] });
});

test("rows asked for in another order, page or alias have equal ids; other arguments give others", async () => {
  const id = async (args: string, selection = "nodes { id }") => (await ordersOf(args, selection)).nodes.at(-1).id;
  const same = await id(BY_REGION);
  expect(await id(`${BY_REGION}, orderBy: [{ metric: ORDERS }]`)).toBe(same);
  expect(await id(`${BY_REGION}, first: 3`, "nodes { id shown: revenue totals: orders }")).toBe(same);
  const others = await Promise.all(
    [
      "top: { n: 3, by: REVENUE }, orderBy: [{ dimension: CUSTOMER__REGION }]",
      "having: { orders: { gt: 0 } }",
      "where: { orderParcel: { gt: 0 } }",
      'timeRange: { start: "2026-01-01" }',
      "requireCertified: true",
      'timeZone: "Asia/Tokyo"',
    ].map((args) => id(`${BY_REGION}, ${args}`)),
  );
  expect(new Set([same, ...others]).size).toBe(7);
  const { nodes, totals } = await ordersOf("", "nodes { id } totals { id }");
  expect(totals[0].id).not.toBe(nodes[0].id);
});

test.each([true, false])("without groups a model's rows are one row, optimised: %s", async (optimize) => {
  const ask = async (request: QueryRequest) => {
    const whole = { rowsOf: "orders", groupBy: [], ...request };
    return (await shop.engine.query(whole, OPERATOR, { optimize })).rows;
  };
  expect(await ask({ metrics: ["revenue", "cash"] })).toEqual([["2625.50", "2625.50"]]);
  expect(await ask({ metrics: [], countOnly: true })).toEqual([["1"]]);
  const byRegion = [{ name: "customer__region" }];
  const parent = { rowsOf: "orders", groupBy: [] };
  expect(await ask({ metrics: ["orders"], groupBy: byRegion, parent })).toEqual([
    ["APAC", "1"],
    ["EMEA", "2"],
    [null, "3"],
  ]);
});
