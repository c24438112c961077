/** What certifications lean on. */
export const EVIDENCE_KINDS = ["definition", "tests", "mutants", "contract", "impact"] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** Of whom it is demanded: of all metrics, of those of the tier gold, of none. */
export const EVIDENCE_DEMANDS = ["required", "gold", "optional"] as const;
export type EvidenceDemand = (typeof EVIDENCE_DEMANDS)[number];

/** `governance/policy.yaml`: who may certify what, for how long. The base branch's copy judges. */
export interface Rules {
  /** `sha256:…` of its canonical data. */
  readonly digest: string;
  readonly enforcement: "strict" | "demo";
  readonly approval: "sshsig" | "unsigned";
  /** Members by team. */
  readonly teams: ReadonlyMap<string, readonly string[]>;
  readonly council: { readonly members: readonly string[]; readonly quorum: number };
  /** Who signs besides where it changes who sees what; null: the council stands in. */
  readonly security: { readonly members: readonly string[]; readonly quorum: number } | null;
  /** Who signs again for metrics that changed only by an input. */
  readonly cascade: "council" | "owners";
  readonly maxValidityDays: number;
  readonly minDeprecationDays: number;
  readonly usage: {
    readonly lookbackDays: number;
    readonly excluded: readonly { readonly client: string; readonly expires: string }[];
  };
  /** Who answers for the applications that ask, by the names that they give themselves. */
  readonly clients: ReadonlyMap<string, { readonly owner: string }>;
  /** Numbers up to this day are reported and must not change unnoticed; null: none are. */
  readonly booksClosedThrough: string | null;
  readonly emergency: { readonly maxHours: number; readonly perMetricPerQuarter: number };
  /** What a certification needs. */
  readonly evidence: Readonly<Record<EvidenceKind, EvidenceDemand>>;
  /** Severities of rules that differ from their own. */
  readonly severities: ReadonlyMap<string, "error" | "warning" | "off">;
}
