import {
  constants,
  duration,
  flag,
  listOf,
  mapping,
  mappingTo,
  oneOrMore,
  type Path,
  type ShapeOf,
  text,
  word,
} from "../../definition/index.ts";
import {
  ALGORITHMS,
  type ClaimDeclarations,
  type GoogleIssuerSettings,
  type IdentityProblem,
  type IdentitySettings,
  type IssuerSettings,
  type JwtIssuerSettings,
  type KeySettings,
  type SecretReference,
  type ServiceIssuerSettings,
} from "../../identity/index.ts";
import { SECRET, settingAt } from "../secrets.ts";

const ROLES = listOf("a list of roles", text("a role"));
const PATH = listOf("a list of keys, from the outermost", text("a key"));
const GIVEN = mappingTo(
  "a mapping from claim to value",
  constants("a text, a number, true, false, or a list of them"),
).meta({ description: "Claims that they have, of the types that project.yaml declares." });

const JWT = mapping("a mapping with issuer, audience, algorithm, typ and keys", {
  issuer: text("the issuer").meta({ description: "Exactly what iss must be." }),
  audience: text("the audience").meta({ description: "Exactly what aud must be." }),
  other_audiences: flag()
    .optional()
    .meta({ description: "Whether a token may be meant for others too. Default false." }),
  algorithm: word(ALGORITHMS).meta({ description: "What its tokens are signed with; any other is refused." }),
  typ: text("at+jwt, JWT, or none").meta({
    description: "What the header's typ must be; none: the issuer writes none.",
    examples: ["at+jwt", "JWT", "none"],
  }),
  keys: mapping("a mapping with jwks, pem or secret", {
    jwks: text("a URL").optional().meta({ description: "Where the issuer publishes its keys." }),
    stale: duration("0 s", "1 d")
      .optional()
      .meta({ description: "How long known keys serve while that URL does not answer. Default 1 h." }),
    pem: listOf(
      "a list of mappings with file",
      mapping("a mapping with file", { file: text("the path of a file"), kid: text("the name of a key").optional() }),
    )
      .optional()
      .meta({ description: "Files with public keys or certificates; of several each has its kid." }),
    secret: SECRET.optional().meta({ description: "Where the secret of HS256, HS384 or HS512 is." }),
  })
    .refine(({ jwks, pem, secret }) => isOne(jwks, pem, secret), { error: "exactly one of jwks, pem and secret" })
    .meta({ description: "What its tokens are verified with: exactly one of jwks, pem and secret." }),
  roles: mapping("a mapping with path", {
    path: PATH.meta({ description: "Where its tokens keep roles." }),
    names: mappingTo("a mapping from their role to a list of ours", ROLES).optional().meta({
      description: "Their role to ours; others count for nothing. Without it they are ours by the same name.",
    }),
  })
    .optional()
    .meta({ description: "Without it nobody of this issuer has a role." }),
  claims: mappingTo("a mapping from claim to path", PATH)
    .optional()
    .meta({ description: "Where its tokens keep a claim that does not stand at the top under its own name." }),
  clock_tolerance: duration("0 s", "5 min").optional().meta({ description: "Default 30 s." }),
  max_age: duration("1 min", "30 d").optional().meta({ description: "Oldest token that is believed. Default 1 d." }),
});

const GOOGLE = mapping("a mapping with audience and accounts", {
  audience: oneOrMore("an OAuth client, or a list of them", text("an OAuth client")).meta({
    description: "The OAuth client that the tokens are made for: each script of a connector has one.",
  }),
  accounts: listOf(
    "a list of mappings with email or domain",
    mapping("a mapping with email or domain", {
      email: text("an e-mail address").optional(),
      domain: text("a domain").optional(),
      roles: ROLES.optional(),
      claims: GIVEN.optional(),
    }).refine(({ email, domain }) => isOne(email, domain), { error: "a mapping with either email or domain" }),
  ).meta({ description: "Who may come in: one verified address, or every account of a Workspace domain." }),
  jwks: text("a URL").optional().meta({ description: "Where the keys are. Default: where Google publishes them." }),
});

const SERVICE_TOKEN = mapping("a mapping with name and sha256", {
  name: text("a name"),
  sha256: SECRET,
  roles: ROLES.optional(),
  claims: GIVEN.optional(),
});

export const IDENTITY = mapping("a mapping with jwt, google or service_tokens", {
  jwt: listOf("a list of issuers", JWT)
    .optional()
    .meta({ description: "Identity providers whose JSON Web Tokens are believed." }),
  google: GOOGLE.optional().meta({
    description: "Identity tokens that Google signs, such as of Data Studio's viewers.",
  }),
  service_tokens: listOf("a list of tokens", SERVICE_TOKEN)
    .optional()
    .meta({ description: "Tokens of programs, by the SHA-256 of each." }),
}).meta({ description: "Whom the server believes. With it nobody comes in without a token." });

