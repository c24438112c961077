import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AuditLog, type AuditOptions, type Decision, openAuditLog } from "../../src/audit/index.ts";

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "assay-audit-"));
}

export function openLog(folder: string, more: Partial<AuditOptions> = {}, clock?: () => Date): Promise<AuditLog> {
  const options = { folder, writer: "assay", onFailure: "closed", rotateBytes: 1_000_000, keepDays: 400 } as const;
  return openAuditLog({ ...options, ...more }, clock);
}

export function decision(reason: string): Decision {
  return { kind: "authentication", record: { door: "test", decision: "deny", code: "UNAUTHENTICATED", reason } };
}

export function logFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".jsonl"))
    .sort();
}

export function textOf(folder: string): string {
  return logFiles(folder)
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("");
}

export interface AnyLine {
  readonly seq: number;
  readonly kind: string;
  readonly record: Readonly<Record<string, unknown>>;
}

export function linesIn(folder: string): readonly AnyLine[] {
  return textOf(folder)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** A key pair in files. */
export function makeKeys(): { readonly keyFile: string; readonly publicFile: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const folder = newFolder();
  const keyFile = join(folder, "key.pem");
  const publicFile = join(folder, "public.pem");
  writeFileSync(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(publicFile, publicKey.export({ type: "spki", format: "pem" }));
  return { keyFile, publicFile };
}
