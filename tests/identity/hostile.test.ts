import { assert, asyncProperty, constantFrom, integer, jsonValue, nat, record, string, uint8Array } from "fast-check";
import { describe, expect, test } from "vitest";
import { type Algorithm, createAuthenticator } from "../../src/identity/index.ts";
import {
  CLAIMS,
  ec,
  encode,
  fileWith,
  forge,
  jwtSettings,
  type Pair,
  payloadWith,
  pemOf,
  refusal,
  rsa,
  standingClock,
} from "./support.ts";

const pair = ec();
const clock = standingClock();
const authenticator = createAuthenticator({ claims: CLAIMS, issuers: [jwtSettings(pair)] }, { clock, env: {} });
const good = forge(pair.privateKey);
const [head = "", body = "", signature = ""] = good.split(".");

describe("no token that was changed verifies", () => {
  test("by another character at any place", async () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/~".split("");
    await assert(
      asyncProperty(nat(good.length - 1), constantFrom(...alphabet), async (at, letter) => {
        if (good[at] === letter) return;
        await refusal(authenticator, `Bearer ${good.slice(0, at)}${letter}${good.slice(at + 1)}`);
      }),
      { numRuns: 500 },
    );
  });

  test("by characters put in, taken out or repeated", async () => {
    await assert(
      asyncProperty(nat(good.length - 1), integer({ min: 1, max: 20 }), string(), async (at, length, put) => {
        const changed = [
          good.slice(0, at) + good.slice(at + length),
          good.slice(0, at + length) + good.slice(at),
          good.slice(0, at) + put + good.slice(at),
        ];
        for (const token of changed) if (token !== good) await refusal(authenticator, `Bearer ${token}`);
      }),
      { numRuns: 200 },
    );
  });

  test("by another payload under the same signature", async () => {
    await assert(
      asyncProperty(jsonValue(), string(), async (value, sub) => {
        for (const payload of [value, payloadWith({ sub: `${sub}!` }), payloadWith({ roles: ["admin"], claim: value })])
          await refusal(authenticator, `Bearer ${head}.${encode(JSON.stringify(payload))}.${signature}`);
      }),
      { numRuns: 200 },
    );
  });

  test("by another header under the same signature, or by any bytes as signature", async () => {
    await assert(
      asyncProperty(
        record({ alg: constantFrom("none", "None", "HS256", "RS256", "ES256", ""), kid: string() }),
        uint8Array({ maxLength: 80 }),
        async (header, bytes) => {
          await refusal(
            authenticator,
            `Bearer ${encode(JSON.stringify({ ...header, typ: "at+jwt" }))}.${body}.${signature}`,
          );
          await refusal(authenticator, `Bearer ${head}.${body}.${encode(bytes)}`);
        },
      ),
      { numRuns: 300 },
    );
  });
});

const ANYTHING = [
  "'; drop table users --",
  "${jndi:ldap://x}",
  "{{7*7}}",
  "../../x",
  "%00",
  "\u202e",
  "\u001b[31m",
  "__proto__",
  "constructor",
  "a".repeat(1_000),
  "\ud800",
  "<script>",
  "* ' \" \\",
  "null",
  "\r\nX-Admin: 1",
];

test("no text in the header gets in, or gets anything but the one refusal", async () => {
  for (const text of ANYTHING) {
    for (const header of [
      text,
      `Bearer ${text}`,
      `Bearer ${text}.${text}.${text}`,
      `Bearer ${encode(text)}.${encode(text)}.${encode(text)}`,
    ])
      await refusal(authenticator, header);
    await refusal(authenticator, `Bearer ${forge(pair.privateKey, payloadWith(), { alg: "ES256", typ: text })}`);
    await refusal(authenticator, `Bearer ${forge(pair.privateKey, payloadWith({ iss: text }))}`);
  }
  await assert(asyncProperty(string({ unit: "binary" }), async (text) => void (await refusal(authenticator, text))));
});

test("no text in a signed claim is anything but that text, or nothing", async () => {
  for (const text of ANYTHING) {
    const token = forge(
      pair.privateKey,
      payloadWith({ region: text, regions: [text], roles: ["analyst"], [text]: text }),
    );
    const principal = await authenticator.authenticate(`Bearer ${token}`);
    if (principal.kind !== "user") throw new Error("a user");
    expect([undefined, text]).toContain(principal.claims["region"]);
    expect(Object.keys(principal.claims).every((name) => CLAIMS.has(name))).toBe(true);
    expect(principal.roles).toEqual(["analyst"]);
  }
});

