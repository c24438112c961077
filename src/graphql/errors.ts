import { GraphQLError } from "graphql";
import { Refusal } from "../diagnostics/index.ts";
import { maskFailure } from "../http/index.ts";
import type { RequestWatch } from "../telemetry/index.ts";

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
export function maskError(error: unknown, watch: Pick<RequestWatch, "id" | "log">): GraphQLError {
  const cause = original(error);
  if (error instanceof GraphQLError && cause === null) return error;
  if (cause instanceof Refusal) return located(refusalError(cause), error);
  const { message, ...extensions } = maskFailure(cause, watch);
  return located(new GraphQLError(message, { extensions }), error);
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
