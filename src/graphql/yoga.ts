import { randomUUID } from "node:crypto";
import type { DocumentNode, ExecutionArgs, ExecutionResult, GraphQLSchema, ValidationRule } from "graphql";
import { execute, GraphQLError, getVariableValues, Kind, parse, subscribe, validate } from "graphql";
import type { Plugin } from "graphql-yoga";
import { createYoga } from "graphql-yoga";
import { createLog } from "../telemetry/index.ts";
import type { Context } from "./context.ts";
import { checkCost } from "./cost.ts";
import { maskError, userError } from "./errors.ts";
import { checkLimits, checkValues, LIMITS } from "./limits.ts";

/**
 * Yoga with everything off that we do not use: it only ever sees a POST with JSON, which `http.ts` has checked.
 * Documents are parsed under a token limit, measured before they are validated, and run by graphql-js itself.
 */
export function createYogaServer(schema: GraphQLSchema) {
  // Of what goes wrong outside of any question.
  const log = createLog("warn");
  const unknown = () => ({ id: randomUUID().replaceAll("-", ""), log: log.write });
  return createYoga<Context>({
    schema,
    plugins: [hardened],
    // What resolvers throw is masked before, under the id of the request.
    maskedErrors: { maskError: (error) => maskError(error, unknown()), isDev: false },
    batching: false,
    cors: false,
    graphiql: false,
    landingPage: false,
    logging: false,
    multipart: false,
    // It would hold a thousand documents, however large. What is asked again and again never comes here.
    parserAndValidationCache: false,
  });
}

const hardened: Plugin<Context> = {
  onParse({ setParseFn }) {
    setParseFn(parseLimited);
  },
  onValidate({ setValidationFn }) {
    setValidationFn(validateFully);
  },
  onExecute({ args: { contextValue }, setExecuteFn }) {
    setExecuteFn(async (args: ExecutionArgs) => {
      const errors = errorsBefore(args);
      if (errors.length > 0) return { errors };
      contextValue.watch.step("graphql.execute");
      return masked(await execute({ ...args, hideSuggestions: true }), contextValue);
    });
  },
  onSubscribe({ args: { contextValue }, setSubscribeFn }) {
    setSubscribeFn(async (args: ExecutionArgs) => {
      const errors = errorsBefore(args);
      if (errors.length > 0) return { errors };
      const events = await subscribe({ ...args, hideSuggestions: true });
      return "next" in events ? withReports(events, contextValue) : masked(events, contextValue);
    });
  },
};

/** Each event says what the answers so far rest on; a response that is not streamed gets that from `http.ts`. */
async function* withReports(events: AsyncIterable<ExecutionResult>, context: Context): AsyncGenerator<ExecutionResult> {
  for await (const event of events) {
    const extensions = context.report.extensions();
    yield { ...masked(event, context), ...(extensions && { extensions: { ...extensions } }) };
  }
}

function masked({ errors, ...result }: ExecutionResult, { watch }: Context): ExecutionResult {
  return errors ? { errors: errors.map((error) => maskError(error, watch)), ...result } : result;
}

/** @throws GraphQLError for what is no document, or a larger one than is answered */
export function parseLimited(source: string): DocumentNode {
  try {
    const document = parse(source, { maxTokens: LIMITS.tokens });
    checkValues(document);
    checkLimits(document);
    return document;
  } catch (thrown) {
    if (thrown instanceof RangeError) throw userError("LIMIT_EXCEEDED", "The document is nested too deep to be read.");
    throw thrown;
  }
}

/** What fails on the short way comes here again: it is not validated twice. */
export function validateFully(
  schema: GraphQLSchema,
  document: DocumentNode,
  rules?: readonly ValidationRule[],
): readonly GraphQLError[] {
  const text = document.loc?.source.body;
  const failed = lastFailed.get(schema);
  if (failed && failed.text === text) return failed.errors;
  const errors = validate(schema, document, rules, { maxErrors: 10, hideSuggestions: true }).map(withoutLiteral);
  if (text !== undefined && errors.length > 0) lastFailed.set(schema, { text, errors });
  return errors;
}

const lastFailed = new WeakMap<GraphQLSchema, { readonly text: string; readonly errors: readonly GraphQLError[] }>();

/** What is wrong with the variables, and with what the operation asks for under them. */
function errorsBefore({ schema, document, operationName, variableValues }: ExecutionArgs): readonly GraphQLError[] {
  const operation = document.definitions.find(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION && (!operationName || definition.name?.value === operationName),
  );
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return [];
  const { errors, variableValues: variables } = getVariableValues(
    schema,
    operation.variableDefinitions ?? [],
    variableValues ?? {},
    { maxErrors: 10, hideSuggestions: true },
  );
  if (errors) return errors.map(withoutValue);
  try {
    checkCost(schema, document, operation, variables.coerced);
    return [];
  } catch (thrown) {
    if (thrown instanceof GraphQLError) return [thrown];
    throw thrown;
  }
}

/** Values may be someone's data, and logs keep errors. */
function withoutValue({ message, nodes }: GraphQLError): GraphQLError {
  return new GraphQLError(saidOf(message), { ...(nodes && { nodes }), extensions: { code: "BAD_USER_INPUT" } });
}

function withoutLiteral(error: GraphQLError): GraphQLError {
  const said = saidOf(error.message);
  if (said === error.message) return error;
  const { nodes, extensions } = error;
  return new GraphQLError(said, { ...(nodes && { nodes }), extensions });
}

/** Where it is and what is wrong with it, without the value itself. What our own scalars say holds none. */
function saidOf(message: string): string {
  const [, place = "", problem = ""] = /^(.*? has invalid value(?: at [^:]*)?: )?(.*)$/s.exec(message) ?? [];
  const said = problem
    .replace(/[;,.] found: .*$/is, ".")
    .replace(/ value: .*$/s, " value.")
    .replace(/Value ".*" does not exist/s, "The value does not exist");
  return place + said;
}
