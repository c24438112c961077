import { type Catalog, nameOf, reachableFrom, simpleMetricsBelow } from "../../catalog/index.ts";
import type { MetricChange } from "../change/change.ts";
import type { Consumer } from "../report/report.ts";
import type { Rules } from "../rules.ts";
import type { UsageRecord } from "./usage.ts";

/** What whoever asks for a metric will notice. `coordinates` null: any use of it. */
export interface Noticed {
  /** What its author calls it. */
  readonly metric: string;
  readonly version: number;
  /** Names of dimensions and entities, as questions spell them: only what is asked by one of them is concerned. */
  readonly coordinates: readonly string[] | null;
}

const NOTICED: ReadonlySet<string> = new Set(["breaking", "value-changing", "access-changing"]);

/** Changes that somebody who asks will notice, by the metrics as they were. @param base null: it does not load */
export function noticedOf(changes: readonly MetricChange[], base: Catalog | null): readonly Noticed[] {
  return changes
    .filter(({ categories }) => categories.some((category) => NOTICED.has(category)))
    .flatMap((change): readonly Noticed[] => {
      const { id, metric, version } = change;
      const former = change.former === null ? undefined : base?.metrics.get(change.former);
      // Who asked for the bare name got what it meant.
      const meant = metric === id ? base?.metrics.get(id) : undefined;
      return [
        { metric: id, version: former?.version ?? version, coordinates: base && coordinatesOf(change, base) },
        ...(meant && meant !== former && meant.id === id
          ? [{ metric: id, version: meant.version, coordinates: null }]
          : []),
      ];
    });
}

/**
 * Who asked in a way that notices, by client and metric; matched on whole names, never on how they begin.
 *
 * @param clients Who answers for which, as the rules say.
 */
export function consumersOf(
  uses: readonly UsageRecord[],
  noticed: readonly Noticed[],
  clients: Rules["clients"],
): readonly Consumer[] {
  const concerned = uses.filter((use) => noticed.some((one) => concerns(one, use)));
  const groups = Map.groupBy(concerned, ({ client, metric, version }) => `${client}\0${metric}@${version}`);
  return [...groups.values()]
    .map((all): Consumer => {
      const [{ client, metric, version } = { client: "", metric: "", version: 1 }] = all;
      return {
        client,
        owner: clients.get(client)?.owner ?? null,
        metric: `${metric}@${version}`,
        coordinates: sorted(all.flatMap((use) => use.coordinates)),
        operations: sorted(all.flatMap(({ operation }) => operation ?? [])),
        calls: all.reduce((sum, { calls }) => sum + calls, 0),
        lastSeen: sorted(all.map(({ lastSeen }) => lastSeen)).at(-1) ?? "",
      };
    })
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function concerns({ metric, version, coordinates }: Noticed, use: UsageRecord): boolean {
  if (use.metric !== metric || use.version !== version) return false;
  return coordinates === null || use.coordinates.some((asked) => coordinates.some((name) => isOf(asked, name)));
}

/** Whether it is the name, or the name with a grain or a part of a date. */
function isOf(coordinate: string, name: string): boolean {
  return (
    coordinate === name || (coordinate.startsWith(`${name}__`) && !coordinate.slice(name.length + 2).includes("__"))
  );
}

/** What it broke of models alone; null: it may be noticed however one asks. */
function coordinatesOf({ metric, former, categories, via }: MetricChange, base: Catalog): readonly string[] | null {
  const breaking = via.filter(({ category }) => category === "breaking");
  if (breaking.length === 0 || categories.some((category) => NOTICED.has(category) && category !== "breaking"))
    return null;
  const names = breaking.map(({ subject, key }) => {
    const [, model] = /^model (\S+)$/.exec(subject) ?? [];
    const [, element] = /^(?:dimensions|entities)\.([^.]+)/.exec(key) ?? [];
    return model === undefined || element === undefined ? null : namesOf(base, former ?? metric, model, element);
  });
  return names.some((known) => known === null || known.length === 0) ? null : names.flatMap((known) => known ?? []);
}

/** How far names of joined dimensions reach. */
const HOPS = 3;

function namesOf(catalog: Catalog, metric: string, model: string, element: string): readonly string[] {
  const definition = catalog.metrics.get(metric);
  const leaves = definition ? simpleMetricsBelow(catalog, definition) : [];
  const located = leaves.flatMap((leaf) => {
    const start = catalog.models.get(leaf.model);
    return start ? reachableFrom(catalog, start, HOPS).map((one) => ({ one, leaf })) : [];
  });
  return located.flatMap(({ one, leaf }) => {
    const owner = one.path.steps.at(-1)?.to ?? one.path.base;
    const { name } = one.element.kind === "dimension" ? one.element.dimension : one.element.entity;
    if (owner.name !== model || name !== element) return [];
    const isTime = one.path.steps.length === 0 && leaf.timeDimension === name;
    return [nameOf(one), ...(isTime ? ["metric_time"] : [])];
  });
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

function keyOf({ client, metric }: Consumer): string {
  return `${client}\0${metric}`;
}
