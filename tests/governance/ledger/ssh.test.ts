import { execFileSync } from "node:child_process";
import { createPrivateKey, hash, sign } from "node:crypto";
import { assert, constantFrom, nat, property, record, uint8Array } from "fast-check";
import { afterAll, expect, test } from "vitest";
import { notAllowed, readAllowedSigners } from "../../../src/governance/ledger/ssh/allowed-signers.ts";
import { SigningError, signText } from "../../../src/governance/ledger/ssh/sign.ts";
import { signerOf } from "../../../src/governance/ledger/ssh/signature.ts";
import { SshProblem, wireString } from "../../../src/governance/ledger/ssh/wire.ts";
import { createKeyRing } from "./keys.ts";

const ring = createKeyRing();
afterAll(() => ring.close());

const NAMESPACE = "metric-certification";
const TEXT = '{"metric":"revenue","reason":"Übersicht"}';
const NOON = Date.parse("2026-11-20T12:00:00Z");

/** Whether we take the signature; what ssh-keygen says of it is asked beside it. */
function accepts(signers: string, principal: string, text: string, signature: string, at = NOON): boolean {
  try {
    const key = signerOf(signature, text, NAMESPACE);
    return notAllowed(readAllowedSigners(signers), key, principal, NAMESPACE, { from: at, to: at }) === null;
  } catch (error) {
    if (error instanceof SshProblem) return false;
    throw error;
  }
}

function both(signers: string, principal: string, text: string, signature: string, at?: string): readonly boolean[] {
  const [, y, mo, d, h, mi, s] = /^(....)(..)(..)(..)(..)(..)Z$/.exec(at ?? "20261120120000Z") ?? [];
  const instant = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  return [accepts(signers, principal, text, signature, instant), ring.accepts(signers, principal, text, signature, at)];
}

const YES = [true, true];
const NO = [false, false];

test.each(["ed25519", "ecdsa:256", "ecdsa:384", "ecdsa:521", "rsa:2048", "rsa:3072"])(
  "a signature of ssh-keygen with a key %s is taken for its text, name and namespace, and for no other",
  (type) => {
    const name = type.replace(":", "-");
    ring.key(name, type);
    const signers = `alice ${ring.publicKey(name)} a comment\n`;
    for (const hashing of ["sha256", "sha512"]) {
      const signature = ring.sign(name, TEXT, NAMESPACE, [`hashalg=${hashing}`]);
      expect(both(signers, "alice", TEXT, signature)).toEqual(YES);
      expect(both(signers, "alice", `${TEXT} `, signature)).toEqual(NO);
      expect(both(signers, "bob", TEXT, signature)).toEqual(NO);
      expect(both(`alice ${ring.publicKey("other")}`, "alice", TEXT, signature)).toEqual(NO);
    }
    expect(both(signers, "alice", TEXT, ring.sign(name, TEXT, "git"))).toEqual(NO);
  },
);

test("short RSA keys are refused by name", () => {
  ring.key("short", "rsa:1024");
  const signature = ring.sign("short", TEXT);
  expect(() => signerOf(signature, TEXT, NAMESPACE)).toThrow("an RSA key of 1024 bits is too short");
});

test.each([
  ["bob,alice {key}", "alice", true],
  ["al* {key}", "alice", true],
  ["*,!alice {key}", "alice", false],
  ["!alice,* {key}", "alice", false],
  ["*,!bob {key}", "alice", true],
  ["a?ice,b* {key}", "alice", true],
  ["Alice {key}", "alice", false],
  ['"alice" {key}', "alice", true],
  ['alice namespaces="git,metric-*" {key}', "alice", true],
  ['alice namespaces="git" {key}', "alice", false],
  ['alice namespaces="*,!metric-certification" {key}', "alice", false],
  ["alice namespaces=metric-certification {key}", "alice", false],
  ['alice NAMESPACES="metric-certification" {key}', "alice", true],
  ['alice namespaces="metric-certification",namespaces="git" {key}', "alice", false],
  ['alice valid-after="20261120" {key}', "alice", true],
  ['alice valid-after="20261121Z" {key}', "alice", false],
  ['alice valid-after="202611201200Z" {key}', "alice", true],
  ['alice valid-after="20261120120001Z" {key}', "alice", false],
  ['alice valid-before="20261120120000Z" {key}', "alice", true],
  ['alice valid-before="20261120115959" {key}', "alice", false],
  ['alice valid-after="20260101",valid-before="20270101" {key}', "alice", true],
  ['alice valid-after="20270101",valid-before="20260101" {key}', "alice", false],
  ['alice valid-before="tomorrow" {key}', "alice", false],
  ["alice no-such-option {key}", "alice", false],
  ['alice valid-before="20250101" {key}\nalice {key}', "alice", true],
  ["alice cert-authority {key}", "alice", false],
  ["# alice {key}", "alice", false],
  ["  alice   {key}   somebody's key", "alice", true],
  ["alice {key}\r\n", "alice", true],
  ["alice ssh-ed25519 AAAA\nalice {key}", "alice", true],
  ["alice ecdsa-sha2-nistp256 {base64}", "alice", false],
  ["alice", "alice", false],
  ["", "alice", false],
])("the line %s: as ssh-keygen reads it", (line, principal, isTaken) => {
  const key = ring.publicKey("liner");
  const signers = line.replaceAll("{key}", key).replace("{base64}", key.split(" ")[1] ?? "");
  expect(both(signers, principal, TEXT, ring.sign("liner", TEXT))).toEqual([isTaken, isTaken]);
});

