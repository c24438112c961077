import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { createAuthenticator } from "../../src/identity/index.ts";
import { identityFrom, readSettings } from "../../src/settings/index.ts";
import { createTelemetry } from "../../src/telemetry/index.ts";
import {
  AUDIENCE,
  ec,
  fileWith,
  forge,
  jwkOf,
  pemOf,
  rsa,
  standingClock,
  startKeyServer,
} from "../identity/support.ts";
import { inFile } from "../settings/support.ts";
import { type Api, startShop } from "./support.ts";

/** Two issuers, as an operator writes them: one publishes its keys, the other's stand in a file. */
const POLICIES = `project: shop
claims: { region: string }
---
policy: orders
roles:
  analyst: { rows: all, fields: all }
  guest: { rows: status = 'paid', fields: [orders, order, status] }
  support: { rows: all, fields: all }
---
policy: customers
roles:
  analyst: { rows: region = claim('region'), fields: all }
  support: { rows: all, fields: all, masks: { tier: null } }
`;

const [published, next, filed] = [ec(), ec(), rsa()];
const SERVICE_TOKEN = "service-token-of-this-test-0123456789";
const clock = standingClock();
const stderr = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
const shown: string[] = [];
let keys: Awaited<ReturnType<typeof startKeyServer>>;
let shop: Api;

beforeAll(async () => {
  keys = await startKeyServer({ keys: [jwkOf(published, "one")] });
  const file = inFile(`identity:
  jwt:
    - issuer: https://login.example.com
      audience: ${AUDIENCE}
      algorithm: ES256
      typ: at+jwt
      keys: { jwks: "${keys.url}" }
      roles: { path: [realm, roles], names: { bi-analyst: [analyst], bi-ops: [monitoring] } }
      claims: { region: [attributes, region] }
    - issuer: https://other.example.com
      audience: ${AUDIENCE}
      algorithm: RS256
      typ: JWT
      keys: { pem: [{ file: "${fileWith(pemOf(filed))}" }] }
      roles: { path: [roles] }
  service_tokens:
    - { name: nightly, sha256: { env: NIGHTLY }, roles: [guest] }
`);
  const { settings } = readSettings(file, {});
  if (!settings?.identity) throw new Error("the settings do not load");
  const identity = identityFrom(settings.identity, new Map([["region", { type: "string" }]]));
  const env = { NIGHTLY: createHash("sha256").update(SERVICE_TOKEN).digest("hex") };
  shop = await startShop({
    definitions: { "policies.yaml": POLICIES },
    http: {
      authenticator: createAuthenticator(identity.settings, { clock, env }),
      examples: false,
      telemetry: createTelemetry(),
    },
  });
});
beforeEach(() => stderr.mockClear());
afterAll(async () => {
  stderr.mockRestore();
  await shop.close();
  await keys.stop();
});

const header = (token: string) => {
  shown.push(token);
  return { authorization: `Bearer ${token}` };
};

function now(): number {
  return Math.floor(clock.now() / 1_000);
}

/** A token of the first issuer. */
function login(changes: Readonly<Record<string, unknown>> = {}, pair = published, kid = "one") {
  const roles = ["bi-analyst"];
  const payload = {
    iss: "https://login.example.com",
    aud: AUDIENCE,
    sub: "ann",
    iat: now(),
    exp: now() + 600,
    realm: { roles },
    attributes: { region: "EMEA" },
    ...changes,
  };
  return header(forge(pair.privateKey, payload, { alg: "ES256", typ: "at+jwt", kid }));
}

/** A token of the second one. */
function other(changes: Readonly<Record<string, unknown>> = {}, typ = "JWT") {
  const payload = {
    iss: "https://other.example.com",
    aud: AUDIENCE,
    sub: "bob",
    iat: now(),
    exp: now() + 600,
    roles: ["guest"],
    ...changes,
  };
  return header(forge(filed.privateKey, payload, { alg: "RS256", typ }, "RS256"));
}

const REVENUE = `{ query(input: { metrics: ["revenue"], groupBy: [{ name: "customer__region" }] }) { rows refusal { code } } }`;
const ORDERS = `{ query(input: { metrics: ["orders"] }) { rows refusal { code } } }`;

