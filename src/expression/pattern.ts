import { CONTROLS, LAST, type Range, single, without } from "./characters.ts";
import { type Pattern, PatternError, readPattern } from "./read-pattern.ts";

/**
 * A regular expression that means the same on every engine: what it says is read as RE2 does, and written anew in the
 * words that RE2 and PostgreSQL's advanced expressions read alike. Classes of letters are those of ASCII, `.` is
 * everything but a line break, `^` and `$` are the ends of the whole text. Whether a text matches is all that is asked,
 * so groups capture nothing and lazy repeats are plain ones.
 *
 * @see https://github.com/google/re2/wiki/Syntax
 * @see https://www.postgresql.org/docs/18/functions-matching.html#FUNCTIONS-POSIX-REGEXP
 */
export function portablePattern(written: string): PortablePattern {
  try {
    if (written.length > MAX_LENGTH) {
      const message = `The pattern has ${written.length} characters; at most ${MAX_LENGTH} are read.`;
      return { ok: false, message, help: null };
    }
    const pattern = readPattern(written);
    if (costOf(pattern) > MAX_COST) {
      const message = "The pattern is too large when its repeats are written out.";
      const help =
        "Repeat less often: * and + count once, and repeats of what may be nothing, (a?){20}, by their square.";
      return { ok: false, message, help };
    }
    return { ok: true, text: print(pattern) };
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return { ok: false, message: `Character ${error.at + 1} of the pattern: ${error.message}.`, help: error.help };
  }
}

/** The pattern as every engine is given it; or why it is not taken. */
export type PortablePattern =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string; readonly help: string | null };

const MAX_LENGTH = 1_000;
/** RE2 refuses repeats that come to more than 1000 together. */
const MAX_COST = 1_000;

/**
 * About what PostgreSQL pays to read it: the characters and ranges there are when every repeat is written out, and what
 * may be left out counted against all of its like, since each can be followed by each.
 */
function costOf(pattern: Pattern): number {
  switch (pattern.kind) {
    case "one of":
      return pattern.ranges.length;
    case "start":
    case "end":
      return 1;
    case "sequence":
      return sum(pattern.parts.map(costOf)) + pattern.parts.filter(mayBeNothing).length ** 2 + 1;
    case "choice":
      return sum(pattern.options.map(costOf)) + 1;
    case "repeat": {
      const times = Math.max(1, pattern.max ?? pattern.min);
      return costOf(pattern.of) * times ** (mayBeNothing(pattern.of) ? 2 : 1) + 1;
    }
  }
}

function mayBeNothing(pattern: Pattern): boolean {
  switch (pattern.kind) {
    case "one of":
      return false;
    case "start":
    case "end":
      return true;
    case "sequence":
      return pattern.parts.every(mayBeNothing);
    case "choice":
      return pattern.options.some(mayBeNothing);
    case "repeat":
      return pattern.min === 0 || mayBeNothing(pattern.of);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function print(pattern: Pattern): string {
  switch (pattern.kind) {
    case "one of":
      return printSet(pattern.ranges);
    case "start":
      return "^";
    case "end":
      return "$";
    case "sequence":
      return pattern.parts.map((part) => (part.kind === "choice" ? `(?:${print(part)})` : print(part))).join("");
    case "choice":
      return pattern.options.map(print).join("|");
    case "repeat":
      return `${pattern.of.kind === "one of" ? print(pattern.of) : `(?:${print(pattern.of)})`}${printCount(pattern)}`;
  }
}

function printCount({ min, max }: { readonly min: number; readonly max: number | null }): string {
  if (max === null) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
  if (min === max) return `{${min}}`;
  return min === 0 && max === 1 ? "?" : `{${min},${max}}`;
}

function printSet(ranges: readonly Range[]): string {
  const one = single(ranges);
  if (one !== null) return printChar(one, /[\\.[\](){}|*+?^$]/);
  const isNegated = ranges.at(-1)?.[1] === LAST;
  const listed = isNegated ? without(ranges) : ranges;
  if (listed.length === 0) return "(?:[^\\n]|\\n)"; // every character; a class that lacks none cannot be written
  const texts = listed.map(([first, last]) =>
    (first === last ? [first] : [first, last]).map((code) => printChar(code, /[\\[\]^-]/)).join("-"),
  );
  return `[${isNegated ? "^" : ""}${texts.join("")}]`;
}

function printChar(code: number, special: RegExp): string {
  const char = String.fromCodePoint(code);
  for (const [letter, control] of CONTROLS) if (char === control) return `\\${letter}`;
  return special.test(char) ? `\\${char}` : char;
}