test("a line that cannot be read is told with its number, and the others count", () => {
  const text = `# people\nalice ${ring.publicKey("liner")}\nbob rot13="x" ${ring.publicKey("other")}\n`;
  const { signers, problems } = readAllowedSigners(text);
  expect(signers.map(({ line, principals }) => [line, principals])).toEqual([[2, "alice"]]);
  expect(problems).toEqual([{ line: 3, problem: expect.stringContaining("is not known") }]);
});

/** A certificate for a key of its own, signed by the authority `ca`. */
function certified(name: string, type: string, ...options: readonly string[]): void {
  ring.key("ca");
  ring.key(name, type);
  execFileSync("ssh-keygen", [
    "-q",
    "-s",
    `${ring.folder}/ca`,
    "-I",
    "an id",
    ...options,
    `${ring.folder}/${name}.pub`,
  ]);
}

function signWithCertificate(name: string): string {
  const args = ["-Y", "sign", "-n", NAMESPACE, "-f", `${ring.folder}/${name}-cert.pub`];
  return execFileSync("ssh-keygen", args, { input: TEXT, encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] });
}

test.each(["ed25519", "ecdsa:256", "rsa:2048"])("a certificate for a key %s counts as its authority's word", (type) => {
  const name = `certified-${type.replace(":", "-")}`;
  certified(name, type, "-n", "alice,ally", "-V", "20261101000000Z:20261201000000Z");
  const signature = signWithCertificate(name);
  const signers = `* cert-authority,namespaces="${NAMESPACE}" ${ring.publicKey("ca")}\n`;
  expect(both(signers, "alice", TEXT, signature)).toEqual(YES);
  expect(both(signers, "ally", TEXT, signature)).toEqual(YES);
  expect(both(signers, "bob", TEXT, signature)).toEqual(NO);
  expect(both(signers, "alice", TEXT, signature, "20261101000000Z")).toEqual(YES);
  expect(both(signers, "alice", TEXT, signature, "20261031235959Z")).toEqual(NO);
  expect(both(signers, "alice", TEXT, signature, "20261130235959Z")).toEqual(YES);
  expect(both(signers, "alice", TEXT, signature, "20261201000000Z")).toEqual(NO);
  expect(both(`bob cert-authority ${ring.publicKey("ca")}`, "alice", TEXT, signature)).toEqual(NO);
  expect(both(`alice ${ring.publicKey("ca")}`, "alice", TEXT, signature)).toEqual(NO);
  expect(both(`alice cert-authority ${ring.publicKey("other")}`, "alice", TEXT, signature)).toEqual(NO);
  expect(both(`alice ${ring.publicKey(name)}`, "alice", TEXT, signature)).toEqual(NO);
});

test("a certificate for a machine, without names, or with a condition that is not known, is refused", () => {
  const signers = `alice cert-authority ${ring.publicKey("ca")}\n`;
  certified("host", "ed25519", "-h", "-n", "alice");
  expect(both(signers, "alice", TEXT, signWithCertificate("host"))).toEqual(NO);
  certified("nameless", "ed25519");
  expect(both(signers, "alice", TEXT, signWithCertificate("nameless"))).toEqual(NO);
  certified("forced", "ed25519", "-n", "alice", "-O", "force-command=true");
  expect(accepts(signers, "alice", TEXT, signWithCertificate("forced"))).toBe(false);
});

test("a security key's signature is taken when it was touched", () => {
  const pem = execFileSync("openssl", ["genpkey", "-algorithm", "ed25519"], { encoding: "utf8" });
  const privateKey = createPrivateKey(pem);
  const point = Buffer.from(privateKey.export({ format: "jwk" }).x ?? "", "base64url");
  const type = "sk-ssh-ed25519@openssh.com";
  const blob = Buffer.concat([type, point, "ssh:"].map(wireString));
  const signers = `alice ${type} ${blob.toString("base64")}\n`;
  const signature = (flags: number): string => {
    const framed = [NAMESPACE, "", "sha512", hash("sha512", TEXT, "buffer")].map(wireString);
    const message = Buffer.concat([Buffer.from("SSHSIG"), ...framed]);
    const tail = Buffer.from([flags, 0, 0, 0, 7]);
    const signed = Buffer.concat([hash("sha256", "ssh:", "buffer"), tail, hash("sha256", message, "buffer")]);
    const inner = Buffer.concat([wireString(type), wireString(sign(null, signed, privateKey)), tail]);
    const outer = [blob, NAMESPACE, "", "sha512", inner].map(wireString);
    const whole = Buffer.concat([Buffer.from("SSHSIG\0\0\0\u0001"), ...outer]).toString("base64");
    const lines = whole.match(/.{1,70}/g)?.join("\n") ?? "";
    return `-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`;
  };
  expect(both(signers, "alice", TEXT, signature(1))).toEqual(YES);
  expect(accepts(signers, "alice", TEXT, signature(0))).toBe(false);
});

