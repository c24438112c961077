/** One planner, one policy check, three surfaces: equal questions are equal SQL. */
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

interface Question {
  readonly name: string;
  /** Arguments of the typed field, and the metric selected. */
  readonly typed: string;
  readonly metrics: readonly string[];
  /** The same as the contract writes it. */
  readonly request: QueryRequest & { readonly limit: number };
}

const QUESTIONS: readonly Question[] = [
  {
    name: "groups, a filter, a range and a limit",
    typed: `groupBy: [{ dimension: CUSTOMER__REGION }, { time: METRIC_TIME, grain: MONTH }],
      where: { orderStatus: { eq: PAID } }, timeRange: { start: "2026-01-01", end: "2026-02-28" }, first: 10`,
    metrics: ["orders"],
    request: {
      metrics: ["orders"],
      groupBy: [{ name: "customer__region" }, { name: "metric_time", grain: "month" }],
      where: ["order__status = 'paid'"],
      timeRange: { start: "2026-01-01", end: "2026-02-28" },
      limit: 10,
    },
  },
  {
    name: "an order and a condition on values",
    typed: `groupBy: [{ dimension: CUSTOMER__TIER }], having: { orders: { gte: 2 } },
      orderBy: [{ metric: ORDERS, direction: DESC }], first: 5`,
    metrics: ["orders"],
    request: {
      metrics: ["orders"],
      groupBy: [{ name: "customer__tier" }],
      having: ["orders >= 2"],
      orderBy: [{ name: "orders", direction: "desc" }],
      limit: 5,
    },
  },
  {
    name: "one row",
    typed: "where: { orderIsGift: { eq: true } }, first: 10",
    metrics: ["orders"],
    request: { metrics: ["orders"], where: ["order__is_gift = true"], limit: 10 },
  },
  {
    name: "a ratio of two metrics",
    typed: "groupBy: [{ dimension: ORDER__STATUS }], first: 100",
    metrics: ["averageOrder"],
    request: { metrics: ["average_order"], groupBy: [{ name: "order__status" }], limit: 100 },
  },
];

/** The statement that answers on each surface. */
async function statementsOf({ typed, metrics, request }: Question) {
  const literal = JSON.stringify(request)
    .replaceAll(/"(\w+)":/g, "$1:")
    .replaceAll(/(grain|direction):"(\w+)"/g, (_, key: string, word: string) => `${key}:${word.toUpperCase()}`);
  const asked = [
    `{ orders(${typed}) { ... on OrdersConnection { nodes { ${metrics.join(" ")} } } ... on QueryRefused { message } } }`,
    `{ query(input: ${literal}) { rows refusal { message } } }`,
  ];
  for (const query of asked) expect((await shop.ask(query)).errors).toBeUndefined();
  const file = await shop.http({
    path: "/v1/query",
    headers: { accept: "application/json" },
    // A page looks one row ahead for whether another follows; a file has no next page.
    body: JSON.stringify({ ...request, limit: request.limit + 1 }),
  });
  expect(file.status).toBe(200);
  expect(shop.statements).toHaveLength(3);
  return shop.statements.map(({ text, values }) => ({ text, values }));
}

test.each(QUESTIONS.map((question) => [question.name, question] as const))(
  "%s: the typed field, query and /v1/query send the warehouse the same",
  async (_, question) => {
    const [typed, query, file] = await statementsOf(question);
    expect(file).toEqual(query);
    // The rows of a typed field are those of its model, whichever metrics are selected; that is all that it adds.
    const onPage = { ...question.request, limit: question.request.limit + 1, rowsOf: "orders" };
    const { statement } = shop.engine.explain(onPage, OPERATOR);
    expect(typed).toEqual({ text: statement.text, values: statement.values });
    if (question.request.groupBy === undefined) expect(typed).toEqual(query);
  },
);
