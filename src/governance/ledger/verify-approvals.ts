import { remembered } from "../../std/index.ts";
import type { Approval } from "./event.ts";
import type { LedgerProblem } from "./judged.ts";
import { type AllowedSigners, type Moment, notAllowed } from "./ssh/allowed-signers.ts";
import type { SshKey } from "./ssh/public-key.ts";
import { NAMESPACE } from "./ssh/sign.ts";
import { signerOf } from "./ssh/signature.ts";
import { SshProblem } from "./ssh/wire.ts";

/** An approval and the key that made it, whoever may use that key. */
export interface Signature {
  readonly by: string;
  /** A text: why there is none. null: a bare name. */
  readonly key: SshKey | string | null;
}

/** @param text What the approvals sign. */
export function signaturesOf(approvals: readonly Approval[], text: string): readonly Signature[] {
  return approvals.map(({ by, sig }) => ({
    by,
    key: sig === undefined ? null : keyOf(`${sig.length}:${sig}${text}`),
  }));
}

/** An approval that verifies. */
export interface Verified {
  readonly by: string;
  /** null: a bare name. */
  readonly key: string | null;
}

export interface Terms {
  readonly signers: AllowedSigners;
  /** At each of which every key has to be valid. */
  readonly moments: readonly Moment[];
  /** Why a bare name does not count; null: it does. */
  readonly whyNotBare: string | null;
}

/** Who approved, and what is wrong with the approvals that do not count. */
export function verifyApprovals(
  signatures: readonly Signature[],
  { signers, moments, whyNotBare }: Terms,
): { readonly verified: readonly Verified[]; readonly problems: readonly LedgerProblem[] } {
  const verified: Verified[] = [];
  const problems: LedgerProblem[] = [];
  for (const { by, key } of signatures) {
    if (key === null) {
      if (whyNotBare === null) verified.push({ by, key: null });
      else
        problems.push({ rule: "APPROVAL_UNSIGNED", message: `"${by}" did not sign: ${whyNotBare}.`, isFatal: false });
    } else if (typeof key === "string") problems.push(invalid(by, key));
    else {
      const [problem] = moments.flatMap((moment) => notAllowed(signers, key, by, NAMESPACE, moment) ?? []);
      if (!problem) verified.push({ by, key: key.id });
      else problems.push(problem.isKnown ? notValid(by, problem.problem) : invalid(by, problem.problem));
    }
  }
  return { verified, problems };
}

function invalid(by: string, why: string): LedgerProblem {
  return { rule: "SIGNATURE_INVALID", message: `The signature of "${by}" does not verify: ${why}.`, isFatal: true };
}

function notValid(by: string, why: string): LedgerProblem {
  return { rule: "SIGNER_NOT_VALID_NOW", message: `The signature of "${by}" does not count: ${why}.`, isFatal: true };
}

/** Of a signature and what it signs: a change is judged at its base and at its head, by ledgers that are mostly the same. */
const keyOf = remembered(
  (asked: string): SshKey | string => {
    const start = asked.indexOf(":") + 1;
    const end = start + Number(asked.slice(0, start - 1));
    try {
      return signerOf(asked.slice(start, end), asked.slice(end), NAMESPACE);
    } catch (error) {
      if (error instanceof SshProblem) return error.message;
      throw error;
    }
  },
  8_000,
  16_000_000,
);
