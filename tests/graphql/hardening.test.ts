import { connect } from "node:net";
import { getIntrospectionQuery } from "graphql";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { createQuotas } from "../../src/engine/index.ts";
import { type Api, startShop } from "./support.ts";

const SITE = "https://bi.example.com";
let shop: Api;
beforeAll(async () => {
  // Whoever runs it in development must not see more than in production.
  vi.stubEnv("NODE_ENV", "development");
  shop = await startShop({ http: { corsOrigins: [SITE] } });
});
afterEach(() => shop.fail(null));
afterAll(async () => {
  vi.unstubAllEnvs();
  await shop.close();
});

const QUERY = JSON.stringify({ query: "{ __typename }" });

async function refused(query: string, variables = {}): Promise<unknown> {
  shop.statements.length = 0;
  const { errors, data } = await shop.ask(query, variables);
  expect([data ?? null, shop.statements.length]).toEqual([null, 0]);
  return [errors?.[0]?.extensions?.["code"], errors?.[0]?.message];
}

test("repeated fields are counted before they are validated", async () => {
  const many = (count: number) => `{ metrics { ${"pageInfo { hasNextPage } ".repeat(count)} } }`;
  expect((await shop.ask(many(50))).errors).toBeUndefined();
  expect(await refused(many(500))).toEqual(["LIMIT_EXCEEDED", expect.stringContaining("1001 fields; at most 1000")]);
  const names = Array.from({ length: 60 }, (_, i) => `...F${i}`).join(" ");
  const fragments = Array.from(
    { length: 60 },
    (_, i) => `fragment F${i} on MetricConnection { ${"totalCount ".repeat(20)} }`,
  );
  expect(await refused(`{ metrics { ${names} } } ${fragments.join(" ")}`)).toEqual([
    "LIMIT_EXCEEDED",
    expect.stringContaining("1201 fields"),
  ]);
});

test("fields of a fragment that nothing spreads count too, because validation compares them all the same", async () => {
  const unspread = `{ __typename } fragment F on MetricConnection { ${"pageInfo { hasNextPage } ".repeat(501)} }`;
  const tooMany = ["LIMIT_EXCEEDED", expect.stringContaining("1002 fields; at most 1000")];
  expect(await refused(unspread)).toEqual(tooMany);
  expect(await refused(`${unspread} fragment F on MetricConnection { totalCount }`)).toEqual(tooMany);
});

test("more cells than a request may have are refused before anything runs", async () => {
  const columns = "a: revenue b: revenue c: revenue d: orders e: orders f: gifts g: cash h: half i: parcels j: filled";
  const typed = `orders(groupBy: [{ time: METRIC_TIME, grain: DAY }], first: 10000) { ... on OrdersConnection { nodes { id ${columns} } } }`;
  const cost = ["COST_EXCEEDED", expect.stringMatching(/may come to \d{3},\d{3} cells; at most 250,000/)];
  expect((await shop.ask(`{ ${typed} }`)).errors).toBeUndefined();
  expect(await refused(`{ x: ${typed} y: ${typed} z: ${typed} }`)).toEqual(cost);
  const daily = "groupBy: [{ time: METRIC_TIME, grain: DAY }]";
  const byFragment = `{ x: orders(${daily}, first: 9000) { ...C } y: orders(${daily}, first: 9000) { ...C } z: orders(${daily}, first: 9000) { ...C } }
    fragment C on OrdersConnection { nodes { id ${columns} } }`;
  expect(await refused(byFragment)).toEqual(cost);
  const byVariable = `query ($first: Int!, $rest: Int = 9000) { x: orders(${daily}, first: $first) { ...C } y: orders(${daily}, first: $rest) { ...C } z: orders(${daily}, first: $rest) { ...C } }
    fragment C on OrdersConnection { nodes { id ${columns} } }`;
  expect(await refused(byVariable, { first: 9_000 })).toEqual(cost);
  expect((await shop.ask(byVariable, { first: 10, rest: 10 })).errors).toBeUndefined();
});

test("breakdowns stand three deep in each other and no deeper, through fragments too", async () => {
  const nested = (levels: number): string =>
    levels === 0
      ? "orders"
      : `orders breakdown(groupBy: [{ dimension: ${GROUPS[levels]} }], first: 5) { ${nested(levels - 1)} }`;
  const GROUPS = ["", "ORDER__STATUS", "CUSTOMER__TIER", "ORDER__IS_GIFT", "ORDER__NOTE"];
  const asked = (levels: number) =>
    `{ orders(groupBy: [{ dimension: CUSTOMER__REGION }], first: 2) { ... on OrdersConnection { nodes { ...N } } } } fragment N on OrdersRow { ${nested(levels)} }`;
  expect(await refused(asked(4))).toEqual([
    "LIMIT_EXCEEDED",
    expect.stringContaining("4 levels of breakdown; at most 3"),
  ]);
  expect((await shop.ask(asked(3))).errors).toBeUndefined();
});

