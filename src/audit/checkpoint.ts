import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { appendFile, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Chain } from "./chain.ts";
import { linesOf } from "./line.ts";

/** Where checkpoints go, best where the writer of the log may add and not change; and the key that signs them. */
export interface CheckpointOptions {
  readonly folder: string;
  /** An Ed25519 private key in PEM. */
  readonly keyFile: string;
}

/** Signed word that a chain had come this far: a line taken away later is missed, also at its end. */
export interface Checkpoint {
  readonly slot: string;
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
  readonly time: string;
}

export interface Checkpoints {
  /** Signs where the chain stands, if it has gone on far or long enough since the last time, or `isDue`. */
  after(chain: Chain, time: Date, isDue: boolean): Promise<void>;
}

const EVERY_LINES = 100;
const EVERY_MS = 60_000;

/** @throws Error that names the file, where the key cannot be used */
export async function openCheckpoints({ folder, keyFile }: CheckpointOptions): Promise<Checkpoints> {
  const key = await privateKey(keyFile);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let last = { seq: -EVERY_LINES, at: 0 };
  return {
    async after(chain, time, isDue) {
      const { head, part } = chain;
      const isLong = head.seq - last.seq >= EVERY_LINES || Math.abs(time.getTime() - last.at) >= EVERY_MS;
      if (head.seq === last.seq || !(isDue || isLong)) return;
      // Nothing is vouched for that a loss of power could take back.
      await chain.sync();
      const checkpoint = { slot: part.slot, ...head, time: time.toISOString() };
      const signature = sign(null, Buffer.from(signedText(checkpoint)), key).toString("base64");
      const line = `${JSON.stringify({ ...checkpoint, signature })}\n`;
      await appendFile(join(folder, `${part.slot}${SUFFIX}`), line, { mode: 0o600 });
      last = { seq: head.seq, at: time.getTime() };
    },
  };
}

const SUFFIX = ".checkpoints.jsonl";

function signedText({ slot, chain, seq, hash, time }: Checkpoint): string {
  return `assay audit checkpoint\n${slot}\n${chain}\n${seq}\n${hash}\n${time}\n`;
}

async function privateKey(keyFile: string): Promise<KeyObject> {
  const key = await keyIn(keyFile, createPrivateKey);
  if (key.asymmetricKeyType === "ed25519") return key;
  throw new Error(`${keyFile} holds no Ed25519 key.`);
}

/** The public key in PEM, also of a file that holds the private one. @throws Error that names the file */
export async function publicKey(keyFile: string): Promise<KeyObject> {
  const key = await keyIn(keyFile, createPublicKey);
  if (key.asymmetricKeyType === "ed25519") return key;
  throw new Error(`${keyFile} holds no Ed25519 key.`);
}

/** Nothing of what a file holds is repeated. */
async function keyIn(keyFile: string, make: (pem: string) => KeyObject): Promise<KeyObject> {
  const pem = await readFile(keyFile, "utf8").catch(() => {
    throw new Error(`The key file ${keyFile} cannot be read.`);
  });
  try {
    return make(pem);
  } catch {
    throw new Error(`${keyFile} holds no Ed25519 key in PEM; openssl genpkey -algorithm ed25519 makes one.`);
  }
}

/** A line of a checkpoint file; `checkpoint` null: not one that this key signed. */
export interface ReadCheckpoint {
  readonly file: string;
  readonly line: number;
  readonly checkpoint: Checkpoint | null;
  /** Whether the line has an end: the last one of a running process may be half written. */
  readonly isWhole: boolean;
}

export async function readCheckpoints(folder: string, key: KeyObject): Promise<readonly ReadCheckpoint[]> {
  const all: ReadCheckpoint[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(SUFFIX)).sort()) {
    for (const { number, bytes, isWhole } of linesOf(await readFile(join(folder, file)))) {
      const checkpoint = isWhole ? signedBy(key, bytes.toString("utf8")) : null;
      const isOwn = checkpoint !== null && `${checkpoint.slot}${SUFFIX}` === file;
      all.push({ file, line: number, checkpoint: isOwn ? checkpoint : null, isWhole });
    }
  }
  return all;
}

function signedBy(key: KeyObject, line: string): Checkpoint | null {
  const data = parsed(line);
  const { slot, chain, seq, hash, time, signature } = data;
  if (typeof slot !== "string" || typeof chain !== "string" || typeof seq !== "number") return null;
  if (typeof hash !== "string" || typeof time !== "string" || typeof signature !== "string") return null;
  const checkpoint = { slot, chain, seq, hash, time };
  const exact = JSON.stringify({ ...checkpoint, signature }) === line;
  return exact && verify(null, Buffer.from(signedText(checkpoint)), key, Buffer.from(signature, "base64"))
    ? checkpoint
    : null;
}

function parsed(json: string): Readonly<Record<string, unknown>> {
  try {
    const data: unknown = JSON.parse(json);
    return typeof data === "object" && data !== null ? { ...data } : {};
  } catch {
    return {};
  }
}
