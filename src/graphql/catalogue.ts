import type { Catalog, Metric, Model, SavedQuery } from "../catalog/index.ts";
import {
  additivityOf,
  CERTIFICATION_STATUSES,
  coordinateOf,
  findMetric,
  groupBysOf,
  groupBysOfModel,
  inputsOf,
  isDefaultVersion,
  isElementSeen,
  simpleMetricsBelow,
  versionsOf,
} from "../catalog/index.ts";
import type { Builder, SharedTypes } from "./builder.ts";
import { certificationType } from "./certification.ts";
import { daysAgo } from "./days-ago.ts";
import { describeMetric } from "./describe.ts";
import type { DimensionType } from "./dimension.ts";
import { encodeId } from "./ids.ts";
import { sourceName, upstreamOf } from "./upstream.ts";

/** A catalogue object that has an id. */
export type CatalogueNode =
  | { readonly kind: "metric"; readonly of: Metric }
  | { readonly kind: "model"; readonly of: Model }
  | { readonly kind: "saved_query"; readonly of: SavedQuery };

export type CertStatusType = ReturnType<typeof certStatusType>;

export function certStatusType(builder: Builder) {
  return builder.enumType("CertStatus", {
    values: Object.fromEntries(CERTIFICATION_STATUSES.map((status) => [status.toUpperCase(), { value: status }])),
  });
}

