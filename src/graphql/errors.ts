import { GraphQLError } from "graphql";
import { Refusal } from "../diagnostics/index.ts";
import { describeError, type RequestWatch } from "../telemetry/index.ts";
import { WarehouseError } from "../warehouse/index.ts";

/**
 * The only place that makes errors for callers: a GraphQLError is shown as it is, whatever else is thrown is masked.
 */
export function userError(code: string, message: string, more: { suggestions?: readonly string[] } = {}): GraphQLError {
  const suggestions = more.suggestions ?? [];
  return new GraphQLError(message, { extensions: { code, ...(suggestions.length > 0 && { suggestions }) } });
}

/** A refusal where the schema has no typed place for it: one cell, a list of values. */
export function refusalError(refusal: Refusal): GraphQLError {
  return userError(refusal.code, refusal.message, { suggestions: refusal.suggestions });
}

/** What a result type says about a question that was not answered. */
export interface RefusedQuestion {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[];
  readonly suggestions: readonly string[];
}

export function refusedQuestion({ code, message, path, suggestions }: Refusal): RefusedQuestion {
  return { code, message, path, suggestions };
}

/** Keeps what the caller may read; everything else is logged under the id of the request, and the caller gets the id. */
export function maskError(error: unknown, { id, log }: Pick<RequestWatch, "id" | "log">): GraphQLError {
  const cause = original(error);
  if (error instanceof GraphQLError && cause === null) return error;
  if (cause instanceof Refusal) return located(refusalError(cause), error);
  // A caller who went away ended the statement; nobody reads the answer, and nothing is wrong.
  const isAborted = cause instanceof WarehouseError && cause.kind === "aborted";
  if (!isAborted) log("error", "A question failed.", { error: describeError(cause) });
  const message = `${cause instanceof WarehouseError ? wordsFor(cause) : "Something went wrong in the server."} Error id: ${id}.`;
  const code = cause instanceof WarehouseError ? "WAREHOUSE_ERROR" : "INTERNAL";
  return located(new GraphQLError(message, { extensions: { code, id } }), error);
}

/** What lies in the question or in the data is the caller's to know, the rest the operator's. */
function wordsFor({ kind, message }: WarehouseError): string {
  switch (kind) {
    case "out-of-range":
    case "not-convertible":
      return message;
    default:
      return "The warehouse could not answer.";
  }
}

/** What a resolver threw, below the errors that GraphQL wrapped it in; null when the error was made for the caller. */
function original(error: unknown): unknown {
  if (!(error instanceof GraphQLError)) return error;
  return error.originalError === undefined ? null : original(error.originalError);
}

/** The same error at the place in the document where the other one happened. */
function located(error: GraphQLError, at: unknown): GraphQLError {
  if (!(at instanceof GraphQLError)) return error;
  const { nodes, path } = at;
  return new GraphQLError(error.message, {
    extensions: error.extensions,
    ...(nodes && { nodes }),
    ...(path && { path }),
  });
}
