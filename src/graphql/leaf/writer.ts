import type { FieldNode, GraphQLLeafType, GraphQLObjectType, GraphQLOutputType, GraphQLResolveInfo } from "graphql";
import { defaultFieldResolver, getArgumentValues, isLeafType, isListType, isNonNullType, isObjectType } from "graphql";
import { collectSubfields } from "./collect.ts";

/** Writes a resolved value as the JSON text that graphql-js and JSON.stringify would make of it. */
export type Writer = (value: unknown) => string;

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
  if (isNonNullType(type)) {
    const write = nullableWriter(run, type.ofType, nodes);
    return (value) => {
      const text = write(value);
      if (text === "null") throw new CannotWrite();
      return text;
    };
  }
  return nullableWriter(run, type, nodes);
}

function nullableWriter(run: Run, type: GraphQLOutputType, nodes: readonly FieldNode[]): Writer {
  if (isLeafType(type)) return leafWriter(type);
  if (isListType(type)) return listWriter(valueWriter(run, type.ofType, nodes));
  if (isObjectType(type)) return objectWriter(run, type, nodes);
  throw new CannotWrite();
}

function leafWriter(type: GraphQLLeafType): Writer {
  return (value) => {
    if (value === null || value === undefined) return "null";
    if (typeof value === "object") refuseOdd(value);
    const output = type.coerceOutputValue(value);
    if (typeof output === "string") return quote(output);
    if (output === null || output === undefined) throw new CannotWrite();
    const text = JSON.stringify(output);
    if (text === undefined) throw new CannotWrite();
    return text;
  };
}

function listWriter(write: Writer): Writer {
  return (value) => {
    if (value === null || value === undefined) return "null";
    if (typeof value === "object") refuseOdd(value);
    if (!Array.isArray(value)) throw new CannotWrite();
    let text = "[";
    for (let i = 0; i < value.length; i++) text += i === 0 ? write(value[i]) : `,${write(value[i])}`;
    return `${text}]`;
  };
}

function objectWriter(run: Run, type: GraphQLObjectType, nodes: readonly FieldNode[]): Writer {
  if (type.isTypeOf) throw new CannotWrite();
  const fields: FieldWriter[] = [];
  let pending = "{";
  for (const [key, [node, ...others]] of collectSubfields(run.info, type, nodes)) {
    if (!node) continue;
    pending += `${pending === "{" ? "" : ","}${JSON.stringify(key)}:`;
    if (node.name.value === "__typename") {
      pending += JSON.stringify(type.name);
      continue;
    }
    fields.push({ before: pending, write: fieldWriter(run, type, [node, ...others]) });
    pending = "";
  }
  const after = `${pending}}`;
  return (value) => {
    if (value === null || value === undefined) return "null";
    if (typeof value === "object") refuseOdd(value);
    let text = "";
    for (const { before, write } of fields) text += before + write(value);
    return text + after;
  };
}

interface FieldWriter {
  /** The text between the value before and this one. */
  readonly before: string;
  readonly write: Writer;
}

function fieldWriter(
  run: Run,
  parent: GraphQLObjectType,
  nodes: readonly [FieldNode, ...(readonly FieldNode[])],
): Writer {
  const { info, context } = run;
  const field = parent.getFields()[nodes[0].name.value];
  if (!field) throw new CannotWrite();
  const resolve = field.resolve ?? defaultFieldResolver;
  // The fourth parameter is the place in the document, which differs from row to row.
  if (field.resolve && field.resolve.length > 3) throw new CannotWrite();
  const args = getArgumentValues(field, nodes[0], info.variableValues);
  const write = valueWriter(run, field.type, nodes);
  return (source) => write(resolve(source, args, context, info));
}

/** A promise would be written as an empty object, and an error as its text. Nobody waits for the promise any more. */
function refuseOdd(value: object): void {
  if (value instanceof Promise) value.catch(() => {});
  if (value instanceof Error || "then" in value) throw new CannotWrite();
}

/** Whatever JSON.stringify escapes; it is asked only for those. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes them
const ESCAPED = /[\u0000-\u001f"\\\ud800-\udfff]/;

function quote(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}
