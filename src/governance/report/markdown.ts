import { placeOf } from "../../diagnostics/index.ts";
import type { Finding } from "../finding.ts";
import { impactMarkdown, unmeasuredMarkdown } from "./impact.ts";
import { escaped, table } from "./markup.ts";
import { type Approvals, type GovernanceReport, sortFindings } from "./report.ts";
import { editInWords, listed, shortDigest } from "./text.ts";

/** A comment of GitHub holds 64 KB, and a summary above 1 MiB is lost whole. */
const MOST_CHARACTERS = 60_000;

/** For the summary of a pull request: what changes, whom it concerns, and who has to sign. */
export function reportMarkdown(report: GovernanceReport): string {
  const parts = [
    `# Metrics: ${TITLES[report.status]}`,
    judgedBy(report),
    ...findings(report),
    ...changes(report),
    ...approvals(report),
    ...consumers(report),
    ...report.impact.map(impactMarkdown),
    ...report.unmeasured.map(unmeasuredMarkdown),
  ];
  const whole = `${parts.join("\n\n")}\n`;
  if (whole.length <= MOST_CHARACTERS) return whole;
  const cut = whole.slice(0, whole.lastIndexOf("\n", MOST_CHARACTERS));
  return `${cut}\n\n… cut here: \`assay check --format text\` tells all of it.\n`;
}

const TITLES: Record<GovernanceReport["status"], string> = {
  ok: "no problems",
  findings: "problems found",
  "awaiting-approval": "waiting for approval",
  unusable: "definitions do not load",
};

function judgedBy({ base, policy, now }: GovernanceReport): string {
  const judge =
    policy === null ? "Nothing governs these definitions" : `Judged by the policy of ${code(policy.revision)}`;
  return `${judge}, ${base === null ? "compared with nothing" : `compared with ${code(base)}`}, on ${now.slice(0, 10)}.`;
}

function findings(report: GovernanceReport): readonly string[] {
  const all = sortFindings(report.findings);
  if (all.length === 0) return [];
  const rows = all.map(({ severity, rule, subject, message, span, effects, fix }) => [
    MARKS[severity],
    code(rule),
    escaped(subject),
    [escaped(message), ...(effects.length > 0 ? [`Affects ${escaped(effects.join(", "))}.`] : [])].join(" "),
    span ? code(placeOf(span)) : "",
    fix === null ? "" : code(fix),
  ]);
  return ["## Findings", table(["", "Rule", "Subject", "What", "Where", "Way out"], rows)];
}

const MARKS: Record<Finding["severity"], string> = { error: "❌", warning: "⚠️", info: "ℹ️" };

function changes({ diff, effective }: GovernanceReport): readonly string[] {
  if (diff.length === 0) return [];
  const rows = diff.map(({ id, version, categories, via }) => [
    escaped(`${id}@${version}`),
    categories.join(", "),
    effective.get(`${id}@${version}`) ?? "",
    via.map((edit) => escaped(editInWords(edit))).join("<br>"),
  ]);
  return ["## Changes", table(["Metric", "Change", "Certification", "Because of"], rows)];
}

function approvals(report: GovernanceReport): readonly string[] {
  if (report.approvals.size === 0) return [];
  const rows = [...report.approvals].map(([metric, approval]) => [escaped(metric), ...seats(approval)]);
  return ["## Who must sign", table(["Metric", "Business owner", "Technical owner", "Council", "Security"], rows)];
}

function seats({ business, technical, council, security }: Approvals): readonly string[] {
  const owners = [business, technical].map((by) => (by === null ? "⏳ lacking" : `✅ ${escaped(by)}`));
  const groups = [council, security].map((group) =>
    group === null ? "" : `${group[0] >= group[1] ? "✅" : "⏳"} ${group[0]} of ${group[1]}`,
  );
  return [...owners, ...groups];
}

function consumers(report: GovernanceReport): readonly string[] {
  if (!report.consumers || report.consumers.length === 0) return [];
  const rows = report.consumers.map(({ client, owner, metric, coordinates, operations, calls, lastSeen }) => [
    escaped(client),
    escaped(owner ?? ""),
    escaped(metric),
    escaped(listed(coordinates, 5)),
    escaped(listed(operations.map(shortDigest), 3)),
    String(calls),
    lastSeen,
  ]);
  return [
    "## Who asks for what changes",
    table(["Consumer", "Owner", "Asks for", "By", "Operations", "Calls", "Last seen"], rows),
  ];
}

function code(text: string): string {
  return `\`${text.replace(/[`|\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, " ")}\``;
}
