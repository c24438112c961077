import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
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

async function nodesOf(query: string, variables?: Readonly<Record<string, unknown>>) {
  const { data, errors } = await shop.ask(query, variables);
  expect(errors).toBeUndefined();
  return data.orders.nodes;
}

test("rows are typed: exact digits as text, floats as numbers, enums, NULL groups kept", async () => {
  expect(
    await nodesOf(`{ orders(${BY_REGION}) { ... on OrdersConnection {
      nodes { key { customerRegion } revenue orders averageOrder parcels } } } }`),
  ).toEqual([
    { key: { customerRegion: "APAC" }, revenue: "50.00", orders: "1", averageOrder: 50, parcels: "3" },
    {
      key: { customerRegion: "EMEA" },
      revenue: "1500.50",
      orders: "2",
      averageOrder: 750.25,
      parcels: "9007199254740995",
    },
    { key: { customerRegion: null }, revenue: "1075.00", orders: "3", averageOrder: 1075 / 3, parcels: "15" },
  ]);
});

test("twenty aliases of one frame are one statement", async () => {
  const metrics = ["revenue", "orders", "gifts", "parcels"];
  const fields = Array.from({ length: 20 }, (_, i) => {
    return `a${i}: orders(${BY_REGION}) { ... on OrdersConnection { nodes { ${metrics[i % 4]} } } }`;
  });
  const { data } = await shop.ask(`{ ${fields.join(" ")} }`);
  expect(shop.statements).toHaveLength(1);
  expect(data.a0.nodes[1]).toEqual({ revenue: "1500.50" });
  expect(data.a19.nodes[1]).toEqual({ parcels: "9007199254740995" });
});

test("frames that differ share a statement, and keep their own values", async () => {
  const { data } = await shop.ask(`{
    a: orders(${BY_REGION}) { ... on OrdersConnection { nodes { revenue } } }
    b: orders(${BY_REGION}, where: { orderIsGift: { eq: true } }) { ... on OrdersConnection { nodes { revenue } } } }`);
  expect(data.a.nodes[1]).toEqual({ revenue: "1500.50" });
  expect(data.b.nodes[0]).toEqual({ revenue: "1200.50" });
  expect(shop.statements).toHaveLength(1);
});

test("metrics are found through fragments, type conditions and aliases", async () => {
  const nodes = await nodesOf(`
    query { orders(${BY_REGION}) { ...Page ... on QueryRefused { code } } }
    fragment Page on OrdersConnection { nodes { ...Money ... on OrdersRow { count: orders } ... { again: revenue } } }
    fragment Money on OrdersRow { revenue }`);
  expect(nodes[1]).toEqual({ revenue: "1500.50", count: "2", again: "1500.50" });
  expect(shop.statements).toHaveLength(1);
});

test("metrics are found through edges as well", async () => {
  const { data } = await shop.ask(
    `{ orders(${BY_REGION}, first: 1) { ... on OrdersConnection { edges { cursor node { gifts orders } } } } }`,
  );
  expect(data.orders.edges[0].node).toEqual({ gifts: null, orders: "1" });
});

test("@skip and @include decide with variables and defaults, and what is left out is not computed", async () => {
  const query = `query ($gifts: Boolean = false, $revenue: Boolean!) { orders(${BY_REGION}) { ... on OrdersConnection { nodes {
    gifts @include(if: $gifts) revenue @skip(if: $revenue) orders @include(if: true) parcels @skip(if: true) } } } }`;
  expect((await nodesOf(query, { revenue: true }))[1]).toEqual({ orders: "2" });
  expect(shop.statements[0]?.text).not.toMatch(/amount|parcel|is_gift/);
  expect((await nodesOf(query, { revenue: false, gifts: true }))[1]).toEqual({
    gifts: "1",
    revenue: "1500.50",
    orders: "2",
  });
});

test("an omitted nullable variable is no condition, a null one is refused", async () => {
  const query = `query ($region: CustomersRegion) { orders(where: { customerRegion: { eq: $region } }) {
    ... on OrdersConnection { nodes { orders } } ... on QueryRefused { code path } } }`;
  expect((await shop.ask(query)).data.orders).toEqual({ nodes: [{ orders: "6" }] });
  expect((await shop.ask(query, { region: "EMEA" })).data.orders).toEqual({ nodes: [{ orders: "2" }] });
  expect((await shop.ask(query, { region: null })).data.orders).toEqual({
    code: "INVALID_FILTER",
    path: ["where", "customerRegion", "eq"],
  });
});

