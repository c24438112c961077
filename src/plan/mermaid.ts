import type { PlanNode } from "./node.ts";
import { inputsOf } from "./node.ts";
import { describe } from "./print.ts";

/**
 * A plan as a Mermaid flowchart: sources at the bottom, the answer on top. Equal steps are drawn once, as they run once.
 *
 * @see https://mermaid.js.org/syntax/flowchart.html
 */
export function toMermaid(plan: PlanNode): string {
  const ids = new Map<PlanNode, string>();
  const lines: string[] = [];
  draw(plan);
  return ["flowchart BT", ...lines.map((line) => `  ${line}`)].join("\n");

  function draw(node: PlanNode): string {
    const known = ids.get(node);
    if (known !== undefined) return known;
    const inputs = inputsOf(node).map(draw);
    const id = `step${ids.size + 1}`;
    ids.set(node, id);
    const [open, close] = node.kind === "scan" ? ["[(", ")]"] : ["[", "]"];
    lines.push(`${id}${open}"${label(node)}"${close}`, ...inputs.map((input) => `${input} --> ${id}`));
    return id;
  }
}

const LINE_LENGTH = 60;

/** Broken at blanks into short lines; quotes and brackets as entities, so that no text is taken for syntax. */
function label(node: PlanNode): string {
  const rows = [""];
  for (const word of describe(node).split(" ")) {
    const last = rows.at(-1) ?? "";
    if (last !== "" && last.length + word.length > LINE_LENGTH) rows.push(word);
    else rows[rows.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return rows.map((row) => row.replace(/[#"&<>`]/g, (char) => `#${char.charCodeAt(0)};`)).join("<br/>");
}
