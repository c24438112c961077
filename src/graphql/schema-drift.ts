import type { GraphQLSchema } from "graphql";
import { buildSchema, findBreakingChanges } from "graphql";
import { isObject } from "../std/index.ts";

/** A change that breaks clients and is made all the same: `schema/accepted-changes.json` holds them, newest last. */
export interface AcceptedChange {
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** As `npm run schema` tells it. */
  readonly change: string;
  readonly reason: string;
}

/**
 * What would break clients of the schema that was committed last, unless it is accepted: one sentence each, of
 * graphql-js.
 *
 * @param before SDL
 */
export function unacceptedChanges(
  before: string,
  after: GraphQLSchema,
  accepted: readonly AcceptedChange[],
): readonly string[] {
  const known = new Set(accepted.map(({ change }) => change));
  return findBreakingChanges(buildSchema(before), after)
    .map(({ description }) => description)
    .filter((description) => !known.has(description));
}

/** @throws Error for an entry without date, change or reason */
export function readAcceptedChanges(text: string): readonly AcceptedChange[] {
  const entries: unknown = JSON.parse(text);
  if (!Array.isArray(entries)) throw new Error("The accepted changes are a list.");
  return entries.map((entry: unknown, i) => {
    const { date, change, reason } = isObject(entry) ? entry : {};
    const isWhole = typeof date === "string" && /^\d{4}-\d{2}-\d{2}$/.test(date) && isText(change) && isText(reason);
    if (!isWhole) throw new Error(`Accepted change ${i + 1} needs a date (YYYY-MM-DD), the change and the reason.`);
    return { date, change, reason };
  });
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}
