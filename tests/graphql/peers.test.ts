/** Questions that other GraphQL APIs for metrics answer wrongly, one test each. */
import { createHash } from "node:crypto";
import { buildClientSchema, getIntrospectionQuery, printSchema } from "graphql";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createAuthenticator } from "../../src/identity/index.ts";
import { identityFrom, readSettings } from "../../src/settings/index.ts";
import { WarehouseError } from "../../src/warehouse/index.ts";
import { standingClock } from "../identity/support.ts";
import { inFile } from "../settings/support.ts";
import { type Api, startShop } from "./support.ts";

const DEFINITIONS = {
  "peers.yaml": `model: visits
label: Visits
table: shop.visits
primary_key: visit_id
time: visited_on
columns: { visit_id: int, customer_id: int, visited_on: date }
entities: { visit: primary, customer: customer_id }
dimensions: { visited_on: day }
---
model: ledger
label: Ledger
table: shop.ledger
primary_key: entry_id
columns: { entry_id: int, cents: int, customer_id: int, kind: string }
entities: { entry: primary }
dimensions: { kind: }
---
model: many
label: Many
table: shop.many
primary_key: many_id
columns: { many_id: int }
entities: { many: primary }
---
model: slow
label: Slow
table: shop.slow
primary_key: slow_id
columns: { slow_id: int, odd: int }
entities: { slow: primary }
---
metric: odd_ones
label: Odd ones
description: Takes a while.
owner: sales
model: slow
measure: sum(odd)
---
metric: visits
label: Visits
description: Visits to the shop.
owner: sales
model: visits
measure: count(*)
---
metric: cents
label: Cents
description: More than 64 bits hold.
owner: sales
model: ledger
measure: sum(cents)
---
metric: entries
label: Entries
description: Entries that are orders.
owner: sales
model: ledger
measure: count(*)
filter: kind = 'order'
---
metric: buyers
label: Buyers
description: Customers in the ledger.
owner: sales
model: ledger
measure: count(distinct customer_id)
---
metric: orders_per_buyer
label: Orders per buyer
description: A whole number divided by another.
owner: sales
numerator: entries
denominator: buyers
---
metric: entries_of_many
label: Entries of many
description: More than an answer holds.
owner: sales
model: many
measure: count(*)
`,
};

/** Slow as long as the test holds its statement. */
const SLOW_ROWS = 1_000;

const TABLES = `
create table shop.visits as select * from (values (1, 2, date '2026-01-02'), (2, 4, date '2026-01-03'),
  (3, null, date '2026-01-03'), (4, 77, date '2026-01-04')) t(visit_id, customer_id, visited_on);
create table shop.ledger as select * from (values
  (1, 9223372036854775807, 1, 'order'), (2, 9223372036854775807, 2, 'order'), (3, 0, 3, 'refund'))
  t(entry_id, cents, customer_id, kind);
create table shop.many as select i::bigint as many_id from range(100001) t(i);
create view shop.slow as select i::bigint as slow_id, (i % 2)::bigint as odd from range(${SLOW_ROWS}) t(i);
`;

let shop: Api;
beforeAll(async () => {
  shop = await startShop({ definitions: DEFINITIONS, tables: TABLES });
});
beforeEach(() => {
  shop.statements.length = 0;
});
afterAll(() => shop.close());

async function answered(query: string, variables?: Readonly<Record<string, unknown>>) {
  const { data, errors } = await shop.ask(query, variables);
  expect(errors).toBeUndefined();
  return data;
}

test("filter one time dimension, group by another: both apply", async () => {
  const { typed, query } = await answered(`{
    typed: orders(groupBy: [{ time: ORDER__ORDERED_ON, grain: MONTH }],
      where: { orderPaidOn: { gte: "2026-02-01", lt: "2026-04-01" } }) {
      ... on OrdersConnection { nodes { key { orderOrderedOn { label } } revenue } } }
    query(input: { metrics: ["revenue"], groupBy: [{ name: "order__ordered_on", grain: MONTH }],
      where: ["order__paid_on >= '2026-02-01' and order__paid_on < '2026-04-01'"] }) { rows } }`);
  // The order of 2026-02-01 was paid in April, those of January before and never.
  expect(typed.nodes).toEqual([
    { key: { orderOrderedOn: { label: "2026-02" } }, revenue: "70.00" },
    { key: { orderOrderedOn: { label: "2026-03" } }, revenue: "1000.00" },
  ]);
  expect(query.rows).toEqual([
    ["2026-02-01", "70.00"],
    ["2026-03-01", "1000.00"],
  ]);
});

