import { hash, verify } from "node:crypto";
import { assertNever } from "../../../std/index.ts";
import type { PlainKey } from "./key.ts";
import { SshProblem, WireReader } from "./wire.ts";

/**
 * Whether a key signed these bytes.
 *
 * @param blob Algorithm and signature, as SSH frames them.
 * @throws SshProblem when it is not well-formed, or of an algorithm we do not take
 */
export function verifies({ how, type, publicKey }: PlainKey, blob: Buffer, signed: Buffer): boolean {
  const reader = new WireReader(blob);
  const algorithm = reader.text();
  const signature = reader.string();
  if (how.kind !== "rsa" && algorithm !== type) throw new SshProblem("its algorithm is not that of its key");
  switch (how.kind) {
    case "ed25519":
      reader.end();
      return verify(null, signed, publicKey, signature);
    case "sk-ed25519": {
      const [flags, counter] = [reader.take(1), reader.take(4)];
      reader.end();
      if (((flags[0] ?? 0) & 1) === 0) throw new SshProblem("nobody touched the security key");
      const digests = [how.application, signed].map((bytes) => hash("sha256", bytes, "buffer"));
      const [application = EMPTY, message = EMPTY] = digests;
      return verify(null, Buffer.concat([application, flags, counter, message]), publicKey, signature);
    }
    case "ecdsa": {
      reader.end();
      const numbers = new WireReader(signature);
      const [r, s] = [numbers.positive(), numbers.positive()];
      numbers.end();
      const { bytes, hash: algorithmOfHash } = how.curve;
      if (r.length > bytes || s.length > bytes) throw new SshProblem("its numbers are too large");
      const both = Buffer.concat([padded(r, bytes), padded(s, bytes)]);
      return verify(algorithmOfHash, signed, { key: publicKey, dsaEncoding: "ieee-p1363" }, both);
    }
    case "rsa": {
      reader.end();
      const hashed = RSA_HASHES.get(algorithm);
      if (hashed === undefined) throw new SshProblem(`the algorithm "${algorithm.slice(0, 60)}" is not taken`);
      const length = Math.ceil((publicKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
      if (signature.length > length) throw new SshProblem("it is longer than its key");
      return verify(hashed, signed, publicKey, padded(signature, length));
    }
    default:
      return assertNever(how);
  }
}

/** SHA-1, which `ssh-rsa` stands for here, is not among them. */
const RSA_HASHES: ReadonlyMap<string, string> = new Map([
  ["rsa-sha2-256", "sha256"],
  ["rsa-sha2-512", "sha512"],
]);

const EMPTY = Buffer.alloc(0);

function padded(number: Buffer, length: number): Buffer {
  return Buffer.concat([Buffer.alloc(length - number.length), number]);
}
