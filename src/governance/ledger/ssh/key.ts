import { createPublicKey, hash, type JsonWebKey, type KeyObject } from "node:crypto";
import { SshProblem, WireReader, wireString } from "./wire.ts";

export type KeyKind =
  | { readonly kind: "ed25519" }
  | { readonly kind: "sk-ed25519"; readonly application: Buffer }
  | { readonly kind: "ecdsa"; readonly curve: Curve }
  | { readonly kind: "rsa" };

/** A public key that is no certificate. */
export interface PlainKey {
  readonly type: string;
  readonly how: KeyKind;
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly id: string;
  readonly publicKey: KeyObject;
}

export interface Curve {
  readonly name: string;
  readonly jwk: string;
  /** Of a coordinate. */
  readonly bytes: number;
  readonly hash: string;
}

export const SK_ED25519 = "sk-ssh-ed25519@openssh.com";

const CURVES: readonly Curve[] = [
  { name: "nistp256", jwk: "P-256", bytes: 32, hash: "sha256" },
  { name: "nistp384", jwk: "P-384", bytes: 48, hash: "sha384" },
  { name: "nistp521", jwk: "P-521", bytes: 66, hash: "sha512" },
];

/**
 * @param type As its line or its certificate says: `ssh-ed25519`.
 * @param reader Of what follows the type; is read no further than the key.
 * @throws SshProblem when it is of a kind we do not take, too short, or not well-formed
 */
export function readKey(type: string, reader: WireReader): PlainKey {
  const start = reader.offset;
  const { how, jwk } = partsOf(type, reader);
  const blob = Buffer.concat([wireString(type), reader.since(start)]);
  return { type, how, id: `SHA256:${hash("sha256", blob, "base64").replace(/=+$/, "")}`, publicKey: keyObject(jwk) };
}

function partsOf(type: string, reader: WireReader): { readonly how: KeyKind; readonly jwk: JsonWebKey } {
  switch (type) {
    case "ssh-ed25519":
      return { how: { kind: "ed25519" }, jwk: ed25519(reader) };
    case SK_ED25519: {
      const jwk = ed25519(reader);
      return { how: { kind: "sk-ed25519", application: reader.string() }, jwk };
    }
    case "ssh-rsa": {
      const [e, n] = [reader.positive(), reader.positive()];
      const bits = n.length * 8 - Math.clz32(n[0] ?? 0) + 24;
      if (bits < 2048) throw new SshProblem(`an RSA key of ${bits} bits is too short: 2048 are needed`);
      if (bits > 16_384 || e.length > 8) throw new SshProblem("an RSA key as long as this is not taken");
      if (e.length === 1 && (e[0] ?? 0) < 3) throw new SshProblem("it is not a key");
      return { how: { kind: "rsa" }, jwk: { kty: "RSA", e: e.toString("base64url"), n: n.toString("base64url") } };
    }
    default: {
      const curve = CURVES.find(({ name }) => type === `ecdsa-sha2-${name}`);
      if (!curve) throw new SshProblem(`keys of type "${type.slice(0, 60)}" are not taken`);
      return { how: { kind: "ecdsa", curve }, jwk: ecdsa(curve, reader) };
    }
  }
}

function ed25519(reader: WireReader): JsonWebKey {
  const point = reader.string();
  if (point.length !== 32) throw new SshProblem("an Ed25519 key has 32 bytes");
  return { kty: "OKP", crv: "Ed25519", x: point.toString("base64url") };
}

function ecdsa({ name, jwk, bytes }: Curve, reader: WireReader): JsonWebKey {
  const inside = reader.text();
  const point = reader.string();
  if (inside !== name || point.length !== 1 + 2 * bytes || point[0] !== 4)
    throw new SshProblem("its point is not one of its curve");
  const [x, y] = [point.subarray(1, 1 + bytes), point.subarray(1 + bytes)];
  return { kty: "EC", crv: jwk, x: x.toString("base64url"), y: y.toString("base64url") };
}

function keyObject(jwk: JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: "jwk" });
  } catch {
    throw new SshProblem("it is not a key");
  }
}
