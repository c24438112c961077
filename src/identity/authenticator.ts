import { sha256 } from "../std/index.ts";
import { AuthenticationError } from "./authentication-error.ts";
import { checkIdentitySettings, IdentityError, type IdentityProblem, namesOf } from "./check-settings.ts";
import { type Clock, SYSTEM_CLOCK } from "./clock.ts";
import { createExpiringMap } from "./expiring-map.ts";
import { googleIssuer, jwtIssuer, type Surroundings, type TokenIssuer } from "./issuer.ts";
import { own } from "./json.ts";
import type { Principal, User } from "./principal.ts";
import { type FindService, openServiceTokens } from "./service-tokens.ts";
import type { IdentitySettings, IssuerSettings } from "./settings.ts";
import { readToken, verifyToken } from "./token.ts";

/** Tells who asks. */
export interface Authenticator {
  /**
   * @param authorization the header of that name, as it came; credentials are read from nowhere else
   * @throws AuthenticationError
   */
  authenticate(authorization: string | undefined): Promise<Principal>;
}

/** How long a verified token is believed without another look: so long may a withdrawn key still serve. */
const CACHE_TTL_MS = 60_000;
const CACHE_LIMIT = 10_000;

/**
 * Reads the keys that the settings name, and lets in whoever one of the issuers vouches for.
 *
 * @throws IdentityError with everything that is wrong with the settings
 */
export function createAuthenticator(
  settings: IdentitySettings,
  { clock = SYSTEM_CLOCK, env = process.env }: Partial<Surroundings> = {},
): Authenticator {
  const problems = checkIdentitySettings(settings);
  if (problems.length > 0) throw new IdentityError(problems);
  const opened = openIssuers(settings, { clock, env });
  const verify = createVerifier((name) => opened.issuers.get(name), clock);
  return {
    async authenticate(authorization) {
      const token = bearerToken(authorization);
      if (opened.findService && !token.includes(".")) return opened.findService(token);
      return verify(token);
    },
  };
}

/**
 * Verifies tokens of the issuers that `issuerNamed` knows, and remembers for a minute which were good. Only their
 * digests are kept, and what an issuer's former keys verified is forgotten with them.
 */
export function createVerifier(issuerNamed: (name: string) => TokenIssuer | undefined, clock: Clock) {
  const verified = createExpiringMap<Verified>(CACHE_LIMIT, clock);

  return async (text: string): Promise<User> => {
    const digest = sha256(text);
    const before = verified.get(digest);
    if (before && before.issuer.keys.generation() === before.generation) return before.user;
    const token = readToken(text);
    const name = own(token.payload, "iss");
    const issuer = typeof name === "string" ? issuerNamed(name) : undefined;
    if (issuer === undefined) throw new AuthenticationError("the token is of an issuer that is not configured");
    const { key, generation } = await issuer.keys.find(token.kid);
    const believed = verifyToken(token, key, issuer.rules, Math.floor(clock.now() / 1_000));
    const user = issuer.userOf(believed);
    const leftMs = believed.expiresAt * 1_000 - clock.now();
    if (leftMs > 0) verified.set(digest, { user, issuer, generation }, Math.min(leftMs, CACHE_TTL_MS));
    return user;
  };
}

interface Verified {
  readonly user: User;
  readonly issuer: TokenIssuer;
  readonly generation: number;
}

/** Nothing longer is read, let alone verified. */
const MAX_TOKEN_LENGTH = 8 * 1024;

/** RFC 6750, 2.1. @throws AuthenticationError */
export function bearerToken(authorization: string | undefined): string {
  if (authorization === undefined) throw new AuthenticationError("no credentials");
  if (authorization.length > MAX_TOKEN_LENGTH + "Bearer ".length)
    throw new AuthenticationError("the token is too long");
  const token = /^bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization)?.[1];
  if (token === undefined) throw new AuthenticationError("the credentials are not one bearer token");
  return token;
}

interface Opened {
  /** By every name that `iss` may be. */
  readonly issuers: ReadonlyMap<string, TokenIssuer>;
  readonly findService: FindService | null;
}

function openIssuers({ issuers, claims }: IdentitySettings, around: Surroundings): Opened {
  const byName = new Map<string, TokenIssuer>();
  let findService: FindService | null = null;
  const problems: IdentityProblem[] = [];
  for (const [i, settings] of issuers.entries()) {
    try {
      if (settings.kind === "service") findService = openServiceTokens(settings, claims, around.env);
      else {
        const issuer = openIssuer(settings);
        for (const name of namesOf(settings)) byName.set(name, issuer);
      }
    } catch (error) {
      problems.push({ path: ["issuers", i], message: error instanceof Error ? error.message : String(error) });
    }
  }
  if (problems.length > 0) throw new IdentityError(problems);
  return { issuers: byName, findService };

  function openIssuer(settings: Exclude<IssuerSettings, { kind: "service" }>): TokenIssuer {
    return settings.kind === "google"
      ? googleIssuer(settings, claims, around.clock)
      : jwtIssuer(settings, claims, around);
  }
}
