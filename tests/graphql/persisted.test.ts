import { createHash } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { checkDocuments, loadDocuments } from "../../src/graphql/index.ts";
import { AuthenticationError, type Authenticator, OPERATOR } from "../../src/identity/index.ts";
import { makeUser } from "../../src/identity/principal.ts";
import { createTelemetry } from "../../src/telemetry/index.ts";
import { inFile } from "../settings/support.ts";
import { type Api, startShop } from "./support.ts";

const BY_REGION = `query ByRegion($limit: Int) {
  query(input: { metrics: ["revenue"], groupBy: [{ name: "customer__region" }], limit: $limit, orderBy: [{ name: "revenue", direction: DESC }] }) {
    rows
  }
}
query Count { query(input: { metrics: ["orders"] }) { rows } }
`;
const BROKEN = "{ nothingOfThisName }";
const idOf = (text: string) => createHash("sha256").update(text).digest("hex");

function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), "assay-documents-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const CANCEL = 'mutation { cancelQuery(queryId: "x") }';
const WATCH = 'subscription { queryResult(queryId: "x") { rows } }';
let off: Api;
let allow: Api;
let only: Api;
beforeAll(async () => {
  off = await startShop();
  const { catalog } = off.engine;
  const folder = folderWith({
    "a.graphql": BY_REGION,
    "c.graphql": CANCEL,
    "w.graphql": WATCH,
    "readme.md": "no document",
  });
  // One that was good before the definitions were changed under it.
  const documents = new Map([...loadDocuments(folder, catalog), [idOf(BROKEN), BROKEN]]);
  allow = await startShop({ http: { persisted: { mode: "open", documents } } });
  only = await startShop({ http: { persisted: { mode: "only", documents }, graphiql: false } });
});
afterAll(() => Promise.all([off, allow, only].map((api) => api.close())));

const post = (api: Api, body: object) => api.http({ body: JSON.stringify(body) });
const get = (api: Api, params: Readonly<Record<string, string>> | string, headers = {}) =>
  api.http({ method: "GET", path: `/graphql?${new URLSearchParams(params)}`, headers });
const codeOf = (text: string): unknown => JSON.parse(text).errors[0].extensions.code;
const REGIONS = { data: { query: { rows: [["EMEA", "1500.50"]] } } };
const NAMED = { id: idOf(BY_REGION), operationName: "ByRegion", variables: { limit: 1 } };
const INLINE = { query: "{ __typename }" };

test("a document that the operator has put there is answered by its SHA-256, by POST and by GET", async () => {
  for (const api of [allow, only]) {
    const posted = await post(api, NAMED);
    expect(JSON.parse(posted.text)).toMatchObject(REGIONS);
    const prefixed = await post(api, { ...NAMED, id: `sha256:${NAMED.id}` });
    expect(JSON.parse(prefixed.text)).toMatchObject(REGIONS);
    const got = await get(api, { id: NAMED.id, operationName: "ByRegion", variables: '{"limit":1}' });
    expect([got.status, JSON.parse(got.text)]).toMatchObject([200, REGIONS]);
    expect(posted.headers["cache-control"]).toBe("private, no-store");
    expect(got.headers["cache-control"]).toBe("private, no-cache");
    expect(got.headers.vary).toContain("Authorization");
    const documentId = `sha256:${NAMED.id}`;
    const byName = await get(api, { documentId, operationName: "ByRegion", variables: '{"limit":1}' });
    expect(JSON.parse(byName.text)).toMatchObject(REGIONS);
  }
});

test("off knows no ids, open takes documents too, only takes nothing else", async () => {
  expect((await post(off, NAMED)).status).toBe(400);
  const unknown = await get(off, { id: NAMED.id });
  expect([unknown.status, unknown.headers.allow]).toEqual([405, "POST"]);
  expect(unknown.text).not.toContain("documentId");
  expect((await post(allow, INLINE)).text).toBe('{"data":{"__typename":"Query"}}');
  const introspection = { query: "{ __schema { types { name } } }" };
  // A document that is persisted has to be named all the same.
  for (const body of [INLINE, introspection, { query: BY_REGION }, {}, { query: null }]) {
    const { status, text } = await post(only, body);
    expect([status, codeOf(text)]).toEqual([403, "PERSISTED_ONLY"]);
  }
});

