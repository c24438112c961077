import type { Finding } from "../finding.ts";
import type { Rules } from "../rules.ts";
import { found, type Judgement } from "./judgement.ts";
import { isRule, RULES } from "./rules.ts";

/** POLICY_CHANGE_UNAPPROVED, CONFIG_LOOSENED: who judges is changed by the council of before, or not at all. */
export function checkRules(judgement: Judgement): readonly Finding[] {
  const { head, target } = judgement;
  if (!target?.rules) return [];
  const changed = ["governance/policy.yaml", "governance/allowed_signers"].filter(
    (path) => textOf(target.files.get(path)?.text) !== textOf(head.files.get(path)?.text),
  );
  if (changed.length === 0) return [];
  const [have, need] = [0, target.rules.council.quorum];
  if (have >= need) return [];
  const unapproved = changed.map((path) => {
    const file = head.files.get(path);
    const message = file
      ? `It changes who judges; of the council that stands, ${have} of ${need} approved it.`
      : "It was removed: without it nothing is certified.";
    return found("POLICY_CHANGE_UNAPPROVED", path, message, {
      span: file ? { file, start: 0, end: 0 } : null,
      fix: file
        ? "assay approve policy --key FILE, by members of the council"
        : `git checkout ${target.revision.split(" ")[0]} -- ${path}`,
    });
  });
  return [...unapproved, ...(head.rules ? loosened(judgement, target.rules, head.rules) : [])];
}

function textOf(text: string | undefined): string | null {
  return text?.replaceAll("\r\n", "\n") ?? null;
}

function loosened({ head }: Judgement, before: Rules, after: Rules): readonly Finding[] {
  const milder = MILDER.filter(([, isMilder]) => isMilder(before, after)).map(([what]) => what);
  const file = head.files.get("governance/policy.yaml");
  return milder.map((what) =>
    found("CONFIG_LOOSENED", "governance/policy.yaml", `It makes a rule milder: ${what}.`, {
      span: file ? { file, start: 0, end: 0 } : null,
      cause: what,
      fix: "take it back, or have the council approve it",
    }),
  );
}

const RANK = { off: 0, info: 1, warning: 1, error: 2 } as const;

function rankIn({ severities }: Rules, rule: string): number {
  return RANK[severities.get(rule) ?? (isRule(rule) ? RULES[rule].severity : "error")];
}

/** What counts as milder, each in a few words. */
const MILDER: readonly (readonly [what: string, isMilder: (before: Rules, after: Rules) => boolean])[] = [
  ["enforcement", (before, after) => before.enforcement === "strict" && after.enforcement === "demo"],
  ["approvals need no signature", (before, after) => before.approval === "sshsig" && after.approval === "unsigned"],
  ["the quorum of the council", (before, after) => after.council.quorum < before.council.quorum],
  [
    "who signs for what inputs bring about",
    (before, after) => before.cascade === "owners" && after.cascade === "council",
  ],
  ["how long a certification holds", (before, after) => after.maxValidityDays > before.maxValidityDays],
  ["how early a deprecation is told", (before, after) => after.minDeprecationDays < before.minDeprecationDays],
  ["for how long uses are looked back at", (before, after) => after.usage.lookbackDays < before.usage.lookbackDays],
  [
    "whose uses do not count",
    (before, after) =>
      after.usage.excluded.some(({ client }) => !before.usage.excluded.some((one) => one.client === client)),
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
