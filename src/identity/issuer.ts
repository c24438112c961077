import { readFileSync } from "node:fs";
import { AuthenticationError } from "./authentication-error.ts";
import { type ClaimDeclarations, copyClaims, isCleanText, isRole } from "./claims.ts";
import type { Clock } from "./clock.ts";
import { at, own } from "./json.ts";
import { fixedKeys, type Keys, publicKeyFromPem, secretKey } from "./keys.ts";
import { makeUser, type User } from "./principal.ts";
import { createRemoteKeys } from "./remote-keys.ts";
import { readSecret } from "./secret.ts";
import {
  DEFAULT_MAX_AGE_SECONDS,
  DEFAULT_STALE_SECONDS,
  DEFAULT_TOLERANCE_SECONDS,
  GOOGLE_ISSUERS,
  GOOGLE_JWKS_URL,
  type GoogleAccount,
  type GoogleIssuerSettings,
  type JwtIssuerSettings,
  type RoleSettings,
} from "./settings.ts";
import type { TokenRules, VerifiedToken } from "./token.ts";

/** Somebody who signs tokens: which rules hold for them, and who the bearer is. */
export interface TokenIssuer {
  readonly rules: TokenRules;
  readonly keys: Keys;
  /** @throws AuthenticationError when the token is good, but not for us */
  userOf(token: VerifiedToken): User;
}

/** What settings are read with. */
export interface Surroundings {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** @throws Error when a key cannot be read, or does not fit the algorithm */
export function jwtIssuer(settings: JwtIssuerSettings, claims: ClaimDeclarations, around: Surroundings): TokenIssuer {
  const { issuer, audience, algorithm, typ, claimPaths } = settings;
  return {
    rules: {
      issuers: [issuer],
      audiences: [audience],
      allowsOtherAudiences: settings.allowsOtherAudiences ?? false,
      algorithm,
      typ,
      toleranceSeconds: settings.clockToleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS,
      maxAgeSeconds: settings.maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS,
    },
    keys: openKeys(settings, around),
    userOf: ({ issuer: iss, subject, payload }) =>
      makeUser({
        issuer: iss,
        subject,
        name: subject,
        roles: rolesIn(payload, settings.roles),
        claims: copyClaims(claims, (name) => at(payload, claimPaths?.get(name) ?? [name])),
      }),
  };
}

export function googleIssuer(settings: GoogleIssuerSettings, claims: ClaimDeclarations, clock: Clock): TokenIssuer {
  const { accounts, jwksUrl = GOOGLE_JWKS_URL } = settings;
  const [audience, ...others] = settings.audiences;
  if (audience === undefined) throw new Error("Settings that were not checked: they name no audience");
  const algorithm = "RS256";
  const url = new URL(jwksUrl);
  return {
    rules: {
      issuers: GOOGLE_ISSUERS,
      audiences: [audience, ...others],
      allowsOtherAudiences: false,
      algorithm,
      typ: "JWT",
      toleranceSeconds: DEFAULT_TOLERANCE_SECONDS,
      maxAgeSeconds: DEFAULT_MAX_AGE_SECONDS,
    },
    keys: createRemoteKeys({ url, algorithm, staleMs: DEFAULT_STALE_SECONDS * 1_000, clock }),
    userOf({ subject, payload }) {
      const email = own(payload, "email");
      if (typeof email !== "string" || own(payload, "email_verified") !== true || !isCleanText(email))
        throw new AuthenticationError("Google has not verified the e-mail address");
      const account = accountFor(email, own(payload, "hd"), accounts);
      // Google's own facts only: a name that the bearer chose must not become a claim.
      const facts = new Map<string, unknown>([
        ["email", email],
        ["hd", own(payload, "hd")],
        ["sub", subject],
      ]);
      return makeUser({
        issuer: GOOGLE_ISSUERS[0],
        subject,
        name: email,
        roles: account.roles,
        claims: copyClaims(claims, (name) => account.claims.get(name) ?? facts.get(name)),
      });
    },
  };
}

/** The domain is what Google says it hosts (`hd`): anybody may have a Google account under any verified address. */
function accountFor(email: string, hosted: unknown, accounts: readonly GoogleAccount[]): GoogleAccount {
  const account =
    accounts.find(({ of }) => "email" in of && of.email === email) ??
    accounts.find(({ of }) => "domain" in of && of.domain === hosted);
  if (account) return account;
  throw new AuthenticationError("no account of that address or domain may come in");
}

function openKeys({ keys, algorithm }: JwtIssuerSettings, { clock, env }: Surroundings): Keys {
  switch (keys.kind) {
    case "pem":
      return fixedKeys(
        keys.keys.map(({ file, kid }) => ({ kid, key: publicKeyFromPem(readFileSync(file, "utf8"), algorithm) })),
      );
    case "secret":
      return fixedKeys([{ kid: null, key: secretKey(readSecret(keys.secret, env), algorithm) }]);
    case "jwks": {
      const staleMs = (keys.staleSeconds ?? DEFAULT_STALE_SECONDS) * 1_000;
      return createRemoteKeys({ url: new URL(keys.url), algorithm, staleMs, clock });
    }
  }
}

const MAX_ROLES = 100;

/** Whatever is not clearly roles is none: roles only ever grant. */
export function rolesIn(
  payload: Readonly<Record<string, unknown>>,
  settings: RoleSettings | undefined,
): readonly string[] {
  if (settings === undefined) return [];
  const { path, names } = settings;
  const found = at(payload, path);
  const listed: unknown = typeof found === "string" ? [found] : found;
  if (!Array.isArray(listed) || listed.length > MAX_ROLES || !listed.every(isRole)) return [];
  return names === undefined ? listed : listed.flatMap((name) => names.get(name) ?? []);
}
