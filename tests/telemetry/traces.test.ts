import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AuthenticationError, type Principal } from "../../src/identity/index.ts";
import { createTelemetry, openTracer, type Telemetry } from "../../src/telemetry/index.ts";
import { type Api, startShop } from "../graphql/support.ts";
import { type Collector, lines, startCollector } from "./support.ts";

const TOKEN = "t0ken-kanary";
const ann: Principal = {
  kind: "user",
  issuer: "kanary-issuer",
  subject: "kanary-ann",
  name: "Ann Kanary",
  roles: ["analyst"],
  claims: {},
};

const authenticator = {
  async authenticate(authorization: string | undefined): Promise<Principal> {
    if (authorization === `Bearer ${TOKEN}`) return ann;
    throw new AuthenticationError("nobody");
  },
};

/** Its rows hold the word too. */
const TABLES = `create table shop.secrets as select 1::bigint as id, 'kanary row' as word;`;
const DEFINITIONS = {
  "secrets.yaml": `model: secrets
label: Secrets
table: shop.secrets
primary_key: id
columns: { id: int, word: string }
entities: { secret: primary }
dimensions: { word: }
measures: { secrets: count(*) }
---
metric: secrets
label: Secrets
description: How many.
owner: sales
model: secrets
measure: secrets
---
policy: secrets
roles: { analyst: { rows: all, fields: all } }
`,
};

let collector: Collector;
let telemetry: Telemetry;
let shop: Api;
const log = lines();
beforeAll(async () => {
  collector = await startCollector();
  const tracer = await openTracer({ url: collector.url, headers: {}, ratio: 1 });
  telemetry = createTelemetry({ sink: log, tracer, logLevel: "debug" });
  shop = await startShop({
    definitions: DEFINITIONS,
    tables: TABLES,
    http: { telemetry, authenticator },
    engine: { onQuery: telemetry.record },
  });
});
afterAll(async () => {
  await shop.close();
  await collector.close();
});

const HEADERS = { authorization: `Bearer ${TOKEN}` };

test("no token, value of a question, row or name of a person reaches logs, traces or metrics", async () => {
  const where = ["secret__word <> 'kanary value'"];
  const document = `query Kanary($where: [String!]) {
    query(input: { metrics: ["secrets"], groupBy: [{ name: "secret__word" }], where: $where }) { rows }
  }`;
  const body = JSON.stringify({ query: document, variables: { where } });
  const answered = await shop.http({ headers: HEADERS, body });
  expect(answered.text).toContain("kanary row");
  const bulk = await shop.http({
    path: "/v1/query",
    headers: { ...HEADERS, accept: "text/csv" },
    body: JSON.stringify({ metrics: ["secrets"], groupBy: [{ name: "secret__word" }], where }),
  });
  expect(bulk.text).toContain("kanary row");
  const wrong = [
    { headers: { authorization: "Bearer kanary" }, body },
    { headers: HEADERS, body: JSON.stringify({ query: "{ kanary }" }) },
    { headers: HEADERS, body: JSON.stringify({ query: document, variables: { where: ["kanary = 1"] } }) },
    // The data is at fault, and the engine quotes it.
    {
      headers: HEADERS,
      body: JSON.stringify({ query: document, variables: { where: ["cast(secret__word as int) = 1"] } }),
    },
    { method: "GET", path: "/kanary?kanary=kanary", headers: { ...HEADERS, "x-kanary": "kanary" } },
    { method: "KANARY", headers: HEADERS },
    { headers: { ...HEADERS, "assay-consumer": "kanary", traceparent: "kanary" }, body },
  ];
  for (const one of wrong) await shop.http(one).catch(() => {});
  shop.fail(new Error("syntax error at 'kanary'\nLINE 1: select kanary"));
  await shop.http({ headers: HEADERS, body });
  shop.fail(null);
  const { body: metrics } = await telemetry.text();
  await telemetry.close();
  expect(log.written.length).toBeGreaterThan(8);
  expect(log.written.join("")).toContain("A question failed.");
  expect(collector.spans.map(({ name }) => name)).toContain("bulk");
  expect(log.written.join("")).not.toMatch(/kanary/i);
  expect(collector.bodies.join("")).not.toMatch(/kanary/i);
  expect(metrics).not.toMatch(/kanary/i);
});

test("a collector that is out of reach harms no request", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const address = closed.address();
  const port = typeof address === "object" && address ? address.port : 0;
  closed.close();
  const tracer = await openTracer({ url: `http://127.0.0.1:${port}/v1/traces`, headers: {}, ratio: 1 });
  const alone = await startShop({ http: { telemetry: createTelemetry({ sink: lines(), tracer }) } });
  const ask = () =>
    alone.http({ body: JSON.stringify({ query: '{ query(input: { metrics: ["revenue"] }) { rows } }' }) });
  for (let i = 0; i < 30; i++) expect((await ask()).text).toContain("2625.50");
  await tracer.close();
  expect((await ask()).status).toBe(200);
  await alone.close();
});

test("whether a request is traced is the caller's to say, else it is chance; it has its id either way", async () => {
  const mine = await startCollector();
  const tracer = await openTracer({ url: mine.url, headers: {}, ratio: 0 });
  const some = await startShop({ http: { telemetry: createTelemetry({ sink: lines(), tracer }) } });
  const ask = async (traceparent?: string) => {
    const { headers } = await some.http({
      headers: { ...(traceparent !== undefined && { traceparent }) },
      body: JSON.stringify({ query: "{ __typename }" }),
    });
    return String(headers["x-request-id"]);
  };
  const sampled = await ask(`00-${"a".repeat(32)}-${"b".repeat(16)}-01`);
  const unsampled = await ask(`00-${"c".repeat(32)}-${"b".repeat(16)}-00`);
  const own = await ask();
  expect([sampled, unsampled]).toEqual(["a".repeat(32), "c".repeat(32)]);
  expect(own).toMatch(/^[0-9a-f]{32}$/);
  await tracer.close();
  expect([...new Set(mine.spans.map(({ traceId }) => traceId))]).toEqual(["a".repeat(32)]);
  await some.close();
  await mine.close();
});

test.each([
  `00-${"0".repeat(32)}-${"b".repeat(16)}-01`,
  `00-${"a".repeat(32)}-${"0".repeat(16)}-01`,
  `ff-${"a".repeat(32)}-${"b".repeat(16)}-01`,
  `00-${"a".repeat(32)}-${"b".repeat(16)}-01-more`,
  `00-${"A".repeat(32)}-${"b".repeat(16)}-01`,
  "nonsense",
])("a traceparent that is none counts for nothing: %s", (traceparent) => {
  const { id } = createTelemetry({ sink: lines() }).request("graphql", { method: "POST", traceparent });
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(traceparent.toLowerCase()).not.toContain(id);
});