export type IdentityShape = ShapeOf<typeof IDENTITY>;

/**
 * The block as `identity` takes it, and the setting that a problem of theirs is about: `identity.jwt[1].audience`.
 *
 * @param claims What the project declares that tokens may say.
 */
export function identityFrom(
  shape: IdentityShape,
  claims: ClaimDeclarations,
): { readonly settings: IdentitySettings; readonly settingOf: (problem: IdentityProblem) => string } {
  const placed: readonly { readonly place: Path; readonly issuer: IssuerSettings }[] = [
    ...(shape.jwt ?? []).map((jwt, i) => ({ place: ["jwt", i], issuer: jwtFrom(jwt) })),
    ...(shape.google ? [{ place: ["google"], issuer: googleFrom(shape.google) }] : []),
    ...(shape.service_tokens ? [{ place: ["service_tokens"], issuer: servicesFrom(shape.service_tokens) }] : []),
  ];
  return {
    settings: { claims, issuers: placed.map(({ issuer }) => issuer) },
    settingOf({ path: [first, index, ...rest] }) {
      const { place = [] } = first === "issuers" ? (placed[Number(index)] ?? {}) : {};
      const below = rest.flatMap((part) => OUR_WORDS.get(part) ?? part);
      return settingAt(["identity", ...place, ...below]);
    },
  };
}

/** Where identity's own words are not those of the block. */
const OUR_WORDS: ReadonlyMap<string | number, readonly string[]> = new Map([
  ["claimPaths", ["claims"]],
  ["jwksUrl", ["jwks"]],
  ["url", ["jwks"]],
  ["audiences", ["audience"]],
  ["tokens", []],
]);

function jwtFrom({
  issuer,
  audience,
  algorithm,
  typ,
  keys,
  roles,
  claims,
  ...shape
}: ShapeOf<typeof JWT>): JwtIssuerSettings {
  return {
    kind: "jwt",
    issuer,
    audience,
    algorithm,
    typ: typ === "none" ? null : typ,
    keys: keysFrom(keys),
    ...(roles && {
      roles: { path: roles.path, ...(roles.names && { names: new Map(Object.entries(roles.names)) }) },
    }),
    ...(claims && { claimPaths: new Map(Object.entries(claims)) }),
    ...(shape.other_audiences !== undefined && { allowsOtherAudiences: shape.other_audiences }),
    ...(shape.clock_tolerance !== undefined && { clockToleranceSeconds: seconds(shape.clock_tolerance) }),
    ...(shape.max_age !== undefined && { maxAgeSeconds: seconds(shape.max_age) }),
  };
}

function keysFrom({ jwks, stale, pem, secret }: ShapeOf<typeof JWT>["keys"]): KeySettings {
  if (jwks !== undefined) {
    return { kind: "jwks", url: jwks, ...(stale !== undefined && { staleSeconds: seconds(stale) }) };
  }
  if (pem) return { kind: "pem", keys: pem.map(({ file, kid }) => ({ file, kid: kid ?? null })) };
  return { kind: "secret", secret: referenceFrom(secret) };
}

function googleFrom({ audience, accounts, jwks }: ShapeOf<typeof GOOGLE>): GoogleIssuerSettings {
  return {
    kind: "google",
    audiences: typeof audience === "string" ? [audience] : audience,
    accounts: accounts.map(({ email, domain = "", roles = [], claims = {} }) => ({
      of: email === undefined ? { domain } : { email },
      roles,
      claims: new Map(Object.entries(claims)),
    })),
    ...(jwks !== undefined && { jwksUrl: jwks }),
  };
}

function servicesFrom(tokens: readonly ShapeOf<typeof SERVICE_TOKEN>[]): ServiceIssuerSettings {
  return {
    kind: "service",
    tokens: tokens.map(({ name, sha256, roles = [], claims = {} }) => ({
      name,
      sha256: referenceFrom(sha256),
      roles,
      claims: new Map(Object.entries(claims)),
    })),
  };
}

/** A reference that has passed `literalSecrets` names exactly one place. */
function referenceFrom(reference: ShapeOf<typeof SECRET> = {}): SecretReference {
  const { env, file } = reference;
  if (env !== undefined) return { env };
  if (file !== undefined) return { file };
  throw new Error("A secret without a place passed the checks");
}

function isOne(...values: readonly unknown[]): boolean {
  return values.filter((value) => value !== undefined).length === 1;
}

function seconds(ms: number): number {
  return Math.round(ms / 1_000);
}
