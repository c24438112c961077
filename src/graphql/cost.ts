import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import { userError } from "./errors.ts";
import { LIMITS } from "./limits.ts";

type Variables = Readonly<Record<string, unknown>>;

/**
 * Refuses an operation that may come to too many cells. Each field is a cell of every row that it stands in; a list has
 * as many rows as its `first`, or that of the field it is the page of, says. One walk, each fragment once a page size;
 * the document has been validated, so no fragment holds itself.
 *
 * @param variables Coerced: defaults are filled in.
 * @throws GraphQLError COST_EXCEEDED
 */
export function checkCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const known = new Map<string, number>();
  // `page`: how many rows the lists of this object have that do not say it themselves.
  const cellsOf = ({ selections }: SelectionSetNode, type: GraphQLNamedType | undefined, page: number): number => {
    let cells = 0;
    for (const selection of selections) {
      switch (selection.kind) {
        case Kind.FIELD:
          cells += 1 + cellsBelow(selection, type, page);
          break;
        case Kind.INLINE_FRAGMENT: {
          const on = selection.typeCondition?.name.value;
          cells += cellsOf(selection.selectionSet, on === undefined ? type : schema.getType(on), page);
          break;
        }
        case Kind.FRAGMENT_SPREAD:
          cells += cellsIn(selection.name.value, page);
          break;
      }
    }
    return cells;
  };
  const cellsBelow = (node: FieldNode, parent: GraphQLNamedType | undefined, page: number): number => {
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    if (!node.selectionSet || !field) return 0;
    const type = getNamedType(field.type);
    const first = firstOf(field, node, variables);
    if (!isListType(getNullableType(field.type))) return cellsOf(node.selectionSet, type, first ?? 1);
    const rows = first ?? (isWhole(node) ? 1 : page);
    return rows * cellsOf(node.selectionSet, type, 1);
  };
  const cellsIn = (name: string, page: number): number => {
    const key = `${name} ${page}`;
    const fragment = fragments.get(name);
    const on = fragment && schema.getType(fragment.typeCondition.name.value);
    const cells = known.get(key) ?? (fragment ? cellsOf(fragment.selectionSet, on, page) : 0);
    known.set(key, cells);
    return cells;
  };

  const cells = cellsOf(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined, 1);
  if (cells <= LIMITS.cells) return;
  const [found, allowed] = [cells, LIMITS.cells].map((count) => count.toLocaleString("en"));
  const message = `The selection may come to ${found} cells; at most ${allowed} are allowed. Page with first and after, or ask the field query for bulk rows.`;
  throw userError("COST_EXCEEDED", message);
}

/** How many rows the field asks for; null where it takes no such argument. */
function firstOf(
  field: GraphQLField<unknown, unknown>,
  { arguments: given = [] }: FieldNode,
  variables: Variables,
): number | null {
  const argument = field.args.find(({ name }) => name === "first");
  if (!argument) return null;
  const value = given.find(({ name }) => name.value === "first")?.value;
  const asked =
    value?.kind === Kind.VARIABLE ? variables[value.name.value] : value?.kind === Kind.INT ? value.value : undefined;
  return Math.max(0, Number(asked ?? argument.defaultValue ?? 1));
}

/** Totals of everything are one row. */
function isWhole({ name, arguments: given = [] }: FieldNode): boolean {
  return name.value === "totals" && given.length === 0;
}
