import type { LedgerFile } from "../tree.ts";

/** What can be wrong with one event, whatever became of the definitions. */
export type LedgerRule =
  | "EVENT_INVALID"
  | "SIGNATURE_INVALID"
  | "SIGNER_NOT_VALID_NOW"
  | "APPROVAL_UNSIGNED"
  | "QUORUM_NOT_MET"
  | "CERT_POSTDATED"
  | "CERT_VALIDITY_TOO_LONG"
  | "EMERGENCY_TOO_OFTEN"
  | "SUNSET_TOO_SOON";

export interface LedgerProblem {
  readonly rule: LedgerRule;
  /** One sentence. */
  readonly message: string;
  /** Whether the event contributes nothing and makes its metric `invalid`; else an approval is lacking. */
  readonly isFatal: boolean;
}

/** Who fills the places that an event needs filled. One person fills one place, and so does one key. */
export interface Seats {
  /** Who signs for the business owner; null: nobody does. */
  readonly business: string | null;
  readonly technical: string | null;
  /** How many sign for the council, and how many have to. */
  readonly council: readonly [have: number, need: number];
  /** The same for security; null: the event changes nobody's access, or the council stands in. */
  readonly security: readonly [have: number, need: number] | null;
  /** Whose approval an event of its type still needs, in words; empty: it has all. */
  readonly lacking: readonly string[];
}

/** An approval that verifies, with those of the metric's owner teams, the council and security that the approver is of. */
export interface CountedApproval {
  readonly by: string;
  readonly as: readonly string[];
}

/** One event, judged by the rules of its day. */
export interface JudgedEvent {
  readonly file: LedgerFile;
  readonly problems: readonly LedgerProblem[];
  readonly approvals: readonly CountedApproval[];
  readonly seats: Seats;
  /** Whether it verifies; without that it contributes nothing. */
  readonly isSound: boolean;
  /** Whether it is sound and has all approvals, and so changes what its metric is. */
  readonly isEffective: boolean;
}
