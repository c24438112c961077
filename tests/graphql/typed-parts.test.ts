import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { OPERATOR } from "../../src/identity/index.ts";
import type { QueryRequest } from "../../src/request/index.ts";
import { type Api, startShop } from "./support.ts";

let shop: Api;
beforeAll(async () => {
  shop = await startShop();
});
beforeEach(() => {
  shop.statements.length = 0;
});
afterAll(() => shop.close());

const BY_REGION = "groupBy: [{ dimension: CUSTOMER__REGION }]";
const BY_MONTH = "groupBy: [{ time: METRIC_TIME, grain: MONTH }]";

async function ordersOf(args: string, selection: string, variables?: Readonly<Record<string, unknown>>) {
  const field = args === "" ? "orders" : `orders(${args})`;
  const names = Object.keys(variables ?? {}).map((name) => `$${name}: Int`);
  const query = `${names.length > 0 ? `query (${names.join(" ")}) ` : ""}{ ${field} {
    ... on OrdersConnection { ${selection} } ... on QueryRefused { code message path } } }`;
  const { data, errors } = await shop.ask(query, variables);
  expect(errors).toBeUndefined();
  return data.orders;
}

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

test("comparisons are arguments: each alias is a cell of its own", async () => {
  const { nodes } = await ordersOf(
    `${BY_MONTH.replace("MONTH", "MONTH, fill: true")}, timeRange: { start: "2026-01-01", end: "2026-04-30" }`,
    `nodes { key { metricTime { label } } revenue previous: revenue(calc: PREVIOUS) delta: revenue(calc: DELTA)
       month: revenue(shift: { by: "P1M" }) ratio: revenue(shift: { periods: 1, unit: MONTH }, calc: DELTA_RATIO)
       running: revenue(calc: RUNNING_TOTAL) rank: revenue(calc: RANK) share: orders(calc: SHARE_OF_TOTAL)
       emea: revenue(where: { customerRegion: { eq: EMEA } }) }`,
  );
  // By hand: 1500.50 in January, 120 in February, 1005 in March; two orders each; none in April.
  expect(nodes.map((row: Record<string, unknown>) => Object.values(row).slice(1))).toEqual([
    ["1500.50", null, null, null, null, "1500.50", "1", expect.stringMatching(/^0\.3333/), "1500.50"],
    [
      "120.00",
      "1500.50",
      "-1380.50",
      "1500.50",
      expect.stringMatching(/^-0\.92002665/),
      "1620.50",
      "3",
      expect.stringMatching(/^0\.3333/),
      null,
    ],
    ["1005.00", "120.00", "885.00", "120.00", "7.375", "2625.50", "2", expect.stringMatching(/^0\.3333/), null],
    [null, "1005.00", null, "1005.00", null, "2625.50", null, null, null],
  ]);
});

test("arguments that contradict each other are an error of their cell", async () => {
  const { data, errors } = await shop.ask(`{ orders(${BY_REGION}) { ... on OrdersConnection {
    nodes { orders bad: orders(within: [{ dimension: CUSTOMER__REGION }]) run: orders(calc: RUNNING_TOTAL) } } } }`);
  expect(data.orders.nodes[0]).toEqual({ orders: "1", bad: null, run: null });
  expect(errors?.map(({ path, extensions }) => [path?.join("."), extensions?.["code"]])).toEqual([
    ["orders.nodes.0.bad", "INVALID_REQUEST"],
    ["orders.nodes.0.run", "TIME_GROUP_BY_REQUIRED"],
  ]);
});

