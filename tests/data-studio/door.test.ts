import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openAuditLog } from "../../src/audit/index.ts";
import { createQuotas } from "../../src/engine/index.ts";
import { createAuthenticator } from "../../src/identity/index.ts";
import { createTelemetry } from "../../src/telemetry/index.ts";
import { type Api, startShop } from "../graphql/support.ts";
import { CLAIMS, ec, forge, jwtSettings, payloadWith, standingClock } from "../identity/support.ts";

/** Analysts see their region, clerks no amounts; nobody else sees anything. */
const POLICIES = `project: shop
claims: { region: string }
---
policy: orders
roles:
  analyst: { rows: all, fields: all }
  clerk: { rows: all, fields: { except: amount } }
---
policy: customers
roles: { analyst: { rows: region = claim('region'), fields: all }, clerk: { rows: all, fields: all } }
`;

const key = ec();
const clock = standingClock();
const telemetry = createTelemetry({ logLevel: "error" });
const stderr = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
let open: Api;
let guarded: Api;
beforeAll(async () => {
  open = await startShop({ http: { telemetry } });
  guarded = await startShop({
    definitions: { "policies.yaml": POLICIES },
    http: { authenticator: createAuthenticator({ issuers: [jwtSettings(key)], claims: CLAIMS }, { clock }) },
  });
});
afterAll(async () => {
  stderr.mockRestore();
  await open.close();
  await guarded.close();
});

const as = (changes: Readonly<Record<string, unknown>> = {}) => ({
  authorization: `Bearer ${forge(key.privateKey, payloadWith(changes))}`,
});

async function post(action: string, body: unknown, headers = {}, api = open) {
  const path = `/v1/data-studio/${action}`;
  const { status, text, headers: told } = await api.http({ path, body: JSON.stringify(body), headers });
  return { status, headers: told, body: JSON.parse(text) };
}

const ORDERS = { model: "orders" };
const QUESTION = { configParams: ORDERS, fields: [{ name: "revenue" }, { name: "customer__region" }] };
const ACTIONS = [
  ["config", {}],
  ["schema", { configParams: ORDERS }],
  ["data", QUESTION],
  ["cancel", { queryId: "nothing" }],
] as const;

describe("the connector asks", () => {
  test("for the settings, the schema and the rows of a chart", async () => {
    const config = await post("config", {});
    expect(config).toMatchObject({ status: 200, body: { isSteppedConfig: true } });
    const [, model] = config.body.items;
    expect(model.options).toContainEqual({ label: "Orders", value: "orders" });
    expect(await post("config", { configParams: ORDERS })).toMatchObject({ body: { isSteppedConfig: false } });

    const schema = await post("schema", { configParams: ORDERS });
    expect(schema.status).toBe(200);
    expect(schema.body.catalogVersion).toMatch(/^[0-9a-f]{16}$/);
    const names = schema.body.fields.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(["metric_time__month", "customer__region", "revenue", "earlier"]));
    // Its time is a day at the finest.
    expect(names).not.toContain("metric_time__hour");

    const data = await post("data", QUESTION);
    expect(data).toMatchObject({ status: 200, body: { status: "ready", page: null, filtersApplied: true } });
    const fields = schema.body.fields.filter(({ name }: { name: string }) =>
      ["revenue", "customer__region"].includes(name),
    );
    expect(data.body.schema).toEqual(fields.toReversed());
    const rows = data.body.rows.map(({ values }: { values: readonly unknown[] }) => values.join(" "));
    expect(rows.toSorted()).toEqual(["1075.00 ", "1500.50 EMEA", "50.00 APAC"]);
    expect(data.headers["cache-control"]).toBe("private, no-store");
  });

  test("and is counted and logged under the name of this door, its questions too", async () => {
    await post("data", QUESTION);
    const { body } = await telemetry.text();
    expect(body).toMatch(/assay_request_seconds_count\{door="data-studio",status="2xx"\} [1-9]/);
    expect(body).toMatch(/assay_stage_seconds_count\{door="data-studio",stage="data-studio"\} [1-9]/);
  });

  test("what a schema says cannot be broken by what labels hold", async () => {
    const label = "a'b\"c</script>\\u0000 $revenue {{ x }} ok";
    const shop = await startShop({
      definitions: {
        "more.yaml": `metric: odd\nlabel: ${JSON.stringify(label)}\ndescription: ${JSON.stringify(label)}\nowner: data\nmodel: orders\nmeasure: orders\n`,
      },
    });
    const { body } = await post("schema", { configParams: ORDERS }, {}, shop);
    expect(body.fields.find(({ name }: { name: string }) => name === "odd")).toMatchObject({
      label,
      description: expect.stringContaining(label),
    });
    await shop.close();
  });
});

