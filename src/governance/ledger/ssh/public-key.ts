import { remembered } from "../../../std/index.ts";
import { type PlainKey, readKey, SK_ED25519 } from "./key.ts";
import { verifies } from "./verify.ts";
import { SshProblem, WireReader } from "./wire.ts";

/** A public key; or a certificate, and then all but `certificate` is of the key that it is for. */
export interface SshKey extends PlainKey {
  readonly certificate: Certificate | null;
}

/** What an authority says of a key. Its signature has been verified. */
export interface Certificate {
  readonly authority: PlainKey;
  /** Whether it is for a person, not for a machine. */
  readonly isForUser: boolean;
  readonly principals: readonly string[];
  /** Seconds since 1970; from the first, to before the second. */
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  /** Names of conditions, each of which one has to understand to take it. */
  readonly criticalOptions: readonly string[];
}

const CERTIFIED = "-cert-v01@openssh.com";

/**
 * @param blob The key as lines and signatures hold it, base64 undone.
 * @throws SshProblem when it is of a kind we do not take, too short, not well-formed, or not signed by its authority
 */
export function readPublicKey(blob: Buffer): SshKey {
  return keyIn(blob.toString("base64"));
}

/** The same few people sign everything. */
const keyIn = remembered(
  (base64: string): SshKey => {
    const reader = new WireReader(Buffer.from(base64, "base64"));
    const type = reader.text();
    const isCertificate = type.endsWith(CERTIFIED);
    if (isCertificate) reader.string(); // a nonce
    const key = readKey(isCertificate ? certifiedType(type) : type, reader);
    const certificate = isCertificate ? readCertificate(reader) : null;
    reader.end();
    return { ...key, certificate };
  },
  1_000,
  4_000_000,
);

/** `ssh-ed25519` of `ssh-ed25519-cert-v01@openssh.com`; those of security keys end in their own way. */
function certifiedType(type: string): string {
  const bare = type.slice(0, -CERTIFIED.length);
  return bare === "sk-ssh-ed25519" ? SK_ED25519 : bare;
}

/**
 * What follows the key in a certificate.
 *
 * @throws SshProblem also when its authority did not sign it
 * @see https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.certkeys
 */
function readCertificate(reader: WireReader): Certificate {
  reader.uint64(); // a serial number
  const type = reader.uint32();
  reader.string(); // a name for the log
  const principals = new WireReader(reader.string());
  const [validAfter, validBefore] = [reader.uint64(), reader.uint64()];
  const options = new WireReader(reader.string());
  reader.string(); // extensions: permissions of a session
  reader.string(); // reserved
  const authorityBlob = reader.string();
  const signed = reader.since(0);
  const signature = reader.string();
  const authorityReader = new WireReader(authorityBlob);
  // A certificate is no authority: its type is not that of a key.
  const authority = readKey(authorityReader.text(), authorityReader);
  authorityReader.end();
  if (!verifies(authority, signature, signed)) throw new SshProblem("its authority did not sign the certificate");
  return {
    authority,
    isForUser: type === 1,
    principals: all(principals, (list) => list.text()),
    validAfter,
    validBefore,
    criticalOptions: all(options, (list) => {
      const name = list.text();
      list.string();
      return name;
    }),
  };
}

function all(list: WireReader, next: (list: WireReader) => string): readonly string[] {
  const found: string[] = [];
  while (!list.isAtEnd) {
    if (found.length >= 256) throw new SshProblem("a list in the certificate has more than 256 items");
    found.push(next(list));
  }
  return found;
}