test("whatever JSON stands in a claim, it arrives as declared or not at all", async () => {
  await assert(
    asyncProperty(jsonValue(), async (made) => {
      const value: unknown = JSON.parse(JSON.stringify(made)); // as it arrives: without the sign of a zero
      const names = [...CLAIMS.keys()];
      const token = forge(
        pair.privateKey,
        payloadWith({ ...Object.fromEntries(names.map((name) => [name, value])), roles: value }),
      );
      if (token.length > 8_192) return;
      const principal = await authenticator.authenticate(`Bearer ${token}`);
      if (principal.kind !== "user") throw new Error("a user");
      const { region = "", regions = [], tenant = 0, share = 0, internal = true } = principal.claims;
      expect(typeof region).toBe("string");
      expect(Array.isArray(regions) && regions.every((item) => typeof item === "string")).toBe(true);
      expect(Number.isSafeInteger(tenant)).toBe(true);
      expect(typeof share).toBe("number");
      expect(typeof internal).toBe("boolean");
      for (const name of names) expect([undefined, value]).toContainEqual(principal.claims[name]);
      expect(principal.roles.every((role) => role === value || (Array.isArray(value) && value.includes(role)))).toBe(
        true,
      );
    }),
    { numRuns: 300 },
  );
});

const SECRET = "s".repeat(64);
const RSA = rsa();
const KEYS: Readonly<Record<Algorithm, Pair | string>> = {
  RS256: RSA,
  RS384: RSA,
  RS512: RSA,
  PS256: RSA,
  PS384: RSA,
  PS512: RSA,
  ES256: ec("P-256"),
  ES384: ec("P-384"),
  ES512: ec("P-521"),
  HS256: SECRET,
  HS384: SECRET,
  HS512: SECRET,
};
const algorithms = Object.keys(KEYS) as Algorithm[];

describe.each(algorithms)("an issuer that signs with %s", (pinned) => {
  const material = KEYS[pinned];
  const keys =
    typeof material === "string"
      ? ({ kind: "secret", secret: { env: "SECRET" } } as const)
      : ({ kind: "pem", keys: [{ file: fileWith(pemOf(material)), kid: null }] } as const);
  const issuers = [jwtSettings(pair, { algorithm: pinned, keys })];
  const only = createAuthenticator({ claims: CLAIMS, issuers }, { clock, env: { SECRET } });
  const signedAs = (algorithm: Algorithm, key: Pair | string) =>
    forge(typeof key === "string" ? key : key.privateKey, payloadWith(), { alg: algorithm, typ: "at+jwt" }, algorithm);

  test("is believed with that algorithm and no other, the same key included", async () => {
    for (const algorithm of algorithms) {
      const token = `Bearer ${signedAs(algorithm, KEYS[algorithm])}`;
      if (algorithm === pinned) expect(await only.authenticate(token)).toMatchObject({ name: "ann" });
      else await refusal(only, token);
    }
  });

  test("is not believed when the public key, in any spelling, was the secret of an HMAC", async () => {
    if (typeof material === "string")
      return expect(await refusal(only, `Bearer ${good}`)).toContain("invalid algorithm");
    const { publicKey } = material;
    const spellings = [
      pemOf(material),
      pemOf(material).trim(),
      publicKey.export({ type: "spki", format: "der" }).toString("latin1"),
      JSON.stringify(publicKey.export({ format: "jwk" })),
      publicKey.export({ type: "spki", format: "der" }).toString("base64"),
    ];
    for (const secret of spellings)
      for (const algorithm of ["HS256", "HS384", "HS512"] as const)
        expect(await refusal(only, `Bearer ${signedAs(algorithm, secret)}`)).toContain("invalid algorithm");
  });

  test("is not believed when the header names another algorithm than the signature's", async () => {
    const key = typeof material === "string" ? material : material.privateKey;
    for (const alg of [
      ...algorithms.filter((name) => name !== pinned),
      "none",
      "NONE",
      "",
      null,
      ["ES256"],
      undefined,
      1,
    ])
      await refusal(only, `Bearer ${forge(key, payloadWith(), { alg, typ: "at+jwt" }, pinned)}`);
  });
});
