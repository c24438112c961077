import { describe, expect, test } from "vitest";
import { createAuthenticator, type JwtIssuerSettings } from "../../src/identity/index.ts";
import { at } from "../../src/identity/json.ts";
import {
  AUDIENCE,
  CLAIMS,
  ec,
  encode,
  fileWith,
  forge,
  ISSUER,
  jwtSettings,
  NOW,
  payloadWith,
  pemOf,
  refusal,
  rsa,
  standingClock,
} from "./support.ts";

const pair = ec();
const stranger = ec();
const header = { alg: "ES256", typ: "at+jwt" };

function authenticatorWith(changes: Partial<JwtIssuerSettings> = {}) {
  return createAuthenticator(
    { claims: CLAIMS, issuers: [jwtSettings(pair, changes)] },
    { clock: standingClock(), env: {} },
  );
}

const authenticator = authenticatorWith();
const bearer = (token: string) => `Bearer ${token}`;

test("a good token becomes its principal: subject, roles, and the declared claims alone", async () => {
  const token = forge(
    pair.privateKey,
    payloadWith({
      roles: ["b", "a", "b"],
      regions: ["EMEA", "APAC"],
      tenant: 7,
      share: 0.5,
      internal: true,
      other: "x",
    }),
  );
  const principal = await authenticator.authenticate(bearer(token));
  expect(principal).toEqual({
    kind: "user",
    issuer: ISSUER,
    subject: "ann",
    name: "ann",
    roles: ["a", "b"],
    claims: Object.assign(Object.create(null), {
      region: "EMEA",
      regions: ["EMEA", "APAC"],
      tenant: 7,
      share: 0.5,
      internal: true,
    }),
  });
  expect(principal.kind === "user" && Object.getPrototypeOf(principal.claims)).toBeNull();
});

