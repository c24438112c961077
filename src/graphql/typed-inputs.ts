import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLEnumValueConfig,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLString,
} from "graphql";
import { type BuiltTypes, listOf, some } from "./built-types.ts";
import { ROWS } from "./cost.ts";
import type { FilterTypes } from "./filter-types.ts";
import type { TypedModel } from "./typed-model.ts";

interface Parts {
  readonly built: BuiltTypes;
  readonly filters: FilterTypes;
}

export type TypedInputs = ReturnType<typeof typedInputs>;

/** The enums and inputs of one model's typed field. Enum values stand for the names that queries use. */
export function typedInputs({ built, filters }: Parts, model: TypedModel) {
  const { Direction, Grain } = built;
  const dimension = { type: namesEnum(`${model.type}Dimension`, model.dimensions) ?? GraphQLString };
  const time = { type: namesEnum(`${model.type}Time`, model.times) ?? GraphQLString };
  const Metric = new GraphQLEnumType({
    name: `${model.type}Metric`,
    values: Object.fromEntries(
      model.metrics.map(({ enumName, metric, description, deprecationReason }) => [
        enumName,
        { value: metric.name, description, deprecationReason },
      ]),
    ),
  });

  const Group = new GraphQLInputObjectType({
    name: `${model.type}Group`,
    description: "One dimension, or one time and how it is cut.",
    fields: {
      dimension,
      time,
      grain: { type: Grain },
      fill: {
        type: GraphQLBoolean,
        defaultValue: false,
        description:
          "Of metric_time: a row for every period of the range, or else between the first and the last with rows.",
      },
    },
  });
  const Top = new GraphQLInputObjectType({
    name: `${model.type}Top`,
    description: "The groups with the greatest values; NULL comes last. Without orderBy they are in that order.",
    fields: {
      n: { type: some(GraphQLInt) },
      by: { type: some(Metric) },
      other: {
        type: GraphQLBoolean,
        defaultValue: false,
        description:
          "One more row after the last, for all others together: evaluated, not subtracted. `isOther`. It holds every group that is not in the top, those that `having` removes included.",
      },
      within: {
        type: listOf(Group),
        description: "So many for each combination of these, which the rows are grouped by; none: of all.",
      },
    },
  });
  const Order = new GraphQLInputObjectType({
    name: `${model.type}Order`,
    description:
      "One metric, compared as its field is, or one dimension or time that is grouped by. NULLs come last ascending, first descending.",
    fields: {
      metric: { type: Metric },
      calc: { type: built.Calc },
      shift: { type: built.Shift },
      within: { type: listOf(Group) },
      dimension,
      time,
      grain: { type: Grain },
      direction: { type: Direction, defaultValue: "asc" },
    },
  });
  const Filter: GraphQLInputObjectType = new GraphQLInputObjectType({
    name: `${model.type}Filter`,
    description: "Conditions on the rows behind every metric; all must hold.",
    fields: () => ({
      and: { type: listOf(Filter) },
      or: { type: listOf(Filter) },
      not: { type: Filter },
      ...Object.fromEntries(
        model.dimensions
          .filter(({ isFilterable }) => isFilterable)
          .map(({ key, type, values }) => [key, { type: filters.filter(type, values) }]),
      ),
      ...Object.fromEntries(
        model.times
          .filter(({ option, isFilterable }) => isFilterable && option.kind !== "metric_time")
          .map(({ key }) => [key, { type: filters.filter("time", null) }]),
      ),
    }),
  });
  const Having = new GraphQLInputObjectType({
    name: `${model.type}Having`,
    description: "Conditions on the finished values; all must hold.",
    fields: Object.fromEntries(model.metrics.map(({ field, type }) => [field, { type: filters.filter(type, null) }])),
  });
  return { Metric, Group, Order, Top, Filter, Having };
}

/** An enum of a model's dimensions or times; null where it has none, because GraphQL knows no empty enum. */
function namesEnum(name: string, named: TypedModel["dimensions"] | TypedModel["times"]): GraphQLEnumType | null {
  if (named.length === 0) return null;
  const values = named.map((member): [string, GraphQLEnumValueConfig] => {
    const { enumName, option } = member;
    const description = [option.label, ...(option.description ? [option.description] : [])].join(": ");
    const declared = "values" in member ? member.values : null;
    const extensions = declared ? { [ROWS]: declared.values.size + 1 } : {};
    return [enumName, { value: option.name, description, extensions }];
  });
  return new GraphQLEnumType({ name, values: Object.fromEntries(values) });
}
