import type { GraphQLResolveInfo } from "graphql";
import {
  executeRootSelectionSet,
  GraphQLError,
  GraphQLSchema,
  Kind,
  responsePathAsArray,
  validateExecutionArgs,
} from "graphql";
import { Written } from "./written.ts";

/**
 * What graphql-js itself makes of one field, with its errors at their places in the whole answer: the field is
 * executed as an operation on the type that it belongs to.
 *
 * @param info Of the field, in the public schema.
 * @throws The error that leaves no value for a field that must have one.
 */
export async function plain(info: GraphQLResolveInfo, source: unknown, context: unknown): Promise<Written> {
  const validated = validateExecutionArgs({
    schema: schemaOn(info),
    document: {
      kind: Kind.DOCUMENT,
      definitions: [
        {
          ...info.operation,
          variableDefinitions: [],
          selectionSet: { kind: Kind.SELECTION_SET, selections: info.fieldNodes },
        },
        ...Object.values(info.fragments).filter((fragment) => fragment !== undefined),
      ],
    },
    rootValue: source,
    contextValue: context,
    hideSuggestions: true,
  });
  if (!("operation" in validated)) throw new Error(`${info.fieldName} cannot be executed`, { cause: validated[0] });
  const result = await executeRootSelectionSet({ ...validated, variableValues: info.variableValues });
  const above = responsePathAsArray(info.path.prev);
  const errors = (result.errors ?? []).map(({ message, nodes, path = [], originalError, extensions }) => {
    const at = { path: [...above, ...path], extensions };
    return new GraphQLError(message, { ...at, ...(nodes && { nodes }), ...(originalError && { originalError }) });
  });
  if (!result.data) throw errors[0] ?? new Error(`${info.fieldName} was left without a value and without an error`);
  return new Written(Buffer.from(JSON.stringify(result.data[info.path.key])), errors);
}

const schemas = new WeakMap<object, GraphQLSchema>();

/** A schema in which the type of the field is that of queries. Most answers need none. */
function schemaOn({ parentType, schema }: GraphQLResolveInfo): GraphQLSchema {
  const known = schemas.get(parentType);
  if (known) return known;
  const made = new GraphQLSchema({ query: parentType, directives: schema.getDirectives(), assumeValid: true });
  schemas.set(parentType, made);
  return made;
}
