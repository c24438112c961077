import type { ClaimDeclarations, ClaimValue } from "./claims.ts";
import type { Algorithm } from "./keys.ts";

/** Whom the server believes. Plain data: files and environment variables are named here, and read at start. */
export interface IdentitySettings {
  /** The claims that policies may read, by name: no others are copied from any token. */
  readonly claims: ClaimDeclarations;
  readonly issuers: readonly IssuerSettings[];
}

export type IssuerSettings = JwtIssuerSettings | GoogleIssuerSettings | ServiceIssuerSettings;

/** An issuer of JSON Web Tokens, such as an identity provider. */
export interface JwtIssuerSettings {
  readonly kind: "jwt";
  /** Exactly what `iss` must be. */
  readonly issuer: string;
  /** Exactly what `aud` must be. */
  readonly audience: string;
  /** Whether a token may be meant for others too. Default no. */
  readonly allowsOtherAudiences?: boolean;
  readonly algorithm: Algorithm;
  readonly keys: KeySettings;
  /** What the header's `typ` must be: `at+jwt`, `JWT`; null: the issuer writes none. */
  readonly typ: string | null;
  /** Where its tokens keep roles; without it nobody of this issuer has one. */
  readonly roles?: RoleSettings;
  /** Where its tokens keep a claim, when not at the top under the claim's own name: `["realm_access", "region"]`. */
  readonly claimPaths?: ReadonlyMap<string, readonly string[]>;
  /** Default 30. */
  readonly clockToleranceSeconds?: number;
  /** Longest time since a token was issued, and until it ends. Default 86,400. */
  readonly maxAgeSeconds?: number;
}

export type KeySettings =
  | { readonly kind: "pem"; readonly keys: readonly PemKey[] }
  | { readonly kind: "jwks"; readonly url: string /** Default 3,600. */; readonly staleSeconds?: number }
  | { readonly kind: "secret"; readonly secret: SecretReference };

/** A file with a public key or certificate. `kid` null: the only key, whatever name tokens give it. */
export interface PemKey {
  readonly file: string;
  readonly kid: string | null;
}

/** Where a secret is kept: never in the settings themselves. White space around it is left out. */
export type SecretReference = { readonly env: string } | { readonly file: string };

export interface RoleSettings {
  /** Path of a text, or of a list of texts: `["realm_access", "roles"]`. */
  readonly path: readonly string[];
  /** Their role to ours; roles not listed count for nothing. Without it they are ours by the same name. */
  readonly names?: ReadonlyMap<string, readonly string[]>;
}

/** Identity tokens that Google signs, such as those of Data Studio's viewers. */
export interface GoogleIssuerSettings {
  readonly kind: "google";
  /** The OAuth clients that the tokens are made for: each script has one. */
  readonly audiences: readonly string[];
  /** Who may come in. An e-mail address wins over its domain. */
  readonly accounts: readonly GoogleAccount[];
  /** Where Google publishes its keys. Default: where it does. */
  readonly jwksUrl?: string;
}

export interface GoogleAccount {
  /** Either one verified address, as Google writes it, or every account of a hosted (Workspace) domain. */
  readonly of: { readonly email: string } | { readonly domain: string };
  readonly roles: readonly string[];
  readonly claims: ReadonlyMap<string, ClaimValue>;
}

/** Tokens of programs, kept as digests: at least 32 characters without a dot, such as `openssl rand -hex 32` makes. */
export interface ServiceIssuerSettings {
  readonly kind: "service";
  readonly tokens: readonly ServiceToken[];
}

export interface ServiceToken {
  /** The subject that it acts as. */
  readonly name: string;
  /** Where the SHA-256 of the token is kept, as 64 hexadecimal digits. */
  readonly sha256: SecretReference;
  readonly roles: readonly string[];
  readonly claims: ReadonlyMap<string, ClaimValue>;
}

/** Issuers of our own making, which no settings may name. */
export const DEVELOPMENT_ISSUER = "assay-development";
export const SERVICE_ISSUER = "assay-service";
export const GOOGLE_ISSUERS = ["https://accounts.google.com", "accounts.google.com"] as const;
export const GOOGLE_JWKS_URL = "https://www.googleapis.com/oauth2/v3/certs";

export const DEFAULT_TOLERANCE_SECONDS = 30;
export const DEFAULT_MAX_AGE_SECONDS = 86_400;
export const DEFAULT_STALE_SECONDS = 3_600;
