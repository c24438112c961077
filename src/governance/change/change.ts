import type { Span } from "../../diagnostics/index.ts";
import type { Part } from "../fingerprint/fingerprint.ts";

/** The worst first; the worst of a metric's changes decides. */
export const CATEGORIES = [
  "breaking",
  "value-changing",
  "access-changing",
  "governance",
  "additive",
  "cosmetic",
] as const;
export type Category = (typeof CATEGORIES)[number];

/** What became of one version of a metric between two revisions. */
export interface MetricChange {
  /** Its name in the later catalog; in the earlier one where it went. */
  readonly metric: string;
  /** What its author calls it. */
  readonly id: string;
  readonly version: number;
  readonly kind: "came" | "went" | "changed";
  /** Its name in the earlier catalog, which is another where the default version moved; null: it came. */
  readonly former: string | null;
  /** Sorted, the worst first. */
  readonly categories: readonly Category[];
  /** Hashes before and after, of the parts that differ; null: it did not exist. */
  readonly parts: Partial<Record<Part, readonly [string | null, string | null]>>;
  /** The edits that brought it about, its own before those of what it is made of. */
  readonly via: readonly Edit[];
}

/** One edit of the definitions: the root of what changed. */
export interface Edit {
  /** Such as `metric revenue`, `model orders`, `policy orders`, `project`. */
  readonly subject: string;
  /** Key by key: `measure`, `dimensions.status.enum`. */
  readonly key: string;
  readonly category: Category;
  /** As written, shortened; null: it was not there. */
  readonly before: string | null;
  readonly after: string | null;
  /** In the later revision; in the earlier one for what was removed. */
  readonly span: Span | null;
}
