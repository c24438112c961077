import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SourceFile } from "../../diagnostics/index.ts";
import { compareText } from "../../std/index.ts";
import type { ReportEntry } from "../report.ts";
import { convert } from "./convert.ts";

export interface Imported {
  /** What was written, from the folder on. */
  readonly files: readonly string[];
  readonly report: readonly ReportEntry[];
  /** 0: everything was carried over; 1: something was lost or changed; 2: nothing was found, so nothing was written. */
  readonly exitCode: 0 | 1 | 2;
}

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
  if (found === 0 || written.length === 0) return { files: [], report: all, exitCode: 2 };
  for (const { path, text } of written) {
    const target = join(out, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  const exitCode = all.some(({ severity }) => severity !== "info") ? 1 : 0;
  return { files: written.map(({ path }) => path), report: all, exitCode };
}

/** Definitions of an earlier import beside those of this one would be neither the one nor the other. */
function refuseUnlessEmpty(out: string): void {
  const stat = statSync(out, { throwIfNoEntry: false });
  if (!stat) return;
  if (!stat.isDirectory()) throw new Error(`"${out}" is a file, not a folder.`);
  const [first] = readdirSync(out).filter((name) => !name.startsWith("."));
  if (first !== undefined) throw new Error(`The folder "${out}" is not empty: it holds ${first}.`);
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
