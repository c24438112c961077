import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLEnumValueConfig,
  type GraphQLInputFieldConfigMap,
  GraphQLInputObjectType,
  GraphQLString,
} from "graphql";
import { type BuiltTypes, listOf } from "./built-types.ts";
import { filterTypeName } from "./filter.ts";
import type { TypedModel, ValueEnum, ValueType } from "./typed-model.ts";

/** Enums of declared values and the inputs that conditions are written in, each made once. */
export interface FilterTypes {
  filter(type: ValueType, values: ValueEnum | null): GraphQLInputObjectType;
  valueEnum(values: ValueEnum): GraphQLEnumType;
}

export function filterTypes(built: BuiltTypes, models: readonly TypedModel[]): FilterTypes {
  const inputs = new Map<string, GraphQLInputObjectType>();
  const enums = new Map<string, GraphQLEnumType>();
  const add = (name: string, description: string, fields: GraphQLInputFieldConfigMap) =>
    inputs.set(name, new GraphQLInputObjectType({ name, description, fields }));
  const isNull = { type: GraphQLBoolean };

  add("StringFilter", "Conditions on text, all of which must hold. NULL meets none but isNull.", {
    eq: { type: GraphQLString },
    ne: { type: GraphQLString },
    in: { type: listOf(GraphQLString) },
    notIn: { type: listOf(GraphQLString) },
    startsWith: { type: GraphQLString },
    contains: { type: GraphQLString },
    isNull,
  });
  add("BooleanFilter", "Conditions on a truth value.", { eq: { type: GraphQLBoolean }, isNull });
  for (const [name, type, of] of [
    ["IntFilter", built.BigInt, "whole numbers"],
    ["DecimalFilter", built.Decimal, "numbers"],
    ["TimeFilter", built.Timestamp, "times"],
  ] as const) {
    add(name, `Conditions on ${of}, all of which must hold. NULL meets none but isNull.`, {
      eq: { type },
      ne: { type },
      gt: { type },
      gte: { type },
      lt: { type },
      lte: { type },
      ...(name !== "TimeFilter" && { in: { type: listOf(type) }, notIn: { type: listOf(type) } }),
      isNull,
    });
  }
  for (const values of new Set(
    models.flatMap((model) => model.dimensions.flatMap((dimension) => dimension.values ?? [])),
  )) {
    const type = enumOf(values);
    enums.set(values.name, type);
    add(filterTypeName("string", values), "Conditions on a declared value.", {
      eq: { type },
      ne: { type },
      in: { type: listOf(type) },
      notIn: { type: listOf(type) },
      isNull,
    });
  }
  return {
    filter: (type, values) => found(inputs, filterTypeName(type, values)),
    valueEnum: (values) => found(enums, values.name),
  };
}

function enumOf({ name, values }: ValueEnum): GraphQLEnumType {
  const entries = [...values].map(([enumName, value]): [string, GraphQLEnumValueConfig] => [enumName, { value }]);
  return new GraphQLEnumType({ name, values: Object.fromEntries(entries) });
}

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`No type ${name} was made`);
  return value;
}
