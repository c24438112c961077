import type { Catalog, Metric, Model } from "../../catalog/index.ts";
import { coordinateOf, metricsBelow, reachableFrom, simpleMetricsBelow } from "../../catalog/index.ts";
import { metricUses } from "../../policy/index.ts";
import { type Fingerprint, PARTS, type Part } from "../fingerprint/fingerprint.ts";
import { LISTED_HOPS } from "../fingerprint/shape.ts";
import type { GovernedTree } from "../tree.ts";
import { categoriesOf } from "./categories.ts";
import { CATEGORIES, type Category, type Edit, type MetricChange } from "./change.ts";
import { type DocumentChange, documentChanges, type PlacedEdit } from "./edits.ts";
import { type Pair, pairsOf } from "./pairs.ts";

/**
 * What became of every version of every metric from one revision to another, by name; those of which nothing changed are
 * left out, and all are where one of the two does not load. A change whose first edit is of another subject is an effect of
 * that one.
 */
export function changesBetween(base: GovernedTree, head: GovernedTree): readonly MetricChange[] {
  if (!base.catalog || !head.catalog) return [];
  const between: Between = {
    base: base.catalog,
    head: head.catalog,
    documents: new Map(documentChanges(base.files, head.files).map((change) => [change.key, change])),
    renamed: renamedMetrics(base.fingerprints, head.fingerprints),
  };
  return pairsOf(base.catalog, head.catalog).flatMap((pair) => {
    const fingerprint = (side: keyof Pair, { fingerprints }: GovernedTree) => fingerprints.get(pair[side]?.name ?? "");
    return changeOf(between, pair, fingerprint("before", base), fingerprint("after", head)) ?? [];
  });
}

interface Between {
  readonly base: Catalog;
  readonly head: Catalog;
  /** By kind and name, of metrics with the version. */
  readonly documents: ReadonlyMap<string, DocumentChange>;
  /** Both ways: the other name of metrics that went and came with the same value. */
  readonly renamed: ReadonlyMap<string, string>;
}

function changeOf(
  between: Between,
  pair: Pair,
  before: Fingerprint | undefined,
  after: Fingerprint | undefined,
): MetricChange | null {
  const { base, head } = between;
  const parts: Partial<Record<Part, readonly [string | null, string | null]>> = {};
  for (const part of PARTS) {
    const [old, now] = [before?.parts[part] ?? null, after?.parts[part] ?? null];
    if (old !== now) parts[part] = [old, now];
  }
  const metric = pair.after ?? pair.before;
  if (!metric) return null;
  const { name, id, version } = metric;
  const moved = movedDefault(between, metric, pair);
  const about = { metric: name, id, version, former: pair.before?.name ?? null, parts };
  if (!pair.before || !pair.after) {
    const categories: readonly Category[] = pair.before || moved ? ["breaking"] : ["additive"];
    return {
      ...about,
      kind: pair.before ? "went" : "came",
      categories,
      via: [...wholeEdits(between, metric), ...(moved ?? [])],
    };
  }
  const changed = new Set(PARTS.filter((part) => parts[part] !== undefined));
  const { via, own } = editsBehind(between, { before: pair.before, after: pair.after }, changed);
  const ownCategories = own.map(({ category }) => category);
  const told = Object.keys(parts).length > 0 ? categoriesOf(base, head, pair.before, pair.after, parts) : [];
  const categories = new Set<Category>([
    ...told,
    ...(moved ? (["breaking"] as const) : []),
    ...ownCategories.filter((category) => isHarmless(category) || told.length === 0),
  ]);
  if (categories.size === 0) return null;
  return {
    ...about,
    kind: "changed",
    categories: CATEGORIES.filter((one) => categories.has(one)),
    via: [...via, ...(moved ?? []).filter((edit) => !via.some((one) => isSame(one, edit)))],
  };
}

