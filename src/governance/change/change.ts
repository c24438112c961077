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

/** What became of one metric between two revisions. */
export interface MetricChange {
  readonly metric: string;
  readonly version: number;
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
