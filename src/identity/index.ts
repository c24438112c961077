/** Credentials to principal. Imports std. See ARCHITECTURE.md. */
export { AuthenticationError } from "./authentication-error.ts";
export { type Authenticator, createAuthenticator } from "./authenticator.ts";
export { checkIdentitySettings, IdentityError, type IdentityProblem } from "./check-settings.ts";
export { claimFromText } from "./claim-text.ts";
export {
  CLAIM_LIMITS,
  CLAIM_NAME,
  type ClaimDeclaration,
  type ClaimDeclarations,
  type Claims,
  type ClaimType,
  type ClaimValue,
  isCleanText,
  typedClaim,
} from "./claims.ts";
export {
  createDevelopmentAuthenticator,
  DEVELOPMENT_KEY_FILE,
  type DevelopmentToken,
  MAX_DEVELOPMENT_SECONDS,
  mintDevelopmentToken,
} from "./development.ts";
export { digestOf, identityDigestOf } from "./digest.ts";
export { ALGORITHMS, type Algorithm } from "./keys.ts";
export { OPERATOR, type Operator, type Principal, type User } from "./principal.ts";
export { ClaimsError, readClaims } from "./read-claims.ts";
export type {
  GoogleAccount,
  GoogleIssuerSettings,
  IdentitySettings,
  IssuerSettings,
  JwtIssuerSettings,
  KeySettings,
  PemKey,
  RoleSettings,
  SecretReference,
  ServiceIssuerSettings,
  ServiceToken,
} from "./settings.ts";
