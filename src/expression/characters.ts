/** Sets of characters, as a class of a pattern names them. */

/** Code points, both ends included. */
export type Range = readonly [first: number, last: number];

/** U+0000 is in no text of PostgreSQL. */
const FIRST = 1;
export const LAST = 0x10ffff;
export const LINE_BREAK = 10;

export function just(char: string): Range {
  const code = char.codePointAt(0) ?? 0;
  return [code, code];
}

export function single([range, ...others]: readonly Range[]): number | null {
  return range && others.length === 0 && range[0] === range[1] ? range[0] : null;
}

/** In order, each as long as it can be. */
export function joined(ranges: readonly Range[]): readonly Range[] {
  const found: Range[] = [];
  for (const [first, last] of ranges.toSorted(([a], [b]) => a - b)) {
    const before = found.at(-1);
    if (before && first <= after(before[1])) found[found.length - 1] = [before[0], Math.max(before[1], last)];
    else found.push([first, last]);
  }
  return found;
}

/** Every other character. */
export function without(ranges: readonly Range[]): readonly Range[] {
  const found: Range[] = [];
  let first = FIRST;
  for (const range of joined(ranges)) {
    if (range[0] > first) found.push([first, before(range[0])]);
    first = after(range[1]);
  }
  if (first <= LAST) found.push([first, LAST]);
  return found;
}

/** Surrogates are halves of characters, and none of their own. */
function before(code: number): number {
  return code === 0xe000 ? 0xd7ff : code - 1;
}

function after(code: number): number {
  return code === 0xd7ff ? 0xe000 : code + 1;
}

/** Those of RE2, which knows ASCII only; elsewhere the same letters mean more. */
const DIGITS: readonly Range[] = [[48, 57]];
const WORD: readonly Range[] = [...DIGITS, [65, 90], [95, 95], [97, 122]];
const SPACES: readonly Range[] = [
  [9, 10],
  [12, 13],
  [32, 32],
];
export const CLASSES: ReadonlyMap<string, readonly Range[]> = new Map([
  ["d", DIGITS],
  ["D", without(DIGITS)],
  ["w", WORD],
  ["W", without(WORD)],
  ["s", SPACES],
  ["S", without(SPACES)],
]);
export const CONTROLS: ReadonlyMap<string, string> = new Map([
  ["t", "\t"],
  ["n", "\n"],
  ["f", "\f"],
  ["r", "\r"],
]);
