/** Whatever one HTTP request asks of the engine, and in whichever way: it is counted, labelled and reported. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Engine, QueryOptions } from "../../src/engine/index.ts";
import { documentHash } from "../../src/graphql/document-hash.ts";
import { LIMITS } from "../../src/graphql/limits.ts";
import { createReport } from "../../src/graphql/report.ts";
import { engineForRequest } from "../../src/graphql/request-engine.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { type Api, startShop, unwatched } from "./support.ts";

let shop: Api;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.close());

const BODY = JSON.stringify({ query: '{ query(input: { metrics: ["revenue"] }) { rows } }' });

function open({ requireCertified = false, over = shop.engine } = {}) {
  const report = createReport(shop.engine.catalog);
  const engine = engineForRequest(over, {
    consumer: "board",
    body: BODY,
    report,
    watch: unwatched(),
    requireCertified,
  });
  const told = () => JSON.stringify(report.extensions());
  return { engine, told };
}

const WAYS: Readonly<Record<string, (engine: Engine, metric: string) => Promise<unknown>>> = {
  query: (engine, metric) => engine.query({ metrics: [metric] }, OPERATOR),
  queryAll: async (engine, metric) => orThrow((await engine.queryAll([{ metrics: [metric] }], OPERATOR))[0]),
  askAll: async (engine, metric) =>
    orThrow((await engine.askAll([{ metrics: [metric] }], OPERATOR, { waitMs: 30_000 }))[0]),
  async stream(engine, metric) {
    const { batches } = await engine.stream({ metrics: [metric] }, OPERATOR);
    return Array.fromAsync(batches);
  },
};

/** The engine itself, with a note of what each question is labelled with. */
function noting(engine: Engine, labels: (QueryOptions | undefined)[]): Engine {
  const note = (options: QueryOptions | undefined) => void labels.push(options);
  return {
    ...engine,
    query: (request, principal, options) => (note(options), engine.query(request, principal, options)),
    queryAll: (requests, principal, options) => (note(options), engine.queryAll(requests, principal, options)),
    askAll: (requests, principal, options) => (note(options), engine.askAll(requests, principal, options)),
    stream: (request, principal, options) => (note(options), engine.stream(request, principal, options)),
  };
}

function orThrow<T>(answer: T | Error): T {
  if (answer instanceof Error) throw answer;
  return answer;
}

test.each(Object.entries(WAYS))("%s is counted, and refused beyond the limit", async (_, ask) => {
  const { engine } = open();
  shop.statements.length = 0;
  for (let i = 0; i < LIMITS.statements; i++) await ask(engine, "orders");
  await expect(ask(engine, "orders")).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
  expect(shop.statements.length).toBeLessThanOrEqual(LIMITS.statements);
});

test.each(Object.entries(WAYS))("%s is asked as who makes the request, and told of in its report", async (_, ask) => {
  const labels: (QueryOptions | undefined)[] = [];
  const { engine, told } = open({ over: noting(shop.engine, labels) });
  await ask(engine, "gifts");
  expect(labels).toMatchObject([{ consumer: "board", document: documentHash(BODY) }]);
  expect(told()).toContain('"gifts"');
});

test.each(Object.entries(WAYS))("%s has only what is certified where the request wants that", async (_, ask) => {
  await expect(ask(open({ requireCertified: true }).engine, "orders")).rejects.toMatchObject({
    code: "METRIC_NOT_CERTIFIED",
  });
  await expect(ask(open().engine, "orders")).resolves.toBeDefined();
});

test("an answer that is watched is told of when it has come", async () => {
  const { engine, told } = open();
  const release = shop.pause();
  const [pending] = await engine.askAll([{ metrics: ["parcels"] }], OPERATOR, { waitMs: 0 });
  const { queryId } = pending && "stage" in pending ? pending : expect.unreachable("It is not slow.");
  const states = [];
  for await (const state of engine.jobs.watch(queryId, OPERATOR)) {
    release();
    states.push("stage" in state ? state.queryId : told());
  }
  expect(states[0]).toBe(queryId);
  expect(states.at(-1)).toContain('"parcels"');
});

test("one request asks so many questions and no more, however few calls they come in", async () => {
  const { engine } = open();
  shop.statements.length = 0;
  const requests = Array.from({ length: LIMITS.questions + 1 }, () => ({ metrics: ["revenue"] }));
  for (const answer of await engine.askAll(requests, OPERATOR, { waitMs: 0 })) {
    expect(answer).toMatchObject({ code: "LIMIT_EXCEEDED", message: expect.stringContaining("500 questions") });
  }
  expect(shop.statements).toEqual([]);
});
