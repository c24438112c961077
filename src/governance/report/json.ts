import { positionOf } from "../../diagnostics/index.ts";
import { canonicalJson } from "../../std/index.ts";
import type { Edit, MetricChange } from "../change/change.ts";
import type { Finding } from "../finding.ts";
import { impactDocument } from "./impact.ts";
import { type Approvals, type GovernanceReport, sortFindings } from "./report.ts";

/** `metrics-governance-report/1`, keys sorted, as schema/governance-report.schema.json describes it. */
export function reportJson(report: GovernanceReport): string {
  return `${JSON.stringify(JSON.parse(canonicalJson(documentOf(report))), null, 2)}\n`;
}

function documentOf({ findings, diff, effective, consumers, approvals, impact, ...rest }: GovernanceReport): object {
  return {
    schema: "metrics-governance-report/1",
    ...rest,
    findings: sortFindings(findings).map(findingDocument),
    diff: diff.map(changeDocument),
    effective: Object.fromEntries(effective),
    consumers: consumers?.map(({ lastSeen, ...consumer }) => ({ ...consumer, last_seen: lastSeen })) ?? null,
    approvals: Object.fromEntries([...approvals].map(([metric, seats]) => [metric, seatsDocument(seats)])),
    impact: impact.map(impactDocument),
  };
}

/** Security is left out where it has no seat. */
function seatsDocument({ security, ...seats }: Approvals): object {
  return { ...seats, ...(security && { security }) };
}

function findingDocument({ span, ...finding }: Finding): object {
  const place = span ? positionOf(span) : null;
  return { ...finding, file: span?.file.path ?? null, line: place?.line ?? null, column: place?.column ?? null };
}

function changeDocument({ id, version, categories, parts, via }: MetricChange): object {
  return { metric: `${id}@${version}`, categories, parts, via: via.map(editDocument) };
}

function editDocument({ span, ...edit }: Edit): object {
  return { ...edit, file: span?.file.path ?? null, line: span ? positionOf(span).line : null };
}
