/** What callers over HTTP get while the warehouse has no room, or the audit log. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { AuditError, type AuditLog } from "../../src/audit/index.ts";
import { createEngine, type Engine } from "../../src/engine/index.ts";
import { createHttpHandler } from "../../src/server/index.ts";
import { type GuardedWarehouse, guarded } from "../../src/warehouse/index.ts";
import { type Api, startShop } from "./support.ts";

let shop: Api;
let warehouse: GuardedWarehouse;
let engine: Engine;
let server: Server;
let url: string;
let leave: () => Promise<unknown> = async () => {};
beforeAll(async () => {
  shop = await startShop();
  warehouse = guarded(shop.warehouse, { concurrency: 1, queue: 0 });
  engine = createEngine({ catalog: shop.engine.catalog, warehouse });
  server = createServer(createHttpHandler(engine, { graphiql: false }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server has no port");
  url = `http://127.0.0.1:${address.port}`;
});
afterEach(() => leave());
afterAll(async () => {
  server.close();
  await shop.close();
});

/** Takes the only turn that there is, until the test ends. */
async function takeTheTurn(): Promise<void> {
  const { batches } = await warehouse.execute({ text: "SELECT * FROM range(1000000)", values: [] });
  leave = async () => batches[Symbol.asyncIterator]().return?.();
}

function ask(query: string, where = url): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(`${where}/graphql`, { method: "POST", headers, body: JSON.stringify({ query }) });
}

let salt = 0;
/** A question that nobody has asked before. */
function question(metric: string): string {
  salt += 1;
  return `query(input: { metrics: ["${metric}"], limit: ${salt} }) { rows refusal { code } }`;
}

describe("where no question of a request finds room", () => {
  test.each([
    ["a query", () => `{ ${question("revenue")} }`],
    [
      "several, and something of the catalogue",
      () => `{ a: ${question("revenue")} b: ${question("members")} __typename }`,
    ],
  ])("of %s, the status is 503, and the answer tells it in its place too", async (_, document) => {
    await takeTheTurn();
    const answer = await ask(document());
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    const { data, extensions } = JSON.parse(await answer.text());
    expect(Object.values(data)).toContainEqual({ rows: null, refusal: { code: "OVERLOADED" } });
    expect(extensions.refusals[0]).toMatchObject({ code: "OVERLOADED" });
  });

  test("of typed fields it is the same", async () => {
    await takeTheTurn();
    const answer = await ask(
      "{ orders { __typename ... on OrdersConnection { nodes { revenue } } ... on QueryRefused { code } } }",
    );
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(JSON.parse(await answer.text()).data.orders).toEqual({
      __typename: "QueryRefused",
      code: "OVERLOADED",
    });
  });

  test("the same request is answered when there is room again", async () => {
    await takeTheTurn();
    const document = `{ ${question("revenue")} }`;
    expect((await ask(document)).status).toBe(503);
    await leave();
    const answer = await ask(document);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([200, null]);
  });

  test("a whole answer is refused before it is planned", async () => {
    await takeTheTurn();
    const answer = await fetch(`${url}/v1/query?metrics=no_such_metric`);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(JSON.parse(await answer.text()).error.code).toBe("OVERLOADED");
    await leave();
    expect((await fetch(`${url}/v1/query?metrics=no_such_metric`)).status).toBe(404);
  });
});

test("where an answer is withheld because it cannot be recorded, the status is 503 too", async () => {
  const audit: AuditLog = {
    ready: async () => {},
    append: async () => {
      throw new AuditError("The disk is full.");
    },
    close: async () => {},
  };
  const unrecorded = createEngine({ catalog: shop.engine.catalog, warehouse, audit });
  const door = createServer(createHttpHandler(unrecorded, { graphiql: false }));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => void door.close());
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  const address = door.address();
  if (typeof address !== "object" || address === null) throw new Error("The server has no port");
  const answer = await ask(`{ ${question("revenue")} }`, `http://127.0.0.1:${address.port}`);
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "10"]);
  expect(JSON.parse(await answer.text()).data.query).toEqual({ rows: null, refusal: { code: "AUDIT_UNAVAILABLE" } });
});

test("beside a question that is answered, one without room is a refusal in a success", async () => {
  const answer = await ask(`{ a: ${question("revenue")} b: ${question("members")} }`);
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([200, null]);
  const { data } = JSON.parse(await answer.text());
  const codes = [data.a, data.b].map(({ refusal }) => refusal?.code ?? null);
  expect(new Set(codes)).toEqual(new Set(["OVERLOADED", null]));
});

test("another refusal is no lack of room", async () => {
  await takeTheTurn();
  const answer = await ask(`{ ${question("no_such_metric")} }`);
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([200, null]);
});
