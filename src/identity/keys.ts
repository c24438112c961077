import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { AuthenticationError } from "./authentication-error.ts";

/** What may sign a token. A key is bound to one of them. jsonwebtoken knows no EdDSA. */
export const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "HS256",
  "HS384",
  "HS512",
] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** The keys of one issuer. */
export interface Keys {
  /**
   * @param kid the key that the token names; null: it names none
   * @throws AuthenticationError when there is no such key, or none can be had
   */
  find(kid: string | null): Promise<FoundKey>;
  /** Grows when the issuer changes its keys: what older keys verified counts no more. */
  generation(): number;
}

export interface FoundKey {
  readonly key: KeyObject;
  readonly generation: number;
}

/** Keys that stay as long as we run. A single key without a name serves every token. */
export function fixedKeys(keys: readonly { readonly kid: string | null; readonly key: KeyObject }[]): Keys {
  return {
    async find(kid) {
      const found = keys.find((candidate) => candidate.kid === null || candidate.kid === kid);
      if (found) return { key: found.key, generation: 0 };
      throw new AuthenticationError("the token names no key of its issuer");
    },
    generation: () => 0,
  };
}

/** @throws Error that says, without any key material, why this is no key for the algorithm */
export function publicKeyFromPem(pem: string, algorithm: Algorithm): KeyObject {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem))
    throw new Error("it holds a private key, and only the public one belongs here");
  return fit(
    readKey(() => createPublicKey(pem)),
    algorithm,
  );
}

/** Only the public members of the JWK are read. */
export function publicKeyFromJwk({ kty, n, e, crv, x, y }: Readonly<Record<string, unknown>>, algorithm: Algorithm) {
  const members = Object.entries({ kty, n, e, crv, x, y }).filter(([, value]) => typeof value === "string");
  const key: JsonWebKey = Object.fromEntries(members);
  return fit(
    readKey(() => createPublicKey({ key, format: "jwk" })),
    algorithm,
  );
}

export function secretKey(secret: string, algorithm: Algorithm): KeyObject {
  return fit(createSecretKey(secret, "utf8"), algorithm);
}

function readKey(read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch {
    throw new Error("it holds no public key"); // OpenSSL's words help nobody
  }
}

/** jsonwebtoken verifies with an RSA key of 1024 bits and a secret of one byte. */
function fit(key: KeyObject, algorithm: Algorithm): KeyObject {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const kind = key.asymmetricKeyType ?? key.type;
  const need = NEEDS[algorithm];
  if (!need.kinds.includes(kind)) throw new Error(`${algorithm} needs ${need.words}`);
  if (need.curve !== undefined && namedCurve !== need.curve) throw new Error(`${algorithm} needs ${need.words}`);
  const bits = kind === "secret" ? (key.symmetricKeySize ?? 0) * 8 : modulusLength;
  if (need.bits !== undefined && bits < need.bits) throw new Error(`${algorithm} needs ${need.words}`);
  return key;
}

interface Need {
  readonly kinds: readonly string[];
  readonly bits?: number;
  readonly curve?: string;
  readonly words: string;
}

const RSA: Need = { kinds: ["rsa"], bits: 2048, words: "an RSA key of at least 2048 bits" };
const curve = (name: string, words: string): Need => ({ kinds: ["ec"], curve: name, words: `a key on ${words}` });
const secret = (bytes: number): Need => ({
  kinds: ["secret"],
  bits: bytes * 8,
  words: `a secret of at least ${bytes} bytes`,
});

const NEEDS: Readonly<Record<Algorithm, Need>> = {
  RS256: RSA,
  RS384: RSA,
  RS512: RSA,
  PS256: RSA,
  PS384: RSA,
  PS512: RSA,
  ES256: curve("prime256v1", "P-256"),
  ES384: curve("secp384r1", "P-384"),
  ES512: curve("secp521r1", "P-521"),
  HS256: secret(32),
  HS384: secret(48),
  HS512: secret(64),
};
