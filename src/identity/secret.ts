import { readFileSync } from "node:fs";
import type { SecretReference } from "./settings.ts";

/** @throws Error that names the variable or file, when it holds nothing */
export function readSecret(reference: SecretReference, env: Readonly<Record<string, string | undefined>>): string {
  const secret = ("env" in reference ? env[reference.env] : readFileSync(reference.file, "utf8"))?.trim();
  if (secret) return secret;
  throw new Error("env" in reference ? `${reference.env} is not set` : `${reference.file} is empty`);
}
