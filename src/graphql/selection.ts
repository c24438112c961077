import type { FieldNode, GraphQLObjectType, GraphQLResolveInfo, SelectionSetNode } from "graphql";
import {
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
} from "graphql";

/**
 * The names of the fields selected at `path` below the field being resolved, found the way the executor finds them:
 * through fragments and type conditions, with `@skip`, `@include` and variables applied, whatever the aliases.
 */
export function selectedFields(info: GraphQLResolveInfo, on: string, path: readonly string[]): ReadonlySet<string> {
  let nodes: readonly FieldNode[] = info.fieldNodes;
  let type = objectType(info, on);
  for (const step of path) {
    const current = type;
    nodes = nodes.flatMap((node) => fieldsOf(info, current, node)).filter((node) => node.name.value === step);
    const field = current.getFields()[step];
    if (!field) throw new Error(`${current.name} has no field ${step}`);
    type = objectType(info, getNamedType(field.type).name);
  }
  return new Set(nodes.flatMap((node) => fieldsOf(info, type, node)).map((node) => node.name.value));
}

function fieldsOf(info: GraphQLResolveInfo, type: GraphQLObjectType, node: FieldNode): readonly FieldNode[] {
  return node.selectionSet ? collect(info, type, node.selectionSet, new Set()) : [];
}

function collect(
  info: GraphQLResolveInfo,
  type: GraphQLObjectType,
  { selections }: SelectionSetNode,
  seen: Set<string>,
): readonly FieldNode[] {
  return selections.flatMap((selection): readonly FieldNode[] => {
    if (!isIncluded(info, selection)) return [];
    switch (selection.kind) {
      case Kind.FIELD:
        return [selection];
      case Kind.INLINE_FRAGMENT:
        return applies(info, type, selection.typeCondition?.name.value)
          ? collect(info, type, selection.selectionSet, seen)
          : [];
      case Kind.FRAGMENT_SPREAD: {
        const name = selection.name.value;
        const fragment = info.fragments[name];
        if (!fragment || seen.has(name) || !applies(info, type, fragment.typeCondition.name.value)) return [];
        seen.add(name);
        return collect(info, type, fragment.selectionSet, seen);
      }
    }
  });
}

function isIncluded(info: GraphQLResolveInfo, node: Parameters<typeof getDirectiveValues>[1]): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, node, info.variableValues);
  const include = getDirectiveValues(GraphQLIncludeDirective, node, info.variableValues);
  return skip?.["if"] !== true && include?.["if"] !== false;
}

function applies(info: GraphQLResolveInfo, type: GraphQLObjectType, condition: string | undefined): boolean {
  if (condition === undefined || condition === type.name) return true;
  const named = info.schema.getType(condition);
  return isAbstractType(named) && info.schema.isSubType(named, type);
}

function objectType(info: GraphQLResolveInfo, name: string): GraphQLObjectType {
  const type = info.schema.getType(name);
  if (isObjectType(type)) return type;
  throw new Error(`${name} is no object type`);
}
