import type { KeyObject } from "node:crypto";
import jwt from "jsonwebtoken";
import { isObject } from "../std/index.ts";
import { AuthenticationError } from "./authentication-error.ts";
import { isCleanText } from "./claims.ts";
import { own } from "./json.ts";
import type { Algorithm } from "./keys.ts";

const MAX_SUBJECT_LENGTH = 255;

/** A JSON Web Token, read but not believed. */
export interface UnverifiedToken {
  readonly text: string;
  readonly kid: string | null;
  /** Media type in lower case, without `application/`; null: it names none. */
  readonly typ: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What a token of one issuer must be. */
export interface TokenRules {
  readonly issuers: readonly [string, ...string[]];
  /** Of which a token must be meant for one. */
  readonly audiences: readonly [string, ...string[]];
  /** Whether a token may also be meant for others. */
  readonly allowsOtherAudiences: boolean;
  readonly algorithm: Algorithm;
  /** Null: the header must not name one. */
  readonly typ: string | null;
  readonly toleranceSeconds: number;
  /** Longest time since it was issued, and until it ends. */
  readonly maxAgeSeconds: number;
}

export interface VerifiedToken {
  readonly subject: string;
  readonly issuer: string;
  /** Seconds since 1970. */
  readonly expiresAt: number;
  readonly payload: Readonly<Record<string, unknown>>;
}

/**
 * Takes a token apart. Where a name stands twice in its JSON, the last one counts, as for jsonwebtoken.
 *
 * @throws AuthenticationError unless it is three parts of canonical base64url, with a header that asks for nothing
 */
export function readToken(text: string): UnverifiedToken {
  const parts = text.split(".");
  const [first = "", second = "", third = ""] = parts;
  // Without this one signature has several spellings: the last digit of base64url has bits that nobody reads.
  if (parts.length !== 3 || !parts.every(isBase64Url) || third === "")
    throw new AuthenticationError("not a JSON Web Token");
  const header = parseObject(first);
  const payload = parseObject(second);
  // A list of what may be there refuses crit, b64, jku, jwk, x5u and x5c, and whatever comes next.
  if (!Object.keys(header).every((name) => HEADER_NAMES.has(name)))
    throw new AuthenticationError("the token's header holds more than it may");
  const kid = own(header, "kid") ?? null;
  const typ = own(header, "typ") ?? null;
  if ((kid !== null && typeof kid !== "string") || (typ !== null && typeof typ !== "string"))
    throw new AuthenticationError("the token's header is not text");
  return { text, kid, typ: typ === null ? null : mediaType(typ), payload };
}

/** `x5t` is a certificate's digest, which some issuers add; we do not read it. */
const HEADER_NAMES = new Set(["alg", "typ", "kid", "x5t", "x5t#S256"]);

/**
 * Believes a token, or does not.
 *
 * @param key the key that its issuer uses for `rules.algorithm`
 * @throws AuthenticationError for whatever RFC 8725 warns of, and what jsonwebtoken lets through
 */
export function verifyToken(
  token: UnverifiedToken,
  key: KeyObject,
  rules: TokenRules,
  nowSeconds: number,
): VerifiedToken {
  const { toleranceSeconds, maxAgeSeconds } = rules;
  try {
    jwt.verify(token.text, key, {
      algorithms: [rules.algorithm],
      issuer: [...rules.issuers],
      audience: [...rules.audiences],
      clockTimestamp: nowSeconds,
      clockTolerance: toleranceSeconds,
    });
  } catch (cause) {
    throw new AuthenticationError(reasonOf(cause), { cause });
  }
  const { payload } = token;
  const [expiresAt, issuedAt, notBefore = nowSeconds] = ["exp", "iat", "nbf"].map((name) => own(payload, name));
  const [subject, issuer] = [own(payload, "sub"), own(payload, "iss")];
  if (token.typ !== (rules.typ === null ? null : mediaType(rules.typ)))
    throw new AuthenticationError("the token is of another type");
  if (!isMeantFor(own(payload, "aud"), rules)) throw new AuthenticationError("the token is also meant for others");
  if (!isWhole(expiresAt) || expiresAt > nowSeconds + maxAgeSeconds + toleranceSeconds)
    throw new AuthenticationError("the token does not end, or too late");
  if (!isWhole(issuedAt) || issuedAt > nowSeconds + toleranceSeconds)
    throw new AuthenticationError("the token does not say when it was issued, or in the future");
  if (issuedAt < nowSeconds - maxAgeSeconds - toleranceSeconds) throw new AuthenticationError("the token is too old");
  if (!isWhole(notBefore)) throw new AuthenticationError("the token does not say when it begins");
  if (typeof subject !== "string" || subject === "" || subject.length > MAX_SUBJECT_LENGTH || !isCleanText(subject))
    throw new AuthenticationError("the token names no subject");
  if (typeof issuer !== "string") throw new AuthenticationError("the token names no issuer");
  return { subject, issuer, expiresAt, payload };
}

/** For the operator, in our words: those of jsonwebtoken are for its authors. A signature is looked at before what it signs. */
function reasonOf(cause: unknown): string {
  if (cause instanceof jwt.TokenExpiredError) return "the token has expired";
  if (cause instanceof jwt.NotBeforeError) return "the token does not count yet";
  const message = cause instanceof Error ? cause.message : "";
  if (message === "invalid algorithm") return "the token is signed with another algorithm";
  if (message === "invalid signature") return "the token is not signed with a key of its issuer";
  if (message.startsWith("jwt audience invalid")) return "the token is meant for another audience";
  return "the token does not verify";
}

/** jsonwebtoken is content when one of several audiences is ours. */
function isMeantFor(audience: unknown, rules: TokenRules): boolean {
  const { audiences } = rules;
  if (typeof audience === "string") return audiences.includes(audience);
  if (!Array.isArray(audience) || !audiences.some((ours) => audience.includes(ours))) return false;
  return rules.allowsOtherAudiences || audience.length === 1;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** RFC 7515, 4.1.9: without regard to case, and `application/` may be left out. */
function mediaType(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, "");
}

function isBase64Url(part: string): boolean {
  return Buffer.from(part, "base64url").toString("base64url") === part;
}

function parseObject(part: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(UTF8.decode(Buffer.from(part, "base64url")));
  } catch {
    throw new AuthenticationError("the token holds no JSON");
  }
  if (!isObject(value)) throw new AuthenticationError("the token holds no JSON object");
  return value;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
