import { type Catalog, type Freshness, probedModels } from "../catalog/index.ts";
import { probeLatest } from "../sql/index.ts";
import { askOne, type Examination } from "./examination.ts";
import { type Finding, finding } from "./finding.ts";
import type { Askable, Check } from "./keys.ts";
import type { Relation, Seen } from "./relation.ts";

/** Whether rows are as current as their model promises, and a change of them can be seen where answers rest on that. */
export function freshnessChecks(askables: readonly Askable[], catalog: Catalog): readonly Check[] {
  const probed = new Set(probedModels(catalog).map(({ name }) => name));
  return askables.flatMap(({ relation, seen, broken }) => {
    if (relation.kind !== "model") return [];
    const { freshness, cache, name } = relation.model;
    const hasPromised = freshness !== null && (freshness.warnAfterMs !== null || freshness.errorAfterMs !== null);
    const isProbed = probed.has(name) && relation.source.kind === "table";
    if (!hasPromised && !isProbed) return [];
    const of = freshness ?? { ...NO_PROMISE, span: cache?.span ?? relation.span };
    if (of.column !== null && broken.has(of.column)) return [];
    const run: Check["run"] = (examination) => examine(examination, relation, seen, { ...of, isProbed });
    return [{ relation, what: hasPromised ? "its rows are current" : "a change of its rows can be seen", run }];
  });
}

const NO_PROMISE = { column: null, warnAfterMs: null, errorAfterMs: null };

async function examine(
  examination: Examination,
  relation: Relation,
  seen: Seen,
  { column, warnAfterMs, errorAfterMs, span, isProbed }: Freshness & { readonly isProbed: boolean },
): Promise<readonly Finding[]> {
  const { name } = relation;
  const latest = await latestOf(examination, relation, seen, column);
  if (latest === null) return [finding("freshness/unknown", name, { column, isProbed }, span)];
  if (warnAfterMs === null && errorAfterMs === null) return [];
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
