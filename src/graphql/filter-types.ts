import type { Builder } from "./builder.ts";
import { filterTypeName } from "./filter.ts";
import type { TypedModel, ValueEnum, ValueType } from "./typed-model.ts";

/** Enums of declared values and the inputs that conditions are written in, each made once. */
export interface FilterTypes {
  filter(type: ValueType, values: ValueEnum | null): ReturnType<Builder["inputRef"]>;
  valueEnum(values: ValueEnum): ReturnType<typeof enumOf>;
}

export function filterTypes(builder: Builder, models: readonly TypedModel[]): FilterTypes {
  const inputs = new Map<string, ReturnType<Builder["inputRef"]>>();
  const enums = new Map<string, ReturnType<typeof enumOf>>();
  const add = (name: string, description: string, fields: Parameters<typeof conditionType>[3]) =>
    inputs.set(name, conditionType(builder, name, description, fields));

  add("StringFilter", "Conditions on text, all of which must hold. NULL meets none but isNull.", (t) => ({
    eq: t.string(),
    ne: t.string(),
    in: t.stringList(),
    notIn: t.stringList(),
    startsWith: t.string(),
    contains: t.string(),
    isNull: t.boolean(),
  }));
  add("BooleanFilter", "Conditions on a truth value.", (t) => ({ eq: t.boolean(), isNull: t.boolean() }));
  for (const [name, scalar, of] of [
    ["IntFilter", "BigInt", "whole numbers"],
    ["DecimalFilter", "Decimal", "numbers"],
    ["TimeFilter", "Timestamp", "times"],
  ] as const) {
    add(name, `Conditions on ${of}, all of which must hold. NULL meets none but isNull.`, (t) => ({
      eq: t.field({ type: scalar }),
      ne: t.field({ type: scalar }),
      gt: t.field({ type: scalar }),
      gte: t.field({ type: scalar }),
      lt: t.field({ type: scalar }),
      lte: t.field({ type: scalar }),
      ...(scalar !== "Timestamp" && { in: t.field({ type: [scalar] }), notIn: t.field({ type: [scalar] }) }),
      isNull: t.boolean(),
    }));
  }
  for (const values of new Set(
    models.flatMap((model) => model.dimensions.flatMap((dimension) => dimension.values ?? [])),
  )) {
    const made = enumOf(builder, values);
    enums.set(values.name, made);
    add(filterTypeName("string", values), "Conditions on a declared value.", (t) => ({
      eq: t.field({ type: made }),
      ne: t.field({ type: made }),
      in: t.field({ type: [made] }),
      notIn: t.field({ type: [made] }),
      isNull: t.boolean(),
    }));
  }
  return {
    filter: (type, values) => found(inputs, filterTypeName(type, values)),
    valueEnum: (values) => found(enums, values.name),
  };
}

function conditionType(
  builder: Builder,
  name: string,
  description: string,
  fields: Parameters<ReturnType<Builder["inputRef"]>["implement"]>[0]["fields"],
) {
  const input = builder.inputRef<Record<string, unknown>>(name);
  input.implement({ description, fields });
  return input;
}

function enumOf(builder: Builder, { name, values }: ValueEnum) {
  const entries = [...values].map(([enumName, value]) => [enumName, { value }] as const);
  return builder.enumType(name, { values: Object.fromEntries(entries) });
}

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`No type ${name} was made`);
  return value;
}
