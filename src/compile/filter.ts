import type { CustomGrains, Filter, Model } from "../catalog/index.ts";
import { splitName } from "../catalog/index.ts";
import type { Located } from "../definition/index.ts";
import type { Expr, FilterName } from "../expression/index.ts";
import { mapRefs, parseFilter } from "../expression/index.ts";
import type { Report } from "./parsed.ts";
import { parsed, UNREADABLE } from "./parsed.ts";

/** `own`: the model whose dimensions may be written bare; null where there is no one model. */
export interface FilterScope {
  readonly own: Model | null;
  readonly customGrains: CustomGrains;
}

/** Conditions with every name in full: `status` becomes `order__status`. */
export function buildFilters(texts: readonly Located[], scope: FilterScope, report: Report): readonly Filter[] {
  return texts.map((text) => ({
    expr: inFull(parsed(parseFilter, text, report) ?? UNREADABLE, scope),
    text: text.value,
    span: text.span,
  }));
}

function inFull(expr: Expr<FilterName>, scope: FilterScope): Expr<FilterName> {
  if (!scope.own) return expr;
  return mapRefs(expr, (name, at) => ({ kind: "ref", ref: nameInFull(name, scope), ...(at && { at }) }));
}

function nameInFull(name: FilterName, { own, customGrains }: FilterScope): FilterName {
  if (name.kind === "metric" || !own?.primaryEntity) return name;
  const { links, element } = splitName(name.text, customGrains);
  const isBare = links.length === 0 && own.dimensions.has(element) && !own.entities.has(element);
  return isBare ? { kind: "name", text: `${own.primaryEntity}__${name.text}` } : name;
}
