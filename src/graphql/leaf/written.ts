import type { ExecutionResult, GraphQLError } from "graphql";

/** A value that is JSON text already, and what went wrong within it. */
export class Written {
  readonly text: string;
  readonly errors: readonly GraphQLError[];

  constructor(text: string, errors: readonly GraphQLError[] = []) {
    this.text = text;
    this.errors = errors;
  }
}

/** The errors of a result, with those that its written values bring. */
export function errorsOf({ errors = [], data }: ExecutionResult): readonly GraphQLError[] {
  const within = Object.values(data ?? {}).flatMap((root) =>
    isRecord(root) ? Object.values(root).flatMap((value) => (value instanceof Written ? value.errors : [])) : [],
  );
  return within.length > 0 ? [...errors, ...within] : errors;
}

/**
 * The JSON text of a result: what JSON.stringify gives where nothing is written yet. Written values stand in the
 * objects of root fields and nowhere deeper.
 */
export function textOf({ errors, data, ...more }: ExecutionResult): string {
  const parts = [
    ...(errors && errors.length > 0 ? [`"errors":${JSON.stringify(errors)}`] : []),
    ...(data === undefined ? [] : [`"data":${data === null ? "null" : objectText(data, rootText)}`]),
    ...Object.entries(more).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`),
  ];
  return `{${parts.join(",")}}`;
}

function rootText(root: unknown): string {
  const holdsWritten = isRecord(root) && Object.values(root).some((value) => value instanceof Written);
  return holdsWritten ? objectText(root, valueText) : JSON.stringify(root);
}

function valueText(value: unknown): string {
  return value instanceof Written ? value.text : JSON.stringify(value);
}

function objectText(object: object, textOfValue: (value: unknown) => string): string {
  const entries = Object.entries(object).map(([key, value]) => `${JSON.stringify(key)}:${textOfValue(value)}`);
  return `{${entries.join(",")}}`;
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
