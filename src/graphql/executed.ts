import type { ExecutionResult, ValidatedExecutionArgs } from "graphql";
import { createSharedExecutionContext } from "graphql/execution/createSharedExecutionContext.js";
import { Executor } from "graphql/execution/Executor.js";

/**
 * Executes a query as graphql-js does, but for the signal that tells resolvers of the end of an execution: nothing here
 * listens to it, and to make its reason, with a stack, took an eighth of a small answer. `@defer` and `@stream` are in
 * no schema of ours. See docs/decisions/0012-the-short-way.md.
 */
export function executed(args: ValidatedExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
  return new Executor(args, createSharedExecutionContext(undefined)).executeRootSelectionSet();
}
