import type { Catalog } from "../catalog/index.ts";
import type { Diagnostic, SourceFile } from "../diagnostics/index.ts";
import type { Fingerprint } from "./fingerprint/fingerprint.ts";
import type { LedgerEvent } from "./ledger/event.ts";
import type { Rules } from "./rules.ts";

/** All that governs and is governed, at one revision or as it lies in a working tree. */
export interface GovernedTree {
  /** Such as `HEAD~1 (3f2a91c)`, or `working tree`. */
  readonly revision: string;
  /** By path from the parent of the folder of definitions: `metrics/…`, `governance/…`, `metrics.lock`. */
  readonly files: ReadonlyMap<string, SourceFile>;
  /** null: the definitions do not load, and `diagnostics` say why. */
  readonly catalog: Catalog | null;
  readonly diagnostics: readonly Diagnostic[];
  /** By name of the metric. Empty without a catalog. */
  readonly fingerprints: ReadonlyMap<string, Fingerprint>;
  /** null: the tree is not governed. */
  readonly rules: Rules | null;
  /** Former rules by their digest, today's included. */
  readonly rulesByDigest: ReadonlyMap<string, Rules>;
  /** Text of `governance/allowed_signers`; empty without one. */
  readonly signers: string;
  /** By metric, in the order of `seq`; unreadable files are in `brokenEvents`. */
  readonly events: ReadonlyMap<string, readonly LedgerFile[]>;
  readonly brokenEvents: readonly { readonly file: SourceFile; readonly metric: string; readonly problem: string }[];
}

export interface LedgerFile {
  readonly file: SourceFile;
  readonly event: LedgerEvent;
}
