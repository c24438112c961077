/** Whole answers that are given again as the bytes they were: to whom, for how long, and what each leaves behind. */
import { createHash, createHmac } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type AuditLog, openAuditLog } from "../../src/audit/index.ts";
import { createQuotas, type QueryEvent } from "../../src/engine/index.ts";
import { AuthenticationError, type Authenticator, type User } from "../../src/identity/index.ts";
import { makeUser } from "../../src/identity/principal.ts";
import { createTelemetry, type Telemetry } from "../../src/telemetry/index.ts";
import { type Api, type ApiOptions, type HttpAnswer, startShop } from "./support.ts";

const POLICIES = `project: shop
claims: { region: string }
---
policy: orders
roles:
  analyst: { rows: all, fields: all }
  guest: { rows: status = 'paid', fields: all }
---
policy: customers
roles:
  analyst: { rows: region = claim('region'), fields: all }
  guest: { rows: all, fields: all }
`;
const SECRET = "a-secret-of-32-letters-or-so-xyz";
const REVENUE = '{ query(input: { metrics: ["revenue"] }) { rows columns { name type } } }';
const TTL_MS = 3_600_000;

/** Who each token stands for; a missing one is refused. */
let people: Map<string, User>;
let time: { now: number };
let telemetry: Telemetry;
let events: QueryEvent[];
let opened: Api[];

beforeEach(() => {
  people = new Map([
    ["ann", person("ann", ["analyst"], "EMEA")],
    ["amy", person("amy", ["analyst"], "EMEA")],
    ["bob", person("bob", ["analyst"], "APAC")],
    ["guest", person("guest", ["guest"], "EMEA")],
  ]);
  time = { now: 1_000 };
  telemetry = createTelemetry({ logLevel: "error" });
  events = [];
  opened = [];
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(opened.map((shop) => shop.close()));
});

function person(subject: string, roles: readonly string[], region: string): User {
  return makeUser({ issuer: "i", subject, name: subject, roles, claims: { region } });
}

const authenticator: Authenticator = {
  async authenticate(authorization) {
    const user = people.get(authorization?.replace("Bearer ", "") ?? "");
    if (!user) throw new AuthenticationError("nobody has this token");
    return user;
  },
};

async function start({ http, engine, ...more }: ApiOptions = {}): Promise<Api> {
  const shop = await startShop({
    definitions: { "policies.yaml": POLICIES },
    engine: {
      cache: { ttlMs: TTL_MS, clock: () => time.now },
      onQuery: (event) => events.push(event),
      ...engine,
    },
    http: { authenticator, telemetry, eventSecret: SECRET, ...http },
    ...more,
  });
  opened.push(shop);
  return shop;
}

function post(shop: Api, query: string, who = "ann", headers: Readonly<Record<string, string>> = {}) {
  return shop.http({ body: JSON.stringify({ query }), headers: { authorization: `Bearer ${who}`, ...headers } });
}

/** Whether an answer came of bytes that were kept. */
async function isGiven(ask: () => Promise<unknown>): Promise<boolean> {
  const before = await hits();
  await ask();
  return (await hits()) > before;
}

async function hits(): Promise<number> {
  const { body } = await telemetry.text();
  return Number(/assay_cache_lookups_total\{cache="hit"\} (\d+)/.exec(body)?.[1] ?? 0);
}

/** Asked until it is kept. */
async function warm(shop: Api, query = REVENUE, who = "ann"): Promise<HttpAnswer> {
  await post(shop, query, who);
  return post(shop, query, who);
}

const ROWS =
  "nodes { id key { metricTime { start end label complete } customerRegion } revenue orders } pageInfo { endCursor }";
