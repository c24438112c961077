import type { Catalog } from "../catalog/index.ts";
import type { Builder, SharedTypes } from "./builder.ts";
import { ROWS } from "./cost.ts";
import { deprecationOf, describeMetric } from "./describe.ts";
import type { FilterTypes } from "./filter-types.ts";
import type { OrderArgument, TopArgument } from "./frame.ts";
import type { GroupArgument } from "./typed-groups.ts";
import type { TypedModel } from "./typed-model.ts";

interface Parts {
  readonly builder: Builder;
  readonly catalog: Catalog;
  readonly shared: SharedTypes;
  readonly filters: FilterTypes;
}

/** The enums and inputs of one model's typed field. Enum values stand for the names that queries use. */
export function typedInputs({ builder, catalog, shared, filters }: Parts, model: TypedModel) {
  const { Direction, Grain } = shared;
  const Dimension = namesEnum(builder, `${model.type}Dimension`, model.dimensions);
  const Time = namesEnum(builder, `${model.type}Time`, model.times);
  const Metric = builder.enumType(`${model.type}Metric`, {
    values: Object.fromEntries(
      model.metrics.map(({ enumName, metric }) => {
        const deprecationReason = deprecationOf(metric);
        const value = { value: metric.name, description: describeMetric(catalog, metric) };
        return [enumName, deprecationReason === undefined ? value : { ...value, deprecationReason }];
      }),
    ),
  });

  const Group = builder.inputRef<GroupArgument>(`${model.type}Group`);
  Group.implement({
    description: "One dimension, or one time and how it is cut.",
    fields: (t) => ({
      dimension: t.field({ type: Dimension ?? "String" }),
      time: t.field({ type: Time ?? "String" }),
      grain: t.field({ type: Grain }),
      fill: t.boolean({
        defaultValue: false,
        description:
          "Of metric_time: a row for every period of the range, or else between the first and the last with rows.",
      }),
    }),
  });
  const Top = builder.inputRef<TopArgument>(`${model.type}Top`);
  Top.implement({
    description: "The groups with the greatest values; NULL comes last. Without orderBy they are in that order.",
    fields: (t) => ({
      n: t.int({ required: true }),
      by: t.field({ type: Metric, required: true }),
      other: t.boolean({
        defaultValue: false,
        description:
          "One more row after the last, for all others together: evaluated, not subtracted. `isOther`. It holds every group that is not in the top, those that `having` removes included.",
      }),
      within: t.field({
        type: [Group],
        description: "So many for each combination of these, which the rows are grouped by; none: of all.",
      }),
    }),
  });
  const Order = builder.inputRef<OrderArgument>(`${model.type}Order`);
  Order.implement({
    description:
      "One metric, or one dimension or time that is grouped by. NULLs come last ascending, first descending.",
    fields: (t) => ({
      metric: t.field({ type: Metric }),
      dimension: t.field({ type: Dimension ?? "String" }),
      time: t.field({ type: Time ?? "String" }),
      grain: t.field({ type: Grain }),
      direction: t.field({ type: Direction, defaultValue: "asc" }),
    }),
  });
  const Filter = builder.inputRef<Record<string, unknown>>(`${model.type}Filter`);
  Filter.implement({
    description: "Conditions on the rows behind every metric; all must hold.",
    fields: (t) => ({
      and: t.field({ type: [Filter] }),
      or: t.field({ type: [Filter] }),
      not: t.field({ type: Filter }),
      ...Object.fromEntries(
        model.dimensions
          .filter(({ isFilterable }) => isFilterable)
          .map(({ key, type, values }) => [key, t.field({ type: filters.filter(type, values) })]),
      ),
      ...Object.fromEntries(
        model.times
          .filter(({ option, isFilterable }) => isFilterable && option.kind !== "metric_time")
          .map(({ key }) => [key, t.field({ type: filters.filter("time", null) })]),
      ),
    }),
  });
  const Having = builder.inputRef<Record<string, unknown>>(`${model.type}Having`);
  Having.implement({
    description: "Conditions on the finished values; all must hold.",
    fields: (t) =>
      Object.fromEntries(
        model.metrics.map(({ field, type }) => [field, t.field({ type: filters.filter(type, null) })]),
      ),
  });
  return { Metric, Group, Order, Top, Filter, Having };
}

/** An enum of a model's dimensions or times; null where it has none, because GraphQL knows no empty enum. */
function namesEnum(builder: Builder, name: string, named: TypedModel["dimensions"] | TypedModel["times"]) {
  if (named.length === 0) return null;
  const values = named.map((member) => {
    const { enumName, option } = member;
    const description = [option.label, ...(option.description ? [option.description] : [])].join(": ");
    const declared = "values" in member ? member.values : null;
    const extensions = declared ? { [ROWS]: declared.values.size + 1 } : {};
    return [enumName, { value: option.name, description, extensions }] as const;
  });
  return builder.enumType(name, { values: Object.fromEntries(values) });
}
