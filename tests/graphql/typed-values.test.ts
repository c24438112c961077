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