const UNTYPED = "rows columns { name type } totalCount pageInfo { hasNextPage } refusal { code } pending { queryId }";
const CORPUS: Readonly<Record<string, string>> = {
  "one number": REVENUE,
  "a series, its totals and its number of groups": `{ query(input: { metrics: ["revenue", "orders"], groupBy: [{ name: "metric_time", grain: MONTH }],
     totals: [[]] }) { ${UNTYPED} totals { rows } } }`,
  "a range with periods that it cuts": `{ query(input: { metrics: ["revenue"], groupBy: [{ name: "metric_time", grain: MONTH }],
     timeRange: { start: "2026-01-10", end: "2026-02-11" } }) { rows provenance { warnings } } }`,
  "typed rows": `{ orders(groupBy: [{ time: METRIC_TIME, grain: MONTH }, { dimension: CUSTOMER__REGION }]) { __typename ... on OrdersConnection { ${ROWS} } } }`,
  "several fields": `{ a: query(input: { metrics: ["revenue"] }) { rows } b: query(input: { metrics: ["members"] }) { rows } __typename }`,
  "equal typed fields": `{ a: orders(groupBy: [{ time: METRIC_TIME, grain: MONTH }]) { ... on OrdersConnection { nodes { revenue } } }
     b: orders(groupBy: [{ time: METRIC_TIME, grain: MONTH }]) { ... on OrdersConnection { nodes { revenue } } } }`,
  "values of a dimension": '{ metric(name: "revenue") { dimension(name: "customer__region") { values } } }',
  "what it rests on": `{ query(input: { metrics: ["half"] }) { rows provenance { catalogVersion dataAsOf warnings appliedPolicies servedBy
     metrics { name version fingerprint certification } sql } } }`,
};

describe("an answer that is given again", () => {
  test.each(Object.entries(CORPUS))("is byte for byte what the warehouse's was: %s", async (_, query) => {
    const shop = await start();
    const first = await post(shop, query);
    if (first.text.startsWith('{"errors"')) throw new Error(first.text);
    const second = await post(shop, query);
    let third: HttpAnswer | undefined;
    expect(await isGiven(async () => (third = await post(shop, query)))).toBe(true);
    expect([second.text, third?.text]).toEqual([first.text, first.text]);
    const { date: _d, "x-request-id": ownId, ...headers } = third?.headers ?? {};
    const { date: _e, "x-request-id": otherId, ...expected } = first.headers;
    expect(headers).toEqual(expected);
    expect(ownId).not.toBe(otherId);
  });

  test("is asked of no warehouse", async () => {
    const shop = await start();
    await warm(shop);
    shop.fail(new Error("nobody is there"));
    expect(JSON.parse((await post(shop, REVENUE)).text).data.query.rows).toEqual([["2625.50"]]);
  });

  test("says itself how it was come by", async () => {
    const shop = await start();
    const query = '{ query(input: { metrics: ["revenue"] }) { provenance { cache bytesProcessed } } }';
    const told: unknown[] = [];
    for (const _ of [1, 2, 3]) told.push(JSON.parse((await post(shop, query)).text).data.query.provenance.cache);
    expect(told).toEqual(["miss", "hit", "hit"]);
    expect(await hits()).toBe(1);
  });
});

