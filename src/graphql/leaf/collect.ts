import type { FieldNode, GraphQLObjectType, GraphQLResolveInfo, SelectionSetNode } from "graphql";
import { GraphQLIncludeDirective, GraphQLSkipDirective, getDirectiveValues, isAbstractType, Kind } from "graphql";

/**
 * The fields of an object by response name, in the order of the answer, with every node that asks for each: the
 * specification's CollectFields and CollectSubfields for the nodes of one field.
 */
export function collectSubfields(
  info: GraphQLResolveInfo,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
): ReadonlyMap<string, readonly FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (!isIncluded(info, selection)) continue;
      switch (selection.kind) {
        case Kind.FIELD: {
          const key = (selection.alias ?? selection.name).value;
          const known = fields.get(key);
          if (known) known.push(selection);
          else fields.set(key, [selection]);
          break;
        }
        case Kind.INLINE_FRAGMENT:
          if (applies(info, type, selection.typeCondition?.name.value)) collect(selection.selectionSet);
          break;
        case Kind.FRAGMENT_SPREAD: {
          const name = selection.name.value;
          const fragment = info.fragments[name];
          if (!fragment || visited.has(name) || !applies(info, type, fragment.typeCondition.name.value)) break;
          visited.add(name);
          collect(fragment.selectionSet);
        }
      }
    }
  };
  for (const node of nodes) if (node.selectionSet) collect(node.selectionSet);
  return fields;
}

function isIncluded(info: GraphQLResolveInfo, node: Parameters<typeof getDirectiveValues>[1]): boolean {
  if (!node.directives || node.directives.length === 0) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, node, info.variableValues);
  const include = getDirectiveValues(GraphQLIncludeDirective, node, info.variableValues);
  return skip?.["if"] !== true && include?.["if"] !== false;
}

function applies({ schema }: GraphQLResolveInfo, type: GraphQLObjectType, condition: string | undefined): boolean {
  if (condition === undefined || condition === type.name) return true;
  const named = schema.getType(condition);
  return isAbstractType(named) && schema.isSubType(named, type);
}