test("named and inline fragments: values, at every level", async () => {
  const data = await answered(`
    query { ...Root ... on Query { ... { plain: orders { ...Page } } } }
    fragment Root on Query { nested: orders(groupBy: [{ dimension: ORDER__STATUS }]) { ...Page ... on OrdersConnection { edges { ...Edge } } } }
    fragment Page on OrdersResult { ... on OrdersConnection { nodes { ...Row } } }
    fragment Row on OrdersRow { ... { ... on OrdersRow { revenue } } ...Count }
    fragment Count on OrdersRow { orders }
    fragment Edge on OrdersEdge { node { gifts } }`);
  expect(data.plain.nodes).toEqual([{ revenue: "2625.50", orders: "6" }]);
  expect(data.nested).toEqual({
    nodes: [
      { revenue: "5.00", orders: "1" },
      { revenue: "2320.50", orders: "4" },
      { revenue: "300.00", orders: "1" },
    ],
    edges: [{ node: { gifts: null } }, { node: { gifts: "2" } }, { node: { gifts: null } }],
  });
});

test("group by a date with NULLs: the NULL group is there", async () => {
  const { typed, query } = await answered(`{
    typed: orders(groupBy: [{ time: ORDER__PAID_ON, grain: MONTH }]) {
      ... on OrdersConnection { nodes { key { orderPaidOn { label } } orders } } }
    query(input: { metrics: ["orders"], groupBy: [{ name: "order__paid_on", grain: MONTH }] }) { rows } }`);
  expect(query.rows.at(-1)).toEqual([null, "2"]);
  expect(typed.nodes).toEqual([
    { key: { orderPaidOn: { label: "2026-01" } }, orders: "1" },
    { key: { orderPaidOn: { label: "2026-02" } }, orders: "1" },
    { key: { orderPaidOn: { label: "2026-03" } }, orders: "1" },
    { key: { orderPaidOn: { label: "2026-04" } }, orders: "1" },
    { key: { orderPaidOn: null }, orders: "2" },
  ]);
});

test("a query over the wait is pending with an id, and asking again joins it", async () => {
  const ask = async (waitMs: number) =>
    (
      await answered(`{ query(input: { metrics: ["odd_ones"] }, waitMs: ${waitMs}) {
        columns { name } rows refusal { code } pending { queryId pollAfterMs } } }`)
    ).query;
  const letGo = shop.pause();
  const first = await ask(1);
  expect(first).toMatchObject({ rows: null, refusal: null, pending: { queryId: expect.stringMatching(/./) } });
  // When to ask again depends on how long it has run.
  expect(await ask(1)).toEqual({ ...first, pending: { ...first.pending, pollAfterMs: expect.any(Number) } });
  letGo();
  expect(await ask(60_000)).toMatchObject({ rows: [[String(SLOW_ROWS / 2)]], refusal: null, pending: null });
  const { queryResult } = await answered(
    "query ($queryId: ID!) { queryResult(queryId: $queryId) { columns { name } rows pending { queryId } } }",
    { queryId: first.pending.queryId },
  );
  expect(queryResult).toEqual({ columns: [{ name: "odd_ones" }], rows: [[String(SLOW_ROWS / 2)]], pending: null });
  expect(shop.statements).toHaveLength(1);

  const typed = async (waitMs: number) =>
    (
      await answered(`{ slow(waitMs: ${waitMs}) {
        __typename ... on SlowConnection { nodes { oddOnes } } ... on QueryPending { queryId } } }`)
    ).slow;
  const letGoAgain = shop.pause();
  expect(await typed(1)).toEqual({ __typename: "QueryPending", queryId: expect.stringMatching(/./) });
  letGoAgain();
  expect(await typed(60_000)).toEqual({ __typename: "SlowConnection", nodes: [{ oddOnes: String(SLOW_ROWS / 2) }] });
  expect(shop.statements).toHaveLength(2);
});

