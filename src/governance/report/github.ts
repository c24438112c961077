import { positionOf } from "../../diagnostics/index.ts";
import { type GovernanceReport, sortFindings } from "./report.ts";

/** GitHub shows so many of a kind for one step. */
const MOST_OF_A_KIND = 10;

/**
 * Workflow commands that put findings at their lines in a pull request.
 *
 * @param prefix From the top of the repository to the project: `""`, or `analytics/`.
 */
export function reportGithub({ findings }: GovernanceReport, prefix: string): string {
  const sorted = sortFindings(findings);
  const lines = KINDS.flatMap(([severity, command]) => {
    const some = sorted.filter((finding) => finding.severity === severity);
    // Changed lines first: they are what reviewers look at.
    const ranked = [...some.filter(({ cause }) => cause !== null), ...some.filter(({ cause }) => cause === null)];
    const room = ranked.length > MOST_OF_A_KIND ? MOST_OF_A_KIND - 1 : MOST_OF_A_KIND;
    const told = ranked.slice(0, room).map(({ rule, subject, message, effects, fix, span }) => {
      const place = span ? positionOf(span) : null;
      const properties = [
        ...(span && place
          ? [`file=${property(prefix + span.file.path)}`, `line=${place.line}`, `col=${place.column}`]
          : []),
        `title=${property(`${rule} ${subject}`)}`,
      ];
      const affected = effects.length > 0 ? ` Affects ${effects.join(", ")}.` : "";
      return `::${command} ${properties.join(",")}::${data(`${message}${affected}${fix === null ? "" : `\nhelp: ${fix}`}`)}`;
    });
    const left = ranked.length - told.length;
    return left > 0 ? [...told, `::${command}::${left} more; the summary shows all of them.`] : told;
  });
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

const KINDS = [
  ["error", "error"],
  ["warning", "warning"],
  ["info", "notice"],
] as const;

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
