import { Refusal } from "../diagnostics/index.ts";
import type { GroupByReference } from "../request/index.ts";

/** GraphQL tells a missing argument from null; here both leave it out. */
export type Maybe<T> = T | null | undefined;

/** Enum values are already the catalog's names. */
export interface GroupArgument {
  readonly dimension?: Maybe<string>;
  readonly time?: Maybe<string>;
  readonly grain?: Maybe<string>;
  readonly fill?: Maybe<boolean>;
}

/** A group-by of a frame: the name it is asked by, and its column in the answer. */
export interface Group {
  readonly name: string;
  readonly grain: string | null;
  readonly fill: boolean;
  readonly column: string;
}

/**
 * @param taken What is grouped by already.
 * @throws Refusal INVALID_REQUEST with the place below `path`.
 */
export function groupsOf(
  groups: readonly GroupArgument[],
  path: readonly string[],
  taken: readonly Group[] = [],
): readonly Group[] {
  checkList(groups, path);
  const found: Group[] = [];
  for (const [i, argument] of groups.entries()) {
    const at = [...path, String(i)];
    const group = groupOf(argument, at);
    if ([...taken, ...found].some(({ column }) => column === group.column)) {
      throw new Refusal("INVALID_REQUEST", `The rows are grouped by ${group.column} already.`, { path: at });
    }
    found.push(group);
  }
  return found;
}

const MAX_ENTRIES = 20;

/** @throws Refusal LIMIT_EXCEEDED for a longer list than any question needs, before it is read. */
export function checkList(list: readonly unknown[], path: readonly string[]): void {
  if (list.length <= MAX_ENTRIES) return;
  const message = `${path.join(".")} has ${list.length} entries; at most ${MAX_ENTRIES} are read.`;
  throw new Refusal("LIMIT_EXCEEDED", message, { path });
}

function groupOf({ dimension, time, grain, fill }: GroupArgument, path: readonly string[]): Group {
  const name = dimension ?? time;
  if (!name || (dimension && time)) {
    throw new Refusal("INVALID_REQUEST", `Each entry of ${path.at(-2)} names one dimension or one time.`, { path });
  }
  for (const [said, value] of Object.entries({ grain, fill })) {
    if (!dimension || !value) continue;
    throw new Refusal("INVALID_REQUEST", `Only a time has a ${said}; "${dimension}" is none.`, {
      path: [...path, said],
    });
  }
  return { name, grain: grain ?? null, fill: fill ?? false, column: grain ? `${name}__${grain}` : name };
}

export function referenceOf({ name, grain, fill, column }: Group): GroupByReference {
  return { name, grain, as: column, ...(fill && { fill }) };
}

/** The one of these groups that an argument names; a time may leave its grain out where only one is grouped by. */
export function groupAmong({ name, grain }: Pick<Group, "name" | "grain">, groups: readonly Group[]): Group | null {
  return groups.find((group) => group.name === name && (grain === null || group.grain === grain)) ?? null;
}
