import { certificationOf, coordinateOf, inputsOf } from "../../catalog/index.ts";
import { compareText } from "../../std/index.ts";
import { changesBetween } from "../change/diff.ts";
import type { Trial } from "../demands/trial.ts";
import type { Finding } from "../finding.ts";
import { dayOf } from "../ledger/day.ts";
import { foldLedger, type Ledger } from "../ledger/fold.ts";
import { POLICY_FILE } from "../ledger/policy-chain.ts";
import type { Approvals, Consumer, GovernanceReport, MetricImpact } from "../report/report.ts";
import type { GovernedTree } from "../tree.ts";
import { distrust, distrusted } from "../trust.ts";
import { consumersOf, noticedOf } from "../usage/consumers.ts";
import { readUsage, recentUses } from "../usage/usage.ts";
import { checkChanged } from "./changed.ts";
import { unloadable } from "./definitions.ts";
import { checkDemands } from "./demands.ts";
import { checkEvidence } from "./evidence.ts";
import { checkGroupedAccess } from "./grouped-access.ts";
import { type Check, found, type Judgement, startOf } from "./judgement.ts";
import { checkClaims, checkEvents, checkInputs, checkReadable, checkRewritten, newEvents, waits } from "./ledger.ts";
import { checkLifecycle } from "./lifecycle.ts";
import { checkLock } from "./lock.ts";
import { checkMigrations } from "./migration.ts";
import { checkDuplicates, checkReservedNames } from "./names.ts";
import { checkOwners } from "./owners.ts";
import { checkParts } from "./parts.ts";
import { checkRemoved } from "./removal.ts";
import { checkRestated } from "./restated.ts";
import { checkRules } from "./rules-change.ts";
import { checkExpired, checkStale } from "./standing.ts";

export interface CheckInput {
  readonly head: GovernedTree;
  /** Where the change began, and the branch that it goes to, whose rules judge; null: the head is judged by its own. */
  readonly base: { readonly start: GovernedTree; readonly target: GovernedTree } | null;
  readonly now: Date;
  /** Whether every metric is looked at as if it were touched. */
  readonly isWhole: boolean;
  /** Whether warnings count. */
  readonly isStrict: boolean;
  readonly trustRoot: string | null;
  /** How numbers change, where that was reckoned. */
  readonly impact?: readonly MetricImpact[];
  /** What became of the tests of metrics that the change certifies, as `tryNewlyCertified` ran them: else they count as failed. */
  readonly trials?: ReadonlyMap<string, Trial>;
}

/** Phases that need the definitions to load. */
const CHECKS: readonly Check[] = [
  checkRewritten,
  checkRules,
  checkReadable,
  checkOwners,
  checkDuplicates,
  checkReservedNames,
  checkEvents,
  checkMigrations,
  checkParts,
  checkClaims,
  checkStale,
  checkExpired,
  checkInputs,
  checkEvidence,
  checkDemands,
  checkRestated,
  checkRemoved,
  checkLifecycle,
  checkChanged,
  checkGroupedAccess,
  checkLock,
];

/** Judges a tree, or the change from a base to it, by the rules of the branch that it goes to. */
export function checkTree(input: CheckInput): GovernanceReport {
  const { head, base, now } = input;
  // Where the base has no rules, the change brings the first.
  const judge = base?.target.files.has(POLICY_FILE) ? base.target : head;
  const common = {
    base: base?.target.revision ?? null,
    policy: judge.rules && { digest: judge.rules.digest, revision: judge.revision },
    now: now.toISOString(),
    impact: input.impact ?? [],
    unmeasured: [],
  };
  const broken = unloadable(head);
  if (!head.catalog || broken.length > 0) {
    const nothing = { diff: [], effective: new Map(), consumers: null, approvals: new Map() };
    return { status: "unusable", exit: 2, ...common, findings: broken, ...nothing };
  }
  const judgement = judgementOf(input, judge);
  const problem = distrust(judge.files, input.trustRoot, now);
  if (problem) {
    const certifications = distrusted(judgement.certifications, problem);
    const span = judge === head ? startOf(head, problem.path) : null;
    const fix = "find out who changed governance/, and check out the history that is trusted";
    const findings = [found("TRUST_ROOT_UNKNOWN", problem.path, problem.message, { span, fix })];
    return reportOf({ ...judgement, certifications }, findings, common);
  }
  const findings = CHECKS.flatMap((check) => check(judgement)).flatMap((finding) => judged(finding, judgement));
  return reportOf(judgement, findings, { ...common, isStrict: input.isStrict });
}

