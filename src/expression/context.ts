import type { FuncCall, Node } from "libpg-query";
import { literal } from "./build.ts";
import type { Expr, FilterName, TextRange } from "./expr.ts";
import type { Problem } from "./problem.ts";
import { indexFrom, indexOfClose, type Token, tokenFrom } from "./tokens.ts";

/** What the conversion of one text shares. Problems are collected; the tree counts only when there are none. */
export interface Context {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly inFilter: boolean;
  /** Whether `claim(…)` may be written. */
  readonly mayClaim: boolean;
  /** Set for SQL of other tools: what an aggregate becomes, and that names may be qualified (see `qualified`). */
  readonly onAggregate: ((node: FuncCall, at: TextRange) => Placed) | null;
  /** Added to a location of the parse tree: its offset in the text. */
  readonly shift: number;
  readonly problems: Problem[];
  /** Nodes so far that were written once and stand in the tree twice. */
  copied: number;
  isTooDeep: boolean;
}

/** An expression whose place in the text is known. */
export type Placed = Expr<FilterName> & { readonly at: TextRange };

/** Converts a child, one level deeper. */
export type Inner = (child: Node | undefined) => Placed;

/** Stands where nothing could be made of the text; a problem tells why. */
export function failed(at: TextRange): Placed {
  return { ...literal("unknown", null), at };
}

export function problem(
  cx: Context,
  code: Problem["code"],
  at: TextRange,
  message: string,
  help: string | null,
): Placed {
  cx.problems.push({ code, message, help, at: { start: at.start, end: at.end } });
  return failed(at);
}

/** A name and the table before it in one text; neither can hold the character between them. */
export function qualified(table: string, name: string): string {
  return `${table}\0${name}`;
}

/** A claim as a name; no name that is written can hold the character before it. */
export function claimName(claim: string): string {
  return `\0${claim}`;
}

export function claimIn(name: string): string | null {
  return name.startsWith("\0") ? name.slice(1) : null;
}

/** Offset in the text of a location in the parse tree; below 0 where the parser made the node up. */
export function start(location: number | undefined, cx: Context): number {
  return (location ?? -1) + cx.shift;
}

export function wholeText(cx: Context): TextRange {
  return { start: 0, end: cx.text.length };
}

/** From a word to the bracket that closes the first one after it: `f(a, b)`. */
export function callRange(from: number, cx: Context): TextRange {
  const close = cx.tokens[indexOfClose(cx.tokens, indexFrom(cx.tokens, from) + 1)];
  return { start: from, end: close?.end ?? cx.text.length };
}

/** The range with the brackets written around exactly it. Only for operands: a call's own brackets look the same. */
export function bracketed(at: TextRange, cx: Context): TextRange {
  let { start: from, end } = at;
  for (;;) {
    const before = cx.tokens[indexFrom(cx.tokens, from) - 1];
    const after = tokenFrom(cx.tokens, end);
    if (before?.text !== "(" || after?.text !== ")") return { start: from, end };
    from = before.start;
    end = after.end;
  }
}
