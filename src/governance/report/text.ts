import { placeOf } from "../../diagnostics/index.ts";
import type { Edit } from "../change/change.ts";
import type { Finding } from "../finding.ts";
import { impactTables } from "./impact.ts";
import { type GovernanceReport, type MetricImpact, sortFindings } from "./report.ts";

/** For people, on a terminal. Control characters of what authors wrote are shown as `�`. */
export function reportText(report: GovernanceReport, options: { readonly color: boolean }): string {
  const paint: Paint = (text, style) => (options.color ? `\u001b[${ANSI[style]}m${text}\u001b[0m` : text);
  const blocks = [
    ...sortFindings(report.findings).map((finding) => block(finding, paint)),
    ...(report.diff.length > 0 ? [changes(report)] : []),
    ...(report.approvals.size > 0 ? [approvals(report)] : []),
    ...(report.consumers && report.consumers.length > 0 ? [consumers(report.consumers)] : []),
    ...report.impact.map(impactText),
    ...report.unmeasured.map(({ metric, reason }) =>
      visible(`${metric}: its numbers could not be asked for: ${reason}`),
    ),
    ending(report),
  ];
  return `${blocks.join("\n\n")}\n`;
}

type Style = "bold" | "red" | "yellow" | "cyan";
type Paint = (text: string, style: Style) => string;
const ANSI: Record<Style, number> = { bold: 1, red: 31, yellow: 33, cyan: 36 };
const COLORS = { error: "red", warning: "yellow", info: "cyan" } as const;

function block({ rule, severity, subject, message, span, cause, effects, fix }: Finding, paint: Paint): string {
  const place = span ? [paint(visible(placeOf(span)), "bold")] : [];
  return [
    [...place, paint(severity, COLORS[severity]), rule, visible(subject)].join("  "),
    `  ${visible(message)}`,
    ...(cause === null ? [] : [`  cause: ${visible(cause)}`]),
    ...(effects.length === 0 ? [] : [`  effects: ${visible(effects.join(", "))}`]),
    ...(fix === null ? [] : [`  help: ${visible(fix)}`]),
  ].join("\n");
}

function changes({ diff }: GovernanceReport): string {
  const rows = diff.map(({ id, version, categories, via }) => [
    `${id}@${version}`,
    categories.join(", "),
    via.slice(0, 3).map(editInWords).join("; ") + (via.length > 3 ? `; ${via.length - 3} more` : ""),
  ]);
  return table(["metric", "change", "because of"], rows);
}

/** `model orders: source.filter was a, is b` */
export function editInWords({ subject, key, before, after }: Edit): string {
  const what = key === "" ? subject : `${subject}: ${key}`;
  if (before === null) return after === null ? what : `${what} is new`;
  return after === null ? `${what} was removed` : `${what} was ${before}, is ${after}`;
}

function approvals(report: GovernanceReport): string {
  const rows = [...report.approvals].map(([metric, { business, technical, council, security }]) => [
    metric,
    business ?? "lacking",
    technical ?? "lacking",
    `${council[0]} of ${council[1]}`,
    security === null ? "" : `${security[0]} of ${security[1]}`,
  ]);
  return table(["metric", "business owner", "technical owner", "council", "security"], rows);
}

function consumers(all: NonNullable<GovernanceReport["consumers"]>): string {
  const rows = all.map(({ client, owner, metric, coordinates, operations, calls, lastSeen }) => [
    client,
    owner ?? "",
    metric,
    listed(coordinates, 5),
    listed(operations.map(shortDigest), 3),
    String(calls),
    lastSeen,
  ]);
  return table(["consumer", "owner", "asks for", "by", "operations", "calls", "last seen"], rows);
}

/** `a, b, 3 more` */
export function listed(texts: readonly string[], most: number): string {
  const left = texts.length - most;
  return [...texts.slice(0, most), ...(left > 0 ? [`${left} more`] : [])].join(", ");
}

/** As much of a hash as people compare. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12);
}

export function impactText(impact: MetricImpact): string {
  return impactTables(impact)
    .map(({ head, rows }) => table(head, rows))
    .join("\n\n");
}

function ending({ status, findings, base, policy, now }: GovernanceReport): string {
  const count = (severity: Finding["severity"]): number => findings.filter((one) => one.severity === severity).length;
  const counts = [
    [count("error"), "error"],
    [count("warning"), "warning"],
  ] as const;
  const said = counts.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}${n === 1 ? "" : "s"}`);
  const found = said.length === 0 ? "no problems found" : said.join(", ");
  const judged =
    policy === null ? "ungoverned: there is no governance/policy.yaml" : `by the policy of ${policy.revision}`;
  const compared = base === null ? "compared with nothing" : `compared with ${base}`;
  const waits = status === "awaiting-approval" ? "; only approvals are lacking" : "";
  return `${found}${waits} (${compared}, judged ${judged}, on ${now})`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows.map((row) => row.map(visible))];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function visible(text: string): string {
  return text.replace(/[\0-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "�");
}