type Common = Pick<GovernanceReport, "base" | "policy" | "now" | "impact" | "unmeasured"> & {
  readonly isStrict?: boolean;
};

function reportOf(
  judgement: Judgement,
  findings: readonly Finding[],
  { isStrict = false, ...common }: Common,
): GovernanceReport {
  const { catalog } = judgement.head;
  const effective = catalog && { ...catalog, certifications: judgement.certifications };
  return {
    ...outcomeOf(findings, isStrict),
    ...common,
    findings,
    diff: judgement.changes,
    effective: new Map(
      [...(effective?.metrics.values() ?? [])].map((metric) => [
        coordinateOf(metric),
        effective ? certificationOf(effective, metric) : "none",
      ]),
    ),
    consumers: consumersIn(judgement),
    approvals: approvalsOf(judgement),
  };
}

function judgementOf({ head, base, now, isWhole, trials = new Map() }: CheckInput, judge: GovernedTree): Judgement {
  const paths = base?.start.files;
  const fold = (tree: GovernedTree, owners: GovernedTree): Ledger =>
    foldLedger({
      ...tree,
      metrics: owners.catalog?.metrics ?? new Map(),
      rules: judge.rules,
      rulesByDigest: judge.rulesByDigest,
      signers: judge.signers,
      now,
      isNew: ({ file }) => paths !== undefined && !paths.has(file.path),
    });
  const ledger = fold(head, head);
  return {
    head,
    base: base?.start ?? null,
    target: base?.target ?? null,
    rules: judge.rules,
    changes: base ? changesBetween(base.start, head) : [],
    ledger: ledger.judged,
    ledgerOfFormerOwners: base && !haveSameJudges(head, base.start) ? fold(head, base.start).judged : ledger.judged,
    certifications: ledger.certifications,
    before: base ? fold(base.start, base.start).certifications : new Map(),
    trials,
    usage: readUsage((base?.target ?? head).files),
    today: dayOf(now.getTime()),
    now,
    isWhole,
  };
}

/** Whether both trees say the same of all that a ledger asks of metrics: who owns them, their tiers, what they are computed from. */
function haveSameJudges(one: GovernedTree, other: GovernedTree): boolean {
  const asked = ({ catalog }: GovernedTree): string =>
    JSON.stringify(
      [...(catalog?.metrics.values() ?? [])]
        .map((metric) => {
          const { name, id, version, owner, tier } = metric;
          const inputs = inputsOf(metric).map((input) => input.metric);
          return { name, id, version, owner, tier, inputs };
        })
        .toSorted((a, b) => compareText(a.name, b.name)),
    );
  return asked(one) === asked(other);
}

/** With the severity that the rules give it. */
function judged(finding: Finding, { rules }: Judgement): readonly Finding[] {
  const severity = rules?.severities.get(finding.rule) ?? finding.severity;
  return severity === "off" ? [] : [{ ...finding, severity }];
}

function outcomeOf(findings: readonly Finding[], isStrict: boolean): Pick<GovernanceReport, "status" | "exit"> {
  const counting = findings.filter(({ severity }) => severity === "error" || (isStrict && severity === "warning"));
  if (counting.length === 0) return { status: "ok", exit: 0 };
  const isWaiting = counting.every(({ rule }) => rule === "QUORUM_NOT_MET");
  return { status: isWaiting ? "awaiting-approval" : "findings", exit: 1 };
}

function consumersIn({ usage, rules, changes, base, today }: Judgement): readonly Consumer[] | null {
  if (!usage || !rules) return null;
  return consumersOf(recentUses(usage, rules, today), noticedOf(changes, base?.catalog ?? null), rules.clients);
}

/** Of events of this change, and of whatever waits. */
function approvalsOf(judgement: Judgement): ReadonlyMap<string, Approvals> {
  const isNew = newEvents(judgement);
  const entries = [...judgement.ledger.values()].flatMap((events) => {
    const last = events.at(-1);
    if (!last || last.file.event.type === "migrate") return [];
    if (!(waits(last) || (judgement.base && isNew.has(last.file.file.path)))) return [];
    const { business, technical, council, security } = last.seats;
    const { metric, version } = last.file.event;
    return [[`${metric}@${version}`, { business, technical, council, security }] as const];
  });
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