test("what a comparison is refused for is said once for each alias, at the first row", async () => {
  const { data, errors } = await shop.ask(`{ orders(${BY_REGION}) { ... on OrdersConnection {
    nodes { orders lastYear: revenue(shift: { by: "P1Y" }) lastMonth: revenue(shift: { by: "P1M" }) } } } }`);
  expect(data.orders.nodes).toEqual(["1", "2", "3"].map((orders) => ({ orders, lastYear: null, lastMonth: null })));
  expect(errors?.map(({ path, extensions }) => [path?.join("."), extensions?.["code"]])).toEqual([
    ["orders.nodes.0.lastYear", "TIME_GROUP_BY_REQUIRED"],
    ["orders.nodes.0.lastMonth", "TIME_GROUP_BY_REQUIRED"],
  ]);
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

test("a metric that is not certified has no value and says so; one that decides the rows refuses them", async () => {
  const ask = (args: string) =>
    shop.ask(
      `{ orders(${args}) { ... on OrdersConnection { nodes { id key { customerRegion } revenue } } ... on QueryRefused { code path } } }`,
    );
  const { data, errors } = await ask(`${BY_REGION}, requireCertified: true`);
  expect(data.orders.nodes.map(({ revenue }: { revenue: unknown }) => revenue)).toEqual([null, null, null]);
  expect(errors).toMatchObject([
    { path: ["orders", "nodes", 0, "revenue"], extensions: { code: "METRIC_NOT_CERTIFIED" } },
  ]);
  expect((await ask(`${BY_REGION}, requireCertified: true, orderBy: [{ metric: REVENUE }]`)).data.orders).toEqual({
    code: "METRIC_NOT_CERTIFIED",
    path: ["orderBy", "0"],
  });
  const plain = (await ask(BY_REGION)).data.orders.nodes;
  expect(plain[0].id).not.toBe(data.orders.nodes[0].id);
});

test("numbers are exact text, or JSON numbers for the whole field or one metric", async () => {
  expect((await ordersOf("numbers: JSON", "nodes { revenue orders text: revenue(numbers: TEXT) }")).nodes).toEqual([
    { revenue: 2625.5, orders: 6, text: "2625.50" },
  ]);
  expect((await ordersOf("", "nodes { revenue chart: revenue(numbers: JSON) }")).nodes).toEqual([
    { revenue: "2625.50", chart: 2625.5 },
  ]);
  const id = async (args: string) => (await ordersOf(args, "nodes { id revenue }")).nodes[0].id;
  expect(await id("numbers: JSON")).not.toBe(await id(""));
});

test("periods say where they end and whether they are over, those of a calendar too", async () => {
  const { nodes } = await ordersOf(
    `groupBy: [{ time: METRIC_TIME, grain: FISCAL_QUARTER }, { time: ORDER__ORDERED_ON, grain: WEEK }], first: 1`,
    "nodes { key { metricTime { start end complete } orderOrderedOn { start end label complete } } }",
  );
  expect(nodes[0].key).toEqual({
    metricTime: { start: "2025-11-01", end: "2026-02-01", complete: true },
    orderOrderedOn: { start: "2026-01-05", end: "2026-01-12", label: "2026-W02", complete: true },
  });
});

test("a period that is not over is not complete", async () => {
  const later = await startShop({
    tables: "insert into shop.orders values (7, 1, 1, 1, 1, 'paid', false, '', '2999-06-01', '2999-06-01');",
  });
  try {
    const { data } =
      await later.ask(`{ orders(groupBy: [{ time: METRIC_TIME, grain: YEAR }]) { ... on OrdersConnection {
      nodes { key { metricTime { end complete } } } } } }`);
    expect(data.orders.nodes.map(({ key }: { key: { metricTime: object } | null }) => key?.metricTime)).toEqual([
      { end: "2027-01-01", complete: new Date().getUTCFullYear() > 2026 },
      { end: "3000-01-01", complete: false },
      null,
    ]);
  } finally {
    await later.close();
  }
});

test("ranges relative to now are the same as the dates they come to", async () => {
  const today = new Date();
  const start = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 12, 1)).toISOString().slice(0, 10);
  const end = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 0)).toISOString().slice(0, 10);
  const rows = async (range: string) =>
    (await ordersOf(`${BY_MONTH}, timeRange: { ${range} }`, "nodes { revenue }")).nodes;
  expect(await rows("last: { n: 12, unit: MONTH }")).toEqual(await rows(`start: "${start}", end: "${end}"`));
  const both = await ordersOf('timeRange: { start: "2026-01-01", last: { n: 1, unit: MONTH } }', "totalCount");
  expect(both).toMatchObject({ code: "INVALID_RANGE", path: ["timeRange"] });
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

test("cumulative metrics stand beside others, and where they have no value the others keep theirs", async () => {
  const cumulative = `metric: revenue_40d
label: Revenue of 40 days
description: Revenue of the 40 days until then.
owner: finance
input: revenue
window: 40 days
`;
  const api = await startShop({ definitions: { "cumulative.yaml": cumulative } });
  try {
    const ask = async (groupBy: string) => {
      const { data, errors } = await api.ask(
        `{ orders(groupBy: [${groupBy}]) { ... on OrdersConnection { nodes { orders revenue40d } } } }`,
      );
      return [data.orders.nodes, errors?.map(({ extensions }) => extensions?.["code"])];
    };
    // On the first day of each month with any, by hand: 5 January 1,200.50; 1 February 1,200.50 + 300 + 50;
    // 1 March 50 + 70 + 5; 1 April 5 + 1,000. April and no month at all are there for what was paid in them.
    expect(await ask("{ time: METRIC_TIME, grain: MONTH }")).toEqual([
      [
        { orders: "2", revenue40d: "1200.50" },
        { orders: "2", revenue40d: "1550.50" },
        { orders: "2", revenue40d: "125.00" },
        { orders: null, revenue40d: "1005.00" },
        { orders: null, revenue40d: null },
      ],
      undefined,
    ]);
    expect(await ask("{ dimension: ORDER__STATUS }")).toEqual([
      ["1", "4", "1"].map((orders) => ({ orders, revenue40d: null })),
      ["TIME_GROUP_BY_REQUIRED"],
    ]);
  } finally {
    await api.close();
  }
});

test("a conversion counts what followed within its window, by the group of what came first", async () => {
  const conversion = `metric: payments_made
label: Payments
description: Orders by the day they were paid.
owner: finance
model: orders
measure: orders
filter: order__paid_on is not null
time: paid_on
---
metric: paid_in_a_week
label: Paid in a week
description: Payments within 7 days of the customer's latest order, per order.
owner: finance
base: orders
conversion: payments_made
entity: customer
window: 7 days
`;
  const api = await startShop({ definitions: { "conversion.yaml": conversion } });
  try {
    const { data, errors } = await api.ask(`{
      all: orders { ... on OrdersConnection { nodes { paidInAWeek orders } } }
      each: orders(${BY_REGION}) { ... on OrdersConnection { nodes { key { customerRegion } paidInAWeek orders } totals { paidInAWeek } } } }`);
    expect(errors).toBeUndefined();
    // Orders 1, 4 and 6 were paid within a week; order 3 after two months, the others never.
    expect(data.all.nodes).toEqual([{ paidInAWeek: 0.5, orders: "6" }]);
    expect(data.each).toEqual({
      nodes: [
        { key: { customerRegion: "APAC" }, paidInAWeek: null, orders: "1" },
        { key: { customerRegion: "EMEA" }, paidInAWeek: 0.5, orders: "2" },
        { key: { customerRegion: null }, paidInAWeek: 2 / 3, orders: "3" },
      ],
      totals: [{ paidInAWeek: 0.5 }],
    });
  } finally {
    await api.close();
  }
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