test("an integer of 20 digits is exact, in answers and in filters", async () => {
  const cents = "18446744073709551614";
  expect(BigInt(Number(cents))).not.toBe(BigInt(cents));
  const data = await answered(`{
    ledger { ... on LedgerConnection { nodes { cents } } }
    kept: ledger(having: { cents: { eq: "${cents}" } }) { ... on LedgerConnection { nodes { cents } } }
    dropped: ledger(having: { cents: { eq: "18446744073709551615" } }) { ... on LedgerConnection { nodes { cents } } }
    query(input: { metrics: ["cents"] }) { columns { type } rows } }`);
  expect(data.ledger.nodes).toEqual([{ cents }]);
  expect(data.kept.nodes).toEqual([{ cents }]);
  expect(data.dropped.nodes).toEqual([]);
  expect(data.query).toEqual({ columns: [{ type: "INT" }], rows: [[cents]] });
});

test("a boolean dimension is typed, and the text of a filter is bound, never spliced", async () => {
  const data = await answered(`{
    orders(groupBy: [{ dimension: ORDER__IS_GIFT }]) { ... on OrdersConnection { nodes { key { orderIsGift } orders } } }
    query(input: { metrics: ["orders"], groupBy: [{ name: "order__is_gift" }] }) { columns { type } rows } }`);
  expect(data.orders.nodes).toEqual([
    { key: { orderIsGift: false }, orders: "3" },
    { key: { orderIsGift: true }, orders: "2" },
    { key: { orderIsGift: null }, orders: "1" },
  ]);
  expect(data.query.columns[0]).toEqual({ type: "BOOLEAN" });
  expect(data.query.rows.map(([isGift]: unknown[]) => isGift)).toEqual([false, true, null]);

  const asText = await shop.ask(
    `{ orders(where: { orderIsGift: { eq: "true" } }) { ... on OrdersConnection { nodes { orders } } } }`,
  );
  expect(asText.errors?.[0]?.message).toContain("Boolean");

  shop.statements.length = 0;
  const hostile = "' or true; drop table shop.orders; --";
  const { found } = await answered(
    `query ($note: String!) { found: orders(where: { orderNote: { eq: $note } }) { ... on OrdersConnection { nodes { orders } } } }`,
    { note: hostile },
  );
  expect(found.nodes).toEqual([{ orders: null }]);
  expect(shop.statements).toHaveLength(1);
  expect(shop.statements[0]?.text).not.toContain("drop table");
  expect(JSON.stringify(shop.statements[0]?.values)).toContain(JSON.stringify(hostile).slice(1, -1));
});

test("a literal @include(if: true) and an omitted nullable variable are as in the GraphQL specification", async () => {
  const data = await answered(`query ($region: CustomersRegion, $range: TimeRange, $where: [String!]) {
    orders(where: { customerRegion: { eq: $region } }, timeRange: $range) @include(if: true) {
      ... on OrdersConnection @include(if: true) { nodes { revenue @include(if: true) orders @skip(if: true) } } }
    query(input: { metrics: ["revenue"], where: $where }) { rows } }`);
  expect(data).toEqual({ orders: { nodes: [{ revenue: "2625.50" }] }, query: { rows: [["2625.50"]] } });
});

test("limit: 0 and first: 0 give no row", async () => {
  const data = await answered(`{
    query(input: { metrics: ["orders"], groupBy: [{ name: "customer__region" }], limit: 0 }) { rows refusal { code } }
    orders(groupBy: [{ dimension: CUSTOMER__REGION }], first: 0) { ... on OrdersConnection { nodes { orders } } } }`);
  expect(data).toEqual({ query: { rows: [], refusal: null }, orders: { nodes: [] } });
});

