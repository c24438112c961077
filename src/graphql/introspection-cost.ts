import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from "graphql";
import { userError } from "./errors.ts";
import { LIMITS } from "./limits.ts";

/**
 * Refuses a question about the schema whose answer is many times as large as the schema. The cells are counted exactly,
 * each selection once for each type it is asked of: far fewer than the answer would have.
 *
 * @param root `__schema` or `__type`; nothing below is asked twice or has another name.
 * @throws GraphQLError COST_EXCEEDED
 */
export function checkIntrospection(
  schema: GraphQLSchema,
  root: FieldNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): void {
  const known = new Map<SelectionSetNode, Map<unknown, number>>();
  const cellsOf = (set: SelectionSetNode, type: GraphQLNamedType, source: unknown): number => {
    const bySource = known.get(set) ?? new Map<unknown, number>();
    known.set(set, bySource);
    const before = bySource.get(source);
    if (before !== undefined) return before;
    let cells = 0;
    for (const selection of set.selections) {
      switch (selection.kind) {
        case Kind.FIELD: {
          const field = isObjectType(type) ? type.getFields()[selection.name.value] : undefined;
          cells += 1 + (field ? cellsBelow(selection, field, source) : 0);
          break;
        }
        case Kind.INLINE_FRAGMENT:
          cells += cellsOf(selection.selectionSet, type, source);
          break;
        case Kind.FRAGMENT_SPREAD: {
          const fragment = fragments.get(selection.name.value);
          cells += fragment ? cellsOf(fragment.selectionSet, type, source) : 0;
          break;
        }
      }
    }
    bySource.set(source, cells);
    return cells;
  };
  const cellsBelow = ({ selectionSet }: FieldNode, field: Field, source: unknown): number => {
    if (!selectionSet) return 0;
    const found = resolved(field, source, schema);
    const objects = Array.isArray(found) ? found : [found];
    const type = getNamedType(field.type);
    return objects.reduce<number>((cells, object) => cells + (object ? cellsOf(selectionSet, type, object) : 0), 0);
  };

  // Which type is named may stand in a variable: as many cells as if each of them were asked once.
  const cells =
    root.name.value === SchemaMetaFieldDef.name
      ? cellsBelow(root, SchemaMetaFieldDef, schema)
      : Math.max(
          ...Object.values(schema.getTypeMap()).map((type) =>
            root.selectionSet ? cellsOf(root.selectionSet, getNamedType(TypeMetaFieldDef.type), type) : 0,
          ),
        );
  if (cells <= sizeOf(schema) * LIMITS.introspectedCells) return;
  const message = `${root.name.value} would come to ${cells.toLocaleString("en")} cells, many times the schema. Ask for types by their name, each once.`;
  throw userError("COST_EXCEEDED", message);
}

type Field = GraphQLField<unknown, unknown>;

/** The resolvers of introspection read nothing but the schema. */
function resolved(field: Field, source: unknown, schema: GraphQLSchema): unknown {
  if (!field.resolve) return null;
  return Reflect.apply(field.resolve, undefined, [source, { includeDeprecated: true }, null, { schema }]);
}

const sizes = new WeakMap<GraphQLSchema, number>();

/** How many types, fields, arguments and values it names. */
function sizeOf(schema: GraphQLSchema): number {
  const known = sizes.get(schema);
  if (known !== undefined) return known;
  let size = 0;
  for (const type of Object.values(schema.getTypeMap())) {
    size += 1;
    if (isEnumType(type)) size += type.getValues().length;
    if (isInputObjectType(type)) size += Object.keys(type.getFields()).length;
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const { args } of Object.values(type.getFields())) size += 1 + args.length;
  }
  sizes.set(schema, size);
  return size;
}