describe("nothing is kept", () => {
  const never: Readonly<Record<string, readonly [query: string, answer: RegExp]>> = {
    "with the id of a question": [
      '{ query(input: { metrics: ["revenue"] }) { rows provenance { queryId } } }',
      /"queryId":"[0-9a-f-]{36}"/,
    ],
    "with the id of a question under another name": [
      '{ query(input: { metrics: ["revenue"] }) { rows provenance { a: queryId } } }',
      /"a":"[0-9a-f-]{36}"/,
    ],
    "where one of two equal fields has waited for the other": [
      '{ a: query(input: { metrics: ["revenue"] }) { rows } b: query(input: { metrics: ["revenue"] }) { rows provenance { cache } } }',
      /"cache":"hit"/,
    ],
    "of a refusal": ['{ query(input: { metrics: ["no_such"] }) { rows refusal { code } } }', /UNKNOWN_METRIC/],
    "of an answer beside a refusal": [
      '{ a: query(input: { metrics: ["revenue"] }) { rows } b: query(input: { metrics: ["no_such"] }) { refusal { code } } }',
      /2625.50.*UNKNOWN_METRIC/,
    ],
    "of an error": ['{ query(input: { metrics: ["revenue"] }) { rows nothing } }', /^{"errors"/],
    "of a mutation": ['mutation { cancelQuery(queryId: "x") }', /"cancelQuery":false/],
    "of what is asked of no metric": ["{ __typename }", /"__typename":"Query"/],
    "of periods of a calendar": [
      "{ orders(groupBy: [{ time: METRIC_TIME, grain: FISCAL_QUARTER }]) { ... on OrdersConnection { nodes { key { metricTime { end } } } } } }",
      /"end":"2026-/,
    ],
    "of a range that ends now": [
      '{ query(input: { metrics: ["revenue"], timeRange: { toDate: HOUR } }) { rows refusal { code } } }',
      /"rows":\[\[null/,
    ],
  };
  test.each(Object.entries(never))("%s", async (_, [query, answer]) => {
    const shop = await start();
    expect((await warm(shop, query)).text).toMatch(answer);
    expect(await isGiven(() => post(shop, query))).toBe(false);
  });

  test("where the operator gives no memory, or the rows are not kept", async () => {
    const none = await start({ http: { answerBytes: 0 } });
    await warm(none);
    const rowless = await start({ engine: { cache: {} } });
    await warm(rowless);
    expect(await isGiven(() => Promise.all([post(none, REVENUE), post(rowless, REVENUE)]))).toBe(false);
  });

  test("of an answer that is large beside the memory for all", async () => {
    const shop = await start({ http: { answerBytes: 2_000 } });
    const query =
      '{ query(input: { metrics: ["revenue"], groupBy: [{ name: "metric_time", grain: DAY }] }) { rows columns { name label type } } }';
    await warm(shop, query);
    expect(await isGiven(() => post(shop, query))).toBe(false);
  });
});

describe("whose answer it is", () => {
  test("nobody gets another's, with other rights or with the same", async () => {
    const shop = await start();
    const query = '{ query(input: { metrics: ["revenue", "members"] }) { rows } }';
    const own = new Map<string, string>();
    for (const who of people.keys()) own.set(who, (await warm(shop, query, who)).text);
    expect(own.get("amy")).toBe(
      own.get("ann")?.replace(/"asOf":"[^"]+"/, /"asOf":"[^"]+"/.exec(own.get("amy") ?? "")?.[0] ?? ""),
    );
    expect(own.get("bob")).not.toBe(own.get("ann"));
    expect(own.get("guest")).not.toBe(own.get("ann"));
    for (const who of [...people.keys()].toReversed()) {
      const answers: string[] = [];
      expect(await isGiven(async () => answers.push((await post(shop, query, who)).text))).toBe(true);
      expect(answers).toEqual([own.get(who)]);
    }
    people.set("new", person("new", ["analyst"], "EMEA"));
    expect(await isGiven(() => post(shop, query, "new"))).toBe(false);
  });

  test("a token that is revoked, and one without rights, get none", async () => {
    const shop = await start();
    await warm(shop);
    const ann = people.get("ann");
    people.delete("ann");
    expect((await post(shop, REVENUE)).status).toBe(401);
    people.set("ann", person("ann", [], "EMEA"));
    const { text } = await post(shop, REVENUE);
    expect(JSON.parse(text).data.query.rows).toBeNull();
    if (ann) people.set("ann", ann);
    expect(await isGiven(() => post(shop, REVENUE))).toBe(true);
  });

  test("another role and another claim are another person; the order of roles is not", async () => {
    const shop = await start();
    people.set("ann", person("ann", ["guest", "analyst"], "EMEA"));
    await warm(shop);
    people.set("ann", person("ann", ["analyst", "guest"], "EMEA"));
    expect(await isGiven(() => post(shop, REVENUE))).toBe(true);
    people.set("ann", person("ann", ["analyst"], "EMEA"));
    expect(await isGiven(() => post(shop, REVENUE))).toBe(false);
    people.set("ann", person("ann", ["analyst", "guest"], "APAC"));
    expect(await isGiven(() => post(shop, REVENUE))).toBe(false);
  });

  test("no header decides but who asks, the type of the answer and the application", async () => {
    const shop = await start({ http: { consumers: ["board"] } });
    await warm(shop);
    const headers = {
      "x-forwarded-for": "1.2.3.4",
      "accept-encoding": "gzip",
      origin: "https://x.example",
      cookie: "a=b",
    };
    expect(await isGiven(() => post(shop, REVENUE, "ann", headers))).toBe(true);
    expect(await isGiven(() => post(shop, REVENUE, "ann", { "assay-consumer": "board" }))).toBe(false);
    const accept = "application/graphql-response+json";
    const other = await post(shop, REVENUE, "ann", { accept });
    expect(other.headers["content-type"]).toBe(`${accept}; charset=utf-8`);
  });

  test("what a request asks of certification is part of it", async () => {
    const shop = await start();
    const query = '{ query(input: { metrics: ["orders"] }) { rows refusal { code } } }';
    await warm(shop, query);
    const body = JSON.stringify({ query, extensions: { metrics: { require: "CERTIFIED" } } });
    const { text } = await shop.http({ body, headers: { authorization: "Bearer ann" } });
    expect(JSON.parse(text).data.query.refusal.code).toBe("METRIC_NOT_CERTIFIED");
  });

  test("an id of a document is no text of one, and its variables are part of it", async () => {
    const text =
      'query Q($limit: Int) { query(input: { metrics: ["revenue"], groupBy: [{ name: "customer__region" }], limit: $limit }) { rows } }';
    const id = createHash("sha256").update(text).digest("hex");
    const shop = await start({ http: { persisted: { mode: "open", documents: new Map([[id, text]]) } } });
    const get = (variables: string, headers: Readonly<Record<string, string>> = {}) =>
      shop.http({
        method: "GET",
        path: `/graphql?documentId=${id}&variables=${encodeURIComponent(variables)}`,
        headers: { authorization: "Bearer ann", ...headers },
      });
    const [first] = [await get('{"limit":2}'), await get('{"limit":2}')];
    const { etag = "" } = first.headers;
    let again: HttpAnswer | undefined;
    expect(await isGiven(async () => (again = await get('{"limit":2}')))).toBe(true);
    expect([again?.text, again?.headers.etag]).toEqual([first.text, etag]);
    expect(await isGiven(async () => (again = await get('{"limit":2}', { "if-none-match": etag })))).toBe(true);
    expect([again?.status, again?.text, again?.headers["cache-control"]]).toEqual([304, "", "private, no-cache"]);
    expect(await isGiven(() => get('{"limit":3}'))).toBe(false);
    const posted = await shop.http({
      body: JSON.stringify({ id, variables: { limit: 2 } }),
      headers: { authorization: "Bearer ann" },
    });
    expect(posted.headers.etag).toBeUndefined();
    const [amy, ann] = await Promise.all(
      ["amy", "ann"].map((who) => get('{"limit":2}', { authorization: `Bearer ${who}` })),
    );
    expect(JSON.parse(amy?.text ?? "").data).toEqual(JSON.parse(ann?.text ?? "").data);
    expect(amy?.headers.etag).not.toBe(ann?.headers.etag);
  });
});

describe("an answer is given no longer", () => {
  test("when its rows are too old, by a clock that nobody sets", async () => {
    const shop = await start();
    await warm(shop);
    time.now += TTL_MS - 1;
    expect(await isGiven(() => post(shop, REVENUE))).toBe(true);
    time.now += 1;
    expect(await isGiven(() => post(shop, REVENUE))).toBe(false);
  });

  test("when word comes that one of its sources was refreshed, and no other", async () => {
    const shop = await start();
    const members = '{ query(input: { metrics: ["members"] }) { rows } }';
    const both = '{ query(input: { metrics: ["per_member"] }) { rows } }';
    for (const query of [REVENUE, members, both]) await warm(shop, query);
    const body = JSON.stringify({ source: "orders" });
    const at = Math.floor(Date.now() / 1_000);
    const signature = createHmac("sha256", SECRET).update(`${at}.${body}`).digest("hex");
    await shop.http({ path: "/v1/events/refreshed", body, headers: { "assay-signature": `t=${at},v1=${signature}` } });
    expect(await isGiven(() => post(shop, members))).toBe(true);
    expect(await isGiven(() => post(shop, REVENUE))).toBe(false);
    expect(await isGiven(() => post(shop, both))).toBe(false);
  });

  test("when other definitions are served, and those that come back begin anew", async () => {
    const shop = await start();
    const { catalog } = shop.engine;
    await warm(shop);
    shop.engine.swap({ ...catalog, version: "another" });
    expect(await isGiven(() => post(shop, REVENUE))).toBe(false);
    shop.engine.swap(catalog);
    // Nothing of before is kept: asked of the warehouse, then made of kept rows and kept, then given.
    expect(await isGiven(() => post(shop, REVENUE))).toBe(false);
    expect(await isGiven(() => post(shop, REVENUE))).toBe(false);
    expect(await isGiven(() => post(shop, REVENUE))).toBe(true);
  });

  test("when a quarter of an hour of the clock on the wall is over: a period may be", async () => {
    const shop = await start();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-03-31T21:59:00Z") });
    const query = `{ query(input: { metrics: ["revenue"], timeZone: "Europe/Berlin", timeRange: { last: { n: 1, unit: MONTH } } }) { rows } }`;
    const february = await warm(shop, query);
    expect(await isGiven(() => post(shop, query))).toBe(true);
    vi.setSystemTime(Date.parse("2026-03-31T22:00:00Z"));
    let march: HttpAnswer | undefined;
    expect(await isGiven(async () => (march = await post(shop, query)))).toBe(false);
    expect(JSON.parse(march?.text ?? "").data).not.toEqual(JSON.parse(february.text).data);
  });
});

describe("each time it is given", () => {
  let folder: string;
  let audit: AuditLog;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "assay-answers-"));
    audit = await openAuditLog({ folder, writer: "w", onFailure: "closed", rotateBytes: 1, keepDays: 400 });
    return async () => {
      await audit.close();
      rmSync(folder, { recursive: true, force: true });
    };
  });

  function lines(): readonly Readonly<Record<string, unknown>>[] {
    const files = readdirSync(folder).filter((file) => file.endsWith(".jsonl"));
    const all = files.sort().flatMap((file) => readFileSync(join(folder, file), "utf8").trim().split("\n"));
    return all
      .map((line) => JSON.parse(line))
      .filter(({ kind }) => kind === "question")
      .map(({ record }) => record);
  }

  test.each(["one number", "a series, its totals and its number of groups", "several fields", "equal typed fields"])(
    "every question of it is on record and counted, as if it were answered from its rows: %s",
    async (name) => {
      const shop = await start({ http: { audit }, engine: { audit } });
      const query = CORPUS[name] ?? "";
      await post(shop, query);
      const [written, counted] = [lines().length, events.length];
      await post(shop, query);
      const given = await post(shop, query);
      expect(await hits()).toBe(1);
      const [before, after] = [lines().slice(written, 2 * written), lines().slice(2 * written)];
      const same = ({ queryId: _, requestId: _r, ms: _m, ...rest }: Readonly<Record<string, unknown>>) => rest;
      expect(after.map(same)).toEqual(before.map(same));
      expect(after).not.toHaveLength(0);
      expect(new Set(after.map(({ requestId }) => requestId))).toEqual(new Set([given.headers["x-request-id"]]));
      expect(new Set(lines().map(({ queryId }) => queryId)).size).toBe(3 * written);
      const known = ({ queryId: _, requestId: _r, planMs: _p, warehouseMs: _w, ...rest }: QueryEvent) => rest;
      expect(events.slice(2 * counted).map(known)).toEqual(events.slice(counted, 2 * counted).map(known));
    },
  );

  test("the line that each would leave is counted as memory, as long as whoever asks makes it", async () => {
    const shop = await start({ http: { audit }, engine: { audit } });
    const conditions = Array.from({ length: 40 }, () => "order__status = 'paid'");
    const query = `{ query(input: { metrics: ["revenue"], where: ${JSON.stringify(conditions)} }) { rows } }`;
    await warm(shop, query);
    expect(await isGiven(() => post(shop, query))).toBe(true);
    const line = JSON.stringify(lines().at(-1));
    expect(line.length).toBeGreaterThan(2_000);
    const { body } = await telemetry.text();
    const bytes = Number(/assay_cache_bytes\{kind="answers"\} (\d+)/.exec(body)?.[1]);
    expect(bytes).toBeGreaterThan(line.length * 2 + 2_048);
  });

  test("it is withheld where it cannot be recorded and must be", async () => {
    const shop = await start({ http: { audit }, engine: { audit } });
    await warm(shop);
    renameSync(folder, `${folder}-away`);
    writeFileSync(folder, "no folder");
    for (const _ of [1, 2]) {
      const { status, text } = await post(shop, REVENUE);
      expect(text).toContain("AUDIT_UNAVAILABLE");
      expect(text).not.toContain("2625.50");
      expect([200, 503]).toContain(status);
    }
    rmSync(folder);
    renameSync(`${folder}-away`, folder);
    expect(await isGiven(() => post(shop, REVENUE))).toBe(true);
  });

  test("the quotas of requests and of rows are used", async () => {
    const many = createQuotas({ everybody: { requestsPerMinute: 3 }, byRole: new Map() });
    const asking = await start({ quotas: many });
    await warm(asking);
    expect(await isGiven(() => post(asking, REVENUE))).toBe(true);
    expect((await post(asking, REVENUE)).status).toBe(429);

    const rows = createQuotas({ everybody: { rowsPerHour: 4 }, byRole: new Map() });
    const reading = await start({ quotas: rows });
    await warm(reading);
    expect(await isGiven(() => post(reading, REVENUE))).toBe(true);
    expect(await isGiven(() => post(reading, REVENUE))).toBe(true);
    const refused = await post(reading, REVENUE);
    expect(JSON.parse(refused.text).data.query.rows).toBeNull();
    expect(JSON.stringify(JSON.parse(refused.text))).toContain("QUOTA_EXCEEDED");
  });
});

test("who asks the same at the same moment shares a statement, before anything is kept and after it has gone", async () => {
  const shop = await start();
  for (const statements of [1, 2]) {
    const go = shop.pause();
    const asked = Array.from({ length: 20 }, () => post(shop, REVENUE));
    await expect.poll(() => shop.statements).toHaveLength(statements);
    go();
    const texts = new Set((await Promise.all(asked)).map(({ text }) => JSON.stringify(JSON.parse(text).data)));
    expect(texts.size).toBe(1);
    expect(shop.statements).toHaveLength(statements);
    time.now += TTL_MS;
  }
});

test("what is kept is shown in numbers", async () => {
  const shop = await start();
  telemetry.observe({ cache: () => shop.engine.kept });
  await warm(shop);
  const { body } = await telemetry.text();
  expect(body).toContain('assay_cache_entries{kind="rows"} 1\n');
  expect(body).toContain('assay_cache_entries{kind="answers"} 1\n');
  expect(body).toMatch(/assay_cache_bytes\{kind="answers"\} [1-9]\d+\n/);
  expect(body).toContain('assay_cache_lookups_total{cache="miss"} 2\n');
});
