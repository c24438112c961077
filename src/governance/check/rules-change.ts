import type { Finding } from "../finding.ts";
import { POLICY_FILE, recordedFiles, SIGNERS_FILE, verifyPolicyChange } from "../ledger/policy-chain.ts";
import { EVIDENCE_KINDS, type EvidenceDemand, type Rules } from "../rules.ts";
import type { GovernedTree } from "../tree.ts";
import { found, type Judgement, startOf } from "./judgement.ts";
import { isRule, RULES } from "./rules.ts";

/** POLICY_CHANGE_UNAPPROVED, CONFIG_LOOSENED: who judges is changed by the council of before, or not at all. */
export function checkRules({ head, base, target, now }: Judgement): readonly Finding[] {
  if (!base || !target?.files.has(POLICY_FILE)) return [];
  const changed = [POLICY_FILE, SIGNERS_FILE].filter((path) => textIn(base, path) !== textIn(head, path));
  if (changed.length === 0) return strayRecords(base, head, target);
  if (!target.rules) {
    const message = "The policy of the base cannot be read, so nobody can tell who may change it.";
    return [found("POLICY_CHANGE_UNAPPROVED", POLICY_FILE, message, { span: startOf(target, POLICY_FILE) })];
  }
  const [problem] = verifyPolicyChange(target.files, head.files, now);
  if (!problem) return strayRecords(base, head, target);
  const [first = POLICY_FILE] = changed;
  const isRemoved = !head.files.has(first);
  const message = isRemoved
    ? "It was removed: without it nothing is certified."
    : `It changes who judges. ${problem.path}: ${problem.message}`;
  // A record that is sound but for approvals waits for them, as an event does.
  const isWaiting = problem.council !== null && head.files.has(problem.path);
  const unapproved = found(isWaiting ? "QUORUM_NOT_MET" : "POLICY_CHANGE_UNAPPROVED", first, message, {
    span: startOf(head, first),
    effects: changed.slice(1),
    fix: isRemoved
      ? `git checkout ${target.revision.split(" ")[0]} -- ${first}`
      : isWaiting
        ? `assay approve ${POLICY_FILE} --base ${target.revision.split(" ")[0]} --key FILE, by members of the council`
        : `assay propose ${POLICY_FILE} --base ${target.revision.split(" ")[0]} --reason TEXT`,
  });
  const loosened = head.rules ? loosenedIn(head, target.rules, head.rules) : [];
  return [unapproved, ...loosened.map((one) => (isWaiting ? { ...one, severity: "warning" as const } : one))];
}

/** However its lines end. */
function textIn({ files }: GovernedTree, path: string): string | null {
  return files.get(path)?.text.replaceAll("\r\n", "\n") ?? null;
}

/** Rules that were never in force would judge events that name them once they are merged. */
function strayRecords(base: GovernedTree, head: GovernedTree, target: GovernedTree): readonly Finding[] {
  const due = new Set(recordedFiles(target.files, head.files));
  const stray = [...head.files.keys()].filter(
    (path) => path.startsWith("governance/policies/") && !base.files.has(path) && !due.has(path),
  );
  return stray.map((path) =>
    found("POLICY_CHANGE_UNAPPROVED", path, "It keeps rules or keys that were never in force.", {
      span: startOf(head, path),
      fix: `remove it; assay propose ${POLICY_FILE} writes what a change of rules or keys needs`,
    }),
  );
}

function loosenedIn(head: GovernedTree, before: Rules, after: Rules): readonly Finding[] {
  const milder = MILDER.filter(([, isMilder]) => isMilder(before, after)).map(([what]) => what);
  return milder.map((what) =>
    found("CONFIG_LOOSENED", POLICY_FILE, `It makes a rule milder: ${what}.`, {
      span: startOf(head, POLICY_FILE),
      cause: what,
      fix: "take it back, or have the council approve it",
    }),
  );
}

const RANK = { off: 0, info: 1, warning: 1, error: 2 } as const;

function rankIn({ severities }: Rules, rule: string): number {
  return RANK[severities.get(rule) ?? (isRule(rule) ? RULES[rule].severity : "error")];
}

const DEMAND: Readonly<Record<EvidenceDemand, number>> = { optional: 0, gold: 1, required: 2 };

/** What counts as milder, each in a few words. */
const MILDER: readonly (readonly [what: string, isMilder: (before: Rules, after: Rules) => boolean])[] = [
  ["enforcement", (before, after) => before.enforcement === "strict" && after.enforcement === "demo"],
  ["approvals need no signature", (before, after) => before.approval === "sshsig" && after.approval === "unsigned"],
  ["the quorum of the council", (before, after) => after.council.quorum < before.council.quorum],
  [
    "who signs where access changes",
    (before, after) =>
      before.security !== null && (after.security === null || after.security.quorum < before.security.quorum),
  ],
  [
    "who signs for what inputs bring about",
    (before, after) => before.cascade === "owners" && after.cascade === "council",
  ],
  [
    "what a certification needs",
    (before, after) => EVIDENCE_KINDS.some((kind) => DEMAND[after.evidence[kind]] < DEMAND[before.evidence[kind]]),
  ],
  ["how long a certification holds", (before, after) => after.maxValidityDays > before.maxValidityDays],
  ["how early a deprecation is told", (before, after) => after.minDeprecationDays < before.minDeprecationDays],
  ["for how long uses are looked back at", (before, after) => after.usage.lookbackDays < before.usage.lookbackDays],
  [
    "whose uses do not count",
    (before, after) =>
      after.usage.excluded.some(
        ({ client, expires }) => !before.usage.excluded.some((one) => one.client === client && one.expires >= expires),
      ),
  ],
  [
    "up to when books are closed",
    (before, after) => (after.booksClosedThrough ?? "") < (before.booksClosedThrough ?? ""),
  ],
  ["how long an emergency lasts", (before, after) => after.emergency.maxHours > before.emergency.maxHours],
  [
    "how often there may be an emergency",
    (before, after) => after.emergency.perMetricPerQuarter > before.emergency.perMetricPerQuarter,
  ],
  [
    "the severity of a rule",
    (before, after) =>
      [...new Set([...before.severities.keys(), ...after.severities.keys()])].some(
        (rule) => rankIn(after, rule) < rankIn(before, rule),
      ),
  ],
];