test("200 aliased root fields are refused before anything runs", async () => {
  const fields = Array.from(
    { length: 200 },
    (_, i) => `a${i}: orders { ... on OrdersConnection { nodes { orders } } }`,
  );
  const { data, errors } = await shop.ask(`{ ${fields.join(" ")} }`);
  expect(data).toBeUndefined();
  expect(errors?.[0]?.extensions?.["code"]).toBe("LIMIT_EXCEEDED");
  expect(shop.statements).toEqual([]);
});

test("20 aliases of one frame are one statement", async () => {
  const region = "groupBy: [{ dimension: CUSTOMER__REGION }]";
  const fields = Array.from({ length: 20 }, (_, i) => {
    return `a${i}: orders(${region}) { ... on OrdersConnection { nodes { x${i}: ${i % 2 === 0 ? "revenue" : "orders"} } } }`;
  });
  const data = await answered(`{ ${fields.join(" ")} }`);
  expect(Object.keys(data)).toHaveLength(20);
  expect([data.a18.nodes[1], data.a19.nodes[1]]).toEqual([{ x18: "1500.50" }, { x19: "2" }]);
  expect(shop.statements).toHaveLength(1);
});

test("an error of the warehouse is masked, with an id by which the operator finds it", async () => {
  const cause = new Error("Catalog Error: Table orders_secret does not exist, near password");
  shop.fail(new WarehouseError("statement", "The warehouse refused the statement.", { cause }));
  const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const { text } = await shop.http({
    body: JSON.stringify({ query: '{ query(input: { metrics: ["revenue"] }) { rows } }' }),
  });
  const logged = stderr.mock.calls.map(([line]) => String(line));
  shop.fail(null);
  stderr.mockRestore();
  const [error] = JSON.parse(text).errors;
  expect(error.extensions.code).toBe("WAREHOUSE_ERROR");
  expect(error.extensions.id).toMatch(/^[0-9a-f]{32}$/);
  expect(text).not.toMatch(/secret|password|Catalog Error/);
  expect(logged.find((line) => line.includes(error.extensions.id))).toContain(cause.message);
});

test("more rows than the cap: the next page is told of and a warning says that rows are missing", async () => {
  const { query } = await answered(
    `{ query(input: { metrics: ["entries_of_many"], groupBy: [{ name: "many" }] }) { rows pageInfo { hasNextPage } provenance { warnings } } }`,
  );
  expect(query.rows).toHaveLength(100_000);
  expect(query.pageInfo.hasNextPage).toBe(true);
  expect(query.provenance.warnings).toEqual([expect.stringMatching(/100000|100,000/)]);

  const page = async (after: string) => {
    const { many } = await answered(`{ many(groupBy: [{ dimension: MANY }], first: 10000${after}) {
      ... on ManyConnection { nodes { key { many } } pageInfo { hasNextPage endCursor } } } }`);
    return many;
  };
  const first = await page("");
  expect(first.nodes).toHaveLength(10_000);
  expect(first.pageInfo.hasNextPage).toBe(true);
  const second = await page(`, after: "${first.pageInfo.endCursor}"`);
  expect(second.nodes[0]).toEqual({ key: { many: "10000" } });
  const tooMany = await answered(`{ many(first: 10001) { ... on QueryRefused { code path } } }`);
  expect(tooMany.many).toEqual({ code: "LIMIT_EXCEEDED", path: ["first"] });
});

test("two facts that share only a dimension: every group of either, orphans and NULL included", async () => {
  const { query } = await answered(
    `{ query(input: { metrics: ["orders", "visits"], groupBy: [{ name: "customer__region" }] }) { rows } }`,
  );
  // LATAM was visited and never bought; customer 9 ordered, customer 77 came, and neither is known.
  expect(query.rows).toEqual([
    ["APAC", "1", "1"],
    ["EMEA", "2", null],
    ["LATAM", null, "1"],
    [null, "3", "2"],
  ]);
  const { query: byCustomer } = await answered(
    `{ query(input: { metrics: ["orders", "visits"], groupBy: [{ name: "customer" }] }) { rows } }`,
  );
  expect(byCustomer.rows).toEqual([
    ["1", "2", null],
    ["2", "1", "1"],
    ["3", "1", null],
    ["4", null, "1"],
    ["9", "1", null],
    ["77", null, "1"],
    [null, "1", "1"],
  ]);
});

