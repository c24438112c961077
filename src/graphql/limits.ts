import type { DocumentNode, FieldNode, FragmentDefinitionNode, SelectionSetNode } from "graphql";
import { Kind, visit } from "graphql";
import { userError } from "./errors.ts";

/** What one request may hold, what it may ask for, and how many statements it may cause. */
export const LIMITS = {
  tokens: 5_000,
  depth: 12,
  /** Of lists and objects in one another, as values in the document or in variables. */
  valueDepth: 50,
  aliases: 60,
  rootFields: 20,
  fields: 1_000,
  /** Fields of one name in the answer that stand in one selection: each is compared with all others of that name. */
  repeats: 50,
  /** `__schema` and `__type` in one operation. */
  introspections: 2,
  /** Cells of introspection for each name that the schema has: tools ask for about 20. */
  introspectedCells: 30,
  cells: 250_000,
  /** Calls of the engine, each of which comes to one statement where its questions share their sources. */
  statements: 50,
  questions: 500,
  /** Milliseconds that a request may wait for its answer before it is pending. */
  waitMs: 120_000,
  /** Sets of totals of one `query`. */
  totals: 20,
  /** How deep one `breakdown` stands in another. */
  breakdowns: 3,
} as const;

/** What a selection comes to when its fragments are written out. */
interface Size {
  readonly depth: number;
  readonly aliases: number;
  /** Levels of `breakdown`. */
  readonly breakdowns: number;
  /** Of the selection itself. */
  readonly fields: number;
  /** Those below it too. */
  readonly allFields: number;
  /** Of `__schema` and `__type`, here or below. */
  readonly introspections: number;
}

const NOTHING: Size = { depth: 0, aliases: 0, breakdowns: 0, fields: 0, allFields: 0, introspections: 0 };

/**
 * Refuses a document that would cost more to check than to answer. One walk over the document, before validation:
 * each fragment is measured once.
 *
 * @throws GraphQLError LIMIT_EXCEEDED, and BAD_USER_INPUT for a fragment that holds itself
 */
export function checkLimits(document: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const sizes = new Map<string, Size>();
  const open = new Set<string>();
  const size = (set: SelectionSetNode): Size => {
    let { depth, aliases, breakdowns, fields, allFields, introspections } = NOTHING;
    for (const selection of set.selections) {
      const part = sizeOf(selection, size, fragmentSize);
      depth = Math.max(depth, part.depth);
      breakdowns = Math.max(breakdowns, part.breakdowns);
      aliases += part.aliases;
      fields += part.fields;
      allFields += part.allFields;
      introspections += part.introspections;
    }
    return { depth, aliases, breakdowns, fields, allFields, introspections };
  };
  const fragmentSize = (name: string): Size => {
    const known = sizes.get(name);
    if (known) return known;
    const fragment = fragments.get(name);
    if (!fragment) return NOTHING;
    if (open.has(name)) throw userError("BAD_USER_INPUT", `The fragment "${name}" holds itself.`);
    open.add(name);
    const measured = size(fragment.selectionSet);
    open.delete(name);
    sizes.set(name, measured);
    return measured;
  };

  for (const definition of document.definitions) {
    if (!("selectionSet" in definition)) continue;
    const { depth, aliases, breakdowns, fields, allFields, introspections } = size(definition.selectionSet);
    // Validation compares every two fields of one name, those of fragments that nothing spreads too.
    refuseAbove(LIMITS.fields, allFields, "fields");
    checkRepeats(definition.selectionSet, fragments);
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    refuseAbove(LIMITS.depth, depth, "levels of fields");
    refuseAbove(LIMITS.aliases, aliases, "aliases");
    refuseAbove(LIMITS.breakdowns, breakdowns, "levels of breakdown");
    refuseAbove(LIMITS.rootFields, fields, "fields at the root");
    refuseAbove(LIMITS.introspections, introspections, "fields __schema or __type");
  }
}

