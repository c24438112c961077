import type { Metric } from "../../catalog/index.ts";
import type { ColumnLineage, EdgeKind } from "../lineage/graph.ts";

/**
 * How much depends on a column through a metric, 0 to 100: `round(100 · tier · log1p(calls)/log1p(max_calls) ·
 * 0.8^(depth−1) · kind)`.
 *
 * @param calls Of this metric within the lookback, and of the metric that is asked for most; 0: nobody asks, or nobody knows.
 */
export function impactScore(
  { tier }: Pick<Metric, "tier">,
  { kind, depth }: Pick<ColumnLineage, "kind" | "depth">,
  { calls, most }: { readonly calls: number; readonly most: number },
): number {
  if (calls === 0 || most === 0) return 0;
  const weight = tier === "gold" ? 1 : tier === "silver" ? 0.7 : 0.4;
  return Math.round(100 * weight * (Math.log1p(calls) / Math.log1p(most)) * 0.8 ** (depth - 1) * kindWeight(kind));
}

function kindWeight(kind: EdgeKind): number {
  if (kind === "INDIRECT/RLS") return 0.6;
  return kind.startsWith("DIRECT/") ? 1 : 0.8;
}
