import { stringify } from "yaml";
import { FORBIDDEN } from "./yaml-rules.ts";

/** What a definition is made of before it is text; undefined values are left out, null is a key with nothing behind it. */
export type YamlValue = string | number | boolean | null | readonly YamlValue[] | YamlMap;
export interface YamlMap {
  readonly [key: string]: YamlValue | undefined;
}

/**
 * A document as a person would write it: small mappings and lists in one line, long texts folded.
 *
 * @param sections Keys at the top whose mappings always have one line for each entry.
 */
export function printYaml(document: YamlMap, sections: readonly string[] = []): string {
  return entriesOf(document)
    .map(([key, value]) => `${printEntry(key, value, "", sections.includes(key))}\n`)
    .join("");
}

const WIDTH = 110;

function printEntry(key: string, value: YamlValue, indent: string, isSection = false): string {
  const head = `${indent}${inline(key)}:`;
  if (value === null) return head;
  if (typeof value === "string") return `${head} ${printText(value, `${indent}  `, head.length)}`;
  if (typeof value !== "object") return `${head} ${inline(value)}`;
  const line = isSection ? null : oneLine(value);
  if (line !== null && head.length + line.length < WIDTH) return `${head} ${line}`;
  return `${head}\n${printBlock(value, `${indent}  `)}`;
}

function printBlock(value: readonly YamlValue[] | YamlMap, indent: string): string {
  if (!isList(value))
    return entriesOf(value)
      .map(([key, inner]) => printEntry(key, inner, indent))
      .join("\n");
  return value
    .map((item) => {
      if (typeof item === "string") return `${indent}- ${printText(item, `${indent}  `, indent.length + 2)}`;
      const line = oneLine(item);
      if (line !== null && indent.length + line.length < WIDTH) return `${indent}- ${line}`;
      if (item === null) return `${indent}-`;
      if (typeof item !== "object") return `${indent}- ${inline(item)}`;
      return `${indent}- ${printBlock(item, `${indent}  `).trimStart()}`;
    })
    .join("\n");
}

/** A text that stands behind its key: in one line, folded, or line by line. */
function printText(text: string, indent: string, column: number): string {
  const clean = cleaned(text);
  const isBlock = clean.trim() === clean && !/ \n|\t|\r/.test(clean);
  if (clean.includes("\n"))
    return isBlock
      ? ["|-", ...clean.split("\n").map((line) => line && indent + line)].join("\n")
      : JSON.stringify(clean);
  const line = stringify(clean, { lineWidth: 0 }).replace(/\n$/, "");
  const isProse = isBlock && !clean.includes("  ") && /^[A-Za-z]/.test(clean) && clean.length > WIDTH;
  if (column + line.length < WIDTH || !isProse) return line;
  return [">-", ...folded(clean, WIDTH - indent.length).map((part) => indent + part)].join("\n");
}

/** Without the letters that definitions may not hold. */
function cleaned(text: string): string {
  return text.replaceAll(new RegExp(FORBIDDEN, "g"), " ");
}

function folded(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** In braces or brackets; null for what is better spread out: texts of several lines, keys with nothing behind them. */
function oneLine(value: YamlValue): string | null {
  if (value === null) return null;
  if (typeof value !== "object") return typeof value === "string" && value.includes("\n") ? null : inline(value);
  const parts: (string | null)[] = isList(value)
    ? value.map(oneLine)
    : entriesOf(value).map(([key, inner]) => {
        const line = oneLine(inner);
        return line === null ? null : `${inline(key)}: ${line}`;
      });
  if (parts.includes(null)) return null;
  return isList(value) ? `[${parts.join(", ")}]` : parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

/** As it may stand between braces too. */
function inline(value: string | number | boolean): string {
  const clean = typeof value === "string" ? cleaned(value) : value;
  const printed = stringify([clean], { collectionStyle: "flow", lineWidth: 0 });
  return printed.slice("[ ".length, -" ]\n".length);
}

function entriesOf(map: YamlMap): readonly (readonly [string, YamlValue])[] {
  return Object.entries(map).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
}

function isList(value: readonly YamlValue[] | YamlMap): value is readonly YamlValue[] {
  return Array.isArray(value);
}
