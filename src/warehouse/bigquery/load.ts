import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { assertNever } from "../../std/index.ts";
import type { Loader, LoadType, TableData } from "../loader.ts";
import type { BigQueryOptions } from "../options.ts";
import { newClient } from "./client.ts";
import { bigQuerySettings } from "./settings.ts";

/** @param url Its project pays and owns; datasets are named by the statements, and made where the URL says. */
export async function openBigQueryLoader(url: string, options: BigQueryOptions = {}): Promise<Loader> {
  const settings = bigQuerySettings(url, options);
  const client = await newClient(settings);
  const location = settings.location === null ? {} : { location: settings.location };
  return {
    dialect: "bigquery",
    async run(sql) {
      await client.query({ query: sql, useLegacySql: false, ...location });
    },
    /** By one load job, which costs nothing and adds all rows or none. */
    async append({ name, columns, rows }) {
      const [dataset = "", table = ""] = name.split(".");
      const target = client.dataset(dataset, location).table(table);
      await pipeline(
        Readable.from(newlineDelimitedJson(columns, rows)),
        target.createWriteStream({ sourceFormat: "NEWLINE_DELIMITED_JSON", writeDisposition: "WRITE_APPEND" }),
      );
    },
    async close() {}, // the client keeps nothing open
  };
}

function* newlineDelimitedJson(columns: TableData["columns"], rows: TableData["rows"]): Iterable<string> {
  const spell = columns.map(({ name, type }) => ({ name, toJson: spellingOf(type) }));
  let text = "";
  for (const row of rows) {
    const record = spell.map(({ name, toJson }, index) => [name, spelled(row[index], toJson)]);
    text += `${JSON.stringify(Object.fromEntries(record))}\n`;
    if (text.length < CHUNK_LENGTH) continue;
    yield text;
    text = "";
  }
  if (text !== "") yield text;
}

const CHUNK_LENGTH = 256 * 1024;

type Cell = string | number;

function spelled(cell: Cell | null | undefined, toJson: (cell: Cell) => Cell): Cell | null {
  return cell === null || cell === undefined ? null : toJson(cell);
}

function spellingOf(type: LoadType): (cell: Cell) => Cell {
  switch (type) {
    case "VARCHAR":
    case "INTEGER":
    case "BIGINT":
      return (cell) => cell;
    case "DECIMAL(18,2)":
      return (cell) => decimal(cell, 2);
    case "DECIMAL(18,6)":
      return (cell) => decimal(cell, 6);
    case "DATE":
      return (cell) => new Date(Number(cell) * 86_400_000).toISOString().slice(0, "2026-01-31".length);
    case "TIMESTAMP WITH TIME ZONE":
      return (cell) => new Date(Number(cell)).toISOString();
    default:
      return assertNever(type);
  }
}

/** @param cell In units of the last digit. */
function decimal(cell: Cell, scale: number): string {
  const digits = BigInt(cell).toString();
  const sign = digits.startsWith("-") ? "-" : "";
  const padded = digits.slice(sign.length).padStart(scale + 1, "0");
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}