test.each(["ed25519", "ecdsa:384", "rsa:2048"])("no changed byte of a signature with %s is taken", (type) => {
  const name = type.replace(":", "-");
  ring.key(name, type);
  const signers = `alice ${ring.publicKey(name)}\n`;
  const signature = ring.sign(name, TEXT);
  const base64 = signature.split("\n").slice(1, -2).join("");
  const bytes = Buffer.from(base64, "base64");
  const armoured = (changed: Buffer): string =>
    `-----BEGIN SSH SIGNATURE-----\n${changed.toString("base64")}\n-----END SSH SIGNATURE-----\n`;
  expect(accepts(signers, "alice", TEXT, armoured(bytes))).toBe(true);
  for (const i of bytes.keys()) {
    for (const flip of [1 << (i % 8), 0xff]) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ flip;
      expect(accepts(signers, "alice", TEXT, armoured(changed)), `byte ${i} ^ ${flip}`).toBe(false);
    }
    expect(accepts(signers, "alice", TEXT, armoured(bytes.subarray(0, i)))).toBe(false);
  }
  expect(accepts(signers, "alice", TEXT, armoured(Buffer.concat([bytes, Buffer.alloc(1)])))).toBe(false);
});

test("what we take of damaged signatures, ssh-keygen takes", () => {
  const signers = `alice ${ring.publicKey("liner")}\n`;
  const signature = ring.sign("liner", TEXT);
  const damage = record({
    at: nat(signature.length - 1),
    by: constantFrom("A", "=", "\n", " ", "-", "", "é"),
  });
  assert(
    property(damage, ({ at, by }) => {
      const damaged = signature.slice(0, at) + by + signature.slice(at + 1);
      if (accepts(signers, "alice", TEXT, damaged)) expect(ring.accepts(signers, "alice", TEXT, damaged)).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test("any bytes between the lines of the armour are refused, not stumbled over", () => {
  assert(
    property(uint8Array({ maxLength: 400 }), (bytes) => {
      const blob = Buffer.concat([Buffer.from("SSHSIG\0\0\0\u0001"), Buffer.from(bytes)]).toString("base64");
      const signature = `-----BEGIN SSH SIGNATURE-----\n${blob}\n-----END SSH SIGNATURE-----`;
      expect(() => signerOf(signature, TEXT, NAMESPACE)).toThrow(SshProblem);
    }),
  );
});

test("a text signed by us is taken by ssh-keygen, whether the key is given or its agent asked", async () => {
  const signers = `alice ${ring.publicKey("liner")}\n`;
  const signature = await signText(TEXT, ring.key("liner"));
  expect(both(signers, "alice", TEXT, signature)).toEqual(YES);
  const started = execFileSync("ssh-agent", ["-s"], { encoding: "utf8" });
  const [, socket = ""] = /SSH_AUTH_SOCK=([^;]+);/.exec(started) ?? [];
  const [, pid = ""] = /SSH_AGENT_PID=(\d+);/.exec(started) ?? [];
  const before = process.env["SSH_AUTH_SOCK"];
  try {
    process.env["SSH_AUTH_SOCK"] = socket;
    execFileSync("ssh-add", ["-q", ring.key("in-agent")]);
    execFileSync("cp", [`${ring.key("in-agent")}.pub`, `${ring.folder}/only-public.pub`]);
    const byAgent = await signText(TEXT, `${ring.folder}/only-public.pub`);
    expect(both(`bob ${ring.publicKey("in-agent")}`, "bob", TEXT, byAgent)).toEqual(YES);
  } finally {
    process.kill(Number(pid));
    if (before === undefined) delete process.env["SSH_AUTH_SOCK"];
    else process.env["SSH_AUTH_SOCK"] = before;
  }
});

test("a key that is not there, and a machine without ssh-keygen, are told with a way out", async () => {
  await expect(signText(TEXT, `${ring.folder}/nobody`)).rejects.toThrow(
    /did not sign with the key .*nobody: .*No such file/,
  );
  const path = process.env["PATH"];
  try {
    process.env["PATH"] = ring.folder;
    await expect(signText(TEXT, ring.folder)).rejects.toThrow(/install OpenSSH/);
    await expect(signText(TEXT, ring.folder)).rejects.toBeInstanceOf(SigningError);
  } finally {
    process.env["PATH"] = path;
  }
});
