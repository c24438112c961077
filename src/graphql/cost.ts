import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from "graphql";
import { isObject } from "../std/index.ts";
import { userError } from "./errors.ts";
import { checkIntrospection } from "./introspection-cost.ts";
import { isIntrospection, LIMITS } from "./limits.ts";

type Variables = Readonly<Record<string, unknown>>;

/**
 * Refuses an operation that may come to too many cells. Each field is a cell of every row that it stands in; a list has
 * as many rows as its `first`, or that of the field it is the page of, says, or as its top or its groups can have. One walk, each fragment once a page size;
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
  let longest: Listed | null = null;
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
    if (isIntrospection(node.name.value)) {
      checkIntrospection(schema, node, fragments);
      return 0;
    }
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    if (!node.selectionSet || !field) return 0;
    const type = getNamedType(field.type);
    const listed = listedBy(field, node, variables);
    if (listed && listed.rows > (longest?.rows ?? 0)) longest = listed;
    const first = listed?.rows ?? null;
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
  const message = `The selection may come to ${found} cells; at most ${allowed} are allowed. ${wayOut(longest)}`;
  throw userError("COST_EXCEEDED", message);
}

/** A field that says how many rows it has at most. */
interface Listed {
  /** `breakdown by PRODUCT__CATEGORY`. */
  readonly name: string;
  readonly rows: number;
}

function wayOut(longest: Listed | null): string {
  const lower = longest
    ? `Lower first of ${longest.name}, which may have ${longest.rows.toLocaleString("en")} rows; `
    : "";
  return `${lower}${lower ? "page" : "Page"} with first and after, or ask the field query for bulk rows.`;
}

/** How many rows the field asks for, or can have by its top and groups; null where it takes no such argument. */
function listedBy(field: GraphQLField<unknown, unknown>, node: FieldNode, variables: Variables): Listed | null {
  const argument = field.args.find(({ name }) => name === "first");
  if (!argument) return null;
  const given = (name: string): unknown => {
    const value = node.arguments?.find((entry) => entry.name.value === name)?.value;
    return value && valueFromASTUntyped(value, { ...variables });
  };
  const groupBy = field.args.find(({ name }) => name === "groupBy");
  const groups = [given("groupBy") ?? []].flat();
  const by = groups.flatMap((group) => (isObject(group) ? [String(group["dimension"] ?? group["time"])] : []));
  const rows = Math.min(
    Math.max(0, Number(given("first") ?? argument.defaultValue ?? 1)),
    groupBy ? rowsOfTop(given("top"), groupBy) : Infinity,
    groupBy ? rowsOfGroups(groupBy, groups) : Infinity,
  );
  return { name: `${field.name}${by.length > 0 ? ` by ${by.join(", ")}` : ""}`, rows };
}

/** One more for all others. A top within groups has so many for each. */
function rowsOfTop(top: unknown, groupBy: GraphQLArgument): number {
  if (!isObject(top)) return Infinity;
  const rows = Number(top["n"]) + (top["other"] === true ? 1 : 0);
  return rows * rowsOfGroups(groupBy, [top["within"] ?? []].flat());
}

/** The combinations of values that the groups have by their definitions; without groups there is one row. */
function rowsOfGroups(argument: GraphQLArgument, groups: readonly unknown[]): number {
  if (groups.length === 0) return 1;
  const type = getNamedType(argument.type);
  const dimensions = isInputObjectType(type) ? getNamedType(type.getFields()["dimension"]?.type) : null;
  if (!isEnumType(dimensions)) return Infinity;
  const counts = groups.map((group) => {
    const asked = isObject(group) ? group["dimension"] : null;
    // Variables have been read, literals have not.
    const member = dimensions.getValues().find(({ name, value }) => name === asked || value === asked);
    return Number(member?.extensions[ROWS] ?? Infinity);
  });
  return counts.reduce((all, count) => all * count, 1);
}

/** Extension of an enum's value that names a dimension: how many values it has by its definition, none included. */
export const ROWS = "rows";

/** Totals of everything are one row. */
function isWhole({ name, arguments: given = [] }: FieldNode): boolean {
  return name.value === "totals" && given.length === 0;
}
