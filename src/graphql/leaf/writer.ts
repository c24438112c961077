import type { FieldNode, GraphQLLeafType, GraphQLObjectType, GraphQLOutputType, GraphQLResolveInfo } from "graphql";
import {
  defaultFieldResolver,
  getArgumentValues,
  getNullableType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";
import { createBytes, type Lent } from "./bytes.ts";
import { collectSubfields } from "./collect.ts";
import { readerOf } from "./reader.ts";

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
export function listWriterOf(info: GraphQLResolveInfo, context: unknown): (list: unknown) => Lent {
  const type = getNullableType(info.returnType);
  if (!isListType(type)) throw new CannotWrite();
  const write = valueWriter({ info, context }, type.ofType, info.fieldNodes);
  return (list) => {
    if (!Array.isArray(list)) throw new CannotWrite();
    const bytes = createBytes();
    let before = "[";
    for (let i = 0; i < list.length; i++) {
      bytes.add(before + write(list[i]));
      before = ",";
    }
    bytes.add(list.length === 0 ? "[]" : "]");
    return bytes.end();
  };
}

interface Run {
  readonly info: GraphQLResolveInfo;
  readonly context: unknown;
}

function valueWriter(run: Run, type: GraphQLOutputType, nodes: readonly FieldNode[]): Writer {
  const write = someWriter(run, getNullableType(type), nodes);
  const isNullable = !isNonNullType(type);
  return (value) => {
    if (value !== null && value !== undefined) return write(value);
    if (isNullable) return "null";
    throw new CannotWrite();
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
  return (value) => {
    if (typeof value === "object") refuseOdd(value);
    const output = type.coerceOutputValue(value);
    return typeof output === "string" ? `"${escaped(output)}"` : plainText(output);
  };
}

/** Of what a leaf came to, when it is no string. */
function plainText(output: unknown): string {
  // As JSON.stringify writes it, in less time.
  if (typeof output === "number" && Number.isFinite(output)) return String(output);
  const text = output === null ? undefined : JSON.stringify(output);
  if (text === undefined) throw new CannotWrite();
  return text;
}

/** A string as JSON without its quotes: most have nothing to escape, and to see that takes less than to ask. */
function escaped(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e || unit === 0x22 || unit === 0x5c) return JSON.stringify(text).slice(1, -1);
  }
  return text;
}

function listWriter(write: Writer): Writer {
  return (value) => {
    if (typeof value === "object") refuseOdd(value);
    if (!Array.isArray(value)) throw new CannotWrite();
    let text = "[";
    for (let i = 0; i < value.length; i++) {
      if (i > 0) text += ",";
      text += write(value[i]);
    }
    return `${text}]`;
  };
}

function objectWriter(run: Run, type: GraphQLObjectType, nodes: readonly FieldNode[]): Writer {
  if (type.isTypeOf) throw new CannotWrite();
  const fields: FieldWriter[] = [];
  let before = "{";
  for (const [key, [node, ...others]] of collectSubfields(run.info, type, nodes)) {
    if (!node) continue;
    before += `${before === "{" ? "" : ","}${JSON.stringify(key)}:`;
    if (node.name.value === "__typename") {
      before += JSON.stringify(type.name);
      continue;
    }
    fields.push(fieldWriter(run, type, [node, ...others], between(before)));
    before = "";
  }
  const after = between(`${before}}`);
  let last: unknown;
  let lastText = "";
  return (value) => {
    if (value === last) return lastText;
    if (typeof value === "object") refuseOdd(value);
    let text = "";
    // Quotes are part of the text between values: a string of its own for each value in quotes took a third of the time.
    let isQuoted = false;
    for (const { read, leaf, write, isNullable, texts } of fields) {
      const cell = read(value);
      if (cell === null || cell === undefined) {
        if (!isNullable) throw new CannotWrite();
        text += (isQuoted ? texts.quotedPlain : texts.plainPlain) + "null";
      } else if (leaf) {
        if (typeof cell === "object") refuseOdd(cell);
        const output = leaf.coerceOutputValue(cell);
        if (typeof output === "string") {
          text += (isQuoted ? texts.quotedQuoted : texts.plainQuoted) + escaped(output);
          isQuoted = true;
          continue;
        }
        text += (isQuoted ? texts.quotedPlain : texts.plainPlain) + plainText(output);
      } else {
        text += (isQuoted ? texts.quotedPlain : texts.plainPlain) + write(cell);
      }
      isQuoted = false;
    }
    last = value;
    lastText = text + (isQuoted ? after.quotedPlain : after.plainPlain);
    return lastText;
  };
}

/** What stands between two values, by whether they are strings, whose quotes it holds. */
interface Between {
  readonly plainPlain: string;
  readonly plainQuoted: string;
  readonly quotedPlain: string;
  readonly quotedQuoted: string;
}

function between(text: string): Between {
  return { plainPlain: text, plainQuoted: `${text}"`, quotedPlain: `"${text}`, quotedQuoted: `"${text}"` };
}

interface FieldWriter {
  readonly read: (source: unknown) => unknown;
  readonly isNullable: boolean;
  /** The type of its values, if they have no selection. */
  readonly leaf: GraphQLLeafType | null;
  /** Of values that are not null. */
  readonly write: Writer;
  /** Before its value. */
  readonly texts: Between;
}

function fieldWriter(
  run: Run,
  parent: GraphQLObjectType,
  nodes: readonly [FieldNode, ...(readonly FieldNode[])],
  texts: Between,
): FieldWriter {
  const field = parent.getFields()[nodes[0].name.value];
  if (!field) throw new CannotWrite();
  const { info, context } = run;
  const resolve = field.resolve ?? defaultFieldResolver;
  // The fourth parameter is the place in the document, which differs from row to row.
  if (field.resolve && field.resolve.length > 3) throw new CannotWrite();
  const args = getArgumentValues(field, nodes[0], info.variableValues);
  const reader = readerOf(resolve);
  const read = reader?.(args, context) ?? ((source: unknown) => resolve(source, args, context, info));
  const type = getNullableType(field.type);
  return {
    read,
    isNullable: !isNonNullType(field.type),
    leaf: isLeafType(type) ? type : null,
    write: someWriter(run, type, nodes),
    texts,
  };
}

/** A promise would be written as an empty object, and an error as its text. Nobody waits for the promise any more. */
function refuseOdd(value: { readonly then?: unknown } | null): void {
  if (value === null) throw new CannotWrite();
  if (value.then === undefined && !(value instanceof Error)) return;
  if (value instanceof Promise) value.catch(() => {});
  throw new CannotWrite();
}