describe("refused, whoever signed it", () => {
  test.each([
    ["without an end", { exp: undefined }, "does not end"],
    ["that ends at a fraction of a second", { exp: NOW + 60.5 }, "does not end"],
    ["that ends after the longest time", { exp: NOW + 86_400 + 31 }, "does not end, or too late"],
    ["that ends in 10^300 seconds", { exp: 1e300 }, "does not end, or too late"],
    ["whose end is text", { exp: String(NOW + 60) }, "invalid exp value"],
    ["that has ended", { exp: NOW - 31 }, "jwt expired"],
    ["issued in the future", { iat: NOW + 31 }, "or in the future"],
    ["that does not say when it was issued", { iat: undefined }, "does not say when it was issued"],
    ["issued too long ago", { iat: NOW - 86_400 - 31 }, "too old"],
    ["that begins later", { nbf: NOW + 31 }, "jwt not active"],
    ["that begins at a fraction", { nbf: NOW - 1.5 }, "does not say when it begins"],
    ["of another issuer", { iss: "https://evil.example.com" }, "not configured"],
    ["of no issuer", { iss: undefined }, "not configured"],
    ["of a list of issuers", { iss: [ISSUER] }, "not configured"],
    ["of an issuer named like what every object has", { iss: "__proto__" }, "not configured"],
    ["for another audience", { aud: "other" }, "audience invalid"],
    ["for no audience", { aud: undefined }, "audience invalid"],
    ["for others as well", { aud: [AUDIENCE, "other"] }, "also meant for others"],
    ["without a subject", { sub: undefined }, "no subject"],
    ["with an empty subject", { sub: "" }, "no subject"],
    ["with a subject that is no text", { sub: 7 }, "no subject"],
    ["with a subject that would break a line of the log", { sub: "ann\nroot" }, "no subject"],
    ["with a subject longer than any", { sub: "a".repeat(256) }, "no subject"],
  ])("a token %s", async (_what, changes, reason) => {
    expect(await refusal(authenticator, bearer(forge(pair.privateKey, payloadWith(changes))))).toContain(reason);
  });

  test("with a reason that tells the operator which it is", async () => {
    const because = async (changes: Readonly<Record<string, unknown>>): Promise<string> =>
      await refusal(authenticator, bearer(forge(pair.privateKey, payloadWith(changes))));
    expect(await because({ exp: NOW - 31 })).toMatch(/^the token has expired:/);
    expect(await because({ nbf: NOW + 31 })).toMatch(/^the token does not count yet:/);
    expect(await because({ aud: "other" })).toMatch(/^the token is meant for another audience:/);
    const byStranger = await refusal(authenticator, bearer(forge(stranger.privateKey)));
    expect(byStranger).toMatch(/^the token is not signed with a key of its issuer:/);
  });

  test.each([["null"], ["1e400"], ["-1e400"]])("a token whose end is %s", async (exp) => {
    const text = `{"iss":"${ISSUER}","aud":"${AUDIENCE}","sub":"ann","iat":${NOW},"exp":${exp}}`;
    expect(await refusal(authenticator, bearer(forge(pair.privateKey, text)))).not.toBe("");
  });

  test.each([
    ["list", "[]"],
    ["text", '"operator"'],
    ["number", "1"],
    ["null", "null"],
    ["no JSON", "{"],
  ])("a payload that is %s", async (_what, payload) => {
    expect(await refusal(authenticator, bearer(forge(pair.privateKey, payload)))).toContain("holds no JSON");
  });

  test("a payload that is not UTF-8", async () => {
    const [head, , signature] = forge(pair.privateKey).split(".");
    const token = [head, encode(Buffer.from(`{"sub":"\u00ff"}`, "latin1")), signature].join(".");
    expect(await refusal(authenticator, bearer(token))).toBe("the token holds no JSON");
  });

  test.each([
    ["crit", { crit: ["b64"], b64: false }],
    ["an unknown critical extension", { crit: ["http://example.com/x"], "http://example.com/x": 1 }],
    ["b64", { b64: false }],
    ["jku", { jku: "https://evil.example.com/keys" }],
    ["jwk", { jwk: stranger.publicKey.export({ format: "jwk" }) }],
    ["x5u", { x5u: "https://evil.example.com/cert" }],
    ["x5c", { x5c: ["MIIB"] }],
    ["cty, a token in a token", { cty: "JWT" }],
    ["a name nobody knows", { __proto__x: 1 }],
  ])("a header with %s", async (_what, more) => {
    const token = forge(pair.privateKey, payloadWith(), { ...header, ...more });
    expect(await refusal(authenticator, bearer(token))).toBe("the token's header holds more than it may");
  });

  test.each([
    ["an ID token's", { typ: "JWT" }],
    ["missing", { typ: undefined }],
    ["no text", { typ: ["at+jwt"] }],
  ])("a type that is %s", async (_what, more) => {
    const token = forge(pair.privateKey, payloadWith(), { ...header, ...more });
    expect(await refusal(authenticator, bearer(token))).toMatch(/another type|not text/);
  });

  test("a token of more than 8 KB, before anything of it is read", async () => {
    const token = forge(pair.privateKey, payloadWith({ padding: "x".repeat(8_192) }));
    expect(await refusal(authenticator, bearer(token))).toBe("the token is too long");
  });

  test("a token signed by somebody else, or not at all", async () => {
    expect(await refusal(authenticator, bearer(forge(stranger.privateKey)))).toContain("invalid signature");
    const [head, body] = forge(pair.privateKey).split(".");
    expect(await refusal(authenticator, bearer(`${head}.${body}.`))).toBe("not a JSON Web Token");
    const none = `${encode('{"alg":"none","typ":"at+jwt"}')}.${body}`;
    for (const token of [none, `${none}.`, `${none}.AAAA`])
      expect(await refusal(authenticator, bearer(token))).toMatch(
        /not a JSON Web Token|signed with another algorithm|does not verify/,
      );
  });

  test("another spelling of the same signature", async () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const token = forge(pair.privateKey);
    const last = alphabet.indexOf(token.at(-1)!);
    for (const twin of [token.slice(0, -1) + alphabet[last ^ 1]!, `${token}=`, `${token}==`])
      expect(await refusal(authenticator, bearer(twin))).toBe("not a JSON Web Token");
  });
});

