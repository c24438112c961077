import { isObject } from "../std/index.ts";
import {
  type ClaimDeclaration,
  type ClaimDeclarations,
  type Claims,
  copyClaims,
  isCleanText,
  isRole,
  makeClaims,
  typedClaim,
} from "./claims.ts";
import { own } from "./json.ts";
import { makeUser, type User } from "./principal.ts";

/** A file of claims that cannot be understood without guessing. */
export class ClaimsError extends Error {
  override readonly name = "ClaimsError";
}

/**
 * The principal that `--as CLAIMS.json` names: `{"sub": "ann", "roles": ["analyst"], "claims": {"region": "EMEA"}}`, or
 * the same with the claims beside `sub` and `roles`, as in the payload of a token.
 *
 * @param declarations the project's claims. Then exactly these are copied, and one of another type is left out, just as
 *   from a token; null: every claim is taken with the type that JSON gives it.
 * @throws ClaimsError
 */
export function readClaims(json: string, declarations: ClaimDeclarations | null = null): User {
  const document = parse(json);
  const roles = rolesOf(document);
  const subject = own(document, "sub") ?? "unnamed";
  if (typeof subject !== "string" || subject === "" || !isCleanText(subject))
    throw new ClaimsError('"sub" must be a text.');
  const given = claimsOf(document);
  const claims = declarations === null ? takeAll(given) : copyClaims(declarations, (name) => given.get(name));
  return makeUser({ issuer: "claims-file", subject, name: subject, roles, claims });
}

function parse(json: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new ClaimsError(`It is no JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  if (isObject(value)) return value;
  throw new ClaimsError(
    'It must hold one JSON object: {"sub": "ann", "roles": ["analyst"], "claims": {"region": "EMEA"}}.',
  );
}

function rolesOf(document: Readonly<Record<string, unknown>>): readonly string[] {
  if (Object.hasOwn(document, "role") && !Object.hasOwn(document, "roles"))
    throw new ClaimsError('There is "role" but no "roles": write "roles": ["analyst"].');
  const roles = own(document, "roles") ?? [];
  if (Array.isArray(roles) && roles.every(isRole)) return roles;
  throw new ClaimsError('"roles" must be a list of texts: ["analyst"].');
}

/** Either under `claims`, or at the top: both at once could disagree. */
function claimsOf(document: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  const { roles: _roles, claims, ...beside } = document;
  if (claims === undefined) return checked(Object.entries(beside));
  if (!isObject(claims)) throw new ClaimsError('"claims" must be an object: {"region": "EMEA"}.');
  const stray = Object.keys(beside).find((name) => name !== "sub" && !REGISTERED.has(name));
  if (stray !== undefined)
    throw new ClaimsError(
      `${JSON.stringify(stray)} stands beside "claims": put it in there, or every claim beside "sub".`,
    );
  const { sub } = beside;
  return checked([...(sub === undefined ? [] : [["sub", sub] as const]), ...Object.entries(claims)]);
}

/** What RFC 7519 puts into any token. */
const REGISTERED = new Set(["iss", "aud", "exp", "nbf", "iat", "jti"]);

function checked(entries: readonly (readonly [string, unknown])[]): ReadonlyMap<string, unknown> {
  for (const [name, value] of entries) {
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (items.some((item) => typeof item === "object" && item !== null))
      throw new ClaimsError(
        `Claim ${JSON.stringify(name)} must be a text, number, boolean, or a list of one of these.`,
      );
  }
  return new Map(entries);
}

/** Null means that the claim is not there. */
function takeAll(given: ReadonlyMap<string, unknown>): Claims {
  const entries = [...given].flatMap(([name, value]) => {
    if (value === null) return [];
    const typed = typedClaim(value, declarationFor(value));
    if (typed !== undefined) return [[name, typed] as const];
    throw new ClaimsError(`Claim ${JSON.stringify(name)} must hold values of one type, within the usual bounds.`);
  });
  return makeClaims(entries);
}

function declarationFor(value: unknown): ClaimDeclaration {
  const sample: unknown = Array.isArray(value) ? value[0] : value;
  const type = typeof sample === "number" ? "number" : typeof sample === "boolean" ? "boolean" : "string";
  return { type, list: Array.isArray(value) };
}
