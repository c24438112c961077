import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Authenticator,
  checkIdentitySettings,
  createAuthenticator,
  type GoogleIssuerSettings,
} from "../../src/identity/index.ts";
import { CLAIMS, forge, jwkOf, NOW, refusal, rsa, standingClock, startKeyServer } from "./support.ts";

const pair = rsa();
const claims = new Map([...CLAIMS, ["email", { type: "string" }], ["name", { type: "string" }]] as const);
let google: Awaited<ReturnType<typeof startKeyServer>>;
let authenticator: Authenticator;

function settingsFor(jwksUrl: string): GoogleIssuerSettings {
  return {
    kind: "google",
    audiences: ["connector.apps.googleusercontent.com", "staging.apps.googleusercontent.com"],
    jwksUrl,
    accounts: [
      { of: { domain: "example.com" }, roles: ["viewer"], claims: new Map([["region", "EMEA"]]) },
      { of: { email: "boss@example.com" }, roles: ["board"], claims: new Map() },
      { of: { email: "guest@gmail.com" }, roles: ["guest"], claims: new Map([["region", "APAC"]]) },
    ],
  };
}

beforeAll(async () => {
  google = await startKeyServer({ keys: [jwkOf(pair, "g1", { alg: "RS256" })] });
  const settings = { claims, issuers: [settingsFor(google.url)] };
  authenticator = createAuthenticator(settings, { clock: standingClock(), env: {} });
});
afterAll(() => google.stop());

function tokenOf(changes: Readonly<Record<string, unknown>>): string {
  const payload = {
    iss: "https://accounts.google.com",
    aud: "connector.apps.googleusercontent.com",
    sub: "1234567890",
    email: "ann@example.com",
    email_verified: true,
    hd: "example.com",
    iat: NOW - 10,
    exp: NOW + 3_600,
    ...changes,
  };
  return `Bearer ${forge(pair.privateKey, payload, { alg: "RS256", kid: "g1", typ: "JWT" }, "RS256")}`;
}

test("an account of the hosted domain gets the domain's roles and attributes", async () => {
  for (const iss of ["https://accounts.google.com", "accounts.google.com"]) {
    expect(await authenticator.authenticate(tokenOf({ iss }))).toMatchObject({
      issuer: "https://accounts.google.com",
      subject: "1234567890",
      name: "ann@example.com",
      roles: ["viewer"],
      claims: { region: "EMEA", email: "ann@example.com" },
    });
  }
});

test("an address of its own wins over its domain, and needs none", async () => {
  const boss = await authenticator.authenticate(tokenOf({ email: "boss@example.com" }));
  expect(boss).toMatchObject({ roles: ["board"], claims: { email: "boss@example.com" } });
  expect(boss.kind === "user" && boss.claims["region"]).toBeUndefined();
  const guest = await authenticator.authenticate(tokenOf({ email: "guest@gmail.com", hd: undefined }));
  expect(guest).toMatchObject({ roles: ["guest"], claims: { region: "APAC" } });
});

test("what bearers choose themselves becomes neither role nor claim", async () => {
  const token = tokenOf({ name: "EMEA", roles: ["board"], region: "APAC", tenant: 1, email: "guest@gmail.com" });
  const principal = await authenticator.authenticate(token);
  expect(principal).toMatchObject({ roles: ["guest"] });
  expect(principal.kind === "user" && { ...principal.claims }).toEqual({ region: "APAC", email: "guest@gmail.com" });
});

describe("nobody comes in", () => {
  test.each([
    ["with an address that is not verified", { email_verified: false }, "not verified"],
    ["with an address that is verified in words", { email_verified: "true" }, "not verified"],
    ["without an address", { email: undefined }, "not verified"],
    ["whose address ends in the domain, but whom the domain does not host", { hd: undefined }, "may come in"],
    ["of another domain", { hd: "evil.com", email: "ann@evil.com" }, "may come in"],
    ["of a domain spelled otherwise", { hd: "Example.com" }, "may come in"],
    ["of a domain below", { hd: "sub.example.com" }, "may come in"],
    ["with an address spelled otherwise", { email: "Guest@gmail.com", hd: undefined }, "may come in"],
    ["of domains in a list", { hd: ["example.com"] }, "may come in"],
    ["with a token for another program", { aud: "other.apps.googleusercontent.com" }, "audience invalid"],
    ["with a token of another issuer", { iss: "https://accounts.google.com.evil.com" }, "not configured"],
    ["with a token without an end", { exp: undefined }, "does not end"],
  ])("%s", async (_what, changes, reason) => {
    expect(await refusal(authenticator, tokenOf(changes))).toContain(reason);
  });
});

test("a token for any of the scripts will do, and one for several of them will not", async () => {
  const staging = "staging.apps.googleusercontent.com";
  expect(await authenticator.authenticate(tokenOf({ aud: staging }))).toMatchObject({ kind: "user" });
  const both = tokenOf({ aud: [staging, "connector.apps.googleusercontent.com"] });
  expect(await refusal(authenticator, both)).toContain("also meant for others");
});

test("settings need an audience, somebody to let in, and attributes as declared", () => {
  const good = settingsFor("https://www.googleapis.com/oauth2/v3/certs");
  const tell = (changes: Partial<GoogleIssuerSettings>) =>
    checkIdentitySettings({ claims, issuers: [{ ...good, ...changes }] }).map(
      ({ path, message }) => `${path.join(".")}: ${message}`,
    );
  const account = good.accounts[0]!;
  expect(tell({})).toEqual([]);
  expect(tell({ audiences: ["a", ""] })).toEqual([expect.stringContaining("issuers.0.audiences.1: is missing")]);
  expect(tell({ audiences: [] })).toEqual([expect.stringContaining("issuers.0.audiences: name at least one")]);
  expect(tell({ accounts: [] })).toEqual([expect.stringContaining("issuers.0.accounts: nobody could come in")]);
  expect(tell({ accounts: [account, account] })).toEqual(["issuers.0.accounts.1: stands here twice"]);
  expect(tell({ accounts: [{ ...account, of: { domain: "" } }] })).toEqual([
    expect.stringContaining("name an address"),
  ]);
  expect(tell({ accounts: [{ ...account, claims: new Map([["tenant", "7"]]) }] })).toEqual([
    "issuers.0.accounts.0.claims.tenant: is declared as int, within bounds",
  ]);
  expect(tell({ accounts: [{ ...account, claims: new Map([["x", "7"]]) }] })).toEqual([
    "issuers.0.accounts.0.claims.x: no such claim is declared",
  ]);
});
