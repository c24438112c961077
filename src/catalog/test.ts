import type { RefusalCode, Span } from "../diagnostics/index.ts";

/**
 * Cases that numbers go wrong in: a value that is not there (`nulls`), an amount that takes something off (`refund`), a
 * row at the border of a period (`boundary`), and no rows at all (`empty`).
 */
export const TEST_CASES = ["nulls", "refund", "boundary", "empty"] as const;
export type TestCase = (typeof TEST_CASES)[number];

/** What a metric must answer over rows that its author gives. */
export interface MetricTest {
  readonly name: string;
  /** By name of a model or calendar; a model that is not named is empty. */
  readonly given: ReadonlyMap<string, readonly TestRow[]>;
  /** A request as the contract writes it, less the metric. */
  readonly ask: Readonly<Record<string, unknown>>;
  readonly expect: readonly TestRow[];
  /** The cases that its author says it shows. */
  readonly covers: readonly TestCase[];
  /** Of its name. */
  readonly span: Span;
}

/** Values by column, times as ISO 8601 text; a column without one is NULL. */
export type TestRow = ReadonlyMap<string, string | number | boolean | null>;

/** What somebody with these roles and claims must be answered. */
export interface PolicyTest {
  readonly name: string;
  readonly roles: readonly string[];
  readonly claims: ReadonlyMap<string, unknown>;
  /** By name of a model or calendar; a model that is not named is empty. */
  readonly given: ReadonlyMap<string, readonly TestRow[]>;
  /** A request as the contract writes it. */
  readonly ask: Readonly<Record<string, unknown>>;
  /** `deny`: with this code; null: with any. */
  readonly expect:
    | { readonly kind: "allow" }
    | { readonly kind: "deny"; readonly code: RefusalCode | null }
    | { readonly kind: "rows"; readonly rows: readonly TestRow[] };
  /** Of its name. */
  readonly span: Span;
}
