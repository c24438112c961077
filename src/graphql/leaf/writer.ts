import type {
  FieldNode,
  GraphQLFieldResolver,
  GraphQLLeafType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLResolveInfo,
} from "graphql";
import { defaultFieldResolver, getArgumentValues, isLeafType, isListType, isNonNullType, isObjectType } from "graphql";
import { type Bytes, constant, writeConstant, writeJson, writeQuoted } from "./bytes.ts";
import { collectSubfields } from "./collect.ts";

const [NULL, OPEN, COMMA, CLOSE] = [constant("null"), constant("["), constant(","), constant("]")];

/** Writes a resolved value as the JSON text that graphql-js and JSON.stringify would make of it. */
export type Writer = (out: Bytes, value: unknown) => void;

/**
 * Thrown where the executor of graphql-js has to take over: a null where none may be, a promise, a resolver that looks
 * at its place in the document, a type known only at run time. A resolver's own error has the same effect.
 */
export class CannotWrite extends Error {}

/**
 * Compiles the selection on a field once, for any number of rows: fragments, aliases, directives, arguments and merged
 * fields are settled here, so that a row costs its resolvers and the text of their values.
 *
 * @param info Of the field, in the public schema.
 * @throws CannotWrite, or whatever reading the arguments throws; the writer throws the same for a value.
 */
export function writerOf(info: GraphQLResolveInfo, context: unknown): Writer {
  return valueWriter({ info, context }, info.returnType, info.fieldNodes);
}

interface Run {
  readonly info: GraphQLResolveInfo;
  readonly context: unknown;
}

function valueWriter(run: Run, type: GraphQLOutputType, nodes: readonly FieldNode[]): Writer {
  if (!isNonNullType(type)) return orNull(someWriter(run, type, nodes));
  const write = someWriter(run, type.ofType, nodes);
  return (out, value) => {
    if (value === null || value === undefined) throw new CannotWrite();
    write(out, value);
  };
}

function orNull(write: Writer): Writer {
  return (out, value) => {
    if (value === null || value === undefined) writeConstant(out, NULL);
    else write(out, value);
  };
}

/** Of values that are not null. */
function someWriter(run: Run, type: GraphQLOutputType, nodes: readonly FieldNode[]): Writer {
  if (isLeafType(type)) return leafWriter(type);
  if (isListType(type)) return listWriter(valueWriter(run, type.ofType, nodes));
  if (isObjectType(type)) return objectWriter(run, type, nodes);
  throw new CannotWrite();
}

function leafWriter(type: GraphQLLeafType): Writer {
  return (out, value) => {
    if (typeof value === "object") refuseOdd(value);
    const output = type.coerceOutputValue(value);
    if (typeof output === "string") return writeQuoted(out, output);
    const text = output === null ? undefined : JSON.stringify(output);
    if (text === undefined) throw new CannotWrite();
    writeJson(out, text);
  };
}

function listWriter(write: Writer): Writer {
  return (out, value) => {
    if (typeof value === "object") refuseOdd(value);
    if (!Array.isArray(value)) throw new CannotWrite();
    writeConstant(out, OPEN);
    for (let i = 0; i < value.length; i++) {
      if (i > 0) writeConstant(out, COMMA);
      write(out, value[i]);
    }
    writeConstant(out, CLOSE);
  };
}

function objectWriter(run: Run, type: GraphQLObjectType, nodes: readonly FieldNode[]): Writer {
  if (type.isTypeOf) throw new CannotWrite();
  const { info, context } = run;
  const fields: FieldWriter[] = [];
  let before = "{";
  for (const [key, [node, ...others]] of collectSubfields(info, type, nodes)) {
    if (!node) continue;
    before += `${before === "{" ? "" : ","}${JSON.stringify(key)}:`;
    if (node.name.value === "__typename") {
      before += JSON.stringify(type.name);
      continue;
    }
    fields.push({ before: constant(before), ...fieldWriter(run, type, [node, ...others]) });
    before = "";
  }
  const after = constant(`${before}}`);
  return (out, value) => {
    if (typeof value === "object") refuseOdd(value);
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i];
      if (!field) continue;
      writeConstant(out, field.before);
      field.write(out, field.resolve(value, field.args, context, info));
    }
    writeConstant(out, after);
  };
}

interface FieldWriter {
  /** What stands between the value before and this one. */
  readonly before: Uint8Array;
  readonly resolve: GraphQLFieldResolver<unknown, unknown>;
  /** The same for all rows. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly write: Writer;
}

function fieldWriter(
  run: Run,
  parent: GraphQLObjectType,
  nodes: readonly [FieldNode, ...(readonly FieldNode[])],
): Omit<FieldWriter, "before"> {
  const field = parent.getFields()[nodes[0].name.value];
  if (!field) throw new CannotWrite();
  const resolve = field.resolve ?? defaultFieldResolver;
  // The fourth parameter is the place in the document, which differs from row to row.
  if (field.resolve && field.resolve.length > 3) throw new CannotWrite();
  const args = getArgumentValues(field, nodes[0], run.info.variableValues);
  return { resolve, args, write: valueWriter(run, field.type, nodes) };
}

/** A promise would be written as an empty object, and an error as its text. Nobody waits for the promise any more. */
function refuseOdd(value: { readonly then?: unknown } | null): void {
  if (value === null) throw new CannotWrite();
  if (value.then === undefined && !(value instanceof Error)) return;
  if (value instanceof Promise) value.catch(() => {});
  throw new CannotWrite();
}