test("introspection, as tools ask for it, stays within the limits", async () => {
  for (const on of [true, false]) {
    const options = { descriptions: on, specifiedByUrl: on, directiveIsRepeatable: on, schemaDescription: on };
    const query = getIntrospectionQuery({ ...options, inputValueDeprecation: on, oneOf: on });
    expect((await shop.ask(query)).errors).toBeUndefined();
  }
  const typed = `{ __type(name: "OrdersRow") { name fields { name type { name } } } schema: __schema { queryType { name } } }`;
  expect((await shop.ask(typed)).errors).toBeUndefined();
});

test("below __schema and __type nothing is asked twice or by another name", async () => {
  const inner = "type { name ofType { name ofType { name enumValues { name } } } }";
  const aliases = Array.from({ length: 46 }, (_, i) => `a${i}: ${inner}`).join(" ");
  const below = (args: string) => `{ __schema { types { fields { args { ${args} } } } } }`;
  const twice = ["LIMIT_EXCEEDED", expect.stringContaining("Below __schema and __type")];
  expect(await refused(below(aliases))).toEqual(twice);
  expect(await refused(below(`${inner} ${inner}`))).toEqual(twice);
  expect(
    await refused(`{ __schema { ...S } } fragment S on __Schema { types { ...T } } fragment T on __Type { n: name }`),
  ).toEqual(twice);
  expect((await shop.ask(below(inner))).errors).toBeUndefined();
  const thrice = "a: __schema { description } b: __schema { description } c: __schema { description }";
  expect(await refused(`{ ${thrice} }`)).toEqual(["LIMIT_EXCEEDED", expect.stringContaining("3 fields __schema")]);
});

test("a field stands so often in one selection and no more, wherever it is spread", async () => {
  const many = (count: number) => `{ orders { ... on OrdersConnection { ${"nodes { id } ".repeat(count)} } } }`;
  const often = ["LIMIT_EXCEEDED", expect.stringContaining('fields "nodes" in one selection; at most 50')];
  expect(await refused(many(51))).toEqual(often);
  const spread = `{ orders { ...A ...B } } fragment A on OrdersConnection { ${"nodes { id } ".repeat(30)} } fragment B on OrdersConnection { ${"nodes { id } ".repeat(30)} }`;
  expect(await refused(spread)).toEqual(often);
  expect((await shop.ask(many(50))).errors).toBeUndefined();
});

test("a fragment that holds itself is refused before it is followed", async () => {
  const own =
    "{ orders { ...F } } fragment F on OrdersConnection { nodes { ...G } } fragment G on OrdersConnection { ...F }";
  expect(await refused(own)).toEqual(["BAD_USER_INPUT", expect.stringContaining("holds itself")]);
});

test("pages of a listed site may ask and read, with a token that they hold themselves", async () => {
  const preflight = await shop.http({
    method: "OPTIONS",
    headers: {
      origin: SITE,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization",
    },
  });
  expect([preflight.status, preflight.headers["access-control-allow-origin"]]).toEqual([204, SITE]);
  expect(preflight.headers["access-control-allow-headers"]).toContain("Authorization");
  const answer = await shop.http({ body: QUERY, headers: { origin: SITE } });
  expect(answer.headers["access-control-allow-origin"]).toBe(SITE);
  for (const { headers } of [preflight, answer]) {
    expect(headers["access-control-allow-credentials"]).toBeUndefined();
    expect(headers.vary).toContain("Origin");
  }
});

test("pages of other sites may not, however near their name is", async () => {
  for (const origin of [
    "https://evil.example",
    `${SITE}.evil.example`,
    "http://bi.example.com",
    `${SITE}:8443`,
    "null",
    "*",
    "",
  ]) {
    for (const method of ["OPTIONS", "POST"]) {
      const { headers, status } = await shop.http({
        method,
        headers: { origin, "access-control-request-method": "POST" },
        ...(method === "POST" && { body: QUERY }),
      });
      const allowed = Object.keys(headers).filter((name) => name.startsWith("access-control"));
      expect([origin, method, status, allowed]).toEqual([origin, method, method === "POST" ? 200 : 405, []]);
    }
  }
});

test("several requests in one body, and files, are refused", async () => {
  expect((await shop.http({ body: `[${QUERY},${QUERY}]` })).status).toBe(400);
  const multipart = '--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{}\r\n--x--';
  const sent = await shop.http({ body: multipart, headers: { "content-type": "multipart/form-data; boundary=x" } });
  expect(sent.status).toBe(415);
});

