import { type Certification, coordinateOf, metricsBelow } from "../../catalog/index.ts";
import type { Span } from "../../diagnostics/index.ts";
import type { MetricChange } from "../change/change.ts";
import type { Trial } from "../demands/trial.ts";
import type { Finding } from "../finding.ts";
import type { JudgedEvent } from "../ledger/judged.ts";
import type { Rules } from "../rules.ts";
import type { GovernedTree } from "../tree.ts";
import type { Usage } from "../usage/usage.ts";
import { RULES, type RuleCode } from "./rules.ts";

/** All that a check may look at. */
export interface Judgement {
  readonly head: GovernedTree;
  /** Where the change began; null: nothing to compare with. */
  readonly base: GovernedTree | null;
  /** The branch that the change goes to, whose rules judge; null: the head is judged by its own. */
  readonly target: GovernedTree | null;
  /** The rules that judge; null: nothing governs. */
  readonly rules: Rules | null;
  readonly changes: readonly MetricChange[];
  /** Events of the head by metric, in order. */
  readonly ledger: ReadonlyMap<string, readonly JudgedEvent[]>;
  /** The same, with the owners that metrics had before the change. */
  readonly ledgerOfFormerOwners: ReadonlyMap<string, readonly JudgedEvent[]>;
  /** Of the head and of the base, each metric by itself. */
  readonly certifications: ReadonlyMap<string, Certification>;
  readonly before: ReadonlyMap<string, Certification>;
  /** What became of the tests of metrics that are newly certified, by name. */
  readonly trials: ReadonlyMap<string, Trial>;
  readonly usage: Usage | null;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  readonly now: Date;
  /** Whether every metric is looked at as if it were touched. */
  readonly isWhole: boolean;
}

/** Looks for breaches of a few rules that belong together. */
export type Check = (judgement: Judgement) => readonly Finding[];

/** A finding with the severity of its rule. */
export function found(
  rule: RuleCode,
  subject: string,
  message: string,
  more: Partial<Pick<Finding, "span" | "cause" | "effects" | "fix" | "severity">> = {},
): Finding {
  const { span = null, cause = null, effects = [], fix = null, severity = RULES[rule].severity } = more;
  return { rule, severity, subject, message, span, cause, effects, fix };
}

/** `revenue@1` */
export function versioned(tree: GovernedTree, metric: string): string {
  const known = tree.catalog?.metrics.get(metric);
  return known ? coordinateOf(known) : `${metric}@1`;
}

/** Where a metric is defined. */
export function placeOfMetric({ catalog }: GovernedTree, metric: string): Span | null {
  return catalog?.metrics.get(metric)?.span ?? null;
}

/** The first line of a file. */
export function startOf({ files }: GovernedTree, path: string): Span | null {
  const file = files.get(path);
  return file ? { file, start: 0, end: 0 } : null;
}

/** The metrics that a change touches, those that are made of what changed included. */
export function touched({ changes }: Judgement): ReadonlySet<string> {
  return new Set(changes.map(({ metric }) => metric));
}

/** Whether this change has nothing to do with the metric. */
export function isElsewhere(judgement: Judgement, name: string): boolean {
  return judgement.base !== null && !judgement.isWhole && !touched(judgement).has(name);
}

/** The other metrics of a cause, and certified ones that are made of any of them. */
export function effectsOf(
  { head, certifications }: Judgement,
  names: readonly string[],
  subject: string,
): readonly string[] {
  const { catalog } = head;
  if (!catalog) return [];
  const above = [...catalog.metrics.values()].filter(
    (metric) =>
      certifications.get(metric.name)?.status === "certified" &&
      metricsBelow(catalog, metric).some((below) => names.includes(below.name)),
  );
  const all = new Set([...names, ...above.map(({ name }) => name)]);
  all.delete(subject);
  return [...all].map((name) => versioned(head, name)).sort();
}
