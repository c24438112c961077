import type { Element, ItemName, JoinPath, Model } from "../catalog/index.ts";
import { describePath, findElement, nameOf, reachableFrom } from "../catalog/index.ts";
import type { Diagnostic, Span } from "../diagnostics/index.ts";
import { report } from "../diagnostics/index.ts";
import type { ScalarType } from "../expression/index.ts";
import { compareGrains, isStandardGrain } from "../expression/index.ts";
import { nearest } from "../std/index.ts";
import type { Draft } from "./draft.ts";

/** What a name in a condition or group-by stands for. */
export type Item =
  | { readonly kind: "metric_time" }
  | { readonly kind: "element"; readonly element: Element }
  /** Nothing can be said: the models below are not known. */
  | { readonly kind: "unknown" }
  | { readonly kind: "wrong"; readonly diagnostic: Diagnostic };

/** Looks a name up from the models that its rows come from: one of them has to know it. */
export function findItem(draft: Draft, bases: readonly Model[], item: ItemName, span: Span): Item {
  if (item.links.length === 0 && item.element === "metric_time") return { kind: "metric_time" };
  if (bases.length === 0) return { kind: "unknown" };
  const lookups = bases.map((base) => findElement(draft.catalog, base, item.links, item.element));
  for (const lookup of lookups) if (lookup.kind === "found") return { kind: "element", element: lookup.at.element };
  const name = [...item.links, item.element].join("__");
  for (const lookup of lookups) {
    if (lookup.kind === "ambiguous") {
      const paths = lookup.candidates.map((candidate) => describePath(candidate.path));
      const names = [...new Set(lookup.candidates.map(nameOf))].filter((candidate) => candidate !== name);
      return { kind: "wrong", diagnostic: report("filter/ambiguous-name", { name, paths, names }, span) };
    }
    if (lookup.kind === "fan-out") return { kind: "wrong", diagnostic: fanOut(name, lookup.path, span) };
  }
  return { kind: "wrong", diagnostic: unknown(draft, bases, item, name, span) };
}

/** Offers what ends in a like word, whatever leads there; else whatever is spelled alike. */
function unknown(draft: Draft, bases: readonly Model[], item: ItemName, name: string, span: Span): Diagnostic {
  const reachable = bases.flatMap((base) => reachableFrom(draft.catalog, base, SUGGESTED_HOPS).map(nameOf));
  const known = ["metric_time", ...new Set(reachable)];
  const close = nearest(item.element, new Set(known.map(lastWord)));
  const suggestions = close.flatMap((word) => known.filter((candidate) => lastWord(candidate) === word)).slice(0, 3);
  const models = bases.map((base) => base.name);
  return report("filter/unknown-name", { name, models, suggestions, known }, span);
}

function lastWord(name: string): string {
  return name.split("__").at(-1) ?? name;
}

const SUGGESTED_HOPS = 2;

function fanOut(name: string, path: JoinPath, span: Span): Diagnostic {
  return report("filter/fan-out", { name, path: describePath(path) }, span);
}

/** Whether the time can be cut as the name says. */
export function* checkCut(name: ItemName, item: Item, span: Span): Iterable<Diagnostic> {
  const cut = name.grain ?? (name.datePart === null ? null : `extract_${name.datePart}`);
  if (cut === null || item.kind !== "element") return;
  const { element } = item;
  const written = [...name.links, name.element].join("__");
  if (element.kind === "entity" || element.dimension.kind !== "time") {
    yield report("filter/not-a-time", { name: written, cut }, span);
  } else if (
    name.grain !== null &&
    isStandardGrain(name.grain) &&
    compareGrains(name.grain, element.dimension.grain) < 0
  ) {
    const names = { name: written, grain: name.grain, finest: element.dimension.grain };
    yield report("filter/grain-too-fine", names, span);
  }
}

/** The type of the value a name stands for. */
export function typeOfItem({ grain, datePart }: ItemName, item: Item): ScalarType {
  if (datePart !== null) return "int";
  if (grain !== null && (!isStandardGrain(grain) || compareGrains(grain, "day") >= 0)) return "date";
  return item.kind === "element" && item.element.kind === "dimension" ? item.element.dimension.type : "unknown";
}
