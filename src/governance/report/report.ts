import type { CertificationStatus } from "../../catalog/index.ts";
import type { MetricChange } from "../change/change.ts";
import type { Finding } from "../finding.ts";

/** What a check found out about a change. Names of metrics carry their version: `revenue@1`. */
export interface GovernanceReport {
  readonly status: "ok" | "findings" | "awaiting-approval" | "unusable";
  readonly exit: 0 | 1 | 2;
  /** What it was compared with, such as `main (3f2a91c)`; null: with nothing. */
  readonly base: string | null;
  /** Whose rules judged; null: there are none. */
  readonly policy: { readonly digest: string; readonly revision: string } | null;
  readonly now: string;
  readonly findings: readonly Finding[];
  readonly diff: readonly MetricChange[];
  /** The worst of each metric and its inputs. */
  readonly effective: ReadonlyMap<string, CertificationStatus>;
  /** Who asked for what changes in a way that they notice; null: no record of uses is here. */
  readonly consumers: readonly Consumer[] | null;
  /** Of metrics that somebody has to sign for. */
  readonly approvals: ReadonlyMap<string, Approvals>;
  /** How numbers change, where that was asked. */
  readonly impact: readonly MetricImpact[];
  /** Of which that was asked in vain, and why, in one sentence. */
  readonly unmeasured: readonly { readonly metric: string; readonly reason: string }[];
}

export interface Consumer {
  readonly client: string;
  /** Who answers for it, as the policy says; null: it does not. */
  readonly owner: string | null;
  readonly metric: string;
  /** What it asked by, and filtered by: `metric_time__month`, `customer__region`. */
  readonly coordinates: readonly string[];
  /** Digests of the GraphQL documents that it asked with. */
  readonly operations: readonly string[];
  readonly calls: number;
  /** `YYYY-MM-DD`. */
  readonly lastSeen: string;
}

/** Who has signed; null: nobody yet. */
export interface Approvals {
  readonly business: string | null;
  readonly technical: string | null;
  readonly council: readonly [have: number, need: number];
  /** null: nobody's access changes, or the council stands in. */
  readonly security: readonly [have: number, need: number] | null;
}

/** Old and new numbers of one metric over the same rows. */
export interface MetricImpact {
  readonly metric: string;
  readonly unit: string | null;
  readonly grain: string;
  readonly rows: readonly (ImpactNumbers & {
    readonly period: string;
    /** Whether books of the period are closed. */
    readonly isClosed: boolean;
  })[];
  /** The values of one dimension that move most; null: none does, or none may be told. */
  readonly movers: {
    readonly dimension: string;
    /** value null: rows without one. */
    readonly rows: readonly (ImpactNumbers & { readonly value: string | null })[];
  } | null;
  /** How many rows of the whole time those see to whom a row policy shows some. */
  readonly personas: readonly (ImpactNumbers & {
    readonly persona: string;
    /** The numbers that they see, by the same grain; none where those would tell of few rows. */
    readonly periods: readonly (ImpactNumbers & { readonly period: string })[];
  })[];
}

export interface ImpactNumbers {
  /** As the warehouse writes them; null: no value, or withheld. */
  readonly before: string | null;
  readonly after: string | null;
  /** After by before less one; null where there is no before. */
  readonly change: number | null;
  /** Where numbers are withheld, they may differ without showing it. */
  readonly isChanged: boolean;
}

/** Findings in the order they are shown: errors first, then by place and rule. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => {
    const order = ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity);
    return order || compare(keyOf(a), keyOf(b));
  });
}

const ORDER: readonly Finding["severity"][] = ["error", "warning", "info"];

function keyOf({ rule, subject, span, message }: Finding): string {
  const at = span ? `${span.file.path}\0${String(span.start).padStart(9, "0")}` : "\uffff";
  return [at, rule, subject, message].join("\0");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