test("2 orders ÷ 3 customers is 0.667", async () => {
  const data = await answered(`{
    ledger { ... on LedgerConnection { nodes { entries buyers ordersPerBuyer } } }
    query(input: { metrics: ["orders_per_buyer"] }) { rows } }`);
  expect(data.ledger.nodes).toEqual([{ entries: "2", buyers: "3", ordersPerBuyer: expect.closeTo(0.667, 3) }]);
  expect(data.query.rows[0][0]).toBeCloseTo(0.667, 3);
});

const [ANN, BEN] = ["token-of-ann-0123456789-0123456789", "token-of-ben-0123456789-0123456789"];

/** Two tenants, each of which sees its own orders, and neither every metric. */
async function startTenants(): Promise<Api> {
  const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");
  const file = inFile(`identity:
  service_tokens:
    - { name: ann, sha256: { env: ANN }, roles: [tenant_a] }
    - { name: ben, sha256: { env: BEN }, roles: [tenant_b] }
`);
  const { settings } = readSettings(file, {});
  if (!settings?.identity) throw new Error("the settings do not load");
  const identity = identityFrom(settings.identity, new Map());
  const authenticator = createAuthenticator(identity.settings, {
    clock: standingClock(),
    env: { ANN: hashOf(ANN), BEN: hashOf(BEN) },
  });
  const policies = `policy: orders
roles:
  tenant_a: { rows: customer_id = 1, fields: all }
  tenant_b: { rows: customer_id = 2, fields: [orders, order, status] }
`;
  return startShop({ definitions: { "policies.yaml": policies }, http: { authenticator, examples: false } });
}

const as = (token: string) => ({ authorization: `Bearer ${token}` });

test("introspection shows a restricted viewer what that viewer may use, and nothing else", async () => {
  const tenants = await startTenants();
  const sdlFor = async (token: string) =>
    printSchema(buildClientSchema((await tenants.ask(getIntrospectionQuery(), {}, as(token))).data));
  const [all, some] = [await sdlFor(ANN), await sdlFor(BEN)];
  await tenants.close();
  const fieldsOf = (sdl: string) =>
    /^type OrdersRow \{[^}]*\}/m
      .exec(sdl)?.[0]
      .match(/^ {2}\w+/gm)
      ?.map((field) => field.trim());
  expect(fieldsOf(all)).toContain("revenue");
  expect(fieldsOf(some)).toContain("orders");
  expect(fieldsOf(some)).not.toContain("revenue");
  expect(all).toContain("ORDER__NOTE");
  // Nobody may see customers, and this one no money and no notes. Fixed texts of the API name a region in an example.
  const words = new Set(some.replaceAll(/"""[^]*?"""/g, "").match(/\w+/g));
  expect([...words].filter((word) => /revenue|cash|parcel|note|customer|member|region/i.test(word))).toEqual([]);
  expect(all).toContain("Money from orders.");
  expect(some).not.toMatch(/Money|finance/);
});

test("tenant B after tenant A, before and at once: each sees its own rows under ids of their own", async () => {
  const tenants = await startTenants();
  const question = `{ orders(groupBy: [{ dimension: ORDER__STATUS }]) {
    ... on OrdersConnection { nodes { id key { orderStatus } orders } } ... on QueryRefused { code } } }`;
  const ask = async (token: string) => (await tenants.ask(question, {}, as(token))).data.orders.nodes;
  const a = await ask(ANN);
  const b = await ask(BEN);
  expect(a).toMatchObject([
    { key: { orderStatus: "PAID" }, orders: "1" },
    { key: { orderStatus: "PLACED" }, orders: "1" },
  ]);
  expect(b).toMatchObject([{ key: { orderStatus: "PAID" }, orders: "1" }]);
  expect(a.map(({ id }: { id: string }) => id)).not.toContain(b[0].id);
  const together = await Promise.all([ANN, BEN, ANN, BEN].map(ask));
  await tenants.close();
  expect(together).toEqual([a, b, a, b]);
});