test("by GET nothing but a persisted document is answered", async () => {
  for (const api of [allow, only]) {
    const refused = await get(api, { query: "{ __typename }" });
    expect([refused.status, refused.headers.allow]).toEqual([405, "GET, POST"]);
    expect(refused.text).toContain("or with GET for a persisted document by its documentId");
    expect((await get(api, { id: NAMED.id, query: "{ __typename }" })).status).toBe(400);
  }
  expect((await get(allow, `id=${NAMED.id}&id=${idOf(BROKEN)}`)).status).toBe(400);
  expect((await get(allow, { id: NAMED.id, variables: "{" })).status).toBe(400);
  expect((await get(allow, { id: NAMED.id }, { "sec-fetch-site": "cross-site" })).status).toBe(403);
});

test("an id is 64 hexadecimal digits of a document, and no key of ours", async () => {
  for (const id of [
    "__proto__",
    "constructor",
    "toString",
    "",
    "sha256:",
    idOf("{ other }"),
    NAMED.id.toUpperCase(),
    7,
    null,
    [NAMED.id],
    {},
  ]) {
    const { status, text } = await post(allow, { id });
    expect([id, status, codeOf(text)]).toEqual([id, 404, "UNKNOWN_DOCUMENT"]);
  }
  expect((await get(allow, { id: "__proto__" })).status).toBe(404);
  const inherited = await allow.http({ body: `{"__proto__":{"id":"${NAMED.id}"}}` });
  expect(inherited.status).toBe(400);
});

test("nothing beside the id changes which document or operation runs", async () => {
  for (const more of [{ query: "{ __typename }" }, { documentId: "x" }]) {
    expect((await post(allow, { ...NAMED, ...more })).status).toBe(400);
  }
  const unnamed = await post(allow, { ...NAMED, operationName: "Another" });
  expect(JSON.parse(unnamed.text).data).toBeUndefined();
  const which = await post(allow, { id: NAMED.id });
  expect(JSON.parse(which.text).errors[0].message).toMatch(/operation/i);
});

test("a persisted document is validated like any other, and its variables are checked", async () => {
  expect(JSON.parse((await post(allow, { id: idOf(BROKEN) })).text).errors[0].message).toContain("nothingOfThisName");
  const wrong = await post(allow, { ...NAMED, variables: { limit: "hunter2" } });
  expect(codeOf(wrong.text)).toBe("BAD_USER_INPUT");
  expect(wrong.text).not.toContain("hunter2");
});

test("who has the answer to a GET already gets none again; another answer is another", async () => {
  const params = { documentId: NAMED.id, operationName: "ByRegion", variables: '{"limit":1}' };
  const first = await get(allow, params);
  const etag = String(first.headers.etag);
  expect(etag).toMatch(/^W\/"[\w-]{43}"$/);
  for (const known of [etag, etag.replace("W/", ""), `"other", ${etag}`, "*"]) {
    const again = await get(allow, params, { "if-none-match": known });
    expect([known, again.status, again.text, again.headers.etag]).toEqual([known, 304, "", etag]);
    expect(again.headers["cache-control"]).toBe("private, no-cache");
  }
  const other = await get(allow, { ...params, variables: '{"limit":2}' }, { "if-none-match": etag });
  expect(other.status).toBe(200);
  expect(other.headers.etag).not.toBe(etag);
  const wrong = await get(allow, { ...params, variables: '{"limit":"x"}' });
  expect(wrong.headers.etag).toBeUndefined();
  const posted = await post(allow, NAMED);
  expect(posted.headers.etag).toBeUndefined();
});

