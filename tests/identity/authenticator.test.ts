import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  checkIdentitySettings,
  createAuthenticator,
  type IdentitySettings,
  type JwtIssuerSettings,
} from "../../src/identity/index.ts";
import {
  CLAIMS,
  ec,
  fileWith,
  forge,
  jwtSettings,
  NOW,
  payloadWith,
  pemOf,
  refusal,
  rsa,
  standingClock,
} from "./support.ts";

const pair = ec();
const good = jwtSettings(pair);

function problemsOf(changes: Partial<JwtIssuerSettings>): readonly string[] {
  return tell({ claims: CLAIMS, issuers: [{ ...good, ...changes }] });
}

function tell(settings: IdentitySettings): readonly string[] {
  return checkIdentitySettings(settings).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

function failure(settings: IdentitySettings, env = {}): string {
  try {
    createAuthenticator(settings, { env });
    return "";
  } catch (error) {
    return String(error);
  }
}

test("sound settings have no problems", () => {
  expect(tell({ claims: CLAIMS, issuers: [good] })).toEqual([]);
});

describe("the server does not start", () => {
  test.each<[string, Partial<JwtIssuerSettings>, string]>([
    ["without an issuer", { issuer: "" }, "issuers.0.issuer: is missing"],
    ["without an audience", { audience: " " }, "issuers.0.audience: is missing"],
    ["with an issuer of our own making", { issuer: "assay-development" }, "issuers.0.issuer: this name is kept"],
    ["with an empty type", { typ: "" }, "issuers.0.typ: is missing"],
    ["with a secret for public keys", { keys: { kind: "secret", secret: { env: "X" } } }, "a secret goes with HS256"],
    ["with public keys for a secret", { algorithm: "HS256" }, "issuers.0.keys: HS256, HS384 and HS512 need a secret"],
    ["without any key", { keys: { kind: "pem", keys: [] } }, "name at least one file"],
    [
      "with keys that cannot be told apart",
      {
        keys: {
          kind: "pem",
          keys: [
            { file: "a", kid: "x" },
            { file: "b", kid: "x" },
          ],
        },
      },
      "each needs a kid of its own",
    ],
    [
      "with a key for every name beside another",
      {
        keys: {
          kind: "pem",
          keys: [
            { file: "a", kid: null },
            { file: "b", kid: "x" },
          ],
        },
      },
      "each needs a kid of its own",
    ],
    [
      "with keys from plain HTTP",
      { keys: { kind: "jwks", url: "http://example.com/keys" } },
      "must begin with https://",
    ],
    [
      "with keys from a host that looks local",
      { keys: { kind: "jwks", url: "http://127.0.0.1.evil.com/" } },
      "https://",
    ],
    ["with keys from a file", { keys: { kind: "jwks", url: "file:///etc/passwd" } }, "must begin with https://"],
    ["with keys from nowhere", { keys: { kind: "jwks", url: "keys" } }, "is no URL"],
    ["with credentials in a URL", { keys: { kind: "jwks", url: "https://a:b@example.com/" } }, "no credentials"],
    ["with an endless window", { keys: { kind: "jwks", url: "https://example.com", staleSeconds: 1e9 } }, "0 to 86400"],
    ["with an endless tolerance", { clockToleranceSeconds: 3_600 }, "from 0 to 300"],
    ["with tokens for ever", { maxAgeSeconds: Infinity }, "from 60 to 2592000"],
    ["with a path for a claim that is not declared", { claimPaths: new Map([["x", ["y"]]]) }, "no such claim"],
    ["with roles from nowhere", { roles: { path: [] } }, "say where the roles stand"],
    [
      "with a role that no log can hold",
      { roles: { path: ["r"], names: new Map([["a", ["b\n"]]]) } },
      "a role is a text",
    ],
  ])("%s", (_what, changes, message) => {
    expect(problemsOf(changes)).toEqual([expect.stringContaining(message)]);
    expect(failure({ claims: CLAIMS, issuers: [{ ...good, ...changes }] })).toContain(message);
  });

  test("without anybody to believe, with the same issuer twice, or with a claim of a strange name or type", () => {
    expect(tell({ claims: CLAIMS, issuers: [] })).toEqual(["issuers: nobody could come in: name at least one issuer"]);
    expect(tell({ claims: CLAIMS, issuers: [good, good] })).toEqual([
      expect.stringContaining("issuers.1: stands here twice"),
    ]);
    const claims = new Map([["__proto__", { type: "string", maxLength: 0 } as const]]);
    expect(tell({ claims, issuers: [good] })).toEqual([
      expect.stringContaining("claims.__proto__: a claim's name"),
      expect.stringContaining("claims.__proto__.maxLength: must be a whole number"),
    ]);
  });

  test.each([
    ["a private key", () => pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(), "private key"],
    ["a key on another curve", () => pemOf(ec("P-384")), "ES256 needs a key on P-256"],
    ["a key of another family", () => pemOf(rsa()), "ES256 needs a key on P-256"],
    ["no key at all", () => "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "it holds no public key"],
    ["nothing", () => "", "it holds no public key"],
  ])("with a file that holds %s", (_what, pem, message) => {
    const keys = { kind: "pem", keys: [{ file: fileWith(pem()), kid: null }] } as const;
    const told = failure({ claims: CLAIMS, issuers: [{ ...good, keys }] });
    expect(told).toContain("identity.issuers.0: ");
    expect(told).toContain(message);
    expect(told).not.toContain("BEGIN");
  });

  test("with an RSA key that is kept for PSS alone", () => {
    const pss = generateKeyPairSync("rsa-pss", { modulusLength: 2048 });
    const keys = { kind: "pem", keys: [{ file: fileWith(pemOf(pss)), kid: null }] } as const;
    const settings = { claims: CLAIMS, issuers: [{ ...good, algorithm: "RS256", keys }] } as const;
    expect(failure(settings)).toContain("RS256 needs an RSA key");
  });

  test("with a weak key: RSA below 2048 bits, a secret shorter than its hash", () => {
    const keys = { kind: "pem", keys: [{ file: fileWith(pemOf(rsa(1024))), kid: null }] } as const;
    for (const algorithm of ["RS256", "PS512"] as const)
      expect(failure({ claims: CLAIMS, issuers: [{ ...good, algorithm, keys }] })).toContain("at least 2048 bits");
    for (const [algorithm, bytes] of [
      ["HS256", 32],
      ["HS384", 48],
      ["HS512", 64],
    ] as const) {
      const settings = {
        claims: CLAIMS,
        issuers: [{ ...good, algorithm, keys: { kind: "secret", secret: { env: "S" } } }],
      } as const;
      expect(failure(settings, { S: "x".repeat(bytes - 1) })).toContain(`at least ${bytes} bytes`);
      expect(failure(settings, { S: "x".repeat(bytes) })).toBe("");
      expect(failure(settings)).toContain("S is not set");
    }
  });
});

describe("a verified token", () => {
  test("is remembered for a minute, and not beyond its end", async () => {
    const clock = standingClock();
    const authenticator = createAuthenticator({ claims: CLAIMS, issuers: [good] }, { clock, env: {} });
    const long = `Bearer ${forge(pair.privateKey)}`;
    const short = `Bearer ${forge(pair.privateKey, payloadWith({ exp: NOW + 20 }))}`;
    const [before, brief] = [await authenticator.authenticate(long), await authenticator.authenticate(short)];
    clock.pass(19_999);
    expect(await authenticator.authenticate(short)).toBe(brief);
    clock.pass(30_001);
    expect(await refusal(authenticator, short)).toContain("jwt expired");
    clock.pass(9_999);
    expect(await authenticator.authenticate(long)).toBe(before);
    clock.pass(1);
    expect(await authenticator.authenticate(long)).not.toBe(before);
  });

  test("cannot be changed by whoever got its principal", async () => {
    const authenticator = createAuthenticator({ claims: CLAIMS, issuers: [good] }, { clock: standingClock(), env: {} });
    const principal = await authenticator.authenticate(
      `Bearer ${forge(pair.privateKey, payloadWith({ regions: ["a"] }))}`,
    );
    if (principal.kind !== "user") throw new Error("a user");
    for (const part of [principal, principal.roles, principal.claims, principal.claims["regions"]])
      expect(Object.isFrozen(part)).toBe(true);
  });

  test("lets no other token in its place, though thousands come", async () => {
    const authenticator = createAuthenticator({ claims: CLAIMS, issuers: [good] }, { clock: standingClock(), env: {} });
    for (let i = 0; i < 200; i++) {
      const token = forge(pair.privateKey, payloadWith({ sub: `user-${i}` }));
      expect(await authenticator.authenticate(`Bearer ${token}`)).toMatchObject({ subject: `user-${i}` });
    }
  });
});

test("each of several issuers is believed by its own keys only", async () => {
  const other = ec();
  const issuers = [good, jwtSettings(other, { issuer: "https://partner.example.com", audience: "assay-partner" })];
  const authenticator = createAuthenticator({ claims: CLAIMS, issuers }, { clock: standingClock(), env: {} });
  const partner = payloadWith({ iss: "https://partner.example.com", aud: "assay-partner" });
  expect(await authenticator.authenticate(`Bearer ${forge(other.privateKey, partner)}`)).toMatchObject({
    issuer: "https://partner.example.com",
  });
  expect(await refusal(authenticator, `Bearer ${forge(pair.privateKey, partner)}`)).toContain("invalid signature");
  expect(await refusal(authenticator, `Bearer ${forge(other.privateKey)}`)).toContain("invalid signature");
  const crossed = payloadWith({ aud: "assay-partner" });
  expect(await refusal(authenticator, `Bearer ${forge(pair.privateKey, crossed)}`)).toContain("audience invalid");
});
