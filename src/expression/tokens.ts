import type { FilterName, TextRange } from "./expr.ts";
import type { Problem } from "./problem.ts";
import { readTemplate } from "./template.ts";

/** A piece of the text as it was written. A `template` already knows the name it stands for. */
export interface Token extends TextRange {
  readonly kind: "word" | "quoted" | "string" | "number" | "symbol" | "template";
  readonly text: string;
  readonly name: FilterName | null;
  /** Whether `{{ "{" }}` in a string stands for a brace: where templates are read. */
  readonly hasBraces?: boolean;
}

export interface Scanned {
  readonly tokens: readonly Token[];
  /** The text as the parser may see it: ASCII only and of the same length, so that its byte offsets are our offsets. */
  readonly masked: string;
}

export const MAX_LENGTH = 10_000;
export const MAX_DEPTH = 100;

/**
 * Cuts a text into tokens and refuses what SQL's lexer would accept but this language has no use for: comments,
 * statement ends, parameters, exotic strings, brackets that close what they did not open.
 *
 * @param templates Whether MetricFlow's `{{ … }}` may stand for a name.
 */
export function scan(text: string, templates: boolean): Scanned | Problem {
  if (text.length > MAX_LENGTH) {
    return syntax(MAX_LENGTH, text.length, `The text has ${text.length} characters; at most ${MAX_LENGTH} are read.`);
  }
  const nul = text.indexOf("\0");
  if (nul >= 0) return syntax(nul, nul + 1, "The text holds a NUL character.", "Delete it.");
  if (!text.isWellFormed()) return syntax(0, text.length, "The text holds half of a surrogate pair.");
  const tokens: Token[] = [];
  const open: { readonly close: string; readonly at: number }[] = [];
  let masked = "";
  for (let start = 0; start < text.length; ) {
    SPACE.lastIndex = start;
    if (SPACE.test(text)) {
      masked += text.slice(start, SPACE.lastIndex);
      start = SPACE.lastIndex;
      continue;
    }
    const token = nextToken(text, start, templates);
    if ("message" in token) return token;
    const unfit = refuseInContext(text, token, tokens.at(-1), templates);
    if (unfit) return unfit;
    if (token.text === "(" || token.text === "[") {
      open.push({ close: token.text === "(" ? ")" : "]", at: start });
      if (open.length > MAX_DEPTH) return tooDeep(token);
    } else if (token.text === ")" || token.text === "]") {
      if (open.pop()?.close !== token.text) return syntax(start, token.end, `This "${token.text}" closes nothing.`);
    }
    tokens.push(token);
    masked += mask(token);
    start = token.end;
  }
  const unclosed = open.at(-1);
  if (unclosed)
    return syntax(unclosed.at, unclosed.at + 1, `This bracket is never closed.`, `Add "${unclosed.close}".`);
  if (tokens.length === 0) return syntax(0, text.length, "The expression is empty.");
  return { tokens, masked };
}

export function tooDeep(at: TextRange): Problem {
  return {
    code: "expression/not-allowed",
    message: `The expression is nested deeper than ${MAX_DEPTH} levels.`,
    help: "Split it into several dimensions, measures or metrics.",
    at: { start: at.start, end: at.end },
  };
}

/** The token that starts at this offset or is the first after it. */
export function tokenFrom(tokens: readonly Token[], offset: number): Token | undefined {
  return tokens[indexFrom(tokens, offset)];
}

/** The first token from this offset on that passes the test. */
export function findToken(
  tokens: readonly Token[],
  offset: number,
  test: (token: Token) => boolean,
): Token | undefined {
  for (let index = indexFrom(tokens, offset); index < tokens.length; index++) {
    const token = tokens[index];
    if (token && test(token)) return token;
  }
  return undefined;
}

/** Position of the first token that starts at this offset or later. */
export function indexFrom(tokens: readonly Token[], offset: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.start ?? offset) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Position of the bracket that closes the first one at or after `index`. */
export function indexOfClose(tokens: readonly Token[], index: number): number {
  let depth = 0;
  for (let i = index; i < tokens.length; i++) {
    const symbol = tokens[i]?.text;
    if (symbol === "(" || symbol === "[") depth++;
    else if ((symbol === ")" || symbol === "]") && --depth <= 0) return i;
  }
  return tokens.length - 1;
}

/** What a name token means: bare words fold to lower case, quoted ones keep theirs. */
export function nameOf(token: Token): string {
  return token.kind === "quoted" ? token.text.slice(1, -1).replaceAll('""', '"') : token.text.toLowerCase();
}

/** What a string token holds. */
export function stringOf(token: Token): string {
  if (token.kind !== "string") return nameOf(token);
  const text = token.text.slice(1, -1).replaceAll("''", "'");
  return token.hasBraces ? text.replaceAll(BRACE, "{") : text;
}

/** How a template writes one brace, there as in Jinja. */
const BRACE = '{{ "{" }}';

