import { afterAll, beforeAll, expect, test } from "vitest";
import type { Context } from "../../src/graphql/context.ts";
import { createDirect, type Direct } from "../../src/graphql/direct.ts";
import { createHeldAnswers } from "../../src/graphql/held-answers.ts";
import { createFrameLoader } from "../../src/graphql/loader.ts";
import { createResponseBudget } from "../../src/graphql/response-budget.ts";
import { buildSchema } from "../../src/graphql/schema.ts";
import { createYogaServer } from "../../src/graphql/yoga.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { type Api, startShop, unwatched } from "./support.ts";

let api: Api;
let direct: Direct;
let server: ReturnType<typeof createYogaServer>;
beforeAll(async () => {
  api = await startShop();
  const schema = buildSchema({ catalog: api.engine.catalog });
  direct = createDirect(schema);
  server = createYogaServer(schema);
});
afterAll(() => api.close());

const ROWS = "groupBy: [{ dimension: CUSTOMER__REGION }]";

test.each([
  ["the shortest", "{ __typename }"],
  [
    "introspection, with the lists that callers see",
    '{ __type(name: "OrdersConnection") { fields { name type { kind ofType { kind ofType { kind } } } } } }',
  ],
  [
    "typed rows",
    `{ orders(${ROWS}) { __typename ... on OrdersConnection { nodes { id key { customerRegion } revenue } edges { cursor node { orders } } } } }`,
  ],
  ["an error in a cell", `{ orders(${ROWS}) { ... on OrdersConnection { nodes { key { orderStatus } revenue } } } }`],
  ["a refusal", "{ orders(first: -1) { ... on QueryRefused { code message path } } }"],
  [
    "opaque rows",
    '{ query(input: { metrics: ["revenue"], groupBy: [{ name: "customer__region" }] }) { columns { name } rows } }',
  ],
  [
    "variables and a name",
    `query A($first: Int!) { orders(${ROWS}, first: $first) { ... on OrdersConnection { nodes { orders } } } } query B { __typename }`,
  ],
])("%s is answered as the whole server answers it", async (_, query) => {
  const params = { query, ...(query.includes("$first") && { variables: { first: 2 }, operationName: "A" }) };
  const json = await direct(params, context());
  expect(json?.toString()).toBe(await whole(params));
  const again = await direct(params, context());
  expect(again?.toString()).toBe(json?.toString());
});

test.each([
  ["what is no document", { query: "{" }],
  ["what does not fit the schema", { query: "{ nothing }" }],
  [
    "a variable of another type",
    { query: "query Q($n: Int!) { orders(first: $n) { __typename } }", variables: { n: "x" } },
  ],
  ["a missing variable", { query: "query Q($n: Int!) { orders(first: $n) { __typename } }" }],
  ["an operation that is not there", { query: "query Q { __typename }", operationName: "R" }],
  ["one of several operations, without a name", { query: "query Q { __typename } query R { __typename }" }],
  ["too many aliases", { query: `{ ${Array.from({ length: 61 }, (_, i) => `a${i}: __typename`).join(" ")} }` }],
  [
    "too many cells",
    {
      query:
        "{ orders(groupBy: [{ time: METRIC_TIME, grain: DAY }], first: 10000) { ... on OrdersConnection { nodes { id orders revenue gifts cash half key { customerRegion } } edges { cursor node { id orders revenue gifts cash half averageOrder parcels earlier filled key { customerRegion customerTier orderStatus } } } nodes2: nodes { id orders revenue gifts cash half } } } }",
    },
  ],
  ["variables that are no object", { query: "{ __typename }", variables: [1] }],
  ["a parameter that nobody knows", { query: "{ __typename }", batch: 1 }],
  ["no document", { operationName: "Q" }],
])("%s is left to the whole server, and nothing runs", async (_, params) => {
  api.statements.length = 0;
  expect(await direct(params, context())).toBeNull();
  expect(api.statements).toEqual([]);
  expect(await whole(params)).toContain('"errors":');
});

test("an answer of one caller is not kept for another: only documents are", async () => {
  const query = `query Q($first: Int!) { orders(${ROWS}, first: $first) { ... on OrdersConnection { nodes { orders } } } }`;
  const counts = await Promise.all(
    [1, 3, 2].map(async (first) => {
      const json = await direct({ query, variables: { first } }, context());
      return JSON.parse(String(json)).data.orders.nodes.length;
    }),
  );
  expect(counts).toEqual([1, 3, 2]);
});

async function whole(params: object): Promise<string> {
  const body = JSON.stringify(params);
  const headers = { "content-type": "application/json", accept: "application/json" };
  const response = await server.fetch("http://localhost/graphql", { method: "POST", headers, body }, context());
  return response.text();
}

function context(): Context {
  const { engine } = api;
  const signal = new AbortController().signal;
  const frames = createFrameLoader(engine, OPERATOR, signal);
  const report = { told() {}, refused() {}, extensions: () => null, retryAfterSeconds: () => null };
  return {
    engine,
    principal: OPERATOR,
    watch: unwatched(),
    frames,
    signal,
    held: createHeldAnswers(),
    budget: createResponseBudget(),
    report,
    requireCertified: false,
  };
}
