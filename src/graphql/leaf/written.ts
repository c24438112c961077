import type { ExecutionResult, GraphQLError, GraphQLResolveInfo } from "graphql";
import type { Lent } from "./bytes.ts";

/** A value that is JSON text already, in UTF-8, and what went wrong within it. It is read once. */
export class Written {
  readonly json: Lent;
  readonly errors: readonly GraphQLError[];

  constructor(json: Lent, errors: readonly GraphQLError[] = []) {
    this.json = json;
    this.errors = errors;
  }
}

type Values = GraphQLResolveInfo["variableValues"];

/** By the variables of an operation, which are one object for each time that it is executed. */
const remembered = new WeakMap<Values, GraphQLError[]>();

/** A later fault may leave nothing of the answer to hold them. */
export function rememberErrors({ variableValues }: GraphQLResolveInfo, errors: readonly GraphQLError[]): void {
  remembered.set(variableValues, [...(remembered.get(variableValues) ?? []), ...errors]);
}

/**
 * The errors of a result, with those that its written values bring.
 *
 * @param values Of the variables of the operation that was executed.
 */
export function errorsOf({ errors = [], data }: ExecutionResult, values: Values): readonly GraphQLError[] {
  if (!data) return [...(remembered.get(values) ?? []), ...errors];
  const within = Object.values(data).flatMap((root) =>
    isRecord(root) ? Object.values(root).flatMap((value) => (value instanceof Written ? value.errors : [])) : [],
  );
  return within.length > 0 ? [...errors, ...within] : errors;
}

/**
 * A result as JSON.stringify would write it, around what is written already: such values stand in the objects of root
 * fields and nowhere deeper.
 */
export function jsonOf({ errors, data, extensions }: ExecutionResult): Buffer {
  if (!data || !Object.values(data).some(holdsWritten)) {
    return Buffer.from(JSON.stringify({ ...(errors && errors.length > 0 && { errors }), data, extensions }));
  }
  const entries: [string, Part[]][] = [];
  if (errors && errors.length > 0) entries.push(["errors", [JSON.stringify(errors)]]);
  entries.push(["data", objectParts(Object.entries(data).map(([key, root]) => [key, rootParts(root)]))]);
  if (extensions) entries.push(["extensions", [JSON.stringify(extensions)]]);
  return joined(objectParts(entries));
}

type Part = string | Lent;

function rootParts(root: unknown): Part[] {
  if (!holdsWritten(root)) return [JSON.stringify(root)];
  return objectParts(
    Object.entries(root).map(([key, value]) => [key, [value instanceof Written ? value.json : JSON.stringify(value)]]),
  );
}

function holdsWritten(root: unknown): root is object {
  return isRecord(root) && Object.values(root).some((value) => value instanceof Written);
}

function objectParts(entries: readonly (readonly [string, readonly Part[]])[]): Part[] {
  const parts = entries.flatMap(([key, value], i) => [`${i === 0 ? "" : ","}${JSON.stringify(key)}:`, ...value]);
  return ["{", ...parts, "}"];
}

/** Neighbouring texts are joined before they are encoded. What is lent is copied once, and given back. */
function joined(parts: readonly Part[]): Buffer {
  const chunks: Uint8Array[] = [];
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") {
      text += part;
      continue;
    }
    chunks.push(Buffer.from(text), part.bytes);
    text = "";
  }
  const whole = Buffer.concat([...chunks, Buffer.from(text)]);
  for (const part of parts) if (typeof part === "object") part.giveBack();
  return whole;
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
