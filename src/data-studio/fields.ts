import { type Catalog, type Metric, metricTimeOf, nameOf } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { isStandardGrain } from "../expression/index.ts";
import { isDayOrCoarser, leavesOf, resolveRequest } from "../request/index.ts";
import { nearest } from "../std/index.ts";
import { type ConfiguredSource, type ConnectorConfig, METRIC_TIME } from "./config-params.ts";
import { type Cut, groupField, groupFieldsOf, groupOf, metricTimeGroup, modelsOf } from "./group-fields.ts";
import { isCertified, isOffered, metricFields, metricsOfModel } from "./metric-fields.ts";
import type { OfferedField, OfferedGroup, OfferedMetric } from "./offered-field.ts";
import type { SchemaField } from "./protocol.ts";

/** What a model or a saved query has to offer to whoever sees the catalog. */
export interface Offer {
  readonly groups: readonly OfferedGroup[];
  readonly metrics: readonly Metric[];
  /** Models that the groups are read from. */
  readonly joined: ReadonlySet<string>;
}

/**
 * The fields of a data source, as whoever sees this catalog sees them: first times, then other dimensions, then metrics.
 * Of the metrics that were chosen those are left out that are not there, or no longer.
 *
 * @throws Refusal INVALID_REQUEST where no source is chosen or a model is not there, UNKNOWN_SAVED_QUERY,
 *   UNKNOWN_METRIC where none of the metrics is there, UNKNOWN_GROUP_BY for a time dimension that is not
 */
export function fieldsFor(catalog: Catalog, config: ConnectorConfig): readonly OfferedField[] {
  if (config.source === null) {
    throw new Refusal("INVALID_REQUEST", "Choose a model or a saved query in the settings of the data source.", {
      path: ["configParams", "model"],
    });
  }
  const { groups, metrics, joined } = offerOf(catalog, config.source);
  checkTime(config, groups);
  const chosen = chosenOf(catalog, config, metrics);
  const taken = new Set([...groups.map(({ field }) => field.name), ...metrics.map(({ name }) => name)]);
  const measured = chosen.flatMap((metric) => metricFields(catalog, metric, config, { taken, joined }));
  return withDefaults(withOwnLabels([...groups, ...measured]), config);
}

/** @throws Refusal where it is not there: a name that is hidden is answered as one that does not exist. */
export function offerOf(catalog: Catalog, source: ConfiguredSource): Offer {
  return source.kind === "savedQuery" ? offerOfSavedQuery(catalog, source.name) : offerOfModel(catalog, source.name);
}

/** The models that have something to measure. */
export function offeredModels(catalog: Catalog): readonly { readonly name: string; readonly label: string }[] {
  return [...catalog.models.values()].filter(({ name }) => metricsOfModel(catalog, name).length > 0);
}

function offerOfModel(catalog: Catalog, name: string): Offer {
  const model = catalog.models.get(name);
  const metrics = model ? metricsOfModel(catalog, name) : [];
  if (model && metrics.length > 0) return { ...groupFieldsOf(catalog, model, metrics), metrics };
  const shown = name.slice(0, 60);
  const suggestions = nearest(
    shown,
    offeredModels(catalog).map((one) => one.name),
  );
  throw new Refusal(
    "INVALID_REQUEST",
    `There is no model "${shown}" with metrics. Choose another for the data source.`,
    {
      path: ["configParams", "model"],
      suggestions,
    },
  );
}