describe("where the rules bend, settings say so", () => {
  test("clocks may differ by the tolerance, at every bound", async () => {
    for (const changes of [
      { exp: NOW - 29 },
      { iat: NOW + 30 },
      { nbf: NOW + 30 },
      { exp: NOW + 86_430 },
      { iat: NOW - 86_430 },
    ])
      expect(await authenticator.authenticate(bearer(forge(pair.privateKey, payloadWith(changes))))).toBeDefined();
    const strict = authenticatorWith({ clockToleranceSeconds: 0 });
    expect(await refusal(strict, bearer(forge(pair.privateKey, payloadWith({ exp: NOW - 1 }))))).toContain("expired");
  });

  test("one of several audiences is enough where others are allowed; a list of one is always", async () => {
    const token = forge(pair.privateKey, payloadWith({ aud: ["other", AUDIENCE] }));
    const lenient = authenticatorWith({ allowsOtherAudiences: true });
    expect(await lenient.authenticate(bearer(token))).toMatchObject({ subject: "ann" });
    const alone = forge(pair.privateKey, payloadWith({ aud: [AUDIENCE] }));
    expect(await authenticator.authenticate(bearer(alone))).toMatchObject({ subject: "ann" });
  });

  test("a type is compared as a media type, and an issuer may write none", async () => {
    const written = forge(pair.privateKey, payloadWith(), { ...header, typ: "application/AT+JWT" });
    expect(await authenticator.authenticate(bearer(written))).toMatchObject({ subject: "ann" });
    const untyped = authenticatorWith({ typ: null });
    expect(await untyped.authenticate(bearer(forge(pair.privateKey, payloadWith(), { alg: "ES256" })))).toBeDefined();
    expect(await refusal(untyped, bearer(forge(pair.privateKey)))).toContain("another type");
  });

  test("several keys are told apart by the name that the token gives", async () => {
    const second = ec();
    const files = [pair, second].map((one) => fileWith(pemOf(one)));
    const keys = {
      kind: "pem",
      keys: [
        { file: files[0]!, kid: "a" },
        { file: files[1]!, kid: "b" },
      ],
    } as const;
    const both = authenticatorWith({ keys });
    const named = (kid: unknown) => forge(second.privateKey, payloadWith(), { ...header, kid });
    expect(await both.authenticate(bearer(named("b")))).toMatchObject({ subject: "ann" });
    expect(await refusal(both, bearer(named("a")))).toContain("invalid signature");
    for (const kid of ["c", "__proto__", undefined])
      expect(await refusal(both, bearer(named(kid)))).toContain("no key");
    expect(await refusal(both, bearer(named({ a: 1 })))).toBe("the token's header is not text");
  });

  test("roles stand where settings say, and are translated only by name", async () => {
    const names = new Map([["grp-1", ["analyst", "viewer"]]]);
    const keycloak = authenticatorWith({ roles: { path: ["realm_access", "roles"], names } });
    const token = forge(pair.privateKey, payloadWith({ realm_access: { roles: ["grp-1", "admin", "constructor"] } }));
    expect(await keycloak.authenticate(bearer(token))).toMatchObject({ roles: ["analyst", "viewer"] });
    expect(await keycloak.authenticate(bearer(forge(pair.privateKey)))).toMatchObject({ roles: [] });
    const one = forge(pair.privateKey, payloadWith({ roles: "analyst" }));
    expect(await authenticator.authenticate(bearer(one))).toMatchObject({ roles: ["analyst"] });
  });

  test.each([
    [{ admin: true }],
    [["analyst", 7]],
    [null],
    [["a\u0000"]],
    [Array.from({ length: 101 }, (_, i) => `r${i}`)],
  ])("roles written as %j are none", async (roles) => {
    const token = forge(pair.privateKey, payloadWith({ roles }));
    expect(await authenticator.authenticate(bearer(token))).toMatchObject({ roles: [] });
  });

  test("a claim may stand deeper, or under a URL", async () => {
    const claimPaths = new Map([
      ["region", ["https://example.com/region"]],
      ["tenant", ["org", "id"]],
    ]);
    const elsewhere = authenticatorWith({ claimPaths });
    const token = forge(pair.privateKey, payloadWith({ "https://example.com/region": "APAC", org: { id: 3 } }));
    expect(await elsewhere.authenticate(bearer(token))).toMatchObject({ claims: { region: "APAC", tenant: 3 } });
  });
});

