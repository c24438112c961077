import type { SourceFile } from "../diagnostics/index.ts";
import type { ListTree, MapTree, ScalarTree, Tree } from "./tree.ts";
import { FORBIDDEN_KEYS, MAX_LEVELS, NUMBER } from "./yaml-rules.ts";

/**
 * Reads the simple YAML that most definitions are written in, many times faster than the package: block mappings with
 * plain names as keys, block lists of values and such mappings, values on one line (plain, quoted without escapes, in brackets or braces),
 * comments, documents. Gives exactly the trees that the package would give, or null for a file in which anything is
 * wrong or unusual: then the package reads it.
 */
export function readSimpleYaml(file: SourceFile): readonly Tree[] | null {
  if (UNUSUAL_LINE.test(file.text)) return null;
  const reader: Reader = { file, text: file.text, lines: linesOf(file.text), line: 0, at: 0 };
  try {
    const trees: Tree[] = [];
    while (reader.line < reader.lines.length) {
      if (lineOf(reader).isDivider) reader.line++;
      else trees.push(readBlock(reader, 1));
    }
    return trees;
  } catch (error) {
    if (error === unusual) return null;
    throw error;
  }
}

/** Tabs, other line ends, directives, the end of a document, and a document that starts behind its dashes. */
const UNUSUAL_LINE = /[\t\r]|^(?:%|\.\.\.|---[^\n])/m;

/** Thrown and caught in this file only. */
const unusual = new Error("Left to the package");

function giveUp(): never {
  throw unusual;
}

/** A line that holds something; offsets of its first letter and of its end. */
interface Line {
  readonly start: number;
  readonly end: number;
  readonly indent: number;
  readonly isDivider: boolean;
}

interface Reader {
  readonly file: SourceFile;
  readonly text: string;
  readonly lines: Line[];
  /** Index of the line being read, and the offset in the text where its value goes on. */
  line: number;
  at: number;
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf("\n", from);
    const end = newline < 0 ? text.length : newline;
    let start = from;
    while (text[start] === " ") start++;
    if (start < end && text[start] !== "#") {
      const isDivider = start === from && text.startsWith("---", start);
      lines.push({ start, end, indent: start - from, isDivider });
    }
    from = end + 1;
  }
  return lines;
}

function lineOf({ lines, line }: Reader): Line {
  return lines[line] ?? giveUp();
}

/** The mapping or list that starts at this line; ends before the first line that is indented less. */
function readBlock(reader: Reader, level: number): Tree {
  const { start, indent } = lineOf(reader);
  if (level > MAX_LEVELS || (level === 1 && indent > 0)) giveUp();
  return reader.text.startsWith("- ", start) ? readBlockList(reader, level) : readBlockMap(reader, level);
}

function readBlockMap(reader: Reader, level: number): MapTree {
  const { start, indent } = lineOf(reader);
  const growing = newMap();
  while (isInBlock(reader, indent)) {
    const { end } = lineOf(reader);
    const key = readKey(reader, lineOf(reader).start);
    if (reader.at < end && reader.text[reader.at] !== " ") giveUp();
    skipSpaces(reader);
    if (reader.at < end && reader.text[reader.at] !== "#") {
      addEntry(growing, key, readInline(reader, level + 1, false));
      endLine(reader, indent);
    } else {
      reader.line++;
      const next = reader.lines[reader.line];
      const isNested = next !== undefined && next.indent > indent;
      // A list may also stand at the indentation of its key.
      if (next?.indent === indent && reader.text[next.start] === "-" && !next.isDivider) giveUp();
      addEntry(growing, key, isNested ? readBlock(reader, level + 1) : nothingAt(reader, key.end, key.end));
    }
  }
  return { kind: "map", file: reader.file, start, end: growing.end, entries: growing.entries, data: growing.data };
}

