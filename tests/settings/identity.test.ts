import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { placeOf } from "../../src/diagnostics/index.ts";
import {
  type ClaimDeclarations,
  checkIdentitySettings,
  createAuthenticator,
  IdentityError,
} from "../../src/identity/index.ts";
import { identityFrom, readSettings } from "../../src/settings/index.ts";
import { inFile } from "./support.ts";

const CLAIMS: ClaimDeclarations = new Map([
  ["region", { type: "string" }],
  ["tenants", { type: "int", list: true }],
]);

const WHOLE = `identity:
  jwt:
    - issuer: https://login.example.com
      audience: assay
      other_audiences: true
      algorithm: RS256
      typ: at+jwt
      keys: { jwks: "https://login.example.com/keys", stale: 10 min }
      roles: { path: [realm_access, roles], names: { bi-analyst: [analyst], "BI Admin": [analyst, finance] } }
      claims: { region: [attributes, region] }
      clock_tolerance: 10 s
      max_age: 8 h
    - issuer: https://other.example.com
      audience: assay
      algorithm: ES256
      typ: none
      keys: { pem: [{ file: a.pem, kid: a }, { file: /b.pem, kid: b }] }
    - { issuer: inner, audience: assay, algorithm: HS256, typ: JWT, keys: { secret: { file: hmac } } }
  google:
    audience: client.apps.googleusercontent.com
    accounts:
      - { email: ann@example.com, roles: [analyst], claims: { region: EMEA, tenants: [1, 2] } }
      - { domain: example.com }
  service_tokens:
    - { name: nightly, sha256: { env: NIGHTLY }, roles: [service] }
`;

/** The block as written in a file, and what identity makes of it. */
function identityOf(text: string) {
  const file = inFile(text);
  const { settings, diagnostics } = readSettings(file, {});
  expect(diagnostics).toEqual([]);
  if (!settings?.identity) throw new Error("unreachable: the block is there");
  return { folder: dirname(file), origins: settings.origins, ...identityFrom(settings.identity, CLAIMS) };
}

test("every key of the block reaches identity", () => {
  const { settings, folder } = identityOf(WHOLE);
  expect(settings).toEqual({
    claims: CLAIMS,
    issuers: [
      {
        kind: "jwt",
        issuer: "https://login.example.com",
        audience: "assay",
        allowsOtherAudiences: true,
        algorithm: "RS256",
        typ: "at+jwt",
        keys: { kind: "jwks", url: "https://login.example.com/keys", staleSeconds: 600 },
        roles: {
          path: ["realm_access", "roles"],
          names: new Map([
            ["bi-analyst", ["analyst"]],
            ["BI Admin", ["analyst", "finance"]],
          ]),
        },
        claimPaths: new Map([["region", ["attributes", "region"]]]),
        clockToleranceSeconds: 10,
        maxAgeSeconds: 28_800,
      },
      {
        kind: "jwt",
        issuer: "https://other.example.com",
        audience: "assay",
        algorithm: "ES256",
        typ: null,
        keys: {
          kind: "pem",
          keys: [
            { file: join(folder, "a.pem"), kid: "a" },
            { file: "/b.pem", kid: "b" },
          ],
        },
      },
      {
        kind: "jwt",
        issuer: "inner",
        audience: "assay",
        algorithm: "HS256",
        typ: "JWT",
        keys: { kind: "secret", secret: { file: join(folder, "hmac") } },
      },
      {
        kind: "google",
        audiences: ["client.apps.googleusercontent.com"],
        accounts: [
          {
            of: { email: "ann@example.com" },
            roles: ["analyst"],
            claims: new Map<string, unknown>([
              ["region", "EMEA"],
              ["tenants", [1, 2]],
            ]),
          },
          { of: { domain: "example.com" }, roles: [], claims: new Map() },
        ],
      },
      {
        kind: "service",
        tokens: [{ name: "nightly", sha256: { env: "NIGHTLY" }, roles: ["service"], claims: new Map() }],
      },
    ],
  });
  expect(checkIdentitySettings(settings)).toEqual([]);
});