/** Its own metrics and groups; under the names that groups have by themselves, whatever it calls their columns. */
function offerOfSavedQuery(catalog: Catalog, name: string): Offer {
  const query = resolveRequest(catalog, { savedQuery: name });
  const outputs = query.kind === "metrics" ? query.outputs : [];
  const fields =
    query.kind === "metrics" ? (outputs.flatMap(({ of }) => leavesOf(of))[0]?.groupBy ?? []) : query.source.fields;
  const groups = query.groupBy.flatMap(({ item }, i): readonly OfferedGroup[] => {
    const field = fields[i];
    if (!field) return [];
    const cut: Cut | null =
      field.cut === null
        ? null
        : field.cut.kind === "part"
          ? field.cut
          : { kind: "grain", grain: field.cut.kind === "custom" ? field.cut.name : field.cut.grain };
    const { value } = field;
    const times = outputs.flatMap(({ metric }) => metricTimeOf(catalog, metric) ?? []);
    const group =
      item.isMetricTime || value.kind !== "element"
        ? metricTimeGroup(times[0]?.type ?? "date")
        : { name: nameOf(value), ...groupOf(value.path, value.element) };
    return [groupField(catalog, group, cut)];
  });
  const own = new Map(groups.map((group) => [group.field.name, group]));
  const joined = fields.flatMap(({ value }) => (value.kind === "element" ? modelsOf(value.path) : []));
  return {
    groups: [...own.values()],
    metrics: outputs.map(({ metric }) => metric).filter(isOffered),
    joined: new Set(joined),
  };
}

function chosenOf(catalog: Catalog, config: ConnectorConfig, metrics: readonly Metric[]): readonly Metric[] {
  const trusted = config.certifiedOnly ? metrics.filter((metric) => isCertified(catalog, metric)) : metrics;
  if (config.metrics.length === 0) return trusted;
  const chosen = trusted.filter(({ name }) => config.metrics.includes(name));
  if (chosen.length > 0) return chosen;
  const named = config.metrics.slice(0, 3).map((name) => `"${name.slice(0, 60)}"`);
  throw new Refusal(
    "UNKNOWN_METRIC",
    `None of the chosen metrics is here: ${named.join(", ")}. Choose others in the settings of the data source.`,
    { path: ["configParams", "metrics"] },
  );
}

function checkTime({ timeDimension }: ConnectorConfig, groups: readonly OfferedGroup[]): void {
  const times = timesAmong(groups);
  if (timeDimension === METRIC_TIME || times.includes(timeDimension)) return;
  const shown = timeDimension.slice(0, 60);
  throw new Refusal("UNKNOWN_GROUP_BY", `There is no time "${shown}" here that a date range could be about.`, {
    path: ["configParams", "timeDimension"],
    suggestions: nearest(shown, times),
  });
}

/** Names of the times among groups, as a query writes them. */
export function timesAmong(groups: readonly OfferedGroup[]): readonly string[] {
  return [...new Set(groups.filter(({ kind }) => kind === "time").map(({ groupBy }) => groupBy.name))];
}

/** What is called alike is told apart by its folder. */
function withOwnLabels(fields: readonly OfferedField[]): readonly OfferedField[] {
  const counts = Map.groupBy(fields, ({ field }) => field.label.toLowerCase());
  return fields.map((offered) => {
    const { label, group } = offered.field;
    const isShared = (counts.get(label.toLowerCase())?.length ?? 0) > 1;
    return isShared ? changed(offered, { label: `${label} (${group})` }) : offered;
  });
}

/** A new chart shows one metric by one dimension: by the day that date ranges are about, where there is one. */
function withDefaults(fields: readonly OfferedField[], { timeDimension }: ConnectorConfig): readonly OfferedField[] {
  const isDefaultTime = (name: string) => (one: OfferedField) =>
    one.kind === "time" && one.groupBy.name === name && isDay(one.groupBy.grain ?? "");
  const group =
    fields.find(isDefaultTime(timeDimension)) ??
    fields.find((one) => one.kind === "time") ??
    fields.find((one) => one.kind !== "metric");
  const visible = fields.filter((one): one is OfferedMetric => one.kind === "metric" && one.field.isHidden !== true);
  const metric = visible.find(({ field }) => field.defaultAggregationType === "SUM") ?? visible[0];
  return fields.map((one) => (one === group || one === metric ? changed(one, { isDefault: true }) : one));
}

function isDay(grain: string): boolean {
  return isStandardGrain(grain) && isDayOrCoarser(grain);
}

function changed(offered: OfferedField, more: Partial<SchemaField>): OfferedField {
  return { ...offered, field: { ...offered.field, ...more } };
}