function readBlockList(reader: Reader, level: number): ListTree {
  const { start, indent } = lineOf(reader);
  const items: Tree[] = [];
  while (isInBlock(reader, indent)) {
    const line = lineOf(reader);
    if (!reader.text.startsWith("- ", line.start)) giveUp();
    reader.at = line.start + 2;
    skipSpaces(reader);
    if (isMapAt(reader)) {
      if (level + 1 > MAX_LEVELS) giveUp();
      // From its first key on, the item is a block of its own.
      const from = reader.at;
      reader.lines[reader.line] = { ...line, start: from, indent: indent + from - line.start };
      items.push(readBlockMap(reader, level + 1));
    } else {
      items.push(readInline(reader, level + 1, false));
      endLine(reader, indent);
    }
  }
  return listTree(reader, start, items.at(-1)?.end ?? start, items);
}

/** Whether a key stands here: a name, a colon, and a space or the end of the line. */
function isMapAt({ text, at }: Reader): boolean {
  KEY.lastIndex = at;
  return KEY.test(text) && /^( |\n|$)/.test(text.slice(KEY.lastIndex, KEY.lastIndex + 1));
}

/** Whether the line is one more of the block; a line in between two indentations is an error. */
function isInBlock({ lines, line }: Reader, indent: number): boolean {
  const next = lines[line];
  if (!next || next.isDivider || next.indent < indent) return false;
  if (next.indent > indent) giveUp();
  return true;
}

/** After a value only a comment may follow on its line; a line that is indented more would continue it. */
function endLine(reader: Reader, indent: number): void {
  const { end } = lineOf(reader);
  const before = reader.at;
  skipSpaces(reader);
  if (reader.at < end && (reader.text[reader.at] !== "#" || reader.at === before)) giveUp();
  reader.line++;
  const next = reader.lines[reader.line];
  if (next && next.indent > indent) giveUp();
}

/** A value on one line, at `reader.at`; leaves `reader.at` behind it. */
function readInline(reader: Reader, level: number, inFlow: boolean): Tree {
  switch (reader.text[reader.at]) {
    case "[":
      return readFlowList(reader, level);
    case "{":
      return readFlowMap(reader, level);
    case "'":
      return readQuoted(reader, SINGLE_QUOTED);
    case '"':
      return readQuoted(reader, DOUBLE_QUOTED);
    default:
      return readPlain(reader, inFlow);
  }
}

function readFlowList(reader: Reader, level: number): ListTree {
  if (level > MAX_LEVELS) giveUp();
  const start = reader.at;
  const items: Tree[] = [];
  readFlow(reader, "]", () => items.push(readInline(reader, level + 1, true)));
  return listTree(reader, start, reader.at, items);
}

function readFlowMap(reader: Reader, level: number): MapTree {
  if (level > MAX_LEVELS) giveUp();
  const start = reader.at;
  const growing = newMap();
  readFlow(reader, "}", () => {
    const key = readKey(reader, reader.at);
    if (reader.text[reader.at] !== " ") giveUp();
    skipSpaces(reader);
    addEntry(growing, key, readInline(reader, level + 1, true));
  });
  return { kind: "map", file: reader.file, start, end: reader.at, entries: growing.entries, data: growing.data };
}

/** Items between commas, from an opening to its closing bracket. */
function readFlow(reader: Reader, close: string, readItem: () => void): void {
  reader.at++;
  skipSpaces(reader);
  while (reader.text[reader.at] !== close) {
    readItem();
    skipSpaces(reader);
    if (reader.text[reader.at] === ",") {
      reader.at++;
      skipSpaces(reader);
    } else if (reader.text[reader.at] !== close) giveUp();
  }
  reader.at++;
}

const SINGLE_QUOTED = /'((?:[^'\n]|'')*)'/y;
const DOUBLE_QUOTED = /"([^"\\\n]*)"/y;

