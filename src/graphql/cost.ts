import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import { userError } from "./errors.ts";
import { LIMITS } from "./limits.ts";

type Variables = Readonly<Record<string, unknown>>;

/**
 * Refuses an operation that may come to too many cells: each field counts as one, and what stands below a field with
 * `first` counts that often. One walk, each fragment once; the document has been validated, so no fragment holds itself.
 *
 * @param variables Coerced: defaults are filled in.
 * @throws GraphQLError COST_EXCEEDED
 */
export function checkCost(document: DocumentNode, operation: OperationDefinitionNode, variables: Variables): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const known = new Map<string, number>();
  const cellsOf = ({ selections }: SelectionSetNode): number => {
    let cells = 0;
    for (const selection of selections) {
      switch (selection.kind) {
        case Kind.FIELD:
          cells += 1 + (selection.selectionSet ? timesOf(selection, variables) * cellsOf(selection.selectionSet) : 0);
          break;
        case Kind.INLINE_FRAGMENT:
          cells += cellsOf(selection.selectionSet);
          break;
        case Kind.FRAGMENT_SPREAD:
          cells += cellsIn(selection.name.value);
          break;
      }
    }
    return cells;
  };
  const cellsIn = (name: string): number => {
    const fragment = fragments.get(name);
    const cells = known.get(name) ?? (fragment ? cellsOf(fragment.selectionSet) : 0);
    known.set(name, cells);
    return cells;
  };

  const cells = cellsOf(operation.selectionSet);
  if (cells <= LIMITS.cells) return;
  const [found, allowed] = [cells, LIMITS.cells].map((count) => count.toLocaleString("en"));
  const message = `The selection may come to ${found} cells; at most ${allowed} are allowed. Page with first and after, or ask the field query for bulk rows.`;
  throw userError("COST_EXCEEDED", message);
}

/** How many rows the field asks for; 1 where it does not say. */
function timesOf({ arguments: given = [] }: FieldNode, variables: Variables): number {
  const value = given.find(({ name }) => name.value === "first")?.value;
  const first =
    value?.kind === Kind.VARIABLE ? variables[value.name.value] : value?.kind === Kind.INT ? value.value : 1;
  return Math.max(0, Number(first ?? 1));
}
