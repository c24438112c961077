import type { DocumentNode, FragmentDefinitionNode, SelectionSetNode } from "graphql";
import { Kind } from "graphql";
import { userError } from "./errors.ts";

/** What one request may hold, what it may ask for, and how many statements it may cause. */
export const LIMITS = {
  tokens: 5_000,
  depth: 12,
  aliases: 60,
  rootFields: 20,
  fields: 1_000,
  cells: 250_000,
  /** Calls of the engine, each of which comes to one statement where its questions share their sources. */
  statements: 50,
  questions: 500,
  /** Milliseconds that a request may wait for its answer before it is pending. */
  waitMs: 120_000,
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
}

const NOTHING: Size = { depth: 0, aliases: 0, breakdowns: 0, fields: 0, allFields: 0 };

/**
 * Refuses a document that would cost more to check than to answer. One walk over the document, before validation:
 * each fragment is measured once, a fragment that contains itself counts as nothing there (validation refuses it).
 *
 * @throws GraphQLError LIMIT_EXCEEDED
 */
export function checkLimits(document: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const sizes = new Map<string, Size>();
  const size = (set: SelectionSetNode): Size => {
    let { depth, aliases, breakdowns, fields, allFields } = NOTHING;
    for (const selection of set.selections) {
      const part = sizeOf(selection, size, fragmentSize);
      depth = Math.max(depth, part.depth);
      breakdowns = Math.max(breakdowns, part.breakdowns);
      aliases += part.aliases;
      fields += part.fields;
      allFields += part.allFields;
    }
    return { depth, aliases, breakdowns, fields, allFields };
  };
  const fragmentSize = (name: string): Size => {
    const known = sizes.get(name);
    if (known) return known;
    const fragment = fragments.get(name);
    if (!fragment) return NOTHING;
    sizes.set(name, NOTHING);
    const measured = size(fragment.selectionSet);
    sizes.set(name, measured);
    return measured;
  };

  for (const definition of document.definitions) {
    if (!("selectionSet" in definition)) continue;
    const { depth, aliases, breakdowns, fields, allFields } = size(definition.selectionSet);
    // Validation compares every two fields of one name, those of fragments that nothing spreads too.
    refuseAbove(LIMITS.fields, allFields, "fields");
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    refuseAbove(LIMITS.depth, depth, "levels of fields");
    refuseAbove(LIMITS.aliases, aliases, "aliases");
    refuseAbove(LIMITS.breakdowns, breakdowns, "levels of breakdown");
    refuseAbove(LIMITS.rootFields, fields, "fields at the root");
  }
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
      return { depth, aliases, breakdowns, fields: 1, allFields: 1 + inner.allFields };
    }
  }
}

function refuseAbove(limit: number, found: number, what: string): void {
  if (found <= limit) return;
  throw userError(
    "LIMIT_EXCEEDED",
    `The document has ${found} ${what}; at most ${limit} are allowed. Ask in several requests.`,
  );
}