describe("whoever asks", () => {
  test.each(ACTIONS)("is nobody without a token that is believed: %s", async (action, body) => {
    const stranger = ec();
    const forged = forge(stranger.privateKey, payloadWith());
    const expired = as({ exp: 1_700_000_000, iat: 1_699_999_000 });
    for (const headers of [{}, { authorization: "Bearer x" }, { authorization: `Bearer ${forged}` }, expired]) {
      const told = await post(action, body, headers, guarded);
      expect([told.status, told.body.error?.code]).toEqual([401, "UNAUTHENTICATED"]);
      expect(told.headers["www-authenticate"]).toBe("Bearer");
      expect(Object.keys(told.body)).toEqual(["error"]);
    }
  });

  test("is told by the token alone: nothing in a body, an address or a header makes them another", async () => {
    const clerk = as({ roles: ["clerk"] });
    const plain = await post("schema", { configParams: ORDERS }, clerk, guarded);
    for (const claim of ["user", "email", "role", "roles", "policy", "region", "principal", "authorization"]) {
      const params = { ...ORDERS, [claim]: "analyst" };
      for (const [action, body] of [
        ["config", { configParams: params }],
        ["schema", { configParams: params }],
        ["data", { ...QUESTION, configParams: params }],
        ["schema", { configParams: ORDERS, [claim]: "analyst" }],
        ["data", { ...QUESTION, [claim]: "analyst" }],
      ] as const) {
        const told = await post(action, body, clerk, guarded);
        expect([told.status, told.body.error?.code]).toEqual([400, "INVALID_REQUEST"]);
        expect(told.body.error.message).toContain(`"${claim}"`);
      }
    }
    const dressed = { ...clerk, "x-user": "ann", "x-forwarded-email": "ann@example.com", "assay-role": "analyst" };
    expect((await post("schema?role=analyst", { configParams: ORDERS }, dressed, guarded)).body).toEqual(plain.body);
  });

  test("has a schema and rows of their own", async () => {
    const [emea, apac, clerk] = [as(), as({ region: "APAC" }), as({ roles: ["clerk"] })];
    const regionsOf = async (headers: object) => {
      const { body } = await post("data", QUESTION, headers, guarded);
      return body.rows.map(({ values }: { values: readonly unknown[] }) => values[1]).toSorted();
    };
    expect(await regionsOf(emea)).toEqual(["EMEA", null]);
    expect(await regionsOf(apac)).toEqual(["APAC", null]);
    const schemaOf = async (headers: object) => (await post("schema", { configParams: ORDERS }, headers, guarded)).body;
    const [seen, other, less] = [await schemaOf(emea), await schemaOf(apac), await schemaOf(clerk)];
    expect(other.fields).toEqual(seen.fields);
    expect(other.catalogVersion).not.toBe(seen.catalogVersion);
    expect(less.catalogVersion).not.toBe(seen.catalogVersion);
    const names = less.fields.map(({ name }: { name: string }) => name);
    expect(names).toContain("orders");
    expect(names).not.toContain("revenue");
    const config = await post("config", { configParams: ORDERS }, clerk, guarded);
    expect(JSON.stringify([less, config.body])).not.toMatch(/revenue|average_order|"half"/);
  });

  test("is refused a hidden field, model and saved query in the words for unknown ones", async () => {
    const nobody = as({ roles: ["nothing"] });
    const pairs = [
      [
        "data",
        (name: string) => ({ ...QUESTION, fields: [{ name }] }),
        ["revenue", "nowhere"],
        as({ roles: ["clerk"] }),
      ],
      ["schema", (model: string) => ({ configParams: { model } }), ["orders", "nowhere"], nobody],
      [
        "schema",
        (model: string) => ({ configParams: { model } }),
        ["saved:by_region", "saved:nowhere"],
        as({ roles: ["clerk"] }),
      ],
    ] as const;
    for (const [action, bodyFor, names, headers] of pairs) {
      const [hidden, unknown] = await Promise.all(names.map((name) => post(action, bodyFor(name), headers, guarded)));
      const words = (told: typeof hidden, name: string) =>
        JSON.stringify([told?.status, told?.body]).replaceAll(name.replace("saved:", ""), "…");
      expect(hidden?.status).toBeGreaterThanOrEqual(400);
      expect(words(hidden, names[0])).toBe(words(unknown, names[1]));
    }
  });

  test("is nobody where no identity is configured and a credential is shown", async () => {
    expect(await post("schema", { configParams: ORDERS }, as())).toMatchObject({ status: 401 });
  });

  test("may ask as often as quotas say", async () => {
    const quotas = createQuotas({ everybody: { requestsPerMinute: 2 }, byRole: new Map() });
    const shop = await startShop({
      definitions: { "policies.yaml": POLICIES },
      quotas,
      http: { authenticator: createAuthenticator({ issuers: [jwtSettings(key)], claims: CLAIMS }, { clock }) },
    });
    const statuses = [];
    for (const _ of [1, 2, 3]) statuses.push((await post("schema", { configParams: ORDERS }, as(), shop)).status);
    expect(statuses).toEqual([200, 200, 429]);
    await shop.close();
  });
});