function readQuoted(reader: Reader, pattern: RegExp): ScalarTree {
  const start = reader.at;
  const [whole, inner = ""] = matchAt(reader, pattern) ?? giveUp();
  const value = whole.startsWith("'") ? inner.replaceAll("''", "'") : inner;
  return { kind: "scalar", file: reader.file, start, end: reader.at, data: value, source: value };
}

/** Starts with a letter, digit, underscore, bracket or sign; a space before # and a colon before a space end it. */
const PLAIN = /[A-Za-z0-9_(+-](?:[^\n:# ]|:(?![ \n]|$)|(?<! )#| +(?![ #\n]|$))*/y;
const PLAIN_IN_FLOW = /[A-Za-z0-9_(+-](?:[^\n:# ,[\]{}]|:(?![ \n,[\]{}]|$)| +(?![ #\n,[\]{}]|$))*/y;

function readPlain(reader: Reader, inFlow: boolean): ScalarTree {
  const start = reader.at;
  const [source] = matchAt(reader, inFlow ? PLAIN_IN_FLOW : PLAIN) ?? giveUp();
  const place = { file: reader.file, start, end: reader.at };
  // A colon that ended it makes a mapping; a dash or plus alone, and most of what looks like a number, has its own rules.
  if (reader.text[reader.at] === ":") giveUp();
  if (/^[A-Za-z_(]/.test(source)) {
    const word = WORDS.get(source);
    if (word === null) return nothingAt(reader, start, reader.at);
    return { kind: "scalar", ...place, data: word ?? source, source };
  }
  if (NUMBER.test(source)) {
    const number = Number(source);
    const isExact = /[.eE]/.test(source) ? Number.isFinite(number) : Number.isSafeInteger(number);
    return isExact && !Object.is(number, -0) ? { kind: "scalar", ...place, data: number, source } : giveUp();
  }
  // "7 days" and 2027-03-31 are texts; 010, 1., 0x1f and +.inf are left to the package.
  if (!/^[0-9]/.test(source) || /^(0[xob].*|[0-9.]+([eE][-+]?[0-9]*)?)$/.test(source)) giveUp();
  return { kind: "scalar", ...place, data: source, source };
}

/** Words that are not texts in the core schema. */
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ...["true", "True", "TRUE"].map((word) => [word, true] as const),
  ...["false", "False", "FALSE"].map((word) => [word, false] as const),
  ...["null", "Null", "NULL"].map((word) => [word, null] as const),
]);

const KEY = /([A-Za-z_][A-Za-z0-9_]{0,99}):/y;

/** A plain name and its colon. */
function readKey(reader: Reader, at: number): ScalarTree {
  reader.at = at;
  const [, name = ""] = matchAt(reader, KEY) ?? giveUp();
  if (FORBIDDEN_KEYS.has(name)) giveUp();
  return { kind: "scalar", file: reader.file, start: at, end: at + name.length, data: name, source: name };
}

function matchAt(reader: Reader, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = reader.at;
  const match = pattern.exec(reader.text);
  if (match) reader.at = pattern.lastIndex;
  return match;
}

function skipSpaces(reader: Reader): void {
  while (reader.text[reader.at] === " ") reader.at++;
}

interface GrowingMap {
  readonly entries: Map<string, { key: ScalarTree; value: Tree }>;
  readonly data: Record<string, unknown>;
  end: number;
}

function newMap(): GrowingMap {
  return { entries: new Map(), data: Object.create(null), end: 0 };
}

function addEntry(growing: GrowingMap, key: ScalarTree, value: Tree): void {
  if (growing.entries.has(key.source)) giveUp();
  growing.entries.set(key.source, { key, value });
  growing.data[key.source] = value.data;
  growing.end = value.end;
}

function listTree({ file }: Reader, start: number, end: number, items: readonly Tree[]): ListTree {
  return { kind: "list", file, start, end, items, data: items.map((item) => item.data) };
}

function nothingAt({ file }: Reader, start: number, end: number): ScalarTree {
  return { kind: "scalar", file, start, end, data: null, source: "" };
}
