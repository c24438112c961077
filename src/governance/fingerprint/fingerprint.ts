/** What of a metric each part of its fingerprint covers; see docs/governance.md for what each contains. */
export const PARTS = ["value", "access", "shape", "meta"] as const;
export type Part = (typeof PARTS)[number];

/** Of one metric, as its definition resolves today. */
export interface Fingerprint {
  /** Its name in the catalog. */
  readonly metric: string;
  /** What its author calls it: with the version, what events are about. */
  readonly id: string;
  readonly version: number;
  /** SHA-256 of the canonical JSON of each part, 64 hex digits. */
  readonly parts: Readonly<Record<Part, string>>;
  /** What signatures are bound to: `fp/1:sha256:…`. */
  readonly certified: string;
}
