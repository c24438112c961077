import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import jwt from "jsonwebtoken";
import { AuthenticationError } from "./authentication-error.ts";
import { type Authenticator, bearerToken, createVerifier } from "./authenticator.ts";
import { type ClaimDeclarations, type ClaimValue, copyClaims } from "./claims.ts";
import { type Clock, SYSTEM_CLOCK } from "./clock.ts";
import { rolesIn, type TokenIssuer } from "./issuer.ts";
import { at } from "./json.ts";
import { fixedKeys } from "./keys.ts";
import { makeUser, OPERATOR } from "./principal.ts";
import { DEFAULT_TOLERANCE_SECONDS, DEVELOPMENT_ISSUER } from "./settings.ts";
import type { TokenRules } from "./token.ts";

export const DEVELOPMENT_KEY_FILE = join(".assay", "dev-key.pem");
export const MAX_DEVELOPMENT_SECONDS = 30 * 86_400;

const RULES: TokenRules = {
  issuers: [DEVELOPMENT_ISSUER],
  audiences: ["assay"],
  allowsOtherAudiences: false,
  algorithm: "ES256",
  typ: "JWT",
  toleranceSeconds: DEFAULT_TOLERANCE_SECONDS,
  maxAgeSeconds: MAX_DEVELOPMENT_SECONDS,
};

export interface DevelopmentToken {
  readonly subject: string;
  readonly roles: readonly string[];
  readonly claims: ReadonlyMap<string, ClaimValue>;
  /** Up to 30 days. */
  readonly expiresInSeconds: number;
}

/**
 * A token that only a server without configured identity believes, and only one that reads the same key file. The key
 * is made when it is first needed.
 *
 * @throws Error when the key cannot be made or read, or others may read it
 */
export function mintDevelopmentToken(
  { subject, roles, claims, expiresInSeconds }: DevelopmentToken,
  keyFile = DEVELOPMENT_KEY_FILE,
  clock: Clock = SYSTEM_CLOCK,
): string {
  const iat = Math.floor(clock.now() / 1_000);
  const payload = {
    iss: DEVELOPMENT_ISSUER,
    aud: RULES.audiences[0],
    sub: subject,
    iat,
    exp: iat + expiresInSeconds,
    roles,
    claims: Object.fromEntries(claims),
  };
  if (!existsSync(keyFile)) makeKey(keyFile);
  return jwt.sign(payload, readKey(keyFile), { algorithm: "ES256" });
}

/**
 * Who asks while no identity is configured: without a token the operator, with one minted here whom it names. Any other
 * token is refused, never taken for none. For servers that only this machine reaches.
 */
export function createDevelopmentAuthenticator(
  claims: ClaimDeclarations,
  keyFile = DEVELOPMENT_KEY_FILE,
  clock: Clock = SYSTEM_CLOCK,
): Authenticator {
  let open: { readonly pem: string; readonly verify: ReturnType<typeof createVerifier> } | null = null;

  return {
    async authenticate(authorization) {
      if (authorization === undefined) return OPERATOR;
      const token = bearerToken(authorization);
      return verifierOf(keyFile)(token);
    },
  };

  /** The key may be made, or made anew, while the server runs: a new one forgets what the old one verified. */
  function verifierOf(file: string): ReturnType<typeof createVerifier> {
    const key = publicKey(file);
    const pem = key.export({ type: "spki", format: "pem" }).toString();
    if (open?.pem !== pem) {
      const issuer = developmentIssuer(key, claims);
      open = { pem, verify: createVerifier((name) => (name === DEVELOPMENT_ISSUER ? issuer : undefined), clock) };
    }
    return open.verify;
  }
}

function developmentIssuer(key: KeyObject, claims: ClaimDeclarations): TokenIssuer {
  return {
    rules: RULES,
    keys: fixedKeys([{ kid: null, key }]),
    userOf: ({ issuer, subject, payload }) =>
      makeUser({
        issuer,
        subject,
        name: subject,
        roles: rolesIn(payload, { path: ["roles"] }),
        claims: copyClaims(claims, (name) => at(payload, ["claims", name]) ?? (name === "sub" ? subject : undefined)),
      }),
  };
}

function publicKey(keyFile: string): KeyObject {
  try {
    return createPublicKey(readKey(keyFile));
  } catch (cause) {
    throw new AuthenticationError("no development token can be verified without the key that signs them", { cause });
  }
}

/** @throws Error in the words of the way out, when the key is not ours alone or no key at all */
function readKey(keyFile: string): KeyObject {
  // Windows has no such mode: files are their owner's there.
  if (process.platform !== "win32" && (statSync(keyFile).mode & 0o077) !== 0)
    throw new Error(`others may read ${keyFile}, and so sign tokens: delete it, and a new one is made`);
  const pem = readFileSync(keyFile, "utf8");
  try {
    return createPrivateKey(pem);
  } catch {
    throw new Error(`${keyFile} holds no private key: delete it, and a new one is made`);
  }
}

/** Of several processes that make it at once, the first wins; nobody ever reads half a key. */
function makeKey(keyFile: string): void {
  const folder = dirname(keyFile);
  mkdirSync(folder, { recursive: true });
  if (basename(folder) === ".assay") keepOutOfGit(join(folder, ".gitignore"));
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const draft = `${keyFile}.${randomUUID()}.part`;
  try {
    writeFileSync(draft, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flag: "wx" });
    linkSync(draft, keyFile);
  } catch (error) {
    if (!existsSync(keyFile)) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function keepOutOfGit(file: string): void {
  if (!existsSync(file)) writeFileSync(file, "*\n");
}
