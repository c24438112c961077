import type { Catalog, Source } from "../catalog/index.ts";
import { sourceKey } from "./cache-rule.ts";
import type { RefreshEvent } from "./engine.ts";

/** Word of sources that have been refreshed, in order. */
export interface Refreshes {
  /** Grows with every word. */
  readonly epoch: number;
  /** @returns names of the models and calendars that it is about */
  tell(catalog: Catalog, event: RefreshEvent): readonly string[];
  /** Whether any of these sources was refreshed after the epoch. */
  since(sources: readonly string[], epoch: number): boolean;
}

export function createRefreshes(): Refreshes {
  /** By source: when it was refreshed last. */
  const told = new Map<string, number>();
  let epoch = 0;
  return {
    get epoch() {
      return epoch;
    },
    tell(catalog, { source }) {
      epoch++;
      const known = [...catalog.models.values(), ...catalog.calendars];
      const meant = known.filter((one) => one.name === source || isTable(one.source, source));
      // Which tables an author's SELECT reads is not known here: any may be among them.
      const isOnlySelect = meant.length > 0 && meant.every((one) => one.source.kind === "sql");
      const selects = isOnlySelect ? [] : known.filter((one) => one.source.kind === "sql");
      const touched = [...new Set([...meant, ...selects])];
      for (const one of touched) told.set(sourceKey(one.source), epoch);
      return touched.map(({ name }) => name);
    },
    since: (sources, from) => sources.some((source) => (told.get(source) ?? 0) > from),
  };
}

/** A table may be named by the end of its path: `orders`, `shop.orders`. */
function isTable(source: Source, name: string): boolean {
  if (source.kind !== "table") return false;
  const path = source.path.join(".");
  return path === name || path.endsWith(`.${name}`);
}
