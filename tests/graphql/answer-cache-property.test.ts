/** One engine behind two servers, of which one keeps no whole answers: whatever happens, both say the same. */
import { once } from "node:events";
import { createServer } from "node:http";
import { array, assert, asyncProperty, constantFrom, integer, oneof, record } from "fast-check";
import { expect, test } from "vitest";
import type { Authenticator } from "../../src/identity/index.ts";
import { makeUser } from "../../src/identity/principal.ts";
import { createHttpHandler } from "../../src/server/index.ts";
import { createTelemetry } from "../../src/telemetry/index.ts";
import { startShop } from "./support.ts";

const POLICIES = `project: shop
claims: { region: string }
---
policy: orders
roles: { analyst: { rows: all, fields: all }, guest: { rows: status = 'paid', fields: all } }
---
policy: customers
roles: { analyst: { rows: region = claim('region'), fields: all }, guest: { rows: all, fields: all } }
`;
const PEOPLE = ["analyst EMEA", "analyst APAC", "guest EMEA"];
const DOCUMENTS = [
  '{ query(input: { metrics: ["revenue"] }) { rows } }',
  '{ query(input: { metrics: ["members"], groupBy: [{ name: "customer__region" }] }) { rows totalCount } }',
  '{ query(input: { metrics: ["per_member"] }) { rows refusal { code } } }',
  '{ query(input: { metrics: ["revenue"], timeRange: { start: "2026-02-01", end: "2026-02-28" } }) { rows } }',
  '{ query(input: { metrics: ["orders"], timeRange: { last: { n: 3, unit: MONTH } }, groupBy: [{ name: "metric_time", grain: MONTH }] }) { rows provenance { warnings dataAsOf } } }',
  "{ orders(groupBy: [{ dimension: CUSTOMER__REGION }]) { ... on OrdersConnection { nodes { id key { customerRegion } revenue } } ... on QueryRefused { code } } }",
];
const TTL_MS = 60_000;

/** Whoever the header names: their role and their region. */
const authenticator: Authenticator = {
  async authenticate(authorization = "") {
    const [role = "", region = ""] = authorization.split(" ");
    return makeUser({ issuer: "i", subject: authorization, name: "n", roles: [role], claims: { region } });
  },
};

const STEP = oneof(
  { weight: 6, arbitrary: record({ who: constantFrom(...PEOPLE), document: constantFrom(...DOCUMENTS) }) },
  { weight: 1, arbitrary: record({ source: constantFrom("orders", "customers", "days", "shop.orders") }) },
  { weight: 1, arbitrary: record({ later: integer({ min: 1, max: TTL_MS }) }) },
  { weight: 1, arbitrary: record({ version: constantFrom(0, 1) }) },
);

test("what is kept whole is what would be said without it", async () => {
  const time = { now: 1_000 };
  const telemetry = createTelemetry({ logLevel: "error" });
  const shop = await startShop({
    definitions: { "policies.yaml": POLICIES },
    engine: { cache: { ttlMs: TTL_MS, clock: () => time.now } },
    http: { authenticator, telemetry },
  });
  const plain = createServer(createHttpHandler(shop.engine, { graphiql: false, authenticator, answerBytes: 0 }));
  plain.listen(0, "127.0.0.1");
  await once(plain, "listening");
  const address = plain.address();
  const port = typeof address === "object" ? address?.port : 0;
  const { catalog } = shop.engine;
  const catalogs = [catalog, { ...catalog, version: "another" }];
  await assert(
    asyncProperty(array(STEP, { minLength: 20, maxLength: 30 }), async (steps) => {
      for (const step of steps) {
        if ("source" in step) shop.engine.refreshed(step);
        else if ("later" in step) time.now += step.later;
        else if ("version" in step) shop.engine.swap(catalogs[step.version] ?? catalog);
        else {
          const body = JSON.stringify({ query: step.document });
          const headers = { "content-type": "application/json", authorization: step.who };
          // The first of them may be what another step has left, and the second leaves it for the next.
          const [first, second] = [await shop.http({ body, headers }), await shop.http({ body, headers })];
          const other = await fetch(`http://127.0.0.1:${port}/graphql`, { method: "POST", headers, body });
          const text = await other.text();
          expect([first.text, second.text]).toEqual([text, text]);
        }
      }
    }),
    { numRuns: 12 },
  );
  const { body } = await telemetry.text();
  expect(Number(/assay_cache_lookups_total\{cache="hit"\} (\d+)/.exec(body)?.[1])).toBeGreaterThan(0);
  plain.close();
  plain.closeAllConnections();
  await shop.close();
}, 180_000);
