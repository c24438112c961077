import { positionOf } from "../../diagnostics/index.ts";
import { sha256 } from "../../std/index.ts";
import { isRule, RULES } from "../check/rules.ts";
import type { Finding } from "../finding.ts";
import { type GovernanceReport, sortFindings } from "./report.ts";

/** GitHub takes no more of one run. */
const MOST_RESULTS = 5_000;

/**
 * SARIF 2.1.0, as code scanning of GitHub reads it.
 *
 * @param prefix From the top of the repository to the project: `""`, or `analytics/`.
 */
export function reportSarif({ findings }: GovernanceReport, prefix: string): string {
  const told = sortFindings(findings).slice(0, MOST_RESULTS);
  const codes = [...new Set(told.map(({ rule }) => rule))].sort();
  const rules = codes.map((id) => ({ id, shortDescription: { text: isRule(id) ? RULES[id].about : id } }));
  const driver = { name: "assay", rules };
  const document = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{ tool: { driver }, results: told.map((finding) => resultOf(finding, prefix)) }],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const LEVELS = { error: "error", warning: "warning", info: "note" } as const;

function resultOf({ rule, severity, subject, message, span, cause, effects, fix }: Finding, prefix: string): object {
  const file = `${prefix}${span?.file.path ?? "governance/policy.yaml"}`;
  const position = span ? positionOf(span) : null;
  const more = [...(effects.length > 0 ? [`Affects ${effects.join(", ")}.`] : []), ...(fix === null ? [] : [fix])];
  return {
    ruleId: rule,
    level: LEVELS[severity],
    message: { text: [`${subject}: ${message}`, ...more].join("\n") },
    locations: [
      {
        physicalLocation: {
          artifactLocation: {
            uri: file.split("/").map(encodeURIComponent).join("/"),
          },
          region: {
            startLine: position?.line ?? 1,
            startColumn: position?.column ?? 1,
            ...(position && { endLine: position.endLine, endColumn: position.endColumn }),
          },
        },
      },
    ],
    partialFingerprints: { "assay/1": sha256([rule, subject, cause ?? ""].join("\0")) },
  };
}