function isSame(one: Edit, other: Edit): boolean {
  return one.subject === other.subject && one.key === other.key && one.span?.start === other.span?.start;
}

/** The edits that made the bare name mean this version, which it did not mean; null: it meant it, or means another. */
function movedDefault(
  { base, documents }: Between,
  { id, name, version }: Metric,
  { after }: Pair,
): readonly Edit[] | null {
  const former = base.metrics.get(id);
  if (!after || name !== id || former?.id !== id || former.version === version) return null;
  const edits = [...documents.values()].filter((change) => change.kind === "metric" && change.name === id);
  return edits.flatMap((change) => change.edits.filter(({ key }) => key === "default_version").map(plain));
}

/** That the metric came or went, or got another name. */
function wholeEdits({ documents, renamed }: Between, { name, ...metric }: Metric): readonly Edit[] {
  const other = renamed.get(name);
  const own = documents.get(`metric ${coordinateOf(metric)}`)?.edits.map(plain) ?? [];
  if (other === undefined) return own;
  const there = [...documents.values()].find((change) => change.kind === "metric" && change.name === other)?.edits[0];
  return own.map((edit) =>
    edit.after === null ? { ...edit, after: other, span: there?.span ?? edit.span } : { ...edit, before: other },
  );
}

function isHarmless(category: Category): boolean {
  return category === "cosmetic" || category === "governance";
}

function renamedMetrics(
  base: ReadonlyMap<string, Fingerprint>,
  head: ReadonlyMap<string, Fingerprint>,
): ReadonlyMap<string, string> {
  const come = new Map(
    [...head.values()].filter(({ metric }) => !base.has(metric)).map((one) => [one.parts.value, one]),
  );
  const pairs = [...base.values()].flatMap(({ metric, parts }): readonly (readonly [string, string])[] => {
    const other = head.has(metric) ? undefined : come.get(parts.value);
    if (!other) return [];
    come.delete(parts.value);
    return [
      [metric, other.metric],
      [other.metric, metric],
    ];
  });
  return new Map(pairs);
}

/** The edits that a metric's changed parts come from: its own, then its inputs', then those of what all of them read. */
function editsBehind(
  between: Between,
  { before, after }: { readonly before: Metric; readonly after: Metric },
  changed: ReadonlySet<Part>,
): { readonly via: readonly Edit[]; readonly own: readonly PlacedEdit[] } {
  const { base, head, documents } = between;
  const of = (kind: string, name: string): readonly PlacedEdit[] =>
    documents.get(kind === "project" ? kind : `${kind} ${name}`)?.edits ?? [];
  const matters = ({ part }: PlacedEdit): boolean => part !== null && changed.has(part);
  const own = of("metric", coordinateOf(after)).map((edit) => (matters(edit) ? edit : asNoise(edit)));
  const catalogs = [
    { catalog: head, metric: after },
    { catalog: base, metric: before },
  ];
  const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];
  const inputs = unique(
    catalogs.flatMap((one) =>
      [...metricsBelow(one.catalog, one.metric), ...targetOf(one.catalog, one.metric)].map(coordinateOf).toReversed(),
    ),
  ).filter((coordinate) => coordinate !== coordinateOf(after));
  const reads = catalogs.map((one) => readsOf(one.catalog, one.metric));
  const models = unique(reads.flatMap((read) => [...read.keys()]));
  const inputEdits = inputs
    .flatMap((name) => of("metric", name))
    .filter((edit) => edit.part === "value" && matters(edit));
  const found = [
    ...own,
    ...inputEdits,
    ...models.flatMap((name) =>
      of("model", name).filter((edit) => matters(edit) && concerns(edit, name, reads, changed)),
    ),
    ...[...documents.values()].flatMap(({ kind, edits }) => (kind === "calendar" ? edits.filter(matters) : [])),
    ...models.flatMap((name) => of("policy", name).filter(matters)),
    ...of("project", "").filter(matters),
  ];
  if (found.some(matters)) return { via: found.toSorted(byWeight).map(plain), own };
  // Only what it can be grouped by differs: by dimensions of its models and of those they join, and their columns.
  const joined = unique(catalogs.flatMap((one) => modelsJoined(one.catalog, one.metric)));
  const behind = joined.flatMap((name) => of("model", name).filter(({ part }) => part !== null));
  return { via: [...found, ...(changed.has("shape") ? behind : [])].toSorted(byWeight).map(plain), own };
}