const JWT = "issuer: https://a.example, audience: assay, typ: JWT, algorithm: RS256";

test.each([
  [
    "identity: { jwt: [{}] }",
    ['"identity.jwt[1]" lacks the key "issuer"', '"audience"', '"algorithm"', '"typ"', '"keys"'],
  ],
  [`identity: { jwt: [{ ${JWT}, keys: {} }] }`, ['"identity.jwt[1].keys" must be exactly one of jwks, pem and secret']],
  [
    `identity: { jwt: [{ ${JWT}, keys: { jwks: "https://a", pem: [{ file: a }] } }] }`,
    ['"identity.jwt[1].keys" must be exactly one of jwks, pem and secret'],
  ],
  [`identity: { jwt: [{ ${JWT}, keys: { jwk: x } }] }`, ['"identity.jwt[1].keys" has no key "jwk"']],
  ["identity: { google: { audience: a, accounts: [{}] } }", ["must be a mapping with either email or domain"]],
  ["identity: { jwt: [{ algorithm: none }] }", ['"identity.jwt[1].algorithm" cannot be "none"']],
  ["identity: []", ['"identity" must be a mapping with jwt, google or service_tokens']],
  ["identity:", ['"identity" must be a mapping with jwt, google or service_tokens']],
])("%s is refused at its place", (text, problems) => {
  const { settings, diagnostics } = readSettings(inFile(text), {});
  expect(settings).toBeNull();
  const told = diagnostics.map(({ message, span }) => `${span ? placeOf(span) : "nowhere"} ${message}`).join("\n");
  for (const problem of problems) expect(told).toContain(problem);
  expect(told).not.toContain("nowhere");
});

test.each([
  ["identity: {}", "identity"],
  [`identity: { jwt: [{ ${JWT}, keys: { jwks: "http://a.example/keys" } }] }`, "identity.jwt[1].keys.jwks"],
  [
    `identity: { jwt: [{ ${JWT}, keys: { jwks: "https://a/k" }, claims: { tenant: [t] } }] }`,
    "identity.jwt[1].claims.tenant",
  ],
  [`identity: { jwt: [{ ${JWT}, keys: { secret: { env: X } } }] }`, "identity.jwt[1].keys"],
  [
    `identity: { jwt: [{ ${JWT}, keys: { jwks: "https://a/k" } }, { ${JWT}, keys: { jwks: "https://b/k" } }] }`,
    "identity.jwt[2]",
  ],
  [
    "identity: { google: { audience: a, accounts: [{ domain: b, claims: { region: 7 } }] } }",
    "identity.google.accounts[1].claims.region",
  ],
  ["identity: { google: { audience: a, accounts: [{ domain: b }], jwks: nowhere } }", "identity.google.jwks"],
  [
    "identity: { service_tokens: [{ name: a, sha256: { env: X } }, { name: a, sha256: { env: Y } }] }",
    "identity.service_tokens[2].name",
  ],
])("%s is unusable, and the setting is named as it is written", (text, setting) => {
  const { settings, settingOf, origins } = identityOf(text);
  const named = checkIdentitySettings(settings).map(settingOf);
  expect(named).toContain(setting);
  if (setting !== "identity") expect(origins.get(setting)).toMatch(/assay\.config\.yaml:1:\d+$/);
});

test("a variable that is not set is told with its place, at start", () => {
  const { settings, settingOf } = identityOf(
    "identity: { service_tokens: [{ name: nightly, sha256: { env: UNSET_OF_TEST } }] }",
  );
  const failure = (() => {
    try {
      return createAuthenticator(settings, { env: {} });
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(failure).toBeInstanceOf(IdentityError);
  if (!(failure instanceof IdentityError)) return;
  expect(failure.problems.map((problem) => [settingOf(problem), problem.message])).toEqual([
    ["identity.service_tokens", expect.stringContaining("UNSET_OF_TEST")],
  ]);
});
