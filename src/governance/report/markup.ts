export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Text of authors as text: no markup, link, mention or picture of theirs. */
export function escaped(text: string): string {
  return (
    text
      .replace(/[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, " ")
      .replace(/[\\`*_{}[\]()#+!|<>~&$-]/g, (mark) => (mark === "<" ? "&lt;" : mark === "&" ? "&amp;" : `\\${mark}`))
      // GitHub makes links of these in any text, escaped or not.
      .replaceAll("://", ":&#8203;//")
      .replace(/\bwww\./gi, (found) => `${found.slice(0, -1)}&#8203;.`)
      .replace(/\\#(?=\d)/g, "\\#&#8203;")
      .replace(/(?<!\w)@(?=\w)/g, "@&#8203;")
  );
}
