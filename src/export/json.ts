import type { Cell, CellType, Row } from "../warehouse/index.ts";
import type { Table, TableColumn, WriteOptions } from "./table.ts";

/** One object a row, a line each. */
export async function* writeNdjson({ columns, batches }: Table, options: WriteOptions): AsyncGenerator<Uint8Array> {
  const cells = columns.map(({ type }) => cellWriter(type, options));
  const keys = columns.map(({ name }, i) => `${i === 0 ? "{" : ","}${JSON.stringify(name)}:`);
  for await (const rows of batches) {
    let text = "";
    for (const row of rows) {
      for (const [i, write] of cells.entries()) text += keys[i] + write(row[i] ?? null);
      text += "}\n";
    }
    yield Buffer.from(text);
  }
}

/** The document that the command line answers with: `{"columns":[…],"rows":[[…]]}`. */
export async function* writeJson(table: Table, options: WriteOptions): AsyncGenerator<Uint8Array> {
  const cells = table.columns.map(({ type }) => cellWriter(type, options));
  const row = (values: Row): string => `[${cells.map((write, i) => write(values[i] ?? null)).join(",")}]`;
  let before = `{"columns":${JSON.stringify(table.columns.map(headOf))},"rows":[`;
  for await (const rows of table.batches) {
    if (rows.length === 0) continue;
    yield Buffer.from(before + rows.map(row).join(","));
    before = ",";
  }
  yield Buffer.from(before === "," ? "]}\n" : `${before}]}\n`);
}

function headOf({ name, type }: TableColumn): TableColumn {
  return { name, type };
}

/** Digits as JSON's own number keep every one of them; what the reader makes of many is the reader's. */
function cellWriter(type: CellType, { numbers }: WriteOptions): (cell: Cell) => string {
  const isNumber = numbers === "json" && (type === "INT" || type === "DECIMAL");
  return isNumber
    ? (cell) => (typeof cell === "string" && JSON_NUMBER.test(cell) ? cell : JSON.stringify(cell))
    : (cell) => JSON.stringify(cell);
}

const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;