/** What a former name stands for, which is none of its inputs. */
function targetOf({ metrics }: Catalog, { aliasOf }: Metric): readonly Metric[] {
  const target = aliasOf === null ? undefined : metrics.get(aliasOf);
  return target ? [target] : [];
}

/** What ends a certification, what else is offered or said, and what comes to nothing; each in the order it had. */
function byWeight(a: PlacedEdit, b: PlacedEdit): number {
  return weightOf(a) - weightOf(b);
}

function weightOf({ part }: PlacedEdit): number {
  return part === null ? 2 : part === "value" || part === "access" ? 0 : 1;
}

/** The models that a metric's rows come from or reach. */
function modelsJoined(catalog: Catalog, metric: Metric): readonly string[] {
  const own = simpleMetricsBelow(catalog, metric).map(({ model }) => model);
  return own.flatMap((name) => reachedFrom(catalog, name));
}

function reachedFrom(catalog: Catalog, name: string): readonly string[] {
  let known = reached.get(catalog);
  if (!known) reached.set(catalog, (known = new Map()));
  let models = known.get(name);
  if (!models) {
    const model = catalog.models.get(name);
    const steps = model ? reachableFrom(catalog, model, LISTED_HOPS).flatMap(({ path }) => path.steps) : [];
    known.set(name, (models = [...new Set([name, ...steps.map(({ to }) => to.name)])]));
  }
  return models;
}

const reached = new WeakMap<Catalog, Map<string, readonly string[]>>();

/** What was rewritten without a change of what it comes to. */
function asNoise(edit: PlacedEdit): PlacedEdit {
  return edit.part === null ? edit : { ...edit, category: "cosmetic", part: null };
}

/** By model, the names and columns of it that a metric reads. */
type Reads = ReadonlyMap<string, { readonly names: ReadonlySet<string>; readonly columns: ReadonlySet<string> }>;

function readsOf(catalog: Catalog, metric: Metric): Reads {
  const found = new Map<string, { names: Set<string>; columns: Set<string> }>();
  const add = (model: Model, names: readonly string[], columns: readonly string[]): void => {
    const known = found.get(model.name) ?? { names: new Set(), columns: new Set() };
    found.set(model.name, known);
    for (const name of names) known.names.add(name);
    for (const column of columns) known.columns.add(column);
  };
  for (const { model, names, columns } of metricUses(catalog, metric)) add(model, names, columns);
  for (const leaf of simpleMetricsBelow(catalog, metric)) {
    const model = catalog.models.get(leaf.model);
    if (model && leaf.timeDimension !== null) add(model, [leaf.timeDimension], [leaf.timeDimension]);
  }
  return found;
}

/** Whether an edit of a model is of a thing that the metric reads, or can be grouped by. */
function concerns(
  { keys, part }: PlacedEdit,
  model: string,
  reads: readonly Reads[],
  changed: ReadonlySet<Part>,
): boolean {
  const [group, name] = keys;
  if (name === undefined) return true;
  if (part === "shape") return changed.has("shape");
  const isRead = (of: "names" | "columns"): boolean => reads.some((read) => read.get(model)?.[of].has(name) === true);
  if (group === "columns") return isRead("columns");
  if (group === "measures") return isRead("names");
  return group === "dimensions" || group === "entities" ? isRead("names") || changed.has("shape") : true;
}

function plain({ subject, key, category, before, after, span }: PlacedEdit): Edit {
  return { subject, key, category, before, after, span };
}