test("selecting a metric neither adds nor drops a row, and changes no other value", async () => {
  const metrics = ["gifts", "revenue", "cash", "orders", "averageOrder", "parcels", "filled"];
  const frame = `groupBy: [{ time: METRIC_TIME, grain: MONTH }, { dimension: CUSTOMER__REGION }]`;
  const page = (fields: string) =>
    nodesOf(
      `{ orders(${frame}) { ... on OrdersConnection { nodes { id key { metricTime { start } customerRegion } ${fields} } } } }`,
    );
  const all = await page(metrics.join(" "));
  const bare = await page("");
  expect(all).toHaveLength(7);
  expect(bare.map(({ id }: { id: string }) => id)).toEqual(all.map(({ id }: { id: string }) => id));
  for (const metric of metrics) {
    const alone = await page(metric);
    expect(alone).toEqual(bare.map((row: object, i: number) => ({ ...row, [metric]: all[i][metric] })));
  }
  // The metrics do have rows of their own: asked for without a frame, one brings days on which nothing was ordered.
  const { data } = await shop.ask(
    `{ query(input: { metrics: ["filled"], groupBy: [{ name: "metric_time", grain: DAY }] }) { rows } }`,
  );
  expect(data.query.rows.length).toBeGreaterThan(100);
});

test("without groups there is one row, whatever is selected", async () => {
  expect(await nodesOf("{ orders { ... on OrdersConnection { nodes { revenue } } } }")).toEqual([
    { revenue: "2625.50" },
  ]);
  expect(await nodesOf("{ orders { ... on OrdersConnection { nodes { __typename } } } }")).toHaveLength(1);
  expect(await nodesOf("{ orders(where: { or: [] }) { ... on OrdersConnection { nodes { orders } } } }")).toEqual([
    { orders: null },
  ]);
});

test("ids stand for a row's values: the order and the page do not change them, a filter does", async () => {
  const ids = async (args: string) =>
    (await nodesOf(`{ orders(${BY_REGION} ${args}) { ... on OrdersConnection { nodes { id } } } }`)).map(
      ({ id }: { id: string }) => id,
    );
  const [first, second, third] = await ids("");
  expect(await ids("orderBy: [{ dimension: CUSTOMER__REGION, direction: DESC }]")).toEqual([third, second, first]);
  expect(await ids("first: 1")).toEqual([first]);
  expect(await ids(`timeRange: { start: "2026-01-01" }`)).not.toContain(first);
});

test("pages follow each other by cursor, which fits no other question", async () => {
  const page = (args: string) =>
    shop.ask(`{ orders(${args}) { ... on OrdersConnection { nodes { key { customerRegion } } edges { cursor }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } ... on QueryRefused { code path } } }`);
  const first = (await page(`${BY_REGION}, first: 2`)).data.orders;
  expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  expect(first.edges.map(({ cursor }: { cursor: string }) => cursor)).toEqual([
    first.pageInfo.startCursor,
    first.pageInfo.endCursor,
  ]);
  const next = (await page(`${BY_REGION}, first: 2, after: "${first.pageInfo.endCursor}"`)).data.orders;
  expect(next.nodes).toEqual([{ key: { customerRegion: null } }]);
  expect(next.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });

  const mismatch = { code: "CURSOR_MISMATCH", path: ["after"] };
  expect(
    (await page(`groupBy: [{ dimension: ORDER__IS_GIFT }], after: "${first.pageInfo.endCursor}"`)).data.orders,
  ).toEqual(mismatch);
  for (const forged of ["", "x", "bnVsbA", "WyIiLC0xXQ"]) {
    expect((await page(`${BY_REGION}, after: "${forged}"`)).data.orders).toEqual(mismatch);
  }
});

test("what is ordered by twice is ordered by as it is named first", async () => {
  const page = async (orderBy: string) =>
    (
      await shop.ask(`{ orders(${BY_REGION}, first: 2, orderBy: [${orderBy}]) {
        ... on OrdersConnection { nodes { key { customerRegion } } pageInfo { endCursor } } } }`)
    ).data.orders;
  const once = await page("{ metric: REVENUE, direction: DESC }");
  expect(once.nodes).toHaveLength(2);
  expect(await page("{ metric: REVENUE, direction: DESC }, { metric: REVENUE }")).toEqual(once);
});

test("first: 0 gives no row, and too many rows are refused", async () => {
  expect(await nodesOf("{ orders(first: 0) { ... on OrdersConnection { nodes { orders } } } }")).toEqual([]);
  const refused = async (first: number) =>
    (await shop.ask(`{ orders(first: ${first}) { ... on QueryRefused { code path } } }`)).data.orders;
  expect(await refused(10_001)).toEqual({ code: "LIMIT_EXCEEDED", path: ["first"] });
  expect(await refused(-1)).toEqual({ code: "INVALID_LIMIT", path: ["first"] });
});

