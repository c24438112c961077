import type { Cell, CellType, Row } from "../warehouse/index.ts";
import type { Table, TableColumn, WriteOptions } from "./table.ts";

/**
 * CSV as RFC 4180 has it: a line of column names, cells as the contract writes them, NULL empty, empty text `""`. Text that a
 * spreadsheet would run as a formula is defused with an apostrophe in front, unless it is to be kept as it is.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export async function* writeCsv({ columns, batches }: Table, options: WriteOptions): AsyncGenerator<Uint8Array> {
  const style: CsvStyle = { lineEnd: "\r\n", formulas: options.formulas };
  let head = (options.bom ? BYTE_ORDER_MARK : "") + csvHead(columns, style);
  for await (const rows of batches) {
    yield Buffer.from(head + csvLines(columns, rows, style));
    head = "";
  }
  if (head !== "") yield Buffer.from(head);
}

/** The same for a terminal: whole, and with line feeds. */
export function toCsv({ columns, rows }: { readonly columns: readonly TableColumn[]; readonly rows: readonly Row[] }) {
  const style: CsvStyle = { lineEnd: "\n", formulas: "defuse" };
  return csvHead(columns, style) + csvLines(columns, rows, style);
}

interface CsvStyle extends Pick<WriteOptions, "formulas"> {
  readonly lineEnd: "\r\n" | "\n";
}

const BYTE_ORDER_MARK = "\ufeff";

function csvHead(columns: readonly TableColumn[], style: CsvStyle): string {
  return columns.map(({ name }) => field(name, "STRING", style)).join(",") + style.lineEnd;
}

function csvLines(columns: readonly TableColumn[], rows: readonly Row[], style: CsvStyle): string {
  let text = "";
  for (const row of rows) {
    for (const [i, { type }] of columns.entries()) {
      if (i > 0) text += ",";
      text += field(row[i] ?? null, type, style);
    }
    text += style.lineEnd;
  }
  return text;
}

function field(cell: Cell, type: CellType, { formulas }: CsvStyle): string {
  if (cell === null) return "";
  const text = type === "STRING" && formulas === "defuse" ? defused(String(cell)) : String(cell);
  return text === "" || NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const NEEDS_QUOTES = /[",\r\n\ufeff]|^\s|\s$/;

/** A plain number with its sign is no formula: it stays. */
function defused(text: string): string {
  return FORMULA.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text;
}

/** Spreadsheets pass over leading blanks, and read the wide forms as the narrow ones. */
const FORMULA = /^\s*[=+\-@\t\r\n\u2212\uff0b\uff0d\uff1d\uff20]/;
const PLAIN_NUMBER = /^[+-]?\d+(\.\d+)?$/;
