import type { GraphQLFieldResolver, GraphQLOutputType } from "graphql";
import {
  defaultFieldResolver,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLUnionType,
  getNamedType,
  getNullableType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from "graphql";
import { plain } from "./plain.ts";
import { listWriterOf } from "./writer.ts";
import { Written } from "./written.ts";

/**
 * The schema that operations are executed against once they have been validated against `schema`. Both give the same
 * answers; in the twin lists of rows are leaves, so that the executor completes a list in one step instead of several
 * a cell, and their resolvers write the JSON text that the selection asks for (`Written`).
 *
 * Such are the lists of objects in what a root field's union holds: `nodes`, `edges`, `totals` of typed answers. All
 * other types are the very same objects. Introspection would show the leaves: it is for `schema` to answer.
 */
export function twinOf(schema: GraphQLSchema): GraphQLSchema {
  const query = schema.getQueryType();
  if (!query) throw new Error("The schema has no queries.");
  const unions = new Map<GraphQLUnionType, GraphQLUnionType>();
  const twinUnion = (union: GraphQLUnionType): GraphQLUnionType => {
    const known = unions.get(union);
    if (known) return known;
    const types = union.getTypes().map((type) => twinType(schema, type));
    const twin = new GraphQLUnionType({ ...union.toConfig(), types });
    unions.set(union, twin);
    return twin;
  };

  const config = query.toConfig();
  const fields = Object.entries(config.fields).map(([name, field]) => {
    const type = getNamedType(field.type);
    if (!isUnionType(type) || isListType(getNullableType(field.type))) return [name, field] as const;
    const resolve = seeing(schema, query, field.type, field.resolve ?? defaultFieldResolver);
    return [name, { ...field, type: asNullableAs(field.type, twinUnion(type)), resolve }] as const;
  });
  return new GraphQLSchema({
    query: new GraphQLObjectType({ ...config, fields: Object.fromEntries(fields) }),
    directives: schema.getDirectives(),
    assumeValid: true,
  });
}

function twinType(schema: GraphQLSchema, type: GraphQLObjectType): GraphQLObjectType {
  const config = type.toConfig();
  const fields = Object.entries(config.fields);
  if (!fields.some(([, field]) => isListOfObjects(field.type))) return type;
  const twins = fields.map(([name, field]) => {
    const resolve = seeing(schema, type, field.type, field.resolve ?? defaultFieldResolver);
    if (!isListOfObjects(field.type)) return [name, field.resolve ? { ...field, resolve } : field] as const;
    return [
      name,
      { ...field, type: asNullableAs(field.type, WRITTEN), resolve: writing(schema, type, field.type, resolve) },
    ] as const;
  });
  return new GraphQLObjectType({ ...config, fields: Object.fromEntries(twins) });
}

const WRITTEN = new GraphQLScalarType({ name: "Written", coerceOutputValue: (value) => value });

type Resolver = GraphQLFieldResolver<unknown, unknown>;

/** The same resolver, which finds itself in the public schema: the selection it may look at is one of that. */
function seeing(
  schema: GraphQLSchema,
  parentType: GraphQLObjectType,
  returnType: GraphQLOutputType,
  resolve: Resolver,
): Resolver {
  return (source, args, context, info) => resolve(source, args, context, { ...info, schema, parentType, returnType });
}

/** Writes what a resolver gives; where that cannot be done exactly, graphql-js executes the field as it stands. */
function writing(
  schema: GraphQLSchema,
  parentType: GraphQLObjectType,
  returnType: GraphQLOutputType,
  resolve: Resolver,
): Resolver {
  return (source, args, context, twinInfo) => {
    const info = { ...twinInfo, schema, parentType, returnType };
    const write = (value: unknown) => {
      if (value === null || value === undefined) return value;
      try {
        return new Written(listWriterOf(info, context)(value));
      } catch {
        return plain(info, source, context);
      }
    };
    const value: unknown = resolve(source, args, context, twinInfo);
    return value instanceof Promise ? value.then(write) : write(value);
  };
}

function isListOfObjects(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type)) && isObjectType(getNamedType(type));
}

function asNullableAs<T extends GraphQLUnionType | GraphQLScalarType>(
  type: GraphQLOutputType,
  replacement: T,
): T | GraphQLNonNull<T> {
  return isNonNullType(type) ? new GraphQLNonNull(replacement) : replacement;
}
