import type { Catalog } from "./catalog.ts";
import type { Model } from "./model.ts";

/** Every definition, of a catalog that somebody sees a part of too: what authors wrote is read with their eyes. */
export function definitionsOf(catalog: Catalog): Catalog {
  return catalog.view?.definitions ?? catalog;
}

/** Whether whoever sees this catalog sees the model's dimension or entity. */
export function isElementSeen(catalog: Catalog, model: Model, name: string): boolean {
  if (!catalog.view) return true;
  return catalog.models.has(model.name) && !catalog.view.hidden.get(model.name)?.has(name);
}
