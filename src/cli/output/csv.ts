import type { Answer } from "../../engine/index.ts";
import type { Cell } from "../../warehouse/index.ts";

/** RFC 4180 with line feeds: a line of column names, cells as the contract writes them, NULL empty, empty text `""`. */
export function toCsv({ columns, rows }: Pick<Answer, "columns" | "rows">): string {
  const lines = [columns.map(({ name }) => field(name)), ...rows.map((row) => row.map(field))];
  return lines.map((fields) => `${fields.join(",")}\n`).join("");
}

function field(cell: Cell): string {
  if (cell === null) return "";
  const text = String(cell);
  return text === "" || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
