import type { GraphQLFieldResolver } from "graphql";

/** What a resolver does in two steps: what arguments and context settle for all rows, then what each row gives. */
export type Reader<Source, Args, Context> = (args: Args, context: Context) => (source: Source) => unknown;

const readers = new WeakMap<object, Reader<unknown, unknown, unknown>>();

/** The resolver for graphql-js; the writer finds the reader behind it, and takes the first step once for all rows. */
export function resolverOf<Source, Args, Context, Value>(
  reader: (args: Args, context: Context) => (source: Source) => Value,
): (source: Source, args: Args, context: Context) => Value {
  const resolve = (source: Source, args: Args, context: Context): Value => reader(args, context)(source);
  readers.set(resolve, reader as Reader<unknown, unknown, unknown>);
  return resolve;
}

export function readerOf(resolve: GraphQLFieldResolver<unknown, unknown>): Reader<unknown, unknown, unknown> | null {
  return readers.get(resolve) ?? null;
}
