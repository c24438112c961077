import type { Catalog } from "./catalog.ts";
import type { Metric } from "./metric.ts";

/** How people name one version of a metric: `revenue@1`. */
export function coordinateOf({ id, version }: Pick<Metric, "id" | "version">): string {
  return `${id}@${version}`;
}

/** What a version is called that is not the default one, as a word that every engine and tool can take: `revenue_v1`. */
export function versionedName(id: string, version: number): string {
  return `${id}_v${version}`;
}

/** The parts of `revenue@1`; null: the text names no version. */
export function splitCoordinate(text: string): { readonly id: string; readonly version: number } | null {
  const [, id, version] = /^([^@]+)@([1-9]\d{0,8})$/.exec(text) ?? [];
  return id === undefined ? null : { id, version: Number(version) };
}

/** The metric that a reference means: `revenue` its default version, `revenue@1` that one, however it is called. */
export function findMetric(metrics: ReadonlyMap<string, Metric>, reference: string): Metric | undefined {
  const named = splitCoordinate(reference);
  return named ? findVersion(metrics, named.id, named.version) : metrics.get(reference);
}

export function findVersion(metrics: ReadonlyMap<string, Metric>, id: string, version: number): Metric | undefined {
  return [metrics.get(id), metrics.get(versionedName(id, version))].find(
    (metric) => metric?.id === id && metric.version === version,
  );
}

/** Whether it is what the bare name means. */
export function isDefaultVersion({ id, name }: Pick<Metric, "id" | "name">): boolean {
  return id === name;
}

/** The versions of a metric that there are, the newest first. */
export function versionsOf({ metrics }: Pick<Catalog, "metrics">, id: string): readonly Metric[] {
  return [...metrics.values()].filter((metric) => metric.id === id).toSorted((a, b) => b.version - a.version);
}

/**
 * The names by which a policy knows a metric, its own first: those of all its versions, and former ones. Whoever hides
 * `revenue` hides what it was called before, and its older versions.
 */
export function namesKnown({ metrics }: Pick<Catalog, "metrics">, metric: Metric): readonly string[] {
  let families = known.get(metrics);
  if (!families) {
    const all = Map.groupBy(metrics.values(), (one) => familyOf(metrics, one));
    families = new Map([...all].map(([id, ones]) => [id, ones.flatMap((one) => [one.name, one.id])]));
    known.set(metrics, families);
  }
  return [...new Set([metric.name, ...(families.get(familyOf(metrics, metric)) ?? [])])];
}

function familyOf(metrics: ReadonlyMap<string, Metric>, { id, aliasOf }: Metric): string {
  return (aliasOf !== null && metrics.get(aliasOf)?.id) || id;
}

const known = new WeakMap<ReadonlyMap<string, Metric>, ReadonlyMap<string, readonly string[]>>();
