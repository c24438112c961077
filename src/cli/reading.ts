import { type Diagnostic, placeOf } from "../diagnostics/index.ts";
import type { DefinitionsProblem } from "../graphql/index.ts";
import type { DefinitionsState } from "../server/index.ts";
import type { Telemetry } from "../telemetry/index.ts";

/** What came of reading the definitions again: a line in the log, and a number. */
export function tellOfReading(
  { log, reloaded }: Telemetry,
  { version, problem }: DefinitionsState,
  outcome: "swapped" | "unchanged" | "kept",
): void {
  reloaded(problem === null);
  if (problem) {
    const findings = problem.diagnostics.slice(0, MOST_SHOWN).map(findingOf);
    const message = "The definitions were read again and do not load: those from before are still served.";
    return log.write("error", message, { catalogVersion: version, why: problem.message, findings });
  }
  const message =
    outcome === "swapped" ? "Other definitions are served." : "The definitions were read again: no change.";
  log.write("info", message, { catalogVersion: version });
}

/** Why the folder holds something else than what is served; null: it does not. */
export function problemOf({ problem }: DefinitionsState): DefinitionsProblem | null {
  if (!problem) return null;
  const [first, ...others] = problem.diagnostics;
  if (!first) return { message: problem.message, place: "they cannot be loaded" };
  const more = others.length > 0 ? `, and ${others.length} more` : "";
  return { message: `${findingOf(first)}${more}`, place: `${placed(first)}${first.code}${more}` };
}

const MOST_SHOWN = 20;

function findingOf(found: Diagnostic): string {
  return `${placed(found)}${found.code}: ${found.message}`;
}

function placed({ span }: Diagnostic): string {
  return span ? `${placeOf(span)} ` : "";
}
