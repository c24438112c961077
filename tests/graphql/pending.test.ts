/** Slow answers: pending past the wait, delivered by id, joined by who asks again, ended by who has asked. */
import { once } from "node:events";
import { request } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { AuthenticationError, type Authenticator } from "../../src/identity/index.ts";
import { makeUser } from "../../src/identity/principal.ts";
import { type Api, startShop } from "./support.ts";

const PUBLIC = {
  "policies.yaml": `project: shop
---
policy: orders
roles: { everyone: { rows: all, fields: all } }
---
policy: customers
roles: { everyone: { rows: all, fields: all } }
`,
};

let shop: Api;
let release = (): void => {};
beforeAll(async () => {
  shop = await startShop();
});
beforeEach(() => {
  shop.statements.length = 0;
});
afterEach(() => release());
afterAll(() => shop.close());

const QUESTION = `{ query(waitMs: 0, input: {
  metrics: ["revenue"], groupBy: [{ name: "customer__region" }], totals: [[]], limit: 2, offset: 1
}) { rows totals { by rows } totalCount pageInfo { hasPreviousPage } refusal { code }
  pending { queryId pollAfterMs stage elapsedMs bytesProcessed } } }`;
const RESULT = `query ($id: ID!) { queryResult(queryId: $id) { rows totals { by rows } totalCount pageInfo { hasPreviousPage }
  refusal { code } pending { queryId } provenance { warnings metrics { name } } } }`;