describe("what is no question is refused", () => {
  test.each(ACTIONS)("whatever is wrong with the request: %s", async (action, body) => {
    const path = `/v1/data-studio/${action}`;
    const codeOf = async (question: Parameters<Api["http"]>[0]) => {
      const { status, text, headers } = await open.http({ path, ...question });
      expect(headers["access-control-allow-origin"]).toBeUndefined();
      return [status, JSON.parse(text).error.code];
    };
    const text = JSON.stringify(body);
    for (const method of ["GET", "PUT", "DELETE", "OPTIONS"]) {
      expect(await codeOf({ method })).toEqual([405, "METHOD_NOT_ALLOWED"]);
    }
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"]) {
      expect(await codeOf({ body: text, headers: { "content-type": type } })).toEqual([415, "UNSUPPORTED_MEDIA_TYPE"]);
    }
    expect(
      await codeOf({ body: text, headers: { "sec-fetch-site": "cross-site", origin: "https://evil.example" } }),
    ).toEqual([403, "FORBIDDEN"]);
    expect(await codeOf({ body: `{"configParams":{"model":"${"x".repeat(300_000)}"}}` })).toEqual([
      413,
      "LIMIT_EXCEEDED",
    ]);
    for (const wrong of ["", "{", "[]", "null", '"orders"', "7", `[${text}]`]) {
      expect(await codeOf({ body: wrong })).toEqual([400, "INVALID_REQUEST"]);
    }
    expect(await codeOf({ body: JSON.stringify({ ...body, extra: 1 }) })).toEqual([400, "INVALID_REQUEST"]);
  });

  test.each(["", "nothing", "config/", "__proto__", "constructor", "data/../schema"])(
    "and there is nothing at /v1/data-studio/%s",
    async (action) => {
      const told = await post(action, {});
      expect([told.status, told.body.error.code]).toEqual([404, "NOT_FOUND"]);
    },
  );

  test.each(["config", "schema", "data"])("a setting that is none, or of another kind: %s", async (action) => {
    for (const params of [{ ...ORDERS, unknown: "" }, { model: 7 }, { ...ORDERS, certifiedOnly: "perhaps" }, []]) {
      const body = action === "data" ? { ...QUESTION, configParams: params } : { configParams: params };
      const told = await post(action, body);
      expect([told.status, told.body.error.code]).toEqual([400, "INVALID_REQUEST"]);
      expect(told.body.error.path[0]).toBe("configParams");
    }
  });

  test("what fails within is told by an id that the log knows, and by nothing else", async () => {
    open.fail(new Error("password=hunter2 at select secret"));
    const told = await post("data", { ...QUESTION, fields: [{ name: "members" }, { name: "orders" }] });
    open.fail(null);
    expect(told.status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify(told.body)).not.toMatch(/hunter2|select/i);
  });
});

test("nothing is answered while it must be recorded and cannot be, and what is answered is on record", async () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-studio-"));
  const audit = await openAuditLog({ folder, writer: "w", onFailure: "closed", rotateBytes: 1, keepDays: 400 });
  const shop = await startShop({ http: { audit }, engine: { audit } });
  expect((await post("data", QUESTION, {}, shop)).status).toBe(200);
  const filter = { fieldName: "customer__tried_too", type: "INCLUDE", operator: "IS_NULL" };
  for (const more of [{ fields: [{ name: "tried" }] }, { dimensionsFilters: [[filter]] }]) {
    expect((await post("data", { ...QUESTION, ...more }, {}, shop)).body.error.code).toBe("UNKNOWN_GROUP_BY");
  }
  const files = readdirSync(folder).filter((file) => file.endsWith(".jsonl"));
  const lines = files.map((file) => readFileSync(join(folder, file), "utf8")).join("");
  expect(lines).toMatch(/"consumer":"data-studio"/);
  const refused = lines.split("\n").filter((line) => line.includes('"code":"UNKNOWN_GROUP_BY"'));
  expect(refused).toHaveLength(2);
  for (const line of refused) expect(line).toMatch(/"consumer":"data-studio".*tried.*"decision":"deny"/);
  renameSync(folder, `${folder}-away`);
  writeFileSync(folder, "no folder");
  const codes = [];
  for (const [action, body] of [...ACTIONS, ...ACTIONS])
    codes.push((await post(action, body, {}, shop)).body.error?.code);
  expect(codes.slice(-ACTIONS.length)).toEqual(ACTIONS.map(() => "AUDIT_UNAVAILABLE"));
  await shop.close();
  await audit.close().catch(() => {});
  for (const left of [folder, `${folder}-away`]) rmSync(left, { recursive: true, force: true });
});

test("what is under way is ended for whoever asked, and for nobody else", async () => {
  const shop = await startShop({ http: { dataStudio: { waitMs: 50 } } });
  const go = shop.pause();
  const pending = await post("data", QUESTION, {}, shop);
  expect(pending.body).toMatchObject({ status: "pending", queryId: expect.any(String) });
  const { queryId } = pending.body;
  expect((await post("cancel", { queryId: "another" }, {}, shop)).body).toEqual({ cancelled: false });
  expect((await post("cancel", { queryId }, {}, shop)).body).toEqual({ cancelled: true });
  go();
  expect((await post("data", { queryId }, {}, shop)).body.error.code).toMatch(/CANCELLED|UNKNOWN_QUERY/);
  await shop.close();
});
