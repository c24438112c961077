import { graphql } from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { daysAgo } from "../../src/graphql/days-ago.ts";
import { buildSchema } from "../../src/graphql/index.ts";
import { certification } from "../support/certification.ts";
import { catalogFrom } from "../support/shop.ts";
import { type Api, startShop } from "./support.ts";

let shop: Api;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.close());

test("a metric says what it means, who owns it, and that nothing is signed", async () => {
  const { data } =
    await shop.ask(`{ metric(name: "revenue") { name label version type description unit format additivity tier tags
    businessOwner technicalOwner lifecycle exposure isPrivate certification { status ownStatus expiresAt claim } consumers defaultGrain filters
    inputs { name } usedBy { name } models { name source primaryKey } upstream } }`);
  expect(data.metric).toEqual({
    name: "revenue",
    label: "Revenue",
    version: 1,
    type: "SIMPLE",
    description: "Money from orders.",
    unit: "USD",
    format: "CURRENCY",
    additivity: "additive",
    tier: "GOLD",
    tags: ["board"],
    businessOwner: "finance",
    technicalOwner: "data",
    lifecycle: "ACTIVE",
    exposure: "INTERNAL",
    isPrivate: false,
    certification: { status: "NONE", ownStatus: "NONE", expiresAt: null, claim: "CERTIFIED" },
    consumers: [],
    defaultGrain: null,
    filters: [],
    inputs: [],
    usedBy: [{ name: "average_order" }, { name: "half" }, { name: "earlier" }],
    models: [{ name: "orders", source: "shop.orders", primaryKey: ["order_id"] }],
    upstream: ["model:orders", "column:shop.orders.amount", "column:shop.orders.ordered_on"],
  });
});

test("lineage goes as deep as it is asked to", async () => {
  const { data } = await shop.ask(
    `{ metric(name: "per_member") { one: upstream(depth: 1) all: upstream(depth: 9) none: upstream(depth: 0) } }`,
  );
  expect(data.metric.one).toEqual(["metric:orders", "metric:members"]);
  expect(data.metric.all).toEqual([
    "metric:orders",
    "metric:members",
    "model:orders",
    "model:customers",
    "column:shop.orders.ordered_on",
  ]);
  expect(data.metric.none).toEqual([]);
});

test("a metric knows its replacement and its filters", async () => {
  const { data } = await shop.ask(
    `{ half: metric(name: "half") { lifecycle sunset replacedBy { name } } gifts: metric(name: "gifts") { filters } }`,
  );
  expect(data.half).toEqual({ lifecycle: "DEPRECATED", sunset: "2027-03-31", replacedBy: { name: "revenue" } });
  expect(data.gifts).toEqual({ filters: ["order__is_gift"] });
});

test("only the version that exists is found", async () => {
  const { data } = await shop.ask(
    `{ a: metric(name: "revenue", version: 1) { name } b: metric(name: "revenue", version: 2) { name } c: metric(name: "nope") { name } }`,
  );
  expect(data).toEqual({ a: { name: "revenue" }, b: null, c: null });
});

