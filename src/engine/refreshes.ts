import type { Catalog, Source } from "../catalog/index.ts";
import { quote } from "../diagnostics/index.ts";
import { nearest } from "../std/index.ts";
import { sourceKey } from "./cache-rule.ts";
import type { RefreshEvent, Refreshed, RefreshWarning } from "./engine.ts";
import { type Part, partOf, type Reading, touches } from "./reading.ts";

/** Word of sources that have been refreshed, in order. */
export interface Refreshes {
  /** Grows with every word. */
  readonly epoch: number;
  /** @returns what it is about */
  tell(catalog: Catalog, event: RefreshEvent): Omit<Refreshed, "answers">;
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
      const whole = touched.filter((one) => {
        const isPart = partition !== null && one.source.kind === "table";
        const part = isPart ? partOf(catalog, one.source, partition) : null;
        note(one.source, part);
        return part === null;
      });
      const names = touched.map(({ name }) => name);
      if (meant.length === 0 && !selects.some((one) => isInSelect(one.source, source))) {
        return { names, warnings: [unknownSource(source, known, names)] };
      }
      // Of those that only may read it nobody has said a part.
      const unparted = meant.length === 0 ? whole : whole.filter((one) => meant.includes(one));
      return { names, ...(partition !== null && unparted.length > 0 && { warnings: [partitionNotUsed(unparted)] }) };
    },
    since: (readings, from) =>
      from < epoch && isTold(readings, (words) => words.slice(words.findLastIndex((word) => word.epoch <= from) + 1)),
    isBeyond: (readings, asOfMs) => isTold(readings, (words) => words.filter(({ atMs }) => atMs > asOfMs)),
  };
}

/** A table may be named by the end of its path. */
function isTable(source: Source, name: string): boolean {
  return source.kind === "table" && endsOf(source.path).includes(name);
}

/** Whether every part of a name is a word of an author's SELECT. */
function isInSelect(source: Source, name: string): boolean {
  if (source.kind !== "sql") return false;
  const words = new Set(wordsOf(source.text));
  const asked = wordsOf(name);
  return asked.length > 0 && asked.every((word) => words.has(word));
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_$]+/gu) ?? [];
}

/** What has a name here, and rows. */
interface Named {
  readonly name: string;
  readonly source: Source;
}

function unknownSource(name: string, known: readonly Named[], ended: readonly string[]): RefreshWarning {
  const names = known.flatMap((one) => [one.name, ...(one.source.kind === "table" ? endsOf(one.source.path) : [])]);
  const [near] = nearest(name, new Set(names), 1);
  const way = near === undefined ? "." : `; did you mean ${quote(near)}?`;
  const rest = ended.length === 0 ? "" : ` Only answers of models with SQL of their own ended: ${ended.join(", ")}.`;
  return { code: "UNKNOWN_SOURCE", message: `No model, calendar or table here is named ${quote(name)}${way}${rest}` };
}

/** The names that a table has: `orders`, `shop.orders`. */
function endsOf(path: readonly string[]): readonly string[] {
  return path.map((_, i) => path.slice(i).join("."));
}

function partitionNotUsed(whole: readonly Named[]): RefreshWarning {
  const ended = `all answers of ${whole.map(({ name }) => name).join(", ")} ended`;
  const way = whole.every(({ source }) => source.kind === "sql")
    ? "A model with SQL of its own has no partitions."
    : "A partition is a date of the one time that the model declares as partition: true, or names its column, as in ordered_on=2026-11-20.";
  return { code: "PARTITION_NOT_USED", message: `The partition was not used: ${ended}. ${way}` };
}
