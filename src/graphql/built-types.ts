import {
  GraphQLList,
  GraphQLNonNull,
  type GraphQLNullableType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isScalarType,
} from "graphql";

/** Types of a finished schema that the typed fields of models go on from. */
export type BuiltTypes = ReturnType<typeof builtTypes>;

export function builtTypes(schema: GraphQLSchema) {
  const finder =
    <T>(isOne: (type: unknown) => type is T) =>
    (name: string): T => {
      const type = schema.getType(name);
      if (!isOne(type)) throw new Error(`No such type ${name} was made`);
      return type;
    };
  const [anEnum, anInput] = [finder(isEnumType), finder(isInputObjectType)];
  const [anObject, aScalar] = [finder(isObjectType), finder(isScalarType)];
  return {
    BigInt: aScalar("BigInt"),
    Calc: anEnum("Calc"),
    Decimal: aScalar("Decimal"),
    Direction: anEnum("Direction"),
    Grain: anEnum("Grain"),
    Numbers: anEnum("Numbers"),
    PageInfo: anObject("PageInfo"),
    Provenance: anObject("Provenance"),
    QueryPending: anObject("QueryPending"),
    QueryRefused: anObject("QueryRefused"),
    Shift: anInput("Shift"),
    TimeBucket: anObject("TimeBucket"),
    TimeRange: anInput("TimeRange"),
    Timestamp: aScalar("Timestamp"),
  };
}

/** `X!` */
export function some<T extends GraphQLNullableType>(type: T): GraphQLNonNull<T> {
  return new GraphQLNonNull(type);
}

/** `[X!]` */
export function listOf<T extends GraphQLNullableType>(type: T): GraphQLList<GraphQLNonNull<T>> {
  return new GraphQLList(new GraphQLNonNull(type));
}
