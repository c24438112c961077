import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SourceFile } from "../../diagnostics/index.ts";
import { compareText } from "../../std/index.ts";
import { type Imported, refuseUnlessEmpty, writeInto } from "../output.ts";
import type { ReportEntry } from "../report.ts";
import { convert } from "./convert.ts";

/**
 * Reads a dbt or MetricFlow project and writes our definitions.
 *
 * @param dir The project, or a folder or file in it; `target/manifest.json` is read too, for the tables of models.
 * @param out A folder that is empty or does not exist yet.
 * @throws Error with a message for people, where one of the two folders is not as it has to be.
 */
export function importMetricflow(dir: string, out: string, tables: Readonly<Record<string, string>> = {}): Imported {
  refuseUnlessEmpty(out);
  const { files, unreadable } = readFiles(dir);
  const { files: written, report, found } = convert(files, tables);
  const all = [...unreadable, ...report];
  return writeInto(out, written, all, found);
}

/** What dbt downloads and makes is not the project's own; two of its artifacts are read all the same. */
const PASSED_OVER = new Set(["node_modules", "dbt_packages", "dbt_modules", "logs", "target", "venv"]);
const ARTIFACTS = ["manifest.json", "semantic_manifest.json"];

function readFiles(dir: string): {
  readonly files: readonly SourceFile[];
  readonly unreadable: readonly ReportEntry[];
} {
  const stat = statSync(dir, { throwIfNoEntry: false });
  if (!stat) throw new Error(`There is no folder "${dir}".`);
  const root = stat.isDirectory() ? dir : dirname(dir);
  const paths = stat.isDirectory() ? pathsBelow(dir, "") : [dir.slice(root.length).replace(/^\/+/, "")];
  const unreadable: ReportEntry[] = [];
  const files = paths.toSorted(compareText).flatMap((path) => {
    try {
      return [{ path, text: UTF8.decode(readFileSync(join(root, path))) }];
    } catch (error) {
      const reason = error instanceof TypeError ? "it is not UTF-8 text" : error instanceof Error ? error.message : "";
      const message = `The file cannot be read: ${reason}.`;
      unreadable.push({
        severity: "error",
        code: "UNREADABLE_FILE",
        file: path,
        line: null,
        object: "file",
        message,
        written: null,
      });
      return [];
    }
  });
  return { files, unreadable };
}

function pathsBelow(dir: string, folder: string): readonly string[] {
  return readdirSync(join(dir, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder + entry.name;
    if (entry.name.startsWith(".")) return [];
    if (entry.isDirectory() && entry.name === "target")
      return ARTIFACTS.map((name) => `${path}/${name}`).filter((name) => isFile(join(dir, name)));
    if (entry.isDirectory()) return PASSED_OVER.has(entry.name) ? [] : pathsBelow(dir, `${path}/`);
    return (/\.ya?ml$/.test(path) || ARTIFACTS.includes(entry.name)) && isFile(join(dir, path)) ? [path] : [];
  });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Throws a TypeError for bytes that are not UTF-8; drops a byte order mark. */
const UTF8 = new TextDecoder("utf-8", { fatal: true });
