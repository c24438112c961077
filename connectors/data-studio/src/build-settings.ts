/** What `npm run connector:build` writes into the bundle. Nothing of it is secret. */
export interface BuildSettings {
  /** The only servers that this connector ever talks to: addresses without a slash at the end. */
  readonly endpoints: readonly string[];
  readonly authType: AuthType;
  /** Explains to users what to enter. */
  readonly helpUrl: string | null;
  /** Whether answers are kept in the viewer's own cache. */
  readonly cache: boolean;
  /** With `OAUTH2` alone. */
  readonly oauth: OAuthSettings | null;
}

export const AUTH_TYPES = ["NONE", "PATH_KEY", "USER_TOKEN", "OAUTH2"] as const;
export type AuthType = (typeof AUTH_TYPES)[number];

/** A client of an identity provider whose access tokens the server believes. */
export interface OAuthSettings {
  readonly clientId: string;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  /** RFC 7009; null: tokens are only forgotten. */
  readonly revocationUrl: string | null;
  readonly scope: string;
  /** The script property that holds the client's secret; null: a public client, which has none. */
  readonly clientSecretProperty: string | null;
}