test("what goes wrong inside is told with an id alone, also under NODE_ENV=development", async () => {
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  shop.fail(new Error("secret-canary of the warehouse at db.internal"));
  const { text } = await shop.http({
    body: JSON.stringify({ query: `{ query(input: { metrics: ["revenue"] }) { rows } }` }),
  });
  const logged = stderr.mock.calls.map(([line]) => String(line)).join("");
  stderr.mockRestore();
  expect(text).not.toMatch(/canary|db\.internal|stack|\.ts|originalError/);
  const [error] = JSON.parse(text).errors;
  expect(error.extensions).toEqual({ code: "INTERNAL", id: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(logged).toContain(error.extensions.id);
  expect(logged).toContain("secret-canary");
});

test("values nested deep are one refusal, in variables and in the document, and nothing is logged", async () => {
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  const nested = (levels: number, open: string, close: string) => `${open.repeat(levels)}{}${close.repeat(levels)}`;
  for (const levels of [50, 900, 9_000]) {
    for (const [open = "", close = ""] of [
      ['{"not":', "}"],
      ['{"and":[', "]}"],
    ]) {
      const variables = `{"w":${nested(levels, open, close)}}`;
      const { status, text } = await shop.http({
        body: `{"query":"query ($w: OrdersFilter) { orders(where: $w) { __typename } }","variables":${variables}}`,
      });
      expect([status, JSON.parse(text).errors[0].extensions.code]).toEqual([400, "LIMIT_EXCEEDED"]);
    }
  }
  const code = "LIMIT_EXCEEDED";
  for (const [levels, open, close] of [
    [51, "{not:", "}"],
    [1_200, "{not:", "}"],
    [2_400, "[", "]"],
  ] as const) {
    const refusedAt = await refused(`{ orders(where: ${nested(levels, open, close)}) { __typename } }`);
    expect(refusedAt).toEqual([code, expect.stringMatching(/levels in one value|nested too deep/)]);
  }
  expect(await refused(`{${"a{".repeat(1_600)}b${"}".repeat(1_600)}}`)).toEqual([code, expect.any(String)]);
  expect(stderr).not.toHaveBeenCalled();
  stderr.mockRestore();
  const few = await shop.ask(
    "query ($w: OrdersFilter) { orders(where: $w) { __typename } }",
    JSON.parse(`{"w":${nested(10, '{"not":', "}")}}`),
  );
  expect(few.data.orders.__typename).toBe("OrdersConnection");
});

test("what is wrong with a value is told in our own words, and the value is not repeated", async () => {
  const shift = (by: string) => `orders { ... on OrdersConnection { nodes { revenue(shift: { by: ${by} }) } } }`;
  const hint = expect.stringContaining('A Duration is one unit of ISO 8601: "P1Y"');
  for (const [query, said, variables] of [
    [`query ($d: Duration!) { ${shift("$d")} }`, hint, { d: "canary" }],
    [`{ ${shift('"canary"')} }`, hint],
    [
      "query ($f: Int) { orders(first: $f) { __typename } }",
      expect.stringContaining("Int cannot represent"),
      { f: "canary" },
    ],
    ['{ orders(first: "canary") { __typename } }', expect.stringContaining("Int cannot represent")],
    [
      "{ orders(where: { orderStatus: { eq: CANARY } }) { __typename } }",
      expect.stringContaining('does not exist in "OrdersStatus"'),
    ],
  ] as const) {
    const [, message] = (await refused(query, variables)) as [unknown, string];
    expect([query, message]).toEqual([query, said]);
    expect(message).not.toMatch(/canary/i);
  }
});

test.each(["Host", "content-type"])("a request in which %s stands twice is refused", async (name) => {
  const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${QUERY.length}\r\nconnection: close\r\n`;
  const answered = async (more: string) => {
    const one = connect(shop.port, "127.0.0.1");
    one.end(`${head}${more}\r\n${QUERY}`);
    let text = "";
    for await (const chunk of one) text += String(chunk);
    return text.slice(9, 12);
  };
  expect(await answered("")).toBe("200");
  expect(await answered(`${name}: ${name === "Host" ? "localhost" : "application/json"}\r\n`)).toBe("400");
});

test("a request beyond the quota is refused whole, with the time to wait; questions beyond one are refusals", async () => {
  const quotas = createQuotas({ everybody: { requestsPerMinute: 2, rowsPerHour: 3 }, byRole: new Map() });
  const bounded = await startShop({ quotas });
  const query = `{ query(input: { metrics: ["revenue"], groupBy: [{ name: "customer__region" }] }) { rows refusal { code message } } }`;
  const first = await bounded.ask(query);
  expect(first.data.query.rows).toHaveLength(3);
  const second = await bounded.ask(query);
  expect(second.data.query.refusal).toEqual({
    code: "QUOTA_EXCEEDED",
    message: expect.stringMatching(/^Your quota rows_per_hour of 3 is used up; it frees again in \d+ (s|min)\.$/),
  });
  const third = await bounded.http({ body: JSON.stringify({ query }), headers: { "x-forwarded-for": "192.0.2.7" } });
  expect(third.status).toBe(429);
  expect(Number(third.headers["retry-after"])).toBeGreaterThan(0);
  expect(JSON.parse(third.text).errors[0]).toMatchObject({
    message: expect.stringContaining("requests_per_minute of 2"),
    extensions: { code: "QUOTA_EXCEEDED" },
  });
  expect(bounded.statements).toHaveLength(1);
  await bounded.close();
});
