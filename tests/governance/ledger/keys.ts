import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Throwaway keys of `ssh-keygen` in a folder of their own. */
export interface KeyRing {
  readonly folder: string;
  /** Makes the key once. @param type Of `ssh-keygen -t`, with its bits: `rsa:2048`. @returns the path of its private half */
  key(name: string, type?: string): string;
  /** The public half, as a line has it. */
  publicKey(name: string): string;
  sign(name: string, text: string, namespace?: string, options?: readonly string[]): string;
  /** Whether `ssh-keygen` takes the signature. @param at `20261120103000Z` */
  accepts(
    signers: string,
    principal: string,
    text: string,
    signature: string,
    at?: string,
    namespace?: string,
  ): boolean;
  close(): void;
}

export function createKeyRing(): KeyRing {
  const folder = mkdtempSync(path.join(tmpdir(), "assay-keys-"));
  const made = new Set<string>();
  const file = (name: string): string => path.join(folder, name);
  const ring: KeyRing = {
    folder,
    key(name, type = "ed25519") {
      if (!made.has(name)) {
        const [kind = "", bits] = type.split(":");
        const args = ["-q", "-t", kind, ...(bits ? ["-b", bits] : []), "-N", "", "-C", name, "-f", file(name)];
        execFileSync("ssh-keygen", args);
        made.add(name);
      }
      return file(name);
    },
    publicKey(name) {
      ring.key(name);
      return readFileSync(`${file(name)}.pub`, "utf8")
        .trim()
        .split(" ")
        .slice(0, 2)
        .join(" ");
    },
    sign(name, text, namespace = "metric-certification", options = []) {
      const args = ["-Y", "sign", "-n", namespace, "-f", ring.key(name), ...options.flatMap((one) => ["-O", one])];
      return execFileSync("ssh-keygen", args, { input: text, encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] });
    },
    accepts(signers, principal, text, signature, at = "20261120120000Z", namespace = "metric-certification") {
      writeFileSync(file("signers"), signers);
      writeFileSync(file("signature"), signature);
      const args = ["-Y", "verify", "-n", namespace, "-I", principal, "-f", file("signers"), "-s", file("signature")];
      const env = { ...process.env, TZ: "UTC" };
      return spawnSync("ssh-keygen", [...args, "-O", `verify-time=${at}`], { input: text, env }).status === 0;
    },
    close() {
      rmSync(folder, { recursive: true });
    },
  };
  return ring;
}
