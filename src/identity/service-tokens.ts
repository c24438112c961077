import { createHash, timingSafeEqual } from "node:crypto";
import { AuthenticationError } from "./authentication-error.ts";
import { type ClaimDeclarations, copyClaims } from "./claims.ts";
import { makeUser, type User } from "./principal.ts";
import { readSecret } from "./secret.ts";
import { SERVICE_ISSUER, type ServiceIssuerSettings } from "./settings.ts";

/** Finds the program whose token it is; throws AuthenticationError when it is nobody's. */
export type FindService = (token: string) => User;

/** Shorter ones could be guessed from their digest. */
const MIN_TOKEN_LENGTH = 32;

/** @throws Error when a digest cannot be read, is none, or stands for two programs */
export function openServiceTokens(
  { tokens }: ServiceIssuerSettings,
  claims: ClaimDeclarations,
  env: Readonly<Record<string, string | undefined>>,
): FindService {
  const known = tokens.map(({ name, sha256, roles, claims: given }) => ({
    digest: readDigest(readSecret(sha256, env), name),
    user: makeUser({
      issuer: SERVICE_ISSUER,
      subject: name,
      name,
      roles,
      claims: copyClaims(claims, (claim) => given.get(claim)),
    }),
  }));
  if (new Set(known.map(({ digest }) => digest.toString("hex"))).size < known.length)
    throw new Error("two service tokens have the same digest");

  return (token) => {
    const digest = createHash("sha256").update(token).digest();
    // Every digest is compared, in full: the time taken tells neither how near a guess was nor whose token it is.
    const matching = known.filter((candidate) => timingSafeEqual(candidate.digest, digest));
    const [found] = token.length < MIN_TOKEN_LENGTH ? [] : matching;
    if (found) return found.user;
    throw new AuthenticationError("no service has this token");
  };
}

function readDigest(text: string, name: string): Buffer {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, "hex");
  throw new Error(`what stands for the service token "${name}" is no SHA-256 of 64 hexadecimal digits`);
}
