import { CLAIM_NAME, CLAIM_TYPES, type ClaimDeclarations, type ClaimValue, isRole, typedClaim } from "./claims.ts";
import { ALGORITHMS } from "./keys.ts";
import {
  DEVELOPMENT_ISSUER,
  GOOGLE_ISSUERS,
  type GoogleIssuerSettings,
  type IdentitySettings,
  type IssuerSettings,
  type JwtIssuerSettings,
  type KeySettings,
  SERVICE_ISSUER,
  type ServiceIssuerSettings,
} from "./settings.ts";

/** What is wrong with the settings, and where. */
export interface IdentityProblem {
  /** `["issuers", 0, "audience"]` */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** The settings of identity cannot be used: every problem, one a line. The server does not start. */
export class IdentityError extends Error {
  override readonly name = "IdentityError";
  readonly problems: readonly IdentityProblem[];

  constructor(problems: readonly IdentityProblem[]) {
    super(problems.map(({ path, message }) => `identity.${path.join(".")}: ${message}`).join("\n"));
    this.problems = problems;
  }
}

/** Everything wrong with the settings as written; the files and variables that they name are read at start. */
export function checkIdentitySettings(settings: IdentitySettings): readonly IdentityProblem[] {
  const { claims, issuers } = settings;
  return [
    ...[...claims].flatMap(([name, { type, maxLength, maxItems }]) => [
      ...when(!CLAIM_NAME.test(name), ["claims", name], "a claim's name is letters, digits and _, at most 63"),
      ...when(!CLAIM_TYPES.includes(type), ["claims", name, "type"], `a type is one of ${CLAIM_TYPES.join(", ")}`),
      ...range(maxLength, 1, 4_096, ["claims", name, "maxLength"]),
      ...range(maxItems, 1, 1_000, ["claims", name, "maxItems"]),
    ]),
    ...when(issuers.length === 0, ["issuers"], "nobody could come in: name at least one issuer"),
    ...issuers.flatMap((issuer, i) => [
      ...checkIssuer(issuer, claims).map(({ path, message }) => ({ path: ["issuers", i, ...path], message })),
      ...when(
        namesOf(issuer).some((name) => issuers.slice(0, i).some((before) => namesOf(before).includes(name))),
        ["issuers", i],
        "stands here twice: nobody could tell which rules hold",
      ),
    ]),
  ];
}

/** What `iss` may be in the tokens of an issuer. */
export function namesOf(issuer: IssuerSettings): readonly string[] {
  switch (issuer.kind) {
    case "jwt":
      return [issuer.issuer];
    case "google":
      return GOOGLE_ISSUERS;
    case "service":
      return [SERVICE_ISSUER];
  }
}

function checkIssuer(issuer: IssuerSettings, claims: ClaimDeclarations): readonly IdentityProblem[] {
  switch (issuer.kind) {
    case "jwt":
      return checkJwtIssuer(issuer, claims);
    case "google":
      return checkGoogle(issuer, claims);
    case "service":
      return checkService(issuer, claims);
  }
}

function checkJwtIssuer(issuer: JwtIssuerSettings, claims: ClaimDeclarations): readonly IdentityProblem[] {
  const { roles, claimPaths = new Map<string, readonly string[]>() } = issuer;
  const isOurs = [DEVELOPMENT_ISSUER, SERVICE_ISSUER].includes(issuer.issuer);
  return [
    ...text(issuer.issuer, ["issuer"], "without it a token of anybody who uses the same keys would do"),
    ...when(isOurs, ["issuer"], "this name is kept for tokens that assay makes itself"),
    ...text(issuer.audience, ["audience"], "without it a token made for another service would do"),
    ...when(!ALGORITHMS.includes(issuer.algorithm), ["algorithm"], `an algorithm is one of ${ALGORITHMS.join(", ")}`),
    ...checkKeys(issuer.keys, issuer.algorithm.startsWith("HS")),
    ...(issuer.typ === null ? [] : text(issuer.typ, ["typ"], "null says that the issuer writes none")),
    ...when(roles?.path.length === 0, ["roles", "path"], "say where the roles stand"),
    ...[...(roles?.names ?? [])].flatMap(([name, ours]) => checkRoles(ours, ["roles", "names", name])),
    ...[...claimPaths].flatMap(([name, path]) => [
      ...when(!claims.has(name), ["claimPaths", name], "no such claim is declared"),
      ...when(path.length === 0, ["claimPaths", name], "say where the claim stands"),
    ]),
    ...range(issuer.clockToleranceSeconds, 0, 300, ["clockToleranceSeconds"]),
    ...range(issuer.maxAgeSeconds, 60, 30 * 86_400, ["maxAgeSeconds"]),
  ];
}

/** A secret signs with HMAC only, and HMAC needs a secret: one family. */
function checkKeys(keys: KeySettings, isHmac: boolean): readonly IdentityProblem[] {
  switch (keys.kind) {
    case "secret":
      return when(!isHmac, ["keys"], "a secret goes with HS256, HS384 or HS512 only");
    case "pem": {
      const names = keys.keys.map(({ kid }) => kid);
      const isClear = names.length === 1 || (!names.includes(null) && new Set(names).size === names.length);
      return [
        ...when(isHmac, ["keys"], "HS256, HS384 and HS512 need a secret"),
        ...when(names.length === 0, ["keys"], "name at least one file"),
        ...when(!isClear, ["keys"], "of several keys each needs a kid of its own"),
      ];
    }
    case "jwks":
      return [
        ...when(isHmac, ["keys"], "HS256, HS384 and HS512 need a secret"),
        ...checkUrl(keys.url, ["keys", "url"]),
        ...range(keys.staleSeconds, 0, 86_400, ["keys", "staleSeconds"]),
      ];
  }
}

function checkGoogle(issuer: GoogleIssuerSettings, claims: ClaimDeclarations): readonly IdentityProblem[] {
  const { accounts, jwksUrl } = issuer;
  const owners = accounts.map(({ of }) => JSON.stringify(of));
  return [
    ...when(issuer.audiences.length === 0, ["audiences"], "name at least one OAuth client"),
    ...issuer.audiences.flatMap((audience, i) =>
      text(audience, ["audiences", i], "without it a token made for another service would do"),
    ),
    ...when(accounts.length === 0, ["accounts"], "nobody could come in: name at least one address or domain"),
    ...accounts.flatMap(({ of, roles, claims: given }, i) => [
      ...text("email" in of ? of.email : of.domain, ["accounts", i], "name an address or a domain"),
      ...when(owners.indexOf(owners[i] ?? "") < i, ["accounts", i], "stands here twice"),
      ...checkRoles(roles, ["accounts", i, "roles"]),
      ...checkGiven(given, claims, ["accounts", i, "claims"]),
    ]),
    ...(jwksUrl === undefined ? [] : checkUrl(jwksUrl, ["jwksUrl"])),
  ];
}

function checkService({ tokens }: ServiceIssuerSettings, claims: ClaimDeclarations): readonly IdentityProblem[] {
  const names = tokens.map(({ name }) => name);
  return [
    ...when(tokens.length === 0, ["tokens"], "name at least one token"),
    ...tokens.flatMap(({ name, roles, claims: given }, i) => [
      ...text(name, ["tokens", i, "name"], "the audit log names programs by it"),
      ...when(names.indexOf(name) < i, ["tokens", i, "name"], "stands here twice"),
      ...checkRoles(roles, ["tokens", i, "roles"]),
      ...checkGiven(given, claims, ["tokens", i, "claims"]),
    ]),
  ];
}

function checkRoles(roles: readonly string[], path: IdentityProblem["path"]): readonly IdentityProblem[] {
  return when(!roles.every(isRole), path, "a role is a text without control characters, at most 256 long");
}

function checkGiven(
  given: ReadonlyMap<string, ClaimValue>,
  claims: ClaimDeclarations,
  path: IdentityProblem["path"],
): readonly IdentityProblem[] {
  return [...given].flatMap(([name, value]) => {
    const declaration = claims.get(name);
    if (declaration === undefined) return when(true, [...path, name], "no such claim is declared");
    const what = declaration.list ? `a list of ${declaration.type}` : declaration.type;
    return when(typedClaim(value, declaration) === undefined, [...path, name], `is declared as ${what}, within bounds`);
  });
}

function checkUrl(written: string, path: IdentityProblem["path"]): readonly IdentityProblem[] {
  const url = URL.parse(written);
  if (url === null) return when(true, path, "is no URL");
  const isLoopback = ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  return [
    ...when(
      url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback),
      path,
      "must begin with https://, because whoever answers it decides who may come in",
    ),
    ...when(url.username !== "" || url.password !== "" || url.hash !== "", path, "must hold no credentials and no #"),
  ];
}

function text(value: string, path: IdentityProblem["path"], why: string): readonly IdentityProblem[] {
  return when(typeof value !== "string" || value.trim() === "", path, `is missing: ${why}`);
}

function range(value: number | undefined, from: number, to: number, path: IdentityProblem["path"]) {
  const isWithin = value === undefined || (Number.isSafeInteger(value) && value >= from && value <= to);
  return when(!isWithin, path, `must be a whole number from ${from} to ${to}`);
}

function when(isWrong: boolean, path: IdentityProblem["path"], message: string): readonly IdentityProblem[] {
  return isWrong ? [{ path, message }] : [];
}
