import type { Freshness } from "../catalog/index.ts";
import { probeLatest } from "../sql/index.ts";
import { askOne, type Examination } from "./examination.ts";
import { type Finding, finding } from "./finding.ts";
import type { Askable, Check } from "./keys.ts";
import type { Relation, Seen } from "./relation.ts";

/** Whether rows are as current as their model promises. */
export function freshnessChecks(askables: readonly Askable[]): readonly Check[] {
  return askables.flatMap(({ relation, seen, broken }) => {
    const freshness = relation.kind === "model" ? relation.model.freshness : null;
    if (freshness === null || (freshness.warnAfterMs === null && freshness.errorAfterMs === null)) return [];
    if (freshness.column !== null && broken.has(freshness.column)) return [];
    const run: Check["run"] = (examination) => examine(examination, relation, seen, freshness);
    return [{ relation, what: "its rows are current", run }];
  });
}

async function examine(
  examination: Examination,
  relation: Relation,
  seen: Seen,
  { column, warnAfterMs, errorAfterMs, span }: Freshness,
): Promise<readonly Finding[]> {
  const { name } = relation;
  const latest = await latestOf(examination, relation, seen, column);
  if (latest === null) return [finding("freshness/unknown", name, { column }, span)];
  const ageMs = Math.max(0, examination.now - Date.parse(latest));
  const evidence = { ageMs };
  const age = durationText(ageMs);
  const stale = (severity: "error" | "warning", limitMs: number): readonly Finding[] => [
    finding("freshness/stale", name, { severity, age, limit: durationText(limitMs), latest }, span, evidence),
  ];
  if (errorAfterMs !== null && ageMs > errorAfterMs) return stale("error", errorAfterMs);
  if (warnAfterMs !== null && ageMs > warnAfterMs) return stale("warning", warnAfterMs);
  return [finding("freshness/fresh", name, { age, latest }, span, evidence)];
}

/** ISO 8601 with `Z`; null: nobody knows. */
async function latestOf(
  examination: Examination,
  relation: Relation,
  { bound }: Seen,
  column: string | null,
): Promise<string | null> {
  const { warehouse } = examination;
  const { source } = relation;
  const isBound = bound !== null && column !== null;
  if (source.kind === "table" && !isBound) return warehouse.freshness({ table: source.path, column });
  if (column === null) return null;
  const { latest } = await askOne(examination, probeLatest(warehouse.dialect, { ...relation, bound }, column));
  if (typeof latest !== "string") return null;
  if (!latest.includes("T")) return `${latest}T00:00:00Z`;
  return latest.endsWith("Z") ? latest : `${latest}Z`;
}

/** `3 days`, `26 hours`: in the largest unit of which there are at least two. */
function durationText(ms: number): string {
  const [unit, size] = UNITS.find(([, unitMs]) => ms >= 2 * unitMs) ?? LEAST;
  const count = Math.floor(ms / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

const LEAST = ["minute", 60_000] as const;
const UNITS = [["day", 86_400_000], ["hour", 3_600_000], LEAST] as const;
