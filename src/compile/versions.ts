import { splitCoordinate, versionedName } from "../catalog/index.ts";
import type {
  AliasDefinition,
  Definitions,
  Located,
  MetricDefinition,
  MetricInputDefinition,
} from "../definition/index.ts";
import { isName } from "../definition/index.ts";
import { placeOf, report as reported } from "../diagnostics/index.ts";
import { assertNever, compareText } from "../std/index.ts";
import type { Report } from "./parsed.ts";

/** How many versions of a metric may live at a time. */
const MOST_LIVE = 3;

/** Definitions in which every version of a metric has a name of its own, and what each was called by its author. */
export interface Named {
  readonly definitions: Definitions;
  /** By the name that a version has now. */
  readonly ids: ReadonlyMap<string, string>;
}

/**
 * Gives each version of a metric a name of its own: the default one keeps what its author wrote, another is called
 * `revenue_v1`. What names `revenue@1` names that afterwards.
 */
export function nameVersions(definitions: Definitions, report: Report): Named {
  const families = Map.groupBy<string, Version>(
    [...definitions.metrics, ...definitions.aliases].toSorted(inOrder),
    ({ name }) => name.value,
  );
  const names = new Map<Version, Located>();
  for (const [id, versions] of families) {
    const standard = defaultOf(id, versions, report);
    for (const one of versions) {
      const value = one.version === standard ? id : versionedName(id, one.version);
      names.set(one, { ...one.name, value });
      const rival = value === id ? undefined : families.get(value)?.[0];
      const coordinate = `${id}@${one.version}`;
      if (rival) report(reported("metric/version-name-taken", { name: value, coordinate }, rival.name.span));
      else if (!isName(value)) report(reported("definition/invalid-name", { name: value }, one.name.span));
    }
  }
  const find = (reference: Located): Located => resolve(reference, families, names, report);
  const named = <T extends Version>(one: T): T => ({ ...one, name: names.get(one) ?? one.name });
  return {
    definitions: {
      ...definitions,
      metrics: definitions.metrics.map((metric) => withReferences(named(metric), find)),
      aliases: definitions.aliases.map((alias) => ({ ...named(alias), aliasOf: find(alias.aliasOf) })),
      savedQueries: definitions.savedQueries.map((query) => ({ ...query, metrics: query.metrics.map(find) })),
    },
    ids: new Map([...names].map(([{ name }, { value }]) => [value, name.value])),
  };
}

type Version = MetricDefinition | AliasDefinition;

/** The newest version first, whatever files they lie in. */
function inOrder(a: Version, b: Version): number {
  return compareText(a.name.value, b.name.value) || b.version - a.version;
}

/** What the bare name means: what is said, else the one that lives. */
function defaultOf(id: string, versions: readonly Version[], report: Report): number | null {
  const lives = (one: Version): boolean => !("lifecycle" in one) || one.lifecycle !== "retired";
  const alive = versions.filter(lives);
  const live = (alive.length > 0 ? alive : versions).map(({ version }) => version);
  const [newest, ...others] = versions;
  if (alive.length > MOST_LIVE && newest) {
    report(reported("metric/too-many-versions", { metric: id, versions: live, most: MOST_LIVE }, newest.name.span));
  }
  const [said, ...more] = versions.flatMap(({ defaultVersion }) => defaultVersion ?? []);
  const another = more.find(({ value }) => value !== said?.value);
  if (said && another) {
    const params = { metric: id, version: another.value, other: placeOf(said.span) };
    report(reported("metric/default-versions-differ", params, another.span));
  }
  if (said && !live.includes(said.value)) {
    report(reported("metric/unknown-default-version", { metric: id, version: said.value, live }, said.span));
  }
  if (!said && alive.length > 1 && newest && others.length > 0) {
    report(reported("metric/no-default-version", { metric: id, versions: live }, newest.name.span));
  }
  return said && live.includes(said.value) ? said.value : (live[0] ?? null);
}

/** Names that lead nowhere stay as they are: that they do is for the checks to tell. */
function resolve(
  reference: Located,
  families: ReadonlyMap<string, readonly Version[]>,
  names: ReadonlyMap<Version, Located>,
  report: Report,
): Located {
  const wanted = splitCoordinate(reference.value);
  const versions = wanted && families.get(wanted.id);
  if (!versions) return reference;
  const found = versions.find(({ version }) => version === wanted.version);
  const name = found && names.get(found);
  if (name) return { ...reference, value: name.value };
  const known = versions.map(({ version }) => version);
  report(reported("metric/unknown-version", { metric: wanted.id, version: wanted.version, known }, reference.span));
  // One thing is wrong with it, so it goes on as a metric that there is.
  return { ...reference, value: wanted.id };
}

function withReferences(metric: MetricDefinition, find: (reference: Located) => Located): MetricDefinition {
  const input = (of: MetricInputDefinition): MetricInputDefinition => {
    const wanted = of.alias ? null : splitCoordinate(of.metric.value);
    // However the default moves, an expression goes on calling it what it did.
    const alias = wanted ? { ...of.metric, value: versionedName(wanted.id, wanted.version) } : of.alias;
    return { ...of, alias, metric: find(of.metric) };
  };
  const replacedBy = metric.replacedBy && find(metric.replacedBy);
  switch (metric.type) {
    case "simple":
      return { ...metric, replacedBy };
    case "ratio":
      return { ...metric, replacedBy, numerator: input(metric.numerator), denominator: input(metric.denominator) };
    case "derived":
      return { ...metric, replacedBy, inputs: metric.inputs && metric.inputs.map(input) };
    case "cumulative":
      return { ...metric, replacedBy, input: input(metric.input) };
    case "conversion":
      return { ...metric, replacedBy, base: input(metric.base), conversion: input(metric.conversion) };
    default:
      return assertNever(metric);
  }
}