/** Until it is there. */
async function resultOf(api: Api, id: string) {
  for (;;) {
    const { data } = await api.ask(RESULT, { id });
    if (!data.queryResult.pending) return data.queryResult;
    expect(data.queryResult.pending.queryId).toBe(id);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("past the wait the answer is pending, asking again joins it, and its id gives everything that was asked", async () => {
  release = shop.pause();
  const first = (await shop.ask(QUESTION)).data.query;
  expect(first).toEqual({
    rows: null,
    totals: [],
    totalCount: null,
    pageInfo: { hasPreviousPage: false },
    refusal: null,
    pending: {
      queryId: expect.stringMatching(/./),
      pollAfterMs: expect.any(Number),
      stage: expect.stringMatching(/^(waiting|running)$/),
      elapsedMs: expect.any(Number),
      bytesProcessed: null,
    },
  });
  const again = (await shop.ask(QUESTION)).data.query;
  expect(again.pending.queryId).toBe(first.pending.queryId);
  expect(shop.statements).toHaveLength(1);
  release();
  expect(await resultOf(shop, first.pending.queryId)).toEqual({
    rows: [
      ["EMEA", "1500.50"],
      [null, "1075.00"],
    ],
    totals: [{ by: [], rows: [["2625.50"]] }],
    totalCount: 3,
    pageInfo: { hasPreviousPage: true },
    refusal: null,
    pending: null,
    provenance: { warnings: [], metrics: [{ name: "revenue" }] },
  });
  expect(shop.statements).toHaveLength(1);
});

test("what comes late warns as what comes at once", async () => {
  const chosen = QUESTION.replace("limit: 2, offset: 1", 'having: ["revenue > 100"], limit: 1').replace("stage ", "");
  const withWarnings = (query: string) => query.replace("refusal { code }", "refusal { code } provenance { warnings }");
  release = shop.pause();
  const { pending } = (await shop.ask(chosen)).data.query;
  release();
  const late = () => shop.ask(RESULT, { id: pending.queryId });
  await expect.poll(async () => (await late()).data.queryResult.pending).toBeNull();
  const atOnce = await shop.ask(withWarnings(chosen).replace("waitMs: 0", "waitMs: 30000"));
  const { warnings } = atOnce.data.query.provenance;
  expect(warnings).toEqual([expect.stringMatching(/^totals: .*having/)]);
  expect((await late()).data.queryResult).toMatchObject({ totals: atOnce.data.query.totals, provenance: { warnings } });
});

test("what comes late of a typed field has its rows, totals, count and warnings, whichever part was slow", async () => {
  const ask = (waitMs: number, parts: string) =>
    shop.ask(`{ orders(waitMs: ${waitMs}, groupBy: [{ time: METRIC_TIME, grain: FISCAL_QUARTER }], timeRange: { start: "2026-01-05" }) {
      ... on OrdersConnection { nodes { orders } ${parts} provenance { warnings } } ... on QueryPending { queryId } } }`);
  // Read before the warehouse takes its time: when the quarters are.
  const atOnce = (await ask(30_000, "totalCount totals { orders }")).data.orders;
  expect(atOnce.provenance.warnings).toEqual([expect.stringMatching(/cuts the first FISCAL_QUARTER/)]);
  release = shop.pause();
  const { queryId } = (await ask(0, "totals { parcels orders }  totalCount")).data.orders;
  release();
  expect(await resultOf(shop, queryId)).toMatchObject({
    rows: [
      ["2025-11-01", "2"],
      ["2026-02-01", "4"],
    ],
    totals: [{ by: [], rows: [["9007199254741013", "6"]] }],
    totalCount: 2,
    provenance: { warnings: atOnce.provenance.warnings },
  });
});

test("cancelling ends the statement, and tells so to who asks for the result", async () => {
  release = shop.pause();
  const { pending } = (await shop.ask(QUESTION.replace("revenue", "gifts"))).data.query;
  const cancel = "mutation ($id: ID!) { cancelQuery(queryId: $id) }";
  expect((await shop.ask(cancel, { id: pending.queryId })).data.cancelQuery).toBe(true);
  expect(await resultOf(shop, pending.queryId)).toMatchObject({ rows: null, refusal: { code: "CANCELLED" } });
  expect((await shop.ask(cancel, { id: pending.queryId })).data.cancelQuery).toBe(false);
});

test("an id that never was, one of somebody else and one that is no id are told apart by nobody", async () => {
  const users: Authenticator = {
    async authenticate(authorization) {
      const subject = authorization?.replace("Bearer ", "");
      if (!subject) throw new AuthenticationError("there is no token");
      return makeUser({ issuer: "test", subject, name: subject, roles: ["everyone"], claims: {} });
    },
  };
  const guarded = await startShop({ definitions: PUBLIC, http: { authenticator: users } });
  const as = (who: string) => ({ authorization: `Bearer ${who}` });
  const resume = guarded.pause();
  const { pending } = (await guarded.ask(QUESTION, {}, as("anna"))).data.query;
  const answers = [];
  for (const id of [pending.queryId, "5c0e1b52-0a1f-4c8e-9a31-e2f4f7b1a001", "x", "", "W10"]) {
    const { text } = await guarded.http({
      body: JSON.stringify({ query: RESULT, variables: { id } }),
      headers: as("berta"),
    });
    answers.push(text);
    const cancelled = await guarded.ask("mutation ($id: ID!) { cancelQuery(queryId: $id) }", { id }, as("berta"));
    expect(cancelled).toEqual({ data: { cancelQuery: false } });
  }
  expect(JSON.parse(answers[0] ?? "").data.queryResult.refusal.code).toBe("UNKNOWN_QUERY");
  expect(new Set(answers).size).toBe(1);
  resume();
  expect((await guarded.ask(RESULT, { id: pending.queryId }, as("anna"))).data.queryResult.refusal).toBeNull();
  await guarded.close();
});

test("a subscription over server-sent events tells how it goes on, and then the rows", async () => {
  release = shop.pause();
  const { pending } = (await shop.ask(QUESTION.replace("revenue", "parcels"))).data.query;
  const events = subscribe(shop, pending.queryId);
  const response = await events.response;
  expect([response.statusCode, response.headers["content-type"]]).toEqual([200, "text/event-stream; charset=utf-8"]);
  expect(response.headers["cache-control"]).toBe("private, no-store");
  const first = await events.next();
  expect(first).toMatchObject({
    event: "next",
    data: { data: { queryResult: { rows: null, pending: { queryId: pending.queryId } } } },
  });
  release();
  let last = await events.next();
  while (last?.data?.data.queryResult.pending) last = await events.next();
  expect(last).toMatchObject({
    event: "next",
    data: {
      data: {
        queryResult: {
          rows: [
            ["EMEA", "9007199254740995"],
            [null, "15"],
          ],
          totalCount: 3,
          pending: null,
        },
      },
      extensions: { metrics: [{ name: "parcels" }], refusals: [] },
    },
  });
  expect(await events.next()).toMatchObject({ event: "complete" });
  expect(await events.next()).toBeNull();
});

test("a subscription to an unknown id gets the refusal and ends; a plain question may come as an event too", async () => {
  const events = subscribe(shop, "nothing");
  expect(await events.next()).toMatchObject({
    data: { data: { queryResult: { refusal: { code: "UNKNOWN_QUERY" } } } },
  });
  expect(await events.next()).toMatchObject({ event: "complete" });
  const plain = open(shop, { query: "{ __typename }" });
  expect(await plain.next()).toMatchObject({ event: "next", data: { data: { __typename: "Query" } } });
});

test("who goes away is no longer served, and their answer is kept for them", async () => {
  release = shop.pause();
  const { pending } = (await shop.ask(QUESTION.replace("revenue", "orders"))).data.query;
  const events = subscribe(shop, pending.queryId);
  await events.next();
  events.close();
  release();
  expect(await resultOf(shop, pending.queryId)).toMatchObject({ totalCount: 3, refusal: null });
});

test("a subscription needs a stream, and who may not ask may not subscribe", async () => {
  const plain = await shop.http({
    body: JSON.stringify({ query: `subscription { queryResult(queryId: "x") { rows } }` }),
  });
  expect(plain.status).toBe(406);
  const bad = open(shop, { query: "{ __typename }" }, { authorization: "Bearer x" });
  expect((await bad.response).statusCode).toBe(401);
});

test("the wait is bounded", async () => {
  for (const waitMs of [-1, 120_001]) {
    const { data } = await shop.ask(
      `{ query(waitMs: ${waitMs}, input: { metrics: ["revenue"] }) { refusal { code path } } }`,
    );
    expect(data.query.refusal).toEqual({ code: "INVALID_LIMIT", path: ["waitMs"] });
  }
});

function subscribe(api: Api, id: string) {
  const query = `subscription ($id: ID!) { queryResult(queryId: $id) { rows totalCount refusal { code } pending { queryId } } }`;
  return open(api, { query, variables: { id } });
}

/** Events of a response, as clients of the protocol "graphql-sse, distinct connections" read them. */
function open(api: Api, body: object, headers: Readonly<Record<string, string>> = {}) {
  const asked = request({
    host: "127.0.0.1",
    port: api.port,
    method: "POST",
    path: "/graphql",
    headers: { "content-type": "application/json", accept: "text/event-stream", ...headers },
  });
  asked.end(JSON.stringify(body));
  const response = once(asked, "response").then(([message]) => message);
  const events = (async function* () {
    let rest = "";
    for await (const chunk of await response) {
      const parts = `${rest}${chunk}`.split("\n\n");
      rest = parts.pop() ?? "";
      for (const part of parts) {
        const fields = new Map(
          part.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
        );
        const [event, data] = [fields.get("event"), fields.get("data")];
        if (event !== undefined) yield { event, data: data ? JSON.parse(data) : null };
      }
    }
  })();
  return {
    response,
    next: async () => (await events.next()).value ?? null,
    close: () => asked.destroy(),
  };
}
