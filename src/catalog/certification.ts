/** The best first. */
export const CERTIFICATION_STATUSES = [
  "certified",
  "provisional",
  "expired",
  "stale",
  "proposed",
  "none",
  "suspended",
  "revoked",
  "invalid",
] as const;
export type CertificationStatus = (typeof CERTIFICATION_STATUSES)[number];

/** What signed events make of one metric today, its inputs aside. Days are `YYYY-MM-DD`, UTC. */
export interface Certification {
  readonly status: CertificationStatus;
  /** Whether approvals are signatures; `unsigned`: bare names, for demonstrations. */
  readonly approvalMode: "sshsig" | "unsigned";
  /** Of today's definition, by the newest specification: `fp/1:sha256:…`. */
  readonly fingerprint: string;
  /** The day of the event that certified it; null: none stands. */
  readonly certifiedAt: string | null;
  readonly expiresAt: string | null;
  /** In one sentence, why the status is what it is. */
  readonly reason: string;
  /** Every event, the oldest first. */
  readonly history: readonly CertificationEvent[];
}

export interface CertificationEvent {
  readonly seq: number;
  readonly type: "certify" | "suspend" | "revoke" | "deprecate" | "retire" | "migrate";
  readonly issued: string;
  readonly expires: string | null;
  /** Of deprecate: the day on which it ends, and what to ask for instead. */
  readonly sunset: string | null;
  readonly replacedBy: string | null;
  readonly reason: string;
  /** Those whose approval verifies, with the team or council they stand for. */
  readonly approvals: readonly { readonly by: string; readonly as: readonly string[] }[];
  /** Why it does not count; null: it does. */
  readonly problem: string | null;
}
