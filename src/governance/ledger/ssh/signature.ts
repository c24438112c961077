import { hash } from "node:crypto";
import { readPublicKey, type SshKey } from "./public-key.ts";
import { verifies } from "./verify.ts";
import { fromBase64, SshProblem, WireReader, wireString } from "./wire.ts";

const MAGIC = Buffer.from("SSHSIG");
const MAX_LENGTH = 16_384;
const ARMOUR = /^-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\s]+)\n-----END SSH SIGNATURE-----\s*$/;

/**
 * The key that signed a text, whoever it belongs to.
 *
 * @param armoured `-----BEGIN SSH SIGNATURE-----…`, as `ssh-keygen -Y sign` prints it.
 * @throws SshProblem when it is no signature of this text for this namespace
 * @see https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig
 */
export function signerOf(armoured: string, text: string, namespace: string): SshKey {
  const [, base64] = (armoured.length <= MAX_LENGTH && ARMOUR.exec(armoured)) || [];
  if (base64 === undefined) throw new SshProblem("it is not an SSH signature");
  const reader = new WireReader(fromBase64(base64.replace(/\s/g, "")));
  if (!reader.take(MAGIC.length).equals(MAGIC)) throw new SshProblem("it is not an SSH signature");
  const version = reader.uint32();
  if (version !== 1) throw new SshProblem(`it is of version ${version}, and only version 1 is known`);
  const blob = reader.string();
  const inside = reader.text();
  const reserved = reader.string();
  const algorithm = reader.text();
  const signature = reader.string();
  reader.end();
  if (inside !== namespace) throw new SshProblem(`it was made for "${inside.slice(0, 60)}", not for "${namespace}"`);
  if (reserved.length > 0) throw new SshProblem("it holds something that is not known");
  if (algorithm !== "sha256" && algorithm !== "sha512")
    throw new SshProblem(`the hash "${algorithm.slice(0, 60)}" is not taken`);
  const key = readPublicKey(blob);
  const digest = hash(algorithm, text, "buffer");
  const parts = [inside, Buffer.alloc(0), algorithm, digest].map(wireString);
  if (!verifies(key, signature, Buffer.concat([MAGIC, ...parts])))
    throw new SshProblem("it was not made over this text by this key");
  return key;
}
