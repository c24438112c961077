import { CLASSES, CONTROLS, joined, just, LINE_BREAK, type Range, single, without } from "./characters.ts";

/** A pattern by its meaning: what is asked is only whether it matches, so no group captures and no repeat is lazy. */
export type Pattern =
  | { readonly kind: "one of"; readonly ranges: readonly Range[] }
  | { readonly kind: "start" | "end" }
  | { readonly kind: "sequence"; readonly parts: readonly Pattern[] }
  | { readonly kind: "choice"; readonly options: readonly Pattern[] }
  | { readonly kind: "repeat"; readonly of: Pattern; readonly min: number; readonly max: number | null };

/** @throws PatternError for all that the engines do not read alike */
export function readPattern(written: string): Pattern {
  return new Reader(written).pattern();
}

export class PatternError extends Error {
  readonly at: number;
  readonly help: string | null;

  constructor(at: number, message: string, help: string | null = null) {
    super(message);
    this.at = at;
    this.help = help;
  }
}

const MAX_DEPTH = 30;
/** PostgreSQL's limit; RE2 goes on to 1000. @see https://www.postgresql.org/docs/18/functions-matching.html */
const MAX_COUNT = 255;

class Reader {
  readonly #chars: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(written: string) {
    this.#chars = Array.from(written);
  }

  pattern(): Pattern {
    const pattern = this.#choice();
    if (this.#at < this.#chars.length) throw this.#error('this ")" closes nothing', "Write \\) for the sign itself.");
    return pattern;
  }

  #choice(): Pattern {
    const options = [this.#sequence()];
    while (this.#take("|")) options.push(this.#sequence());
    return options.length === 1 && options[0] ? options[0] : { kind: "choice", options };
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    for (let next = this.#peek(); next !== "" && next !== "|" && next !== ")"; next = this.#peek()) {
      parts.push(this.#repeated(this.#part()));
    }
    return parts.length === 1 && parts[0] ? parts[0] : { kind: "sequence", parts };
  }

  #part(): Pattern {
    const from = this.#at;
    const char = this.#next();
    switch (char) {
      case "(":
        return this.#group(from);
      case "[":
        return { kind: "one of", ranges: this.#class(from) };
      case "\\":
        return { kind: "one of", ranges: this.#escape() };
      case ".":
        return { kind: "one of", ranges: without([[LINE_BREAK, LINE_BREAK]]) };
      case "^":
        return { kind: "start" };
      case "$":
        return { kind: "end" };
      case "*":
      case "+":
      case "?":
        throw new PatternError(from, "there is nothing here to repeat", `Write \\${char} for the sign itself.`);
      case "{":
        throw new PatternError(from, "there is nothing here to repeat", "Write \\{ for the brace itself.");
      default:
        return { kind: "one of", ranges: [just(char)] };
    }
  }

  #repeated(part: Pattern): Pattern {
    const from = this.#at;
    const count = this.#count();
    if (!count) return part;
    if (part.kind === "start" || part.kind === "end") throw new PatternError(from, "^ and $ are not repeated");
    this.#take("?"); // whether a repeat is lazy does not change whether there is a match
    if ("*+?{".includes(this.#peek()) && this.#peek() !== "") {
      throw this.#error("one repeat follows another", "Put the first into a group: (?:a+)*.");
    }
    return { kind: "repeat", of: part, ...count };
  }

  #count(): { readonly min: number; readonly max: number | null } | null {
    if (this.#take("*")) return { min: 0, max: null };
    if (this.#take("+")) return { min: 1, max: null };
    if (this.#take("?")) return { min: 0, max: 1 };
    if (this.#peek() !== "{") return null;
    const from = this.#at;
    const written = /^\{(\d+)(?:(,)(\d+)?)?\}/.exec(this.#chars.slice(from, from + 20).join(""));
    if (!written) {
      throw this.#error("this { begins no repeat", "Write {2}, {2,} or {2,5}; \\{ for the brace itself.");
    }
    const [whole, least = "", comma, most] = written;
    const min = Number(least);
    const max = comma === undefined ? min : most === undefined ? null : Number(most);
    if (Math.max(min, max ?? 0) > MAX_COUNT) throw this.#error(`a repeat counts to ${MAX_COUNT} at most`);
    if (max !== null && max < min) throw this.#error(`the repeat ${whole} ends before it begins`);
    this.#at += whole.length;
    return { min, max };
  }

  #group(from: number): Pattern {
    if (this.#peek() === "?" && !this.#takeAll("?:"))
      throw groupError(this.#chars.slice(from, from + 5).join(""), from);
    if (++this.#depth > MAX_DEPTH) throw new PatternError(from, `groups are nested deeper than ${MAX_DEPTH} levels`);
    const inner = this.#choice();
    if (!this.#take(")")) throw new PatternError(from, "this group is never closed", "Write \\( for the sign itself.");
    this.#depth--;
    return inner;
  }

  #class(from: number): readonly Range[] {
    const isNegated = this.#take("^");
    const start = this.#at;
    if (this.#peek() === "]") throw this.#error("this class is empty", "Write \\] for the sign itself.");
    const ranges: Range[] = [];
    while (!this.#take("]")) ranges.push(...this.#item(from, this.#at === start));
    const found = isNegated ? without(ranges) : joined(ranges);
    if (found.length === 0) throw new PatternError(from, "no character is in this class");
    return found;
  }

  /** One character, range or class within brackets. */
  #item(from: number, isFirst: boolean): readonly Range[] {
    const at = this.#at;
    const isHyphen = this.#peek() === "-";
    const first = this.#member(from);
    const isRange = this.#peek() === "-" && this.#chars[this.#at + 1] !== "]";
    if (!isRange && (!isHyphen || isFirst || this.#peek() === "]")) return first;
    const low = isHyphen ? null : single(first);
    this.#take("-");
    const high = low === null || this.#peek() === "-" ? null : single(this.#member(from));
    if (low === null || high === null) {
      throw new PatternError(at, "this - is no range of two characters", "Write \\- for the sign itself.");
    }
    if (high < low) throw new PatternError(at, "this range ends before it begins");
    return [[low, high]];
  }

  #member(from: number): readonly Range[] {
    if (this.#peek() === "")
      throw new PatternError(from, "this class is never closed", "Write \\[ for the sign itself.");
    if (this.#peek() === "[" && ":.=".includes(this.#chars[this.#at + 1] ?? " ")) {
      throw this.#error("classes such as [:alpha:] are not supported", "Write them out: [a-zA-Z].");
    }
    const char = this.#next();
    return char === "\\" ? this.#escape() : [just(char)];
  }

  /** What follows a backslash. */
  #escape(): readonly Range[] {
    const from = this.#at - 1;
    const char = this.#next();
    const known = CLASSES.get(char);
    if (known) return known;
    const control = CONTROLS.get(char);
    if (control) return [just(control)];
    if (/^[!-/:-@[-`{-~ ]$/.test(char)) return [just(char)];
    throw escapeError(char, from);
  }

  #peek(): string {
    return this.#chars[this.#at] ?? "";
  }

  #next(): string {
    return this.#chars[this.#at++] ?? "";
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at++;
    return true;
  }

  #takeAll(text: string): boolean {
    if (this.#chars.slice(this.#at, this.#at + text.length).join("") !== text) return false;
    this.#at += text.length;
    return true;
  }

  #error(message: string, help: string | null = null): PatternError {
    return new PatternError(this.#at, message, help);
  }
}

function groupError(written: string, at: number): PatternError {
  if (/^\(\?<?[=!]/.test(written)) return new PatternError(at, "lookahead and lookbehind are not supported");
  if (/^\(\?(P|<|')/.test(written)) return new PatternError(at, "named groups are not supported", "Write ( ) alone.");
  if (/^\(\?[a-z^-]/i.test(written)) {
    const help = "To ignore case write regexp_contains(lower(s), 'pattern').";
    return new PatternError(at, "flags such as (?i) are not supported", help);
  }
  return new PatternError(at, "this kind of group is not supported", "Write ( ) or (?: ).");
}

function escapeError(char: string, at: number): PatternError {
  if (char === "")
    return new PatternError(at, "this backslash stands before nothing", "Write \\\\ for the sign itself.");
  if (/[1-9]/.test(char)) return new PatternError(at, "references back to a group are not supported");
  if (/[bByYmM]/.test(char)) return new PatternError(at, `the border of a word, \\${char}, is not supported`);
  if (/[AzZ]/.test(char))
    return new PatternError(at, `\\${char} is not supported`, "Write ^ and $ for the ends of the text.");
  if (/[pPX]/.test(char)) {
    return new PatternError(at, "classes of Unicode are not supported", "Write the characters: [a-zäöüß].");
  }
  return new PatternError(at, `\\${char} is not supported`, "Write the character itself.");
}
