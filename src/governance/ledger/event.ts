export const EVENT_TYPES = ["certify", "suspend", "revoke", "deprecate", "retire", "migrate"] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/**
 * One file of `governance/certifications/<metric>/NNNN.json`, never edited once it is merged. Keys and order are those of
 * the file; digests are `sha256:…`, days `YYYY-MM-DD` (UTC).
 */
export interface LedgerEvent {
  readonly type: EventType;
  readonly metric: string;
  readonly version: number;
  /** From 1, without gaps, for each metric. */
  readonly seq: number;
  /** `fp/1:sha256:…` of the definition that is signed. */
  readonly fingerprint: string;
  /** Of migrate: the one that was signed, by an older specification, of the same definition. */
  readonly migrates?: string;
  /** 64 hex digits each. */
  readonly parts: { readonly value: string; readonly access: string; readonly shape: string };
  /** Digest of the rules it was issued under. */
  readonly policy: string;
  readonly issued: string;
  /** Of certify only. */
  readonly expires?: string;
  /** Of certify: one owner and one of the council, for a short time. */
  readonly emergency?: true;
  /** Of certify: digests of the files in `governance/evidence/`. */
  readonly evidence?: Readonly<Record<string, string>>;
  /** Of deprecate. */
  readonly sunset?: string;
  readonly replaced_by?: string;
  readonly reason: string;
  /** Digest of the file before, approvals included; null for the first. */
  readonly prev: string | null;
  /** Names a batch whose one signature covers this event too. */
  readonly batch?: string;
  readonly approvals: readonly Approval[];
}

/** Without `sig`: a bare name, which counts for demonstrations only. */
export interface Approval {
  readonly by: string;
  /** `-----BEGIN SSH SIGNATURE-----…` over the event less `approvals` and `batch`. */
  readonly sig?: string;
}
