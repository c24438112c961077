import { once } from "node:events";
import { createServer, request } from "node:http";
import { buildClientSchema, getIntrospectionQuery, printSchema } from "graphql";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Engine } from "../../src/engine/index.ts";
import { createHttpHandler } from "../../src/server/index.ts";
import { WarehouseError } from "../../src/warehouse/index.ts";
import { type Api, startShop } from "../graphql/support.ts";

let shop: Api;
beforeAll(async () => {
  shop = await startShop();
});
beforeEach(() => {
  shop.statements.length = 0;
});
afterAll(() => shop.close());

const QUERY = JSON.stringify({ query: "{ __typename }" });

/** The code of the only error. */
function codeOf(text: string): string {
  return JSON.parse(text).errors[0].extensions.code;
}

test("a POST with JSON is answered, and no cache may keep the answer", async () => {
  const { status, headers, text } = await shop.http({ body: QUERY });
  expect([status, JSON.parse(text)]).toEqual([200, { data: { __typename: "Query" } }]);
  expect(headers["cache-control"]).toBe("private, no-store");
  expect(headers.vary).toContain("Authorization");
  expect(headers["x-content-type-options"]).toBe("nosniff");
});

test("what a form or a script of another site can send without asking is refused", async () => {
  for (const type of [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/graphql",
    "application/json-patch+json",
    "",
  ]) {
    const { status } = await shop.http({ body: QUERY, headers: { "content-type": type } });
    expect([type, status]).toEqual([type, 415]);
  }
});

test("no other site is allowed to read", async () => {
  const preflight = await shop.http({
    method: "OPTIONS",
    headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
  });
  expect(preflight.status).toBe(405);
  const answer = await shop.http({ body: QUERY, headers: { origin: "https://evil.example" } });
  for (const { headers } of [preflight, answer]) {
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  }
});

test("only requests meant for this host are answered", async () => {
  const status = async (host: string) => (await shop.http({ body: QUERY, headers: { host } })).status;
  for (const host of ["localhost:4000", "127.0.0.1", `[::1]:${shop.port}`, "LOCALHOST"])
    expect([host, await status(host)]).toEqual([host, 200]);
  for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "[::2]", "localhost:x"]) {
    expect([host, await status(host)]).toEqual([host, 403]);
  }
});

test("a credential is refused, never taken for none", async () => {
  for (const authorization of ["Bearer x.y.z", "Basic YTpi", ""]) {
    const { status, text } = await shop.http({ body: QUERY, headers: { authorization } });
    expect([status, codeOf(text)]).toEqual([401, "UNAUTHENTICATED"]);
  }
});

test("queries by GET, other methods and other paths are refused", async () => {
  expect((await shop.http({ method: "GET", path: "/graphql?query={__typename}" })).status).toBe(405);
  expect((await shop.http({ method: "PUT", body: QUERY })).status).toBe(405);
  expect((await shop.http({ method: "GET", path: "/metrics" })).status).toBe(404);
  expect((await shop.http({ path: "/", body: QUERY })).status).toBe(404);
  expect((await shop.http({ method: "GET", path: "/graphql/assets/../../package.json" })).status).toBe(404);
  expect((await shop.http({ method: "GET", path: "//evil.example/graphql" })).status).toBe(404);
});

test("a body beyond 256 KB is cut off, whether its length is told or not", async () => {
  const told = await shop.http({ body: JSON.stringify({ query: `{ __typename } # ${"x".repeat(270_000)}` }) });
  expect([told.status, codeOf(told.text)]).toEqual([413, "LIMIT_EXCEEDED"]);

  const untold = await new Promise<number | undefined>((resolve, reject) => {
    const asked = request(
      {
        host: "127.0.0.1",
        port: shop.port,
        path: "/graphql",
        method: "POST",
        headers: { "content-type": "application/json" },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode);
        asked.destroy();
      },
    );
    asked.on("error", reject);
    for (let i = 0; i < 30; i++) asked.write(" ".repeat(10_000));
  });
  expect(untold).toBe(413);
});