describe("claims", () => {
  test.each([
    ["of another type", { region: 7 }],
    ["that is null", { region: null }],
    ["that is a list where one value is declared", { region: ["EMEA"] }],
    ["that is an object", { region: { toString: "EMEA" } }],
    ["longer than declared", { region: "x".repeat(21) }],
    ["with NUL", { region: "EM\u0000EA" }],
    ["with half a character", { region: "\ud800" }],
    ["with more items than declared", { regions: ["a", "b", "c", "d"] }],
    ["with one item of another type", { regions: ["a", 1] }],
    ["that is one value where a list is declared", { regions: "EMEA" }],
    ["that is text where an integer is declared", { tenant: "7" }],
    ["that is a fraction where an integer is declared", { tenant: 7.5 }],
    ["that is a number too big to be exact", { tenant: 9_007_199_254_740_992 }],
    ["that is a number too big for its digits", { share: 1e300 }],
    ["that is text where a boolean is declared", { internal: "true" }],
    ["that is 1 where a boolean is declared", { internal: 1 }],
  ])("a claim %s is not there", async (_what, changes) => {
    const token = forge(pair.privateKey, payloadWith({ region: undefined, ...changes }));
    const principal = await authenticator.authenticate(bearer(token));
    expect(principal.kind === "user" && Object.keys(principal.claims)).toEqual([]);
  });

  test("an empty list stays an empty list, and text is taken as it is written", async () => {
    const token = forge(pair.privateKey, payloadWith({ regions: [], region: " Émea " }));
    expect(await authenticator.authenticate(bearer(token))).toMatchObject({
      claims: { regions: [], region: " Émea " },
    });
  });

  test("neither a role nor a claim comes out of __proto__, constructor or a nested object", async () => {
    const members = `"iss":"${ISSUER}","aud":"${AUDIENCE}","sub":"ann","iat":${NOW},"exp":${NOW + 60}`;
    const evil = `{"roles":["admin"],"region":"APAC","tenant":1}`;
    for (const name of ["__proto__", "constructor", "prototype", "claims"]) {
      const token = forge(pair.privateKey, `{${members},"${name}":${evil}}`);
      const principal = await authenticator.authenticate(bearer(token));
      expect(principal).toMatchObject({ roles: [] });
      expect(principal.kind === "user" && Object.keys(principal.claims)).toEqual([]);
    }
    expect(Reflect.get({}, "region")).toBeUndefined();
  });

  test("what every object inherits is not in a token", () => {
    for (const name of ["constructor", "toString", "__proto__"]) expect(at({}, [name])).toBeUndefined();
    expect(at({ org: { id: 3 } }, ["org", "id"])).toBe(3);
  });

  test("of a claim that stands twice the last one counts, as for jsonwebtoken", async () => {
    const members = `"iss":"${ISSUER}","aud":"${AUDIENCE}","sub":"ann","iat":${NOW},"exp":${NOW + 60}`;
    const token = forge(pair.privateKey, `{${members},"region":"EMEA","region":"APAC"}`);
    expect(await authenticator.authenticate(bearer(token))).toMatchObject({ claims: { region: "APAC" } });
  });
});

describe("the header Authorization", () => {
  const good = forge(pair.privateKey);
  test.each([
    [undefined],
    [""],
    ["Bearer"],
    ["Bearer "],
    [`Bearer  ${good}`],
    [` Bearer ${good}`],
    [`Bearer ${good} `],
    [`Bearer\t${good}`],
    [`Bearer ${good}\n`],
    [`Bearer ${good}, Bearer ${good}`],
    [`Basic ${good}`],
    [good],
    [`Bearer "${good}"`],
    [`Bearer ${good}.x`],
    ["Bearer ..."],
    ["Bearer \u0000"],
    ["Bearer null"],
    ["Bearer undefined"],
    ["Bearer ' or 1=1 --"],
    ["Bearer {{7*7}}"],
    ["Bearer ../../etc/passwd"],
    [`Bearer ${"a".repeat(100_000)}`],
  ])("%j lets nobody in", async (authorization) => {
    expect(await refusal(authenticator, authorization)).not.toBe("");
  });

  test("the scheme may be written in any case", async () => {
    expect(await authenticator.authenticate(`bEARER ${good}`)).toMatchObject({ subject: "ann" });
  });
});

test("what the log is told holds nothing of the token", async () => {
  const token = forge(stranger.privateKey, payloadWith({ sub: "SECRET-SUBJECT" }), { ...header, kid: "SECRET-KID" });
  const told = await refusal(authenticator, bearer(token));
  expect(told).not.toMatch(/SECRET/);
  expect(told).not.toContain(token.slice(-20));
});

test("RSA of 2048 bits serves RS256 and PS256", async () => {
  const rsaPair = rsa();
  for (const algorithm of ["RS256", "PS256"] as const) {
    const keys = { kind: "pem", keys: [{ file: fileWith(pemOf(rsaPair)), kid: null }] } as const;
    const token = forge(rsaPair.privateKey, payloadWith(), { ...header, alg: algorithm }, algorithm);
    expect(await authenticatorWith({ algorithm, keys }).authenticate(bearer(token))).toMatchObject({ subject: "ann" });
  }
});
