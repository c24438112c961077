import type { LedgerFile } from "../tree.ts";

/** What is wrong with an event, by rule: `SIGNATURE_INVALID`, `CERT_POSTDATED` … */
export interface LedgerProblem {
  readonly rule: string;
  /** One sentence. */
  readonly message: string;
  /** Whether the event contributes nothing and makes its metric `invalid`; else it only lacks that approval. */
  readonly isFatal: boolean;
}

/** Who fills the places that an event needs filled. One person and one key fill one place. */
export interface Seats {
  /** Who signs for the business owner; null: nobody does. */
  readonly business: string | null;
  readonly technical: string | null;
  /** How many sign for the council, and how many have to. */
  readonly council: readonly [have: number, need: number];
  /** Whether all who have to sign for an event of its type have. */
  readonly isComplete: boolean;
}

/** One event, judged by the rules of its day. */
export interface JudgedEvent {
  readonly file: LedgerFile;
  readonly problems: readonly LedgerProblem[];
  /** Those whose approval verifies, with the teams that they are of, and `council`. */
  readonly approvals: readonly { readonly by: string; readonly as: readonly string[] }[];
  readonly seats: Seats;
  /** Whether it verifies; without that it contributes nothing. */
  readonly isSound: boolean;
  /** Whether it is sound and has all approvals, and so changes what the metric is. */
  readonly isEffective: boolean;
}
