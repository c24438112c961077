import type { Catalog, Source } from "../catalog/index.ts";
import { sourceKey } from "./cache-rule.ts";
import type { RefreshEvent } from "./engine.ts";
import { type Part, partOf, type Reading, touches } from "./reading.ts";

/** Word of sources that have been refreshed, in order. */
export interface Refreshes {
  /** Grows with every word. */
  readonly epoch: number;
  /** @returns names of the models and calendars that it is about */
  tell(catalog: Catalog, event: RefreshEvent): readonly string[];
  /** Whether anything of what is read was refreshed after the epoch. */
  since(readings: readonly Reading[], epoch: number): boolean;
  /** Whether rows that are as current as a moment, in milliseconds since 1970, may lack something of it. */
  isBeyond(readings: readonly Reading[], asOfMs: number): boolean;
}

interface Word {
  readonly epoch: number;
  /** Of the clock on the wall. */
  readonly atMs: number;
  /** null: all of the source. */
  readonly part: Part | null;
}

/** Of parts of one source; what is told of more counts as word of all of it. */
const MOST_WORDS = 400;

export function createRefreshes(): Refreshes {
  /** By source, oldest first. */
  const told = new Map<string, readonly Word[]>();
  let epoch = 0;

  function note(source: Source, part: Part | null): void {
    const key = sourceKey(source);
    const word = { epoch, atMs: Date.now(), part };
    // What was told before of parts is in it.
    const words = part ? [...(told.get(key) ?? []), word] : [word];
    const [joined, ...rest] = words.slice(-MOST_WORDS);
    told.set(key, words.length <= MOST_WORDS || !joined ? words : [{ ...joined, part: null }, ...rest]);
  }

  const isTold = (readings: readonly Reading[], meant: (words: readonly Word[]) => readonly Word[]): boolean =>
    readings.some((reading) =>
      meant(told.get(reading.source) ?? []).some(({ part }) => part === null || touches(part, reading)),
    );

  return {
    get epoch() {
      return epoch;
    },
    tell(catalog, { source, partition = null }) {
      epoch++;
      const known = [...catalog.models.values(), ...catalog.calendars];
      const meant = known.filter((one) => one.name === source || isTable(one.source, source));
      // Which tables an author's SELECT reads is not known here: any may be among them.
      const isOnlySelect = meant.length > 0 && meant.every((one) => one.source.kind === "sql");
      const selects = isOnlySelect ? [] : known.filter((one) => one.source.kind === "sql");
      const touched = [...new Set([...meant, ...selects])];
      for (const one of touched) {
        const isPart = partition !== null && one.source.kind === "table";
        note(one.source, isPart ? partOf(catalog, one.source, partition) : null);
      }
      return touched.map(({ name }) => name);
    },
    since: (readings, from) =>
      from < epoch && isTold(readings, (words) => words.slice(words.findLastIndex((word) => word.epoch <= from) + 1)),
    isBeyond: (readings, asOfMs) => isTold(readings, (words) => words.filter(({ atMs }) => atMs > asOfMs)),
  };
}

/** A table may be named by the end of its path: `orders`, `shop.orders`. */
function isTable(source: Source, name: string): boolean {
  if (source.kind !== "table") return false;
  const path = source.path.join(".");
  return path === name || path.endsWith(`.${name}`);
}