test("bodies that are no GraphQL request get one clear error and no stack", async () => {
  for (const body of [
    "",
    "{",
    "null",
    "[]",
    "1",
    `[${QUERY},${QUERY}]`,
    `{"query":1}`,
    `{"query":"{"}`,
    `{"query":"{ __typename }","variables":[]}`,
    `{"query":"{ __typename }","__proto__":{"a":1}}`,
  ]) {
    const { status, text } = await shop.http({ body });
    expect([body, status >= 200 && status < 500]).toEqual([body, true]);
    expect(JSON.parse(text).errors.length).toBeGreaterThan(0);
    expect(text).not.toMatch(/node_modules|\.ts:|\bat /);
  }
});

test("documents beyond the limits are refused before they are validated", async () => {
  const refused = async (query: string) => {
    const { errors, data } = await shop.ask(query);
    expect(data).toBeUndefined();
    return errors?.[0]?.message ?? "";
  };
  expect(await refused(`{ ${"__typename ".repeat(5_001)} }`)).toMatch(/token/i);
  expect(await refused(`{ ${Array.from({ length: 61 }, (_, i) => `a${i}: __typename`).join(" ")} }`)).toContain(
    "61 aliases",
  );
  expect(await refused(`{ ${"__typename ".repeat(21)} }`)).toContain("21 fields at the root");
  expect(await refused(`{ ${"a { ".repeat(13)} b ${"}".repeat(13)} }`)).toContain("14 levels of fields");
  const spread = `{ ...A ...A } fragment A on Query { ${Array.from({ length: 11 }, (_, i) => `...B${i}`).join(" ")} } ${Array.from({ length: 11 }, (_, i) => `fragment B${i} on Query { b${i}: __typename }`).join(" ")}`;
  expect(await refused(spread)).toContain("22 fields at the root");
  const bomb = Array.from({ length: 60 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`).join(" ");
  expect(await refused(`{ ...F0 } ${bomb} fragment F60 on Query { __typename }`)).toMatch(
    /^The document has \d+ fields; at most /,
  );
  expect(await refused("{ ...A } fragment A on Query { ...A }")).toMatch(/itself/);
});

test("a request may cause so many statements and no more", async () => {
  const values = Array.from(
    { length: 10 },
    (_, i) => `a${i}: metric(name: "revenue") { dimensions { values(first: ${i + 1}) } }`,
  );
  const { errors } = await shop.ask(`{ ${values.join(" ")} }`);
  expect(shop.statements).toHaveLength(50);
  expect(new Set(errors?.map(({ extensions }) => extensions?.["code"]))).toEqual(new Set(["LIMIT_EXCEEDED"]));
});

test("introspection, as tools ask for it, is within the limits", async () => {
  const { data, errors } = await shop.ask(
    getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true, specifiedByUrl: true }),
  );
  expect(errors).toBeUndefined();
  expect(printSchema(buildClientSchema(data))).toContain("type OrdersRow {");
});

test("names that are wrong are told without suggesting others", async () => {
  const { errors } = await shop.ask("{ orderz { __typename } }");
  expect(errors?.[0]?.message).toBe('Cannot query field "orderz" on type "Query".');
});

test("what is wrong with a variable is told without repeating it", async () => {
  const { errors } = await shop.ask("query ($input: MetricQueryInput!) { query(input: $input) { rows } }", {
    input: {
      metrics: ["revenue", ["hunter2"]],
      limit: "hunter2",
      whre: "hunter2",
      timeRange: "hunter2",
      groupBy: [{ name: "x", grain: "hunter2" }],
    },
  });
  expect(errors).toHaveLength(5);
  for (const { message, extensions } of errors ?? []) {
    expect(message).toContain("$input");
    expect(message).not.toContain("hunter2");
    expect(extensions?.["code"]).toBe("BAD_USER_INPUT");
  }
});

test("hostile text is a value or a refusal, never SQL", async () => {
  const evil = `'; drop table shop.orders; --`;
  const { data } = await shop.ask(
    `query ($text: String!, $where: [String!]) {
      typed: orders(where: { orderNote: { eq: $text } }) { ... on OrdersConnection { nodes { orders } } }
      named: query(input: { metrics: ["revenue"], groupBy: [{ name: "customer__region", as: "x" }], where: $where }) { refusal { code } }
      grouped: query(input: { metrics: ["revenue"], groupBy: [{ name: "1); drop table shop.orders; --" }] }) { refusal { code } }
      renamed: query(input: { metrics: [{ name: "revenue", as: "a b; --" }] }) { refusal { code } } }`,
    { text: evil, where: [evil] },
  );
  expect(data).toEqual({
    typed: { nodes: [{ orders: null }] },
    named: { refusal: { code: "INVALID_FILTER" } },
    grouped: { refusal: { code: "UNKNOWN_GROUP_BY" } },
    renamed: { refusal: { code: "INVALID_REQUEST" } },
  });
  expect(shop.statements.map(({ text }) => text).join()).not.toContain("drop");
  expect(shop.statements.flatMap(({ values }) => values)).toContain(evil);
});

test("text with NUL or half a surrogate pair does not reach the warehouse as it is", async () => {
  for (const text of ["a\0b", "\ud800"]) {
    const { text: body } = await shop.http({
      body: JSON.stringify({
        query:
          "query ($t: String!) { orders(where: { orderNote: { eq: $t } }) { ... on OrdersConnection { nodes { orders } } ... on QueryRefused { code } } }",
        variables: { t: text },
      }),
    });
    expect(body).not.toMatch(/INTERNAL|WAREHOUSE_ERROR/);
  }
});

test("health says whether the process lives and whether the warehouse answers", async () => {
  const live = await shop.http({ method: "GET", path: "/health/live" });
  expect([live.status, live.text]).toEqual([200, '{"status":"live"}']);
  const ready = await shop.http({ method: "GET", path: "/health/ready" });
  expect([ready.status, ready.text]).toEqual([200, '{"status":"ready"}']);
  shop.fail(new Error("password=hunter2"));
  const unready = await shop.http({ method: "GET", path: "/health/ready" });
  shop.fail(null);
  expect([unready.status, unready.text]).toEqual([503, '{"status":"unavailable"}']);
  expect((await shop.http({ method: "HEAD", path: "/health/live" })).text).toBe("");
});

test("when the caller goes away, its statement is told to end", async () => {
  const told = Promise.withResolvers<AbortSignal>();
  const ended = Promise.withResolvers<void>();
  const engine: Engine = {
    ...shop.engine,
    pinned: () => engine,
    askAll: (_requests, _principal, options) =>
      new Promise((_, reject) => {
        options.signal?.addEventListener("abort", () => {
          ended.resolve();
          reject(new WarehouseError("aborted", "The statement was aborted."));
        });
        if (options.signal) told.resolve(options.signal);
      }),
  };
  const server = createServer(createHttpHandler(engine, { graphiql: false }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const asked = request({
    host: "127.0.0.1",
    port,
    path: "/graphql",
    method: "POST",
    headers: { "content-type": "application/json" },
  });
  asked.on("error", () => {});
  asked.end(JSON.stringify({ query: `{ query(input: { metrics: ["revenue"] }) { rows } }` }));
  const signal = await told.promise;
  expect(signal.aborted).toBe(false);
  const stderr = vi.spyOn(process.stderr, "write");
  asked.destroy();
  await ended.promise;
  expect(signal.aborted).toBe(true);
  server.close();
  await once(server, "close");
  // Nothing is wrong, so nothing is logged.
  expect(stderr).not.toHaveBeenCalled();
  stderr.mockRestore();
});

test("without GraphiQL there is no page", async () => {
  const server = createServer(createHttpHandler(shop.engine, { graphiql: false, host: "metrics.example" }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const status = async (path: string, headers: Record<string, string>) => {
    const asked = request({ host: "127.0.0.1", port, path, headers }).end();
    const [response] = await once(asked, "response");
    response.resume();
    return response.statusCode;
  };
  expect(await status("/graphql", { accept: "text/html" })).toBe(405);
  expect(await status("/graphql/assets/graphiql.js", {})).toBe(404);
  expect(await status("/health/live", { host: "metrics.example:80" })).toBe(200);
  expect(await status("/health/live", { host: "other.example" })).toBe(403);
  server.close();
});