test("somebody else's ETag tells nothing: who asks is known first, and only their own answer can be the same", async () => {
  const authenticator: Authenticator = {
    async authenticate(authorization) {
      if (!authorization) throw new AuthenticationError("there is none");
      return makeUser({ issuer: "i", subject: authorization, name: "n", roles: [authorization], claims: {} });
    },
  };
  const policies = `policy: orders
roles: { all: { rows: all, fields: all }, paid: { rows: status = 'paid', fields: all } }
---
policy: customers
public: true
`;
  const documents = new Map([[idOf(BY_REGION), BY_REGION]]);
  const shop = await startShop({
    definitions: { "policies.yaml": policies },
    http: { persisted: { mode: "open", documents }, authenticator },
  });
  const params = { documentId: NAMED.id, operationName: "Count" };
  const asked = (who: string, etag = "") =>
    get(shop, params, { ...(who && { authorization: who }), ...(etag && { "if-none-match": etag }) });
  const [all, paid] = [await asked("all"), await asked("paid")];
  expect(paid.text).not.toBe(all.text);
  const other = await asked("paid", String(all.headers.etag));
  expect([other.status, JSON.parse(other.text).data, other.headers.etag]).toEqual([
    200,
    JSON.parse(paid.text).data,
    paid.headers.etag,
  ]);
  const nobody = await asked("", String(all.headers.etag));
  expect([nobody.status, nobody.headers.etag]).toEqual([401, undefined]);
  // What stands between may keep none of it, nor give it to another.
  for (const { headers } of [all, paid, other, nobody]) {
    expect(headers["cache-control"]).toMatch(/^private, no-(cache|store)$/);
    expect(headers.vary).toContain("Authorization");
  }
  await shop.close();
});

test("what changes something, or lasts, is not asked for by GET", async () => {
  for (const text of [CANCEL, WATCH]) {
    const { status, text: body } = await get(allow, { documentId: idOf(text) });
    expect([status, codeOf(body)]).toEqual([405, "METHOD_NOT_ALLOWED"]);
  }
  expect(JSON.parse((await post(allow, { documentId: idOf(CANCEL) })).text)).toEqual({ data: { cancelQuery: false } });
});

test("extensions may stand beside a document's name", async () => {
  const extensions = { metrics: { require: "CERTIFIED" } };
  const { text } = await post(allow, { ...NAMED, extensions });
  expect(JSON.parse(text).extensions.refusals).toMatchObject([{ code: "METRIC_NOT_CERTIFIED" }]);
  const got = await get(allow, { id: NAMED.id, operationName: "ByRegion", extensions: JSON.stringify(extensions) });
  expect(JSON.parse(got.text).extensions.refusals).toMatchObject([{ code: "METRIC_NOT_CERTIFIED" }]);
});

test("a refusal has no ETag: its data may be the same for another reason", async () => {
  const params = {
    id: NAMED.id,
    operationName: "ByRegion",
    extensions: JSON.stringify({ metrics: { require: "CERTIFIED" } }),
  };
  const refused = await get(allow, params, { "if-none-match": "*" });
  expect([refused.status, refused.headers.etag, refused.headers["cache-control"]]).toEqual([
    200,
    undefined,
    "private, no-store",
  ]);
  expect(JSON.parse(refused.text).extensions.refusals).toMatchObject([{ code: "METRIC_NOT_CERTIFIED" }]);
});

test("known documents are for everybody, others for the operator and the role explore", async () => {
  const documents = new Map([[idOf(INLINE.query), INLINE.query]]);
  const authenticator: Authenticator = {
    async authenticate(authorization) {
      if (authorization === "Bearer operator") return OPERATOR;
      const roles = [authorization === "Bearer explorer" ? "explore" : "analyst"];
      return makeUser({ issuer: "test", subject: "s", name: "s", roles, claims: {} });
    },
  };
  const known = await startShop({ http: { persisted: { mode: "known", documents }, authenticator } });
  const statusOf = async (who: string, body: object) =>
    (await known.http({ body: JSON.stringify(body), headers: { authorization: `Bearer ${who}` } })).status;
  for (const who of ["operator", "explorer", "analyst"]) {
    expect([who, await statusOf(who, { documentId: idOf(INLINE.query) })]).toEqual([who, 200]);
    expect([who, await statusOf(who, INLINE)]).toEqual([who, who === "analyst" ? 403 : 200]);
  }
  await known.close();
});