/** The objects of the catalogue: metrics, models, saved queries. */
export function catalogueTypes(
  parts: {
    readonly builder: Builder;
    readonly shared: SharedTypes;
    readonly CertStatus: CertStatusType;
    readonly Dimension: DimensionType;
  },
  catalog: Catalog,
) {
  const { builder, shared, CertStatus, Dimension } = parts;
  const enums = metricEnums(builder);
  const MetricRef = builder.objectRef<CatalogueNode & { kind: "metric" }>("Metric");
  const ModelRef = builder.objectRef<CatalogueNode & { kind: "model" }>("Model");
  const SavedQueryRef = builder.objectRef<CatalogueNode & { kind: "saved_query" }>("SavedQuery");
  const Node = builder.interfaceRef<CatalogueNode>("Node").implement({
    description: "An object of the catalogue, which its id fetches again.",
    resolveType: ({ kind }) => (kind === "metric" ? MetricRef : kind === "model" ? ModelRef : SavedQueryRef),
    fields: (t) => ({ id: t.id({ resolve: ({ kind, of }) => encodeId(kind, of.name) }) }),
  });

  const Certification = certificationType(builder, { ...shared, CertStatus }, catalog);

  MetricRef.implement({
    description: "A number with one definition and an owner.",
    interfaces: [Node],
    fields: (t) => ({
      name: t.string({ resolve: ({ of }) => of.name }),
      label: t.string({ resolve: ({ of }) => of.label }),
      version: t.int({ resolve: ({ of }) => of.version }),
      coordinate: t.string({
        description: "Its version by name, `revenue@1`, which a question may ask for too.",
        resolve: ({ of }) => coordinateOf(of),
      }),
      isDefaultVersion: t.boolean({
        description: "Whether the name without a version means it.",
        resolve: ({ of }) => isDefaultVersion(of),
      }),
      versions: t.field({
        type: [MetricRef],
        description: "All versions that there are, itself among them, the newest first.",
        resolve: ({ of }) => versionsOf(catalog, of.id).map((one) => ({ kind: "metric" as const, of: one })),
      }),
      aliasOf: t.field({
        type: MetricRef,
        nullable: true,
        description: "The metric that this is a former name of.",
        resolve: ({ of }) => metricNode(catalog, of.aliasOf),
      }),
      type: t.field({ type: enums.MetricType, resolve: ({ of }) => of.type }),
      description: t.string({ resolve: ({ of }) => of.description }),
      summary: t.string({
        description: "Description and facts in one text.",
        resolve: ({ of }) => describeMetric(catalog, of),
      }),
      unit: t.string({ nullable: true, resolve: ({ of }) => of.unit }),
      format: t.field({ type: enums.MetricFormat, resolve: ({ of }) => of.format }),
      additivity: t.string({ resolve: ({ of }) => additivityOf(of) }),
      tier: t.field({ type: enums.Tier, nullable: true, resolve: ({ of }) => of.tier }),
      tags: t.stringList({ resolve: ({ of }) => of.tags }),
      businessOwner: t.string({ nullable: true, resolve: ({ of }) => of.owner?.business ?? null }),
      technicalOwner: t.string({ nullable: true, resolve: ({ of }) => of.owner?.technical ?? null }),
      lifecycle: t.field({ type: enums.Lifecycle, resolve: ({ of }) => of.lifecycle }),
      exposure: t.field({ type: enums.Exposure, resolve: ({ of }) => of.exposure }),
      isPrivate: t.boolean({
        description: "An input of other metrics, not to be queried.",
        resolve: ({ of }) => of.isPrivate,
      }),
      certification: t.field({ type: Certification, resolve: ({ of }) => of }),
      replacedBy: t.field({ type: MetricRef, nullable: true, resolve: ({ of }) => metricNode(catalog, of.replacedBy) }),
      sunset: t.field({ type: "Date", nullable: true, resolve: ({ of }) => of.sunset }),
      defaultGrain: t.field({ type: shared.Grain, nullable: true, resolve: ({ of }) => of.defaultGrain }),
      filters: t.stringList({
        description: "Conditions of its definition.",
        resolve: ({ of }) => of.filters.map(({ text }) => text),
      }),
      inputs: t.field({
        type: [MetricRef],
        description: "The metrics it is computed from.",
        resolve: ({ of }) => metricNodes(catalog, [...new Set(inputsOf(of).map((input) => input.metric))]),
      }),
      usedBy: t.field({
        type: [MetricRef],
        description: "The metrics that are computed from it.",
        resolve: ({ of }) =>
          [...catalog.metrics.values()]
            .filter((other) => inputsOf(other).some((input) => input.metric === of.name))
            .map((other) => ({ kind: "metric" as const, of: other })),
      }),
      models: t.field({
        type: [ModelRef],
        description: "The models whose rows it counts.",
        resolve: ({ of }) =>
          modelNodes(catalog, [...new Set(simpleMetricsBelow(catalog, of).map((leaf) => leaf.model))]),
      }),
      dimensions: t.field({
        type: [Dimension],
        description: "What it can be grouped by and filtered on.",
        resolve: ({ of }) => groupBysOf(catalog, of),
      }),
      dimension: t.field({
        type: Dimension,
        nullable: true,
        description: "One of them by name.",
        args: { name: t.arg.string({ required: true }) },
        resolve: ({ of }, { name }) => groupBysOf(catalog, of).find((option) => option.name === name) ?? null,
      }),
      consumers: t.stringList({
        description:
          "Who has asked for it within the window: tools and applications, by name, as the roll-up of uses beside the definitions tells. Empty where none is kept.",
        args: { window: t.arg({ type: "Duration", defaultValue: "P35D", required: true }) },
        resolve: ({ of }, { window }) => {
          const since = daysAgo(window, new Date());
          return (catalog.uses?.get(of.name) ?? []).flatMap(({ client, lastSeen }) =>
            lastSeen >= since ? [client] : [],
          );
        },
      }),
      upstream: t.stringList({
        description: "What it is computed from, nearest first: `metric:…`, `model:…`, `column:…`.",
        args: { depth: t.arg.int({ defaultValue: 3, required: true }) },
        resolve: ({ of }, { depth }) => upstreamOf(catalog, of, depth),
      }),
    }),
  });

  ModelRef.implement({
    description: "Rows of one source: their entities, dimensions and metrics.",
    interfaces: [Node],
    fields: (t) => ({
      name: t.string({ resolve: ({ of }) => of.name }),
      label: t.string({ resolve: ({ of }) => of.label }),
      description: t.string({ nullable: true, resolve: ({ of }) => of.description }),
      businessOwner: t.string({ nullable: true, resolve: ({ of }) => of.owner?.business ?? null }),
      technicalOwner: t.string({ nullable: true, resolve: ({ of }) => of.owner?.technical ?? null }),
      source: t.string({
        description: "The table; the model's name where its rows come from a query, and under a policy.",
        resolve: ({ of }) => (catalog.view ? of.name : sourceName(of)),
      }),
      primaryKey: t.stringList({
        description: "Columns of the table; none under a policy.",
        resolve: ({ of }) => (catalog.view ? [] : of.primaryKey),
      }),
      entities: t.stringList({
        resolve: ({ of }) => [...of.entities.keys()].filter((name) => isElementSeen(catalog, of, name)),
      }),
      dimensions: t.field({
        type: [Dimension],
        description: "Its own dimensions and keys, and those that joins reach.",
        resolve: ({ of }) => groupBysOfModel(catalog, of),
      }),
      metrics: t.field({
        type: [MetricRef],
        description: "The simple metrics that count its rows.",
        resolve: ({ of }) =>
          [...catalog.metrics.values()]
            .filter((metric) => metric.type === "simple" && metric.model === of.name)
            .map((metric) => ({ kind: "metric" as const, of: metric })),
      }),
    }),
  });

  SavedQueryRef.implement({
    description: "A question that was asked before and kept under a name.",
    interfaces: [Node],
    fields: (t) => ({
      name: t.string({ resolve: ({ of }) => of.name }),
      label: t.string({ resolve: ({ of }) => of.label }),
      description: t.string({ resolve: ({ of }) => of.description }),
      metrics: t.field({ type: [MetricRef], resolve: ({ of }) => metricNodes(catalog, of.metrics) }),
      groupBy: t.stringList({
        resolve: ({ of }) =>
          of.groupBy.map(({ name, grain, datePart }) =>
            [name, ...(grain ? [grain] : datePart ? [`extract_${datePart}`] : [])].join("__"),
          ),
      }),
      where: t.stringList({ resolve: ({ of }) => of.filters.map(({ text }) => text) }),
      tags: t.stringList({ resolve: ({ of }) => of.tags }),
    }),
  });
  return { Node, Metric: MetricRef, Model: ModelRef, SavedQuery: SavedQueryRef, CertStatus };
}