test("dimensions come with type, grains and values; what several models share stays", async () => {
  const { data } = await shop.ask(
    `{ revenue: metric(name: "revenue") { dimensions { name kind type grains declaredValues } } both: metric(name: "per_member") { dimensions { name } } }`,
  );
  const byName = new Map(data.revenue.dimensions.map((dimension: { name: string }) => [dimension.name, dimension]));
  expect(byName.get("metric_time")).toEqual({
    name: "metric_time",
    kind: "METRIC_TIME",
    type: "DATE",
    grains: ["DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "FISCAL_QUARTER"],
    declaredValues: null,
  });
  expect(byName.get("customer__region")).toEqual({
    name: "customer__region",
    kind: "DIMENSION",
    type: "STRING",
    grains: [],
    declaredValues: ["EMEA", "APAC"],
  });
  expect(byName.has("order__is_gift")).toBe(true);
  expect(data.both.dimensions.map(({ name }: { name: string }) => name)).toEqual([
    "customer",
    "customer__region",
    "customer__tier",
  ]);
});

test("values of a dimension are asked of the warehouse, by prefix and up to a count", async () => {
  const values = async (field: string) => {
    const { data, errors } = await shop.ask(`{ metric(name: "revenue") { dimensions { name ${field} } } }`);
    const found = data.metric.dimensions.map(
      ({ name, values: of }: { name: string; values: unknown }) => [name, of] as const,
    );
    return { values: new Map<string, unknown>(found), errors };
  };
  expect(
    (
      await shop.ask(
        `{ metric(name: "revenue") { dimension(name: "customer__region") { values } other: dimension(name: "x") { name } } }`,
      )
    ).data.metric,
  ).toEqual({
    dimension: { values: ["APAC", "EMEA", "LATAM", null] },
    other: null,
  });
  const all = await values("values");
  expect(all.errors).toBeUndefined();
  expect(all.values.get("customer__region")).toEqual(["APAC", "EMEA", "LATAM", null]);
  expect(all.values.get("order__is_gift")).toEqual(["false", "true", null]);
  expect(all.values.get("order__ordered_on")).toHaveLength(6);
  expect((await values("values(first: 2)")).values.get("customer__region")).toEqual(["APAC", "EMEA"]);
  expect((await values(`values(startingWith: "it's")`)).values.get("order__note")).toEqual(["it's a; drop table"]);
  expect((await values(`values(startingWith: "%")`)).values.get("order__note")).toEqual([]);
  expect((await values(`values(startingWith: "4")`)).values.get("customer")).toEqual(["4"]);
  expect((await values(`values(startingWith: "2026-03")`)).values.get("order__ordered_on")).toHaveLength(2);
  const tooMany = await values("values(first: 1001)");
  expect(tooMany.values.get("customer__region")).toBeNull();
  expect(tooMany.errors?.[0]?.extensions).toMatchObject({ code: "INVALID_LIMIT" });
});

test("metrics are searched, filtered and paged by name", async () => {
  const page = async (args: string) =>
    (await shop.ask(`{ metrics${args} { totalCount nodes { name } pageInfo { hasNextPage endCursor } } }`)).data
      .metrics;
  const names = ({ nodes }: { nodes: { name: string }[] }) => nodes.map(({ name }) => name);
  expect(names(await page(`(search: "board")`))).toEqual(["revenue"]);
  expect(names(await page(`(search: "MONEY")`))).toEqual(["cash", "revenue"]);
  expect(names(await page(`(owner: "finance")`))).toEqual(["average_order", "cash", "earlier", "half", "revenue"]);
  expect(await page("(certification: [CERTIFIED])")).toMatchObject({ totalCount: 0, nodes: [] });
  expect((await page("(certification: [NONE])")).totalCount).toBe(12);
  const first = await page("(first: 2)");
  expect([names(first), first.totalCount, first.pageInfo.hasNextPage]).toEqual([["average_order", "cash"], 12, true]);
  expect(names(await page(`(first: 1, after: "${first.pageInfo.endCursor}")`))).toEqual(["earlier"]);
});

test("what signed events say of a metric and its inputs is its status, and what metrics are chosen by", async () => {
  const { catalog } = shop.engine;
  const certifications = new Map([
    ["revenue", certification("certified")],
    ["orders", certification("expired")],
    ["average_order", certification("certified")],
  ]);
  const schema = buildSchema({ catalog: { ...catalog, certifications } });
  const source = `{ average: metric(name: "average_order") { certification { status ownStatus } }
    certified: metrics(certification: [CERTIFIED]) { nodes { name } } expired: metrics(certification: [EXPIRED]) { nodes { name } } }`;
  const { data } = await graphql({ schema, source });
  expect(data).toEqual({
    average: { certification: { status: "EXPIRED", ownStatus: "CERTIFIED" } },
    certified: { nodes: [{ name: "revenue" }] },
    expired: { nodes: [{ name: "average_order" }, { name: "orders" }] },
  });
});

test("a dimension says what its texts name", async () => {
  const catalog = catalogFrom(
    "model: orders\ntable: orders\nprimary_entity: order\ncolumns: { id: int, country: string, note: string }\n" +
      "dimensions: { country: { semantic_type: country_code }, note: }\nmeasures: { orders: count(*) }\n" +
      "---\nmetric: orders\ndescription: Of the shop.\nowner: shop\nmodel: orders\nmeasure: orders",
  );
  const source = `{ metric(name: "orders") { dimensions { name semanticType } } }`;
  const { data } = await graphql({ schema: buildSchema({ catalog }), source });
  expect(data).toEqual({
    metric: {
      dimensions: [
        { name: "order__country", semanticType: "country_code" },
        { name: "order__note", semanticType: null },
      ],
    },
  });
});

test("whoever asked for a metric within the window is told", async () => {
  const today = new Date().toISOString().slice(0, 10);
  const uses = new Map([
    [
      "revenue",
      [
        { client: "portal", lastSeen: today },
        { client: "sheets", lastSeen: daysAgo("P60D", new Date()) },
      ],
    ],
  ]);
  const schema = buildSchema({ catalog: { ...shop.engine.catalog, uses } });
  const source = `{ revenue: metric(name: "revenue") { consumers long: consumers(window: "P3M") ever: consumers(window: "P99999Y") }
    orders: metric(name: "orders") { consumers } }`;
  const { data } = await graphql({ schema, source });
  expect(data).toEqual({
    revenue: { consumers: ["portal"], long: ["portal", "sheets"], ever: ["portal", "sheets"] },
    orders: { consumers: [] },
  });
});

test.each([
  ["P1Y", "2025-11-20"],
  ["P2M", "2026-09-20"],
  ["P3W", "2026-10-30"],
  ["P20D", "2026-10-31"],
])("%s before 2026-11-20 is %s", (duration, day) => {
  expect(daysAgo(duration, new Date("2026-11-20T23:59:59Z"))).toBe(day);
});

test("whoever sees a metric sees when, by whom and until when it was certified, and what became of it", async () => {
  const history = [
    { seq: 1, type: "certify" as const, issued: "2026-01-01", expires: "2026-06-30", reason: "FY26", problem: null },
    { seq: 2, type: "suspend" as const, issued: "2026-02-01", reason: "wrong", problem: "forged" },
    {
      seq: 3,
      type: "deprecate" as const,
      issued: "2026-03-01",
      sunset: "2026-09-30",
      reason: "old",
      problem: "forged",
    },
  ].map((event) => ({
    expires: null,
    sunset: null,
    replacedBy: null,
    ...event,
    approvals: [{ by: "alice", as: ["finance-data", "council"] }],
  }));
  const certifications = new Map([["revenue", { ...certification("invalid"), history }]]);
  const schema = buildSchema({ catalog: { ...shop.engine.catalog, certifications } });
  const fields = `status tier approvalMode certifiedAt expiresAt fingerprint reason claim event { seq }
    history { seq type issued expires sunset replacedBy reason problem approvals { by as } }`;
  const source = `{ revenue: metric(name: "revenue") { certification { ${fields} } }
    orders: metric(name: "orders") { certification { ${fields} } } }`;
  const { data } = await graphql({ schema, source });
  expect(data).toMatchObject({
    revenue: {
      certification: {
        status: "INVALID",
        approvalMode: "sshsig",
        certifiedAt: "2026-01-01T00:00:00Z",
        expiresAt: "2026-06-30T00:00:00Z",
        fingerprint: `fp/1:sha256:${"0".repeat(64)}`,
        reason: "because a test says so",
        event: { seq: 1 },
        history,
      },
    },
    orders: { certification: { status: "NONE", certifiedAt: null, expiresAt: null, event: null, history: [] } },
  });
});

test("a node is found again by its id, and no other id finds anything", async () => {
  const { data } = await shop.ask(
    `{ metric(name: "cash") { id } models { id name } savedQueries { id name description metrics { name } groupBy } }`,
  );
  expect(data.savedQueries[0]).toMatchObject({
    name: "by_region",
    metrics: [{ name: "revenue" }],
    groupBy: ["customer__region"],
  });
  const ids = [data.metric.id, data.models[0].id, data.savedQueries[0].id];
  for (const [i, name] of ["cash", "customers", "by_region"].entries()) {
    const found = await shop.ask(
      `query ($id: ID!) { node(id: $id) { id ... on Metric { name } ... on Model { name } ... on SavedQuery { name } } }`,
      { id: ids[i] },
    );
    expect(found.data.node).toEqual({ id: ids[i], name });
  }
  for (const id of [
    "",
    "x",
    "__proto__",
    Buffer.from("metric:toString").toString("base64url"),
    Buffer.from("other:cash").toString("base64url"),
  ]) {
    expect((await shop.ask("query ($id: ID!) { node(id: $id) { id } }", { id })).data).toEqual({ node: null });
  }
});

test("a model lists what it is made of", async () => {
  const { data } = await shop.ask("{ models { name label source entities metrics { name } dimensions { name } } }");
  expect(data.models[1]).toMatchObject({
    name: "orders",
    label: "Orders",
    source: "shop.orders",
    entities: ["order", "customer"],
  });
  expect(data.models[1].metrics.map(({ name }: { name: string }) => name)).toEqual([
    "revenue",
    "orders",
    "gifts",
    "cash",
    "parcels",
    "filled",
    "hidden_input",
  ]);
});