test("each issuer's tokens come to the roles and claims that the settings say", async () => {
  expect((await shop.ask(REVENUE, {}, login())).data.query.rows).toEqual([
    ["EMEA", "1500.50"],
    [null, "1125.00"],
  ]);
  const apac = login({ attributes: { region: "APAC" }, sub: "cem" });
  expect((await shop.ask(REVENUE, {}, apac)).data.query.rows[0]).toEqual(["APAC", "50.00"]);
  expect((await shop.ask(ORDERS, {}, other())).data.query.rows).toEqual([["4"]]);
  expect((await shop.ask(ORDERS, {}, header(SERVICE_TOKEN))).data.query.rows).toEqual([["4"]]);
});

test("a role that the settings do not map counts for nothing, nor one of the other issuer's names", async () => {
  const unmapped = login({ realm: { roles: ["analyst", "guest"] } });
  expect((await shop.ask(ORDERS, {}, unmapped)).data.query.refusal.code).toBe("UNKNOWN_METRIC");
  const foreign = other({ realm: { roles: ["bi-analyst"] }, roles: ["bi-analyst"] });
  expect((await shop.ask(ORDERS, {}, foreign)).data.query.refusal.code).toBe("UNKNOWN_METRIC");
});

test("the issuer's new key is taken, and what only its old key signed is refused", async () => {
  expect((await shop.http({ body: `{"query":"{ __typename }"}`, headers: login() })).status).toBe(200);
  keys.answer({ keys: [jwkOf(next, "two")] });
  clock.pass(31_000);
  expect((await shop.ask(REVENUE, {}, login({}, next, "two"))).data.query.rows[0]).toEqual(["EMEA", "1500.50"]);
  expect((await shop.http({ body: `{"query":"{ __typename }"}`, headers: login({ jti: "x" }) })).status).toBe(401);
  keys.answer({ keys: [jwkOf(published, "one"), jwkOf(next, "two")] });
  clock.pass(11 * 60_000);
});

test("a token that is not wholly for us is refused with one and the same answer, whatever is asked", async () => {
  const wrong = {
    "another audience": login({ aud: "other-service" }),
    "several audiences": login({ aud: [AUDIENCE, "other-service"] }),
    "no audience": login({ aud: undefined }),
    "an issuer nobody knows": login({ iss: "https://evil.example.com" }),
    "the other issuer's name": login({ iss: "https://other.example.com" }),
    "another key": login({}, ec()),
    expired: login({ exp: now() - 60 }),
    "no expiry": login({ exp: undefined }),
    "an identity token": other({}, "ID"),
    "a service token that nobody has": header("service-token-of-this-test-9876543210"),
    "no token": {},
    "another scheme": { authorization: "Basic YTpi" },
  };
  const introspection = "{ __schema { types { name } } }";
  const answers = new Set<string>();
  for (const [i, [name, headers]] of Object.entries(wrong).entries()) {
    const body = JSON.stringify({ query: i % 2 === 0 ? REVENUE : introspection });
    const { status, text, headers: told } = await shop.http({ body, headers });
    expect([name, status, told["www-authenticate"]]).toEqual([name, 401, "Bearer"]);
    answers.add(text);
  }
  expect([...answers]).toEqual([
    '{"errors":[{"message":"The credentials are missing or not valid.","extensions":{"code":"UNAUTHENTICATED"}}]}',
  ]);
});

test("two credentials in one request are none", async () => {
  const { authorization } = login();
  const another = other().authorization;
  const body = JSON.stringify({ query: REVENUE });
  expect((await shop.http({ body, headers: { authorization } })).status).toBe(200);
  for (const both of [
    [authorization, another],
    [another, authorization],
    [authorization, authorization],
  ]) {
    expect((await shop.http({ body, headers: { authorization: both } })).status).toBe(401);
  }
});

test("a model tells neither of keys that somebody does not see, nor of the warehouse", async () => {
  const question = "{ models { name source primaryKey entities } }";
  expect((await shop.ask(question, {}, other())).data.models).toEqual([
    { name: "orders", source: "orders", primaryKey: [], entities: ["order"] },
  ]);
});

test("typed fields group by what is masked, and order by it only where nothing is masked", async () => {
  const byTier = (more: string) =>
    `{ orders(groupBy: [{ dimension: CUSTOMER__TIER }]${more}) {
      ... on OrdersConnection { edges { node { key { customerTier } orders } } }
      ... on QueryRefused { code }
    } }`;
  const support = other({ roles: ["support"] });
  const { edges } = (await shop.ask(byTier(""), {}, support)).data.orders;
  expect(edges).toHaveLength(1);
  expect(edges[0].node.key.customerTier).toBeNull();
  const ordered = byTier(", orderBy: [{ dimension: CUSTOMER__TIER }]");
  expect((await shop.ask(ordered, {}, support)).data.orders).toEqual({ code: "MASKED_FIELD" });
});

