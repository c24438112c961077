/**
 * The author's SQL without what cannot change its meaning: whitespace, comments, the case of keywords and unquoted names,
 * `!=` for `<>`, a semicolon at the end. Where one engine would read the letters otherwise than another (a backslash in
 * quotes, `#`, quotes in threes, comments in comments, letters behind digits), nothing is dropped but carriage returns and space at line ends.
 */
export function canonicalSql(text: string): string {
  const lines = text.replaceAll(/\r\n?/g, "\n");
  return wordsOf(lines)?.join(" ") ?? lines.replaceAll(/[ \t]+$/gm, "").trim();
}

const PIECES =
  /(?<space>[ \t\r\n\f\v]+|--[^\r\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)|(?<quoted>[A-Za-z]*'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`)|(?<word>[\p{L}_][\p{L}\p{M}\p{N}_$]*)|(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}_]))|(?<operator>[-+*/<>=~!@%^&|?:]+)|(?<mark>[()[\]{},.;])/uy;

/** null: a piece of it is not certain. */
function wordsOf(text: string): readonly string[] | null {
  const words: string[] = [];
  PIECES.lastIndex = 0;
  while (PIECES.lastIndex < text.length) {
    const { space, quoted, word, number, operator, mark } = PIECES.exec(text)?.groups ?? {};
    if (space !== undefined) {
      if (space.startsWith("/*") && space.includes("/*", 2)) return null;
    } else if (quoted !== undefined) {
      if (/\\|'''|"""/.test(quoted)) return null;
      words.push(quoted);
    } else if (word !== undefined) words.push(word.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()));
    else if (number !== undefined) words.push(number);
    else if (operator !== undefined) {
      if (/--|\/\*/.test(operator)) return null;
      words.push(...operatorsIn(operator));
    } else if (mark !== undefined) words.push(mark);
    else return null;
  }
  while (words.at(-1) === ";") words.pop();
  return words;
}

const OPERATORS: ReadonlySet<string> = new Set("+ - * / % ^ = < > <= >= <> || :: := => -> ->> : ? & |".split(" "));

/** `=-1` is `= -1`, since no operator that we know ends in a sign; what is not known stays in one piece. */
function operatorsIn(run: string): readonly string[] {
  if (run === "!=") return ["<>"];
  const sign = run.at(-1) ?? "";
  const rest = run.slice(0, -1);
  if (OPERATORS.has(run) || rest === "" || !(sign === "-" || sign === "+")) return [run];
  const before = operatorsIn(rest);
  return before.every((one) => OPERATORS.has(one)) ? [...before, sign] : [run];
}
