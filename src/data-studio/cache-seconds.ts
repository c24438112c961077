import {
  type CacheRule,
  type Catalog,
  definitionsOf,
  findElement,
  inputsOf,
  type Metric,
  type Model,
  metricsBelow,
  simpleMetricsBelow,
  splitName,
} from "../catalog/index.ts";
import { refsOf } from "../expression/index.ts";
import { METRIC_TIME } from "./config-params.ts";

const MOST_SECONDS = 300;

/** What an answer was made of. */
export interface Made {
  readonly metrics: readonly string[];
  /** What it is grouped or filtered by, as queries name it. */
  readonly names: readonly string[];
  readonly rowsOf: string | null;
}

/**
 * For how long an answer may be given again by who cannot hear of changes: as long as every definition that it is made of
 * allows by time alone, less the age that it has. Where one of them says nothing, or may be changed by word of a
 * pipeline or a look at the table, not at all.
 */
export function cacheSecondsOf(seen: Catalog, made: Made, dataAsOf: string, now: number): number {
  const rules = rulesOf(definitionsOf(seen), made);
  const ttlMs = Math.min(...rules.map(msByTimeAlone));
  const ageMs = now - Date.parse(dataAsOf);
  const left = Math.floor((ttlMs - Math.max(0, ageMs)) / 1_000);
  return rules.length === 0 || !Number.isFinite(left) ? 0 : Math.max(0, Math.min(MOST_SECONDS, left));
}

type Rule = CacheRule | null;

function msByTimeAlone(rule: Rule): number {
  return rule?.refresh === "time" ? (rule.ttlMs ?? 0) : 0;
}

function rulesOf(catalog: Catalog, { metrics, names: asked, rowsOf }: Made): readonly Rule[] {
  const { found, named } = withFiltersOf(catalog, metrics);
  const names = [...asked, ...named];
  const leaves = found.flatMap((metric) => simpleMetricsBelow(catalog, metric));
  const bases = [...new Set([...leaves.map(({ model }) => model), ...(rowsOf === null ? [] : [rowsOf])])].flatMap(
    (name) => catalog.models.get(name) ?? [],
  );
  const joined = bases.flatMap((base) => names.map((name) => joinedFor(catalog, base, name)));
  // An author's SELECT may call now(): unless its model says that it does not, it is asked each time.
  const unsteady = [...bases, ...joined.flatMap((models) => models ?? [])].some(
    ({ source, cache }) => source.kind === "sql" && cache?.isDeterministic !== true,
  );
  return [
    ...found.flatMap((metric) => rulesOfMetric(catalog, metric)),
    ...(rowsOf === null ? [] : bases.map((model) => ruleOfModel(catalog, model))),
    ...joined.flatMap((models) => models?.map((model) => ruleOfModel(catalog, model)) ?? [null]),
    ...(unsteady ? [null] : []),
  ];
}

/** The metrics, and what they and those below them are filtered by: dimensions by name, and metrics with theirs. */
function withFiltersOf(
  catalog: Catalog,
  metrics: readonly string[],
): { readonly found: readonly Metric[]; readonly named: readonly string[] } {
  const found = new Set(metrics.flatMap((name) => catalog.metrics.get(name) ?? []));
  const named: string[] = [];
  // A set tells what is added while it is gone through.
  for (const metric of found) {
    const filters = metricsBelow(catalog, metric).flatMap((below) => [
      ...below.filters,
      ...inputsOf(below).flatMap((input) => input.filters),
    ]);
    for (const name of filters.flatMap(({ expr }) => refsOf(expr))) {
      if (name.kind === "name") named.push(name.text);
      else for (const other of [catalog.metrics.get(name.metric) ?? []].flat()) found.add(other);
    }
  }
  return { found: [...found], named };
}

/** A metric's own rule, or those of all that it is computed from. */
function rulesOfMetric(catalog: Catalog, metric: Metric): readonly Rule[] {
  if (metric.cache) return [metric.cache];
  if (metric.type === "simple") return [ruleOfModel(catalog, catalog.models.get(metric.model))];
  return inputsOf(metric).flatMap((input) => {
    const below = catalog.metrics.get(input.metric);
    return below ? rulesOfMetric(catalog, below) : [null];
  });
}

function ruleOfModel(catalog: Catalog, model: Model | undefined): Rule {
  return model?.cache ?? catalog.cache;
}

/** The models on the way to what a name means; null: that cannot be told. */
function joinedFor(catalog: Catalog, base: Model, name: string): readonly Model[] | null {
  const { links, element } = splitName(name, {
    has: (grain) => catalog.calendars.some(({ customGrains }) => customGrains.has(grain)),
  });
  if (links.length === 0 && (element === METRIC_TIME || base.dimensions.has(element))) return [];
  const lookup = findElement(catalog, base, links, element);
  return lookup.kind === "found" ? lookup.at.path.steps.map(({ to }) => to) : null;
}
