import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from "graphql";
import { OperationTypeNode, validateExecutionArgs, visit } from "graphql";
import { isObject } from "../std/index.ts";
import type { Context } from "./context.ts";
import { checkCost } from "./cost.ts";
import { maskError } from "./errors.ts";
import { executed } from "./executed.ts";
import { twinOf } from "./leaf/twin.ts";
import { errorsOf, jsonOf } from "./leaf/written.ts";
import { parseLimited, validateFully } from "./yoga.ts";

/** Answers one request; null: something is wrong with it, or it is no query, and the whole server has to see it. */
export type Direct = (params: object, context: Context) => Promise<Buffer | null>;

/**
 * The short way of the common request: a valid query in a POST, answered as the server of `createYogaServer` would answer it, byte
 * for byte, but without wrapping it in the fetch API, which costs more than all the rest. Every limit holds here too:
 * what breaks one is left to that server, which finds the same and says it. See docs/decisions/0012-the-short-way.md.
 *
 * Documents are kept parsed and validated, for this schema alone; never their variables.
 */
export function createDirect(schema: GraphQLSchema): Direct {
  const twin = twinOf(schema);
  const documents = createDocuments((query) => {
    const document = parseLimited(query);
    if (validateFully(schema, document).length > 0) return null;
    return { document, schema: isIntrospecting(document) ? schema : twin };
  });
  /** Of those without variables: what they cost is always the same. */
  const affordable = new WeakSet<OperationDefinitionNode>();
  return async (params, contextValue) => {
    const request = readParams(params);
    contextValue.watch.step("graphql.prepare");
    const known = request && documents(request.query);
    if (!known) return null;
    const { variables: variableValues, operationName } = request;
    const options = { maxCoercionErrors: 1 };
    const args = validateExecutionArgs({
      ...known,
      contextValue,
      variableValues,
      operationName,
      options,
      hideSuggestions: true,
    });
    if (!("operation" in args) || args.operation.operation !== OperationTypeNode.QUERY) return null;
    const { operation } = args;
    if (!affordable.has(operation)) {
      try {
        checkCost(schema, args.document, operation, args.variableValues.coerced);
      } catch {
        return null;
      }
      if (!operation.variableDefinitions?.length) affordable.add(operation);
    }
    contextValue.watch.step("graphql.execute");
    const result = await executed(args);
    const errors = errorsOf(result, args.variableValues).map((error) => maskError(error, contextValue.watch));
    const extensions = contextValue.report.extensions();
    return jsonOf({ ...result, errors, ...(extensions && { extensions: { ...extensions } }) });
  };
}

interface Request {
  readonly query: string;
  readonly variables: Record<string, unknown> | null;
  readonly operationName: string | null;
}

const PARAMETERS = ["query", "variables", "operationName", "extensions"];

function readParams(params: object): Request | null {
  if (!isObject(params)) return null;
  const { query, variables = null, operationName = null, extensions = null } = params;
  if (typeof query !== "string") return null;
  if (variables !== null && !isObject(variables)) return null;
  if (extensions !== null && !isObject(extensions)) return null;
  if (operationName !== null && typeof operationName !== "string") return null;
  if (!Object.keys(params).every((key) => PARAMETERS.includes(key))) return null;
  return { query, variables, operationName };
}

/** What a schema tells of itself is told by the one that callers see. */
function isIntrospecting(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Field({ name: { value } }) {
      if (value === "__schema" || value === "__type") found = true;
    },
  });
  return found;
}

interface Checked {
  readonly document: DocumentNode;
  /** What it is executed against. */
  readonly schema: GraphQLSchema;
}

const MAX_DOCUMENTS = 500;
/** Characters of their texts; a parsed document takes about a hundred times as many bytes. */
const MAX_CHARACTERS = 250_000;

/** Keeps the documents that were asked last. One that fails is not kept: null, and it is checked again. */
function createDocuments(check: (query: string) => Checked | null): (query: string) => Checked | null {
  const kept = new Map<string, Checked>();
  let characters = 0;
  let newest: string | null = null;
  const forget = (query: string): void => {
    if (kept.delete(query)) characters -= query.length;
  };
  return (query) => {
    const known = kept.get(query) ?? attempt(() => check(query));
    if (!known) return null;
    if (query === newest) return known;
    newest = query;
    forget(query);
    kept.set(query, known);
    characters += query.length;
    for (const oldest of kept.keys()) {
      if (kept.size <= MAX_DOCUMENTS && characters <= MAX_CHARACTERS) break;
      forget(oldest);
    }
    return known;
  };
}

function attempt<T>(make: () => T): T | null {
  try {
    return make();
  } catch {
    return null;
  }
}