test("filters of every type, nested, and conditions on values", async () => {
  const orders = async (where: string) =>
    (await nodesOf(`{ orders(where: ${where}) { ... on OrdersConnection { nodes { orders } } } }`))[0].orders;
  expect(await orders("{ customerRegion: { in: [EMEA, APAC] } }")).toBe("3");
  expect(await orders("{ customerRegion: { isNull: true } }")).toBe("3");
  expect(await orders("{ orderStatus: { notIn: [PAID] } }")).toBe("2");
  expect(await orders("{ order: { ne: 1 } }")).toBe("5");
  expect(await orders("{ orderIsGift: { eq: false } }")).toBe("3");
  expect(await orders("{ orderParcel: { gte: 9007199254740993 } }")).toBe("1");
  expect(await orders('{ orderParcel: { in: ["9007199254740993", 2] } }')).toBe("2");
  expect(await orders('{ orderNote: { contains: "%" } }')).toBe("1");
  expect(await orders('{ orderNote: { contains: "_" } }')).toBe("1");
  expect(await orders(`{ orderNote: { startsWith: "it's a; drop" } }`)).toBe("1");
  expect(await orders('{ orderOrderedOn: { gte: "2026-02-01", lt: "2026-03-01" } }')).toBe("2");
  expect(await orders("{ or: [{ orderIsGift: { eq: true } }, { not: { orderStatus: { eq: PAID } } }] }")).toBe("4");
  expect(await orders("{ and: [{ orderIsGift: { eq: true } }, { customerRegion: { eq: EMEA } }] }")).toBe("1");
  expect(await orders("{ and: [], orderIsGift: {} }")).toBe("6");
  expect(await orders("{ customerRegion: { in: [] } }")).toBeNull();
});

test("having, and ordering by a metric that is not selected", async () => {
  expect(
    await nodesOf(`{ orders(${BY_REGION}, having: { revenue: { gte: "100" } }, orderBy: [{ metric: ORDERS, direction: DESC }]) {
      ... on OrdersConnection { nodes { key { customerRegion } } } } }`),
  ).toEqual([{ key: { customerRegion: null } }, { key: { customerRegion: "EMEA" } }]);
});

test("times are cut by grain, also by a calendar's own, and one time by two grains", async () => {
  const nodes =
    await nodesOf(`{ orders(groupBy: [{ time: METRIC_TIME, grain: FISCAL_QUARTER }, { time: ORDER__ORDERED_ON, grain: WEEK }], first: 2) {
    ... on OrdersConnection { nodes { key { metricTime { start label } orderOrderedOn(grain: WEEK) { start label } } orders } } } }`);
  expect(nodes).toEqual([
    {
      key: {
        metricTime: { start: "2025-11-01", label: "2025-11-01" },
        orderOrderedOn: { start: "2026-01-05", label: "2026-W02" },
      },
      orders: "1",
    },
    {
      key: {
        metricTime: { start: "2025-11-01", label: "2025-11-01" },
        orderOrderedOn: { start: "2026-01-19", label: "2026-W04" },
      },
      orders: "1",
    },
  ]);
});

test("labels name the period", async () => {
  const label = async (grain: string) =>
    (
      await nodesOf(`{ orders(groupBy: [{ time: METRIC_TIME, grain: ${grain} }], first: 1) {
      ... on OrdersConnection { nodes { key { metricTime { label } } } } } }`)
    )[0].key.metricTime.label;
  expect([await label("YEAR"), await label("QUARTER"), await label("MONTH"), await label("DAY")]).toEqual([
    "2026",
    "2026-Q1",
    "2026-01",
    "2026-01-05",
  ]);
});

test("a key that is not grouped by is an error at its place, and null", async () => {
  const { data, errors } = await shop.ask(
    `{ orders(${BY_REGION}) { ... on OrdersConnection { nodes { orders key { orderStatus metricTime { start } } } } } }`,
  );
  expect(data.orders.nodes[1]).toEqual({ orders: "2", key: { orderStatus: null, metricTime: null } });
  expect(errors?.map(({ path, extensions }) => [path?.join("."), extensions?.["code"]])).toEqual([
    ["orders.nodes.0.key.orderStatus", "KEY_NOT_GROUPED"],
    ["orders.nodes.0.key.metricTime", "KEY_NOT_GROUPED"],
  ]);
});

