import type { ExecutionResult, GraphQLResolveInfo } from "graphql";
import {
  executeRootSelectionSet,
  GraphQLError,
  GraphQLSchema,
  Kind,
  responsePathAsArray,
  validateExecutionArgs,
} from "graphql";
import { rememberErrors, Written } from "./written.ts";

/**
 * What graphql-js itself makes of one field, with its errors at their places in the whole answer: the field is
 * executed as an operation on the type that it belongs to.
 *
 * @param info Of the field, in the public schema.
 * @throws The error that leaves no value for a field that must have one.
 */
export function plain(info: GraphQLResolveInfo, source: unknown, context: unknown): Written | Promise<Written> {
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
  const result = executeRootSelectionSet({ ...validated, variableValues: info.variableValues });
  // Not a moment later than graphql-js would, because a fault ends what is executed after it.
  return result instanceof Promise ? result.then((late) => writtenOf(late, info)) : writtenOf(result, info);
}

function writtenOf(result: ExecutionResult, info: GraphQLResolveInfo): Written {
  const above = responsePathAsArray(info.path.prev);
  const errors = (result.errors ?? []).map(({ message, nodes, path = [], originalError, extensions }) => {
    const at = { path: [...above, ...path], extensions };
    return new GraphQLError(message, { ...at, ...(nodes && { nodes }), ...(originalError && { originalError }) });
  });
  const fault = result.data ? null : errors.pop();
  rememberErrors(info, errors);
  if (!result.data) throw fault ?? new Error(`${info.fieldName} was left without a value and without an error`);
  const bytes = Buffer.from(JSON.stringify(result.data[info.path.key]));
  return new Written({ bytes, giveBack: () => {} }, errors);
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
