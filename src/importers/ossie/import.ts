import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Dialect } from "../../catalog/index.ts";
import { type Imported, refuseUnlessEmpty, writeInto } from "../output.ts";
import { convertOssie } from "./convert.ts";

/**
 * Reads an Ossie file and writes our definitions.
 *
 * @param dialect What the warehouse speaks: expressions are read in it, else in standard SQL.
 * @param out A folder that is empty or does not exist yet.
 * @throws Error with a message for people, where the file cannot be read or the folder is not as it has to be.
 */
export function importOssie(path: string, out: string, dialect: Dialect): Imported {
  refuseUnlessEmpty(out);
  const { files, report, found } = convertOssie({ path: basename(path), text: textOf(path) }, dialect);
  return writeInto(out, files, report, found);
}

function textOf(path: string): string {
  try {
    return UTF8.decode(readFileSync(path));
  } catch (error) {
    if (error instanceof TypeError) throw new Error(`"${path}" is not UTF-8 text.`, { cause: error });
    throw error;
  }
}

/** Throws a TypeError for bytes that are not UTF-8; drops a byte order mark. */
const UTF8 = new TextDecoder("utf-8", { fatal: true });
