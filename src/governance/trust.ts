import type { Certification } from "../catalog/index.ts";
import type { SourceFile } from "../diagnostics/index.ts";
import type { Ledger } from "./ledger/fold.ts";
import { type PolicyProblem, verifyPolicyChain } from "./ledger/policy-chain.ts";

/** The variable of the environment that names the first policy. */
export const TRUST_ROOT = "ASSAY_TRUST_ROOT";

/**
 * Why the rules and keys that judge are not trusted: they do not descend from the first ones. null: they do.
 *
 * @param trustRoot Digest of policy 0001 or of its record; null: any first one is trusted
 */
export function distrust(
  files: ReadonlyMap<string, SourceFile>,
  trustRoot: string | null,
  now: Date,
): PolicyProblem | null {
  return verifyPolicyChain(files, trustRoot || null, now)[0] ?? null;
}

/** What signed events are worth under rules that nobody trusts: nothing. */
export function distrusted(
  certifications: Ledger["certifications"],
  { path, message }: PolicyProblem,
): Ledger["certifications"] {
  const reason = `The rules that judge it are not trusted. ${path}: ${message}`;
  const invalid = (one: Certification): Certification => ({
    ...one,
    status: "invalid",
    certifiedAt: null,
    expiresAt: null,
    reason,
  });
  return new Map([...certifications].map(([name, one]) => [name, invalid(one)]));
}