test("health is for everybody and tells nothing, counts are for the role made for it", async () => {
  const status = async (path: string, headers = {}) => (await shop.http({ method: "GET", path, headers })).status;
  expect(await status("/health/live")).toBe(200);
  expect(await status("/health/ready")).toBe(200);
  expect(await status("/metrics")).toBe(401);
  expect(await status("/metrics", login())).toBe(403);
  expect(await status("/metrics", other({ roles: ["bi-ops"] }))).toBe(403);
  const ops = login({ realm: { roles: ["bi-ops"] } });
  expect(await status("/metrics", ops)).toBe(200);
  // Who may count may not ask.
  expect((await shop.ask(ORDERS, {}, ops)).data.query.refusal.code).toBe("UNKNOWN_METRIC");
});

test("GraphiQL opens without a token, and its page names nothing", async () => {
  const { status, text } = await shop.http({ method: "GET", path: "/graphql", headers: { accept: "text/html" } });
  expect(status).toBe(200);
  expect(text).toContain('id="tabs">[{"query":"{\\n  __typename\\n}\\n"}]<');
  expect(text).not.toMatch(/revenue|orders|customer/i);
});

test("what one principal sees is told to no other, whoever asks first", async () => {
  const analyst = login();
  const guest = other();
  const typed = "{ customers { ... on CustomersConnection { nodes { members } } } }";
  for (const query of [
    typed,
    `{ __type(name: "CustomersRow") { name fields { name } } }`,
    `{ metric(name: "revenue") { name upstream } }`,
    `{ metrics(first: 50) { nodes { name dimensions { name } } } }`,
    "{ __schema { types { name fields { name } enumValues { name } inputFields { name } } } }",
  ]) {
    const before = await shop.http({ body: JSON.stringify({ query }), headers: guest });
    const admin = await shop.http({ body: JSON.stringify({ query }), headers: analyst });
    const after = await shop.http({ body: JSON.stringify({ query }), headers: guest });
    expect(admin.text).toMatch(/revenue|members/i);
    expect(after.text).toBe(before.text);
    // Only what the caller wrote comes back to them.
    const words = after.text.match(/[A-Za-z_]+/g)?.filter((word) => !query.includes(word)) ?? [];
    expect(words.filter((word) => /revenue|region|customer|member|emea/i.test(word))).toEqual([]);
  }
});

test("no token, part of one or claim of one is ever logged", async () => {
  await shop.http({ body: `{"query":"{ __typename }"}`, headers: login({ aud: "other", sub: "subject-canary" }) });
  shop.fail(new Error("boom"));
  await shop.ask(REVENUE, {}, login({ sub: "subject-canary" }));
  shop.fail(null);
  clock.pass(600_000);
  await shop.http({ body: `{"query":"{ __typename }"}`, headers: login({ aud: "other" }) });
  const logged = stderr.mock.calls.map(([text]) => String(text)).join("");
  expect(logged).toContain("boom");
  expect(shown.length).toBeGreaterThan(20);
  for (const token of shown) for (const part of token.split(".")) expect(logged).not.toContain(part);
  expect(logged).not.toContain("subject-canary");
});

test("beyond so many bad tokens from one address the answer is 429 and nothing is logged, and good tokens still pass", async () => {
  // As time goes by, more of them are looked at.
  const standing = vi.spyOn(performance, "now").mockReturnValue(performance.now());
  onTestFinished(() => standing.mockRestore());
  const body = `{"query":"{ __typename }"}`;
  let last = await shop.http({ body });
  for (let i = 0; i < 25; i++) {
    // What a proxy or the caller says of addresses changes nothing.
    last = await shop.http({ body, headers: { "x-forwarded-for": `192.0.2.${i}`, forwarded: `for=192.0.2.${i}` } });
  }
  expect(last.status).toBe(429);
  expect(JSON.parse(last.text).errors[0].extensions.code).toBe("RATE_LIMITED");
  expect(Number(last.headers["retry-after"])).toBeGreaterThan(0);
  const logged = stderr.mock.calls.length;
  expect(logged).toBeLessThan(25);
  await shop.http({ body });
  expect(stderr.mock.calls.length).toBe(logged);
  expect((await shop.http({ body, headers: login() })).status).toBe(200);
});
