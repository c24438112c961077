import type { Cell } from "../../warehouse/index.ts";
import type { Answer } from "./ask.ts";

/** What one number was and is. */
export interface Compared {
  /** As the warehouse writes them; null: no value, or withheld. */
  readonly before: string | null;
  readonly after: string | null;
  /** After by before less one; null where there is no before. */
  readonly change: number | null;
  readonly isChanged: boolean;
  /** Whether it is not told, because it would tell of few rows. */
  readonly isWithheld: boolean;
}

/** One group of both definitions; null: the group without a value. */
export interface ComparedGroup extends Compared {
  readonly group: string | null;
}

/** Rows of both sides by what they are grouped by, NULL being a value: those of one side only too, in order. */
export interface Join {
  readonly group: string | null;
  readonly before: ReadonlyMap<string, Cell> | null;
  readonly after: ReadonlyMap<string, Cell> | null;
}

/** @param column null: there is one group, which holds all. */
export function fullOuterJoin(before: Answer, after: Answer, column: string | null): readonly Join[] {
  const groups = new Map<string | null, { before: Join["before"]; after: Join["after"] }>();
  const of = (row: ReadonlyMap<string, Cell>) => {
    const group = column === null ? ALL : cellText(row.get(column) ?? null);
    const known = groups.get(group) ?? { before: null, after: null };
    groups.set(group, known);
    return known;
  };
  for (const row of before) of(row).before = row;
  for (const row of after) of(row).after = row;
  return [...groups]
    .map(([group, { before: was, after: is }]) => ({ group, before: was, after: is }))
    .sort((a, b) => compareGroups(a.group, b.group));
}

export const ALL = "all";

/** NULL comes last. */
function compareGroups(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

export function compareCells(before: Cell, after: Cell): Compared {
  const [was, is] = [numberOf(before), numberOf(after)];
  const change = was === null || is === null || was === 0 ? null : is / was - 1;
  return {
    before: cellText(before),
    after: cellText(after),
    change: isSame(before, after) && change !== null ? 0 : change,
    isChanged: !isSame(before, after),
    isWithheld: false,
  };
}

/** That it is withheld is all that is told: neither side, else the others would tell it. */
export const WITHHELD: Compared = { before: null, after: null, change: null, isChanged: true, isWithheld: true };

export function cellText(cell: Cell): string | null {
  return cell === null ? null : String(cell);
}

/** Digits exactly, whatever the zeros at their end; floating numbers but for what the order of adding does. */
function isSame(a: Cell, b: Cell): boolean {
  if (a === null || b === null) return a === b;
  if (typeof a === "number" || typeof b === "number") {
    const [x, y] = [Number(a), Number(b)];
    return x === y || Math.abs(x - y) <= 1e-12 * Math.max(Math.abs(x), Math.abs(y));
  }
  return bare(String(a)) === bare(String(b));
}

function bare(digits: string): string {
  const text = /^-?\d+\.\d+$/.test(digits) ? digits.replace(/\.?0+$/, "") : digits;
  return text === "-0" ? "0" : text;
}

function numberOf(cell: Cell): number | null {
  const value = cell === null || typeof cell === "boolean" || cell === "" ? Number.NaN : Number(cell);
  return Number.isFinite(value) ? value : null;
}