/** Text of a string in which nothing begins a template: where templates are read it stands for the text that was given. */
export function withoutTemplates(text: string): string {
  return text.replace(/\{(?=[{%])/g, BRACE);
}

const SPACE = /[ \t\n\r\f\v]+/y;
const STRING = /'[^']*(?:''[^']*)*'/y;
const QUOTED = /"[^"]*(?:""[^"]*)*"/y;
const WORD = /[\p{L}_][\p{L}\p{M}\p{N}_$]*/uy;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const OPERATOR = /[-+*/<>=~!@#%^&|`?]+/y;
const AFTER_NUMBER = /[\p{L}\p{N}_]/u;

function nextToken(text: string, start: number, templates: boolean): Token | Problem {
  const char = text.charAt(start);
  if (char === "'" || char === '"') {
    const end = match(char === "'" ? STRING : QUOTED, text, start);
    if (end === 0)
      return syntax(start, text.length, `This ${char} is never closed.`, `Close it; write ${char} itself twice.`);
    const kind = char === "'" ? "string" : "quoted";
    return { kind, text: text.slice(start, end), start, end, name: null, hasBraces: templates };
  }
  if (char === "{") return templateToken(text, start, templates);
  const numberEnd = match(NUMBER, text, start);
  if (numberEnd > 0) {
    if (AFTER_NUMBER.test(text.charAt(numberEnd))) {
      const end = match(WORD, text, numberEnd) || numberEnd + 1;
      return syntax(
        start,
        end,
        `"${text.slice(start, end)}" is not a number.`,
        "Write plain decimal digits: 1000, 0.10, 1e3.",
      );
    }
    return { kind: "number", text: text.slice(start, numberEnd), start, end: numberEnd, name: null };
  }
  const wordEnd = match(WORD, text, start);
  if (wordEnd > 0) return { kind: "word", text: text.slice(start, wordEnd), start, end: wordEnd, name: null };
  const operatorEnd = match(OPERATOR, text, start);
  if (operatorEnd > 0) {
    const run = text.slice(start, operatorEnd);
    const comment = run.search(/--|\/\*/);
    if (comment >= 0) {
      const at = start + comment;
      return notAllowed(
        at,
        at + 2,
        "Comments are not allowed in an expression.",
        "Put the remark into the description; write `- -1` with a space.",
      );
    }
    return { kind: "symbol", text: run, start, end: operatorEnd, name: null };
  }
  const size = text.startsWith("::", start) ? 2 : 1;
  if (size === 2 || "()[],.:".includes(char)) {
    return { kind: "symbol", text: text.slice(start, start + size), start, end: start + size, name: null };
  }
  return refuseCharacter(text, start);
}

function templateToken(text: string, start: number, templates: boolean): Token | Problem {
  if (!text.startsWith("{{", start) || !templates) {
    const help = templates
      ? "Only {{ Dimension(…) }}, {{ TimeDimension(…) }}, {{ Entity(…) }} and {{ Metric(…) }} are read."
      : null;
    return notAllowed(
      start,
      start + 1,
      "Templates are not allowed here.",
      help ?? "Templates belong in filters; write the name itself here.",
    );
  }
  const template = readTemplate(text, start);
  if (!template.ok) return template.problem;
  return { kind: "template", text: text.slice(start, template.end), start, end: template.end, name: template.name };
}

function refuseCharacter(text: string, start: number): Problem {
  const char = String.fromCodePoint(text.codePointAt(start) ?? 0);
  const end = start + char.length;
  if (char === ";")
    return notAllowed(start, end, "An expression is one value, not a statement.", "Leave the semicolon out.");
  if (char === "$") {
    return notAllowed(
      start,
      end,
      "Parameters and dollar-quoted text are not allowed.",
      "Write the value itself, as 'text' or a number.",
    );
  }
  if (/[\p{Cc}\p{Cf}\p{Z}]/u.test(char)) {
    const code = char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
    return syntax(
      start,
      end,
      `There is an invisible character here (U+${code}).`,
      "Delete it, or write a plain space.",
    );
  }
  const help = "‘’‚‛".includes(char)
    ? "Write text with straight quotes: 'text'."
    : "“”„‟".includes(char)
      ? 'Write names with straight quotes: "Name".'
      : null;
  return syntax(start, end, `The character ${char} means nothing here.`, help);
}

/** What is wrong with a token only because of its neighbours. */
function refuseInContext(text: string, token: Token, before: Token | undefined, templates: boolean): Problem | null {
  if (token.kind === "string") {
    if (before?.kind === "string") {
      return syntax(before.start, token.end, "Two texts stand side by side.", "Join them with ||, or write one text.");
    }
    if (templates && token.text.split(BRACE).some((part) => /\{[{%]/.test(part))) {
      return notAllowed(
        token.start,
        token.end,
        "A template inside quotes is not read.",
        `Write the value itself, and {{ "{" }} for a brace of it; templates stand without quotes.`,
      );
    }
  }
  if (
    token.kind === "word" &&
    /^(?:[ebxn]'|u&['"{])/i.test(text.slice(token.start, token.start + 3)) &&
    token.text.length === 1
  ) {
    return notAllowed(
      token.start,
      token.end + 1,
      "Only plain 'text' is allowed.",
      `Leave out the ${token.text} before the quote.`,
    );
  }
  return null;
}

/** End of the match at `start`, or 0. */
function match(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : 0;
}

/** The same length in ASCII. Names and texts are read from the tokens, so only their kind has to survive. */
function mask(token: Token): string {
  if (token.kind === "template") return `"${"_".repeat(token.text.length - 2)}"`;
  if (!/[^\x01-\x7f]/.test(token.text)) return token.text;
  return token.kind === "word" ? "_".repeat(token.text.length) : token.text.replace(/[^\x01-\x7f]/g, "_");
}

function syntax(start: number, end: number, message: string, help: string | null = null): Problem {
  return { code: "expression/syntax", message, help, at: { start, end } };
}

function notAllowed(start: number, end: number, message: string, help: string): Problem {
  return { code: "expression/not-allowed", message, help, at: { start, end } };
}