export type CatalogueTypes = ReturnType<typeof catalogueTypes>;

export function metricNode(catalog: Catalog, name: string | null): (CatalogueNode & { kind: "metric" }) | null {
  const metric = name === null ? undefined : findMetric(catalog.metrics, name);
  return metric ? { kind: "metric", of: metric } : null;
}

function metricNodes(catalog: Catalog, names: readonly string[]) {
  return names.flatMap((name) => metricNode(catalog, name) ?? []);
}

function modelNodes(catalog: Catalog, names: readonly string[]) {
  return names.flatMap((name) => {
    const model = catalog.models.get(name);
    return model ? [{ kind: "model" as const, of: model }] : [];
  });
}

function metricEnums(builder: Builder) {
  const enumOf = <const T extends string>(name: string, values: readonly T[]) =>
    builder.enumType(name, {
      values: Object.fromEntries(values.map((value) => [value.toUpperCase(), { value }])),
    });
  return {
    MetricType: enumOf("MetricType", ["simple", "ratio", "derived", "cumulative", "conversion"]),
    MetricFormat: enumOf("MetricFormat", ["number", "integer", "currency", "percent", "ratio", "duration"]),
    Tier: enumOf("Tier", ["gold", "silver", "bronze"]),
    Lifecycle: enumOf("Lifecycle", ["draft", "active", "deprecated", "retired"]),
    Exposure: enumOf("Exposure", ["private", "internal", "public"]),
  };
}
