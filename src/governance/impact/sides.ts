import {
  type Catalog,
  type Metric,
  type ModelPolicy,
  metricsBelow,
  reachableFrom,
  type SimpleMetric,
  simpleMetricsBelow,
} from "../../catalog/index.ts";
import { int } from "../../expression/index.ts";
import { OPERATOR, type Principal, readClaims } from "../../identity/index.ts";

/** One metric as one of the two revisions defines it. */
export interface Side {
  /** Inputs of other metrics may be asked for in it too. */
  readonly catalog: Catalog;
  readonly metric: Metric;
}

/** null: there it does not exist. */
export function sideOf(catalog: Catalog | null, name: string): Side | null {
  const metric = catalog?.metrics.get(name);
  if (!catalog || !metric) return null;
  const asked = { ...metric, isPrivate: false };
  return { catalog: { ...catalog, metrics: new Map(catalog.metrics).set(name, asked) }, metric: asked };
}

/** Models that the metric's own rows are of, joined ones left out. */
export function modelsBelow({ catalog, metric }: Side): readonly string[] {
  return [...new Set(simpleMetricsBelow(catalog, metric).map(({ model }) => model))];
}

/** The smallest group that policies of what the metric reads, or may be grouped by, allow to be shown; null: any. */
export function smallestGroup(sides: readonly Side[]): number | null {
  const sizes = sides.flatMap((side) => {
    const { catalog } = side;
    const reached = modelsBelow(side).flatMap((name) => {
      const model = catalog.models.get(name);
      const joined = model ? reachableFrom(catalog, model, HOPS).flatMap(({ path }) => path.steps) : [];
      return [name, ...joined.map(({ to }) => to.name)];
    });
    return reached.map((model) => catalog.policies.get(model)?.minimumGroupSize ?? 0);
  });
  const largest = Math.max(0, ...sizes);
  return largest === 0 ? null : largest;
}

/** How far filters of metrics reach, as far as anybody writes them. */
const HOPS = 3;

/** Sees every row; but where a policy leaves small groups out, nobody is shown them here either. */
export function everyRow(side: Side, minimum: number | null): { readonly side: Side; readonly principal: Principal } {
  if (minimum === null) return { side, principal: OPERATOR };
  const { catalog } = side;
  const open = (model: string): ModelPolicy => {
    const isLimited = (catalog.policies.get(model)?.minimumGroupSize ?? null) !== null;
    const minimumGroupSize = isLimited ? minimum : null;
    return { model, isPublic: true, mandatory: [], minimumGroupSize, roles: new Map(), span: null };
  };
  const policies = new Map([...catalog.models.keys()].map((model) => [model, open(model)]));
  return { side: { ...side, catalog: { ...catalog, policies } }, principal: NOBODY };
}

/** Somebody without a role, as the policies above let everybody in. */
const NOBODY = readClaims('{"sub": "impact", "roles": []}', new Map());

/** The same metrics by name, each of which counts the rows that it is made of. */
export function counting(side: Side): { readonly catalog: Catalog; readonly metrics: readonly string[] } {
  const { catalog, metric } = side;
  const counted = metricsBelow(catalog, metric).filter((below) => below.type === "simple");
  const metrics = new Map(catalog.metrics);
  for (const one of counted) metrics.set(one.name, countOf(one));
  return { catalog: { ...catalog, metrics }, metrics: counted.map(({ name }) => name) };
}

function countOf(metric: SimpleMetric): SimpleMetric {
  return {
    ...metric,
    isPrivate: false,
    aggregate: { ...metric.aggregate, aggregation: "count", value: { kind: "expr", expr: int(1) }, percentile: null },
    nonAdditive: null,
    fillNullsWith: null,
    joinToTimespine: false,
  };
}