test("a metric that cannot be answered is refused alone; the others keep their values", async () => {
  const { data, errors } = await shop.ask(
    `{ orders(${BY_REGION}) { ... on OrdersConnection { nodes { revenue earlier } } } }`,
  );
  expect(data.orders.nodes[1]).toEqual({ revenue: "1500.50", earlier: null });
  expect(errors).toMatchObject([
    { path: ["orders", "nodes", 0, "earlier"], extensions: { code: "TIME_GROUP_BY_REQUIRED" } },
  ]);
});

test("a frame without an answer is QueryRefused, with the place in the arguments", async () => {
  const refused = async (args: string) =>
    (
      await shop.ask(
        `{ orders(${args}) { ... on OrdersConnection { nodes { orders } } ... on QueryRefused { code message path suggestions } } }`,
      )
    ).data.orders;
  expect(await refused("groupBy: [{ time: METRIC_TIME, dimension: ORDER__STATUS }]")).toMatchObject({
    code: "INVALID_REQUEST",
    path: ["groupBy", "0"],
  });
  expect(await refused("groupBy: [{ dimension: ORDER__STATUS, grain: DAY }]")).toMatchObject({
    path: ["groupBy", "0", "grain"],
  });
  expect(await refused("groupBy: [{ time: METRIC_TIME, grain: HOUR }]")).toMatchObject({
    code: "GRAIN_TOO_FINE",
    path: ["groupBy", "0"],
  });
  expect(await refused(`${BY_REGION}, orderBy: [{ dimension: ORDER__STATUS }]`)).toEqual({
    code: "ORDER_NOT_QUERIED",
    message: `"order__status" is ordered by but not grouped by.`,
    path: ["orderBy", "0"],
    suggestions: ["customer__region"],
  });
  expect(await refused(`timeRange: { start: "2026-02-01", end: "2026-01-01" }`)).toMatchObject({
    code: "INVALID_RANGE",
  });
  expect(shop.statements).toEqual([]);
});

test("a value that the definition does not declare is an error, not a guess", async () => {
  const { data, errors } = await shop.ask(`{ customers(groupBy: [{ dimension: CUSTOMER__REGION }]) {
    ... on CustomersConnection { nodes { key { customerRegion } members } } } }`);
  expect(data.customers.nodes[2]).toEqual({ key: { customerRegion: null }, members: "1" });
  expect(errors).toMatchObject([
    { path: ["customers", "nodes", 2, "key", "customerRegion"], extensions: { code: "UNDECLARED_VALUE" } },
  ]);
});

test("declared values that are no GraphQL names are text", async () => {
  const { data } =
    await shop.ask(`{ customers(groupBy: [{ dimension: CUSTOMER__TIER }], where: { customerTier: { eq: "top-tier" } }) {
    ... on CustomersConnection { nodes { key { customerTier } members } } } }`);
  expect(data.customers.nodes).toEqual([{ key: { customerTier: "top-tier" }, members: "1" }]);
});

test("every answer of the typed field equals that of query", async () => {
  const typed = `orders(groupBy: [{ dimension: CUSTOMER__REGION }, { time: METRIC_TIME, grain: MONTH }],
    where: { orderStatus: { in: [PAID, PLACED] } }, having: { orders: { gt: 0 } },
    timeRange: { start: "2026-01-10", end: "2026-03-31" }, orderBy: [{ metric: REVENUE, direction: DESC }], first: 3) {
    ... on OrdersConnection { nodes { key { customerRegion metricTime { start } } revenue orders averageOrder gifts } pageInfo { hasNextPage } } }`;
  const generic = `query(input: { metrics: ["revenue", "orders", "average_order", "gifts"],
    groupBy: [{ name: "customer__region" }, { name: "metric_time", grain: MONTH }],
    where: ["order__status in ('paid', 'placed')", "orders > 0"],
    timeRange: { start: "2026-01-10", end: "2026-03-31" }, orderBy: [{ name: "revenue", direction: DESC }], limit: 3 }) {
    rows pageInfo { hasNextPage } }`;
  const { data, errors } = await shop.ask(`{ ${typed} ${generic} }`);
  expect(errors).toBeUndefined();
  // oxlint-disable-next-line no-explicit-any
  const rows = data.orders.nodes.map(({ key, revenue, orders, averageOrder, gifts }: any) => [
    key.customerRegion,
    key.metricTime.start,
    revenue,
    orders,
    averageOrder,
    gifts,
  ]);
  expect(rows).toHaveLength(3);
  expect(rows).toEqual(data.query.rows);
  expect(data.orders.pageInfo).toEqual(data.query.pageInfo);
});