test("a client cannot register a document", async () => {
  const extensions = { persistedQuery: { version: 1, sha256Hash: idOf(INLINE.query) } };
  const asked = await post(allow, { extensions });
  expect([asked.status, codeOf(asked.text)]).toEqual([400, "PERSISTED_QUERY_NOT_SUPPORTED"]);
  await post(allow, { ...INLINE, extensions });
  expect((await post(allow, { id: idOf(INLINE.query) })).status).toBe(404);
  expect(codeOf((await post(allow, { extensions })).text)).toBe("PERSISTED_QUERY_NOT_SUPPORTED");
});

test("other definitions are served, and the operator is told once which documents do not fit them", async () => {
  const TYPED = "{ orders { ... on OrdersConnection { nodes { gifts revenue } } } }";
  const documents = new Map([TYPED, BY_REGION].map((text) => [idOf(text), text]));
  const api = await startShop({ http: { persisted: { mode: "open", documents }, telemetry: createTelemetry() } });
  const counted = async () =>
    /^assay_documents_broken (.*)$/m.exec((await api.http({ method: "GET", path: "/metrics" })).text)?.[1];
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const lines = () => written.mock.calls.map(([line]) => String(line)).filter((line) => line.includes("persisted"));
  try {
    const named = { id: idOf(TYPED) };
    expect(JSON.parse((await post(api, named)).text).data.orders.nodes).toHaveLength(1);
    expect([lines(), await counted()]).toEqual([[], "0"]);
    const { catalog } = api.engine;
    const metrics = new Map([...catalog.metrics].filter(([name]) => name !== "gifts"));
    const next = { ...catalog, version: "sha256:next", metrics };
    const broken = [{ document: idOf(TYPED), reason: expect.stringMatching(/^1:46 Cannot query field "gifts"/) }];
    expect(checkDocuments(documents, next)).toEqual(broken);
    expect(checkDocuments(documents, catalog)).toEqual([]);
    api.engine.swap(next);
    for (const _ of [1, 2]) expect(JSON.parse((await post(api, named)).text).errors[0].message).toContain("gifts");
    await expect.poll(lines).toHaveLength(1);
    expect(await counted()).toBe("1");
    expect(JSON.parse(lines()[0] ?? "")).toMatchObject({
      level: "warn",
      message: "1 of 2 persisted documents do not fit the definitions in use.",
      catalogVersion: "sha256:next",
      broken,
    });
    expect(JSON.parse((await post(api, { ...NAMED, variables: { limit: 1 } })).text)).toMatchObject(REGIONS);
  } finally {
    written.mockRestore();
    await api.close();
  }
});

test("a JSON file holds documents under their digests", () => {
  const file = inFile(JSON.stringify({ [idOf(BY_REGION)]: BY_REGION }), "documents.json");
  expect(loadDocuments(file, off.engine.catalog)).toEqual(new Map([[idOf(BY_REGION), BY_REGION]]));
});

test.each([
  [() => folderWith({}), "holds no document"],
  [() => folderWith({ "a.graphql": "{" }), "a.graphql cannot be used: Syntax Error"],
  [() => folderWith({ "a.graphql": "fragment A on Query { __typename }" }), "it holds no query"],
  [() => folderWith({ "a.graphql": `{ ${"a { ".repeat(20)} b ${"}".repeat(20)} }` }), "levels of fields"],
  [
    () => folderWith({ "a.graphql": "{ metrics { totalCount }\n  gone: ordres { nodes { id } } }" }),
    /a\.graphql cannot be used: 2:3 Cannot query field "ordres" on type "Query"/,
  ],
  [() => folderWith({ "a.graphql": new Uint8Array([123, 0xff, 125]) }), "is not UTF-8"],
  [() => inFile("{", "d.json"), "is no JSON"],
  [() => inFile("[]", "d.json"), "must be one JSON object"],
  [() => inFile(`{"${idOf("x")}":"{ __typename }"}`, "d.json"), "is not the SHA-256 of its document"],
  [() => inFile(`{"__proto__":"{ __typename }"}`, "d.json"), "is not the SHA-256 of its document"],
  [() => inFile(`{"${idOf("x")}":1}`, "d.json"), "a document is a text"],
  [() => "/nowhere/at/all", "ENOENT"],
])("what cannot be used stops the server: %#", (make, message) => {
  expect(() => loadDocuments(make(), off.engine.catalog)).toThrow(message);
});
