import type { FieldNode, GraphQLField, GraphQLObjectType, GraphQLResolveInfo, SelectionSetNode } from "graphql";
import {
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
} from "graphql";

/** A field as the executor will resolve it: once for all its nodes, with the arguments of the first. */
export interface Selected {
  readonly field: GraphQLField<unknown, unknown>;
  /** Those of one name in the response. */
  readonly nodes: readonly [FieldNode, ...FieldNode[]];
}

/**
 * The fields selected below others, found the way the executor finds them: through fragments and type conditions, with
 * `@skip`, `@include` and variables applied, those of one name in the response together.
 */
export function selectedBelow(
  info: GraphQLResolveInfo,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
): readonly Selected[] {
  const seen = new Set<string>();
  const found = nodes.flatMap(({ selectionSet }) => (selectionSet ? collect(info, type, selectionSet, seen) : []));
  const fields = type.getFields();
  return [...Map.groupBy(found, (node) => node.alias?.value ?? node.name.value).values()].flatMap(
    ([first, ...others]) => {
      const field = first && fields[first.name.value];
      return field ? [{ field, nodes: [first, ...others] as const }] : [];
    },
  );
}

/** The arguments as the field's resolver gets them: variables read, defaults filled in. */
export function argumentsOf(
  info: GraphQLResolveInfo,
  { field, nodes: [node] }: Selected,
): Readonly<Record<string, unknown>> {
  return getArgumentValues(field, node, info.variableValues);
}

/** The object type that a field's values have. */
export function typeBelow({ field }: Selected): GraphQLObjectType {
  const type = getNamedType(field.type);
  if (isObjectType(type)) return type;
  throw new Error(`${type.name} is no object type`);
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