/** @throws GraphQLError LIMIT_EXCEEDED for a value that is nested deeper than any argument */
export function checkValues(document: DocumentNode): void {
  let depth = 0;
  const enter = (): void => refuseAbove(LIMITS.valueDepth, ++depth, "levels in one value");
  const leave = (): void => void depth--;
  visit(document, { ListValue: { enter, leave }, ObjectValue: { enter, leave } });
}

/** Whether the lists and objects of a value lie deeper in each other than is read. */
export function isTooDeep(value: unknown): boolean {
  const open: [value: unknown, depth: number][] = [[value, 0]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [inner, depth] = next;
    if (typeof inner !== "object" || inner === null) continue;
    if (depth === LIMITS.valueDepth) return true;
    for (const below of Object.values(inner)) open.push([below, depth + 1]);
  }
  return false;
}

function sizeOf(
  selection: SelectionSetNode["selections"][number],
  size: (set: SelectionSetNode) => Size,
  fragmentSize: (name: string) => Size,
): Size {
  switch (selection.kind) {
    case Kind.FRAGMENT_SPREAD:
      return fragmentSize(selection.name.value);
    case Kind.INLINE_FRAGMENT:
      return size(selection.selectionSet);
    case Kind.FIELD: {
      const inner = selection.selectionSet ? size(selection.selectionSet) : NOTHING;
      // Introspection is as deep as it is; it answers from memory.
      const depth = selection.name.value.startsWith("__") ? 1 : 1 + inner.depth;
      const aliases = inner.aliases + (selection.alias ? 1 : 0);
      const breakdowns = inner.breakdowns + (selection.name.value === "breakdown" ? 1 : 0);
      const introspections = inner.introspections + (isIntrospection(selection.name.value) ? 1 : 0);
      return { depth, aliases, breakdowns, fields: 1, allFields: 1 + inner.allFields, introspections };
    }
  }
}

/**
 * What validation would compare field by field: many of one name in one selection, as the executor merges them. Below
 * `__schema` and `__type` nothing is asked twice or under another name, because each time may come to the whole schema.
 */
function checkRepeats(set: SelectionSetNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): void {
  const check = (sets: readonly SelectionSetNode[], isInside: boolean): void => {
    const byKey = Map.groupBy(fieldsIn(sets, fragments), ({ alias, name }) => alias?.value ?? name.value);
    for (const [key, nodes] of byKey) {
      refuseAbove(LIMITS.repeats, nodes.length, `fields "${key}" in one selection`);
      if (isInside) checkInside(nodes);
      const inner = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      if (inner.length > 0) check(inner, isInside || nodes.some(({ name }) => isIntrospection(name.value)));
    }
  };
  check([set], false);
}

/** The fields of the selections, those of fragments in their place, each fragment once as the executor takes it. */
function fieldsIn(
  sets: readonly SelectionSetNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): readonly FieldNode[] {
  const seen = new Set<string>();
  const below = ({ selections }: SelectionSetNode): readonly FieldNode[] =>
    selections.flatMap((selection): readonly FieldNode[] => {
      switch (selection.kind) {
        case Kind.FIELD:
          return [selection];
        case Kind.INLINE_FRAGMENT:
          return below(selection.selectionSet);
        case Kind.FRAGMENT_SPREAD: {
          const name = selection.name.value;
          const fragment = fragments.get(name);
          if (!fragment || seen.has(name)) return [];
          seen.add(name);
          return below(fragment.selectionSet);
        }
      }
    });
  return sets.flatMap(below);
}

function checkInside(nodes: readonly FieldNode[]): void {
  const [first, another] = nodes;
  if (!first?.alias && !another) return;
  const what = first?.alias ? "another name for a field" : "a field twice";
  throw userError("LIMIT_EXCEEDED", `Below __schema and __type there may not be ${what}. Ask for it once.`);
}

export function isIntrospection(name: string): boolean {
  return name === "__schema" || name === "__type";
}

function refuseAbove(limit: number, found: number, what: string): void {
  if (found <= limit) return;
  throw userError(
    "LIMIT_EXCEEDED",
    `The document has ${found} ${what}; at most ${limit} are allowed. Ask in several requests.`,
  );
}
