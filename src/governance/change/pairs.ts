import type { Catalog, Metric } from "../../catalog/index.ts";
import { compareText } from "../../std/index.ts";

/** One version of a metric at two revisions; null where it is not. */
export interface Pair {
  readonly before: Metric | null;
  readonly after: Metric | null;
}

/**
 * The versions of two catalogs side by side, by name and version. Where the default version is gone and a new one has
 * taken its place, these two are the same metric, with its version raised.
 */
export function pairsOf(base: Catalog, head: Catalog): readonly Pair[] {
  const [before, after] = [base, head].map(({ metrics }) => Map.groupBy(metrics.values(), ({ id }) => id));
  const ids = [...new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])].toSorted(compareText);
  return ids.flatMap((id) => pairsOfOne(before?.get(id) ?? [], after?.get(id) ?? []));
}

function pairsOfOne(before: readonly Metric[], after: readonly Metric[]): readonly Pair[] {
  const isIn = (some: readonly Metric[]) => (one: Metric) => some.some(({ version }) => version === one.version);
  const kept = after.filter(isIn(before));
  const went = before.filter((one) => !isIn(after)(one));
  const came = after.filter((one) => !isIn(before)(one));
  const [raised, risen] = [went, came].map((some) => some.find(({ id, name }) => id === name));
  const isRaised = raised !== undefined && risen !== undefined;
  return [
    ...(isRaised ? [{ before: raised, after: risen }] : []),
    ...kept.map((one) => ({ before: before.find(({ version }) => version === one.version) ?? null, after: one })),
    ...went.filter((one) => !isRaised || one !== raised).map((one) => ({ before: one, after: null })),
    ...came.filter((one) => !isRaised || one !== risen).map((one) => ({ before: null, after: one })),
  ];
}
