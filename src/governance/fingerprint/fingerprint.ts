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
  /** SHA-256 of the canonical JSON of each part by the newest specification, 64 hex digits. */
  readonly parts: Readonly<Record<Part, string>>;
  /** What signatures are bound to, by the newest specification: `fp/1:sha256:…`. */
  readonly certified: string;
  /** The same by each specification that is known, that one last. */
  readonly bySpec: readonly string[];
}

/** Whether a fingerprint that somebody signed is that of today's definition, by whichever specification it was taken. */
export function isOfToday(today: Fingerprint | undefined, signed: string): boolean {
  return today?.bySpec.includes(signed) ?? false;
}

/** `fp/1` of `fp/1:sha256:…`. */
export function specOf(fingerprint: string): string {
  return fingerprint.slice(0, fingerprint.indexOf(":"));
}
