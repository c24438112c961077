import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import { type Diagnostic, report, type SourceFile } from "../diagnostics/index.ts";
import { compareText } from "../std/index.ts";
import { isYaml, type Parsed, parseDefinitions } from "./parse.ts";

/** Largest file that is read, in bytes. */
const MAX_BYTES = 1024 * 1024;

/**
 * Every definition below a folder, in path order. Hidden files and folders are passed over; a link counts only if it
 * leads to a regular file inside the folder.
 */
export function readDefinitions(dir: string): Parsed {
  const diagnostics: Diagnostic[] = [];
  const files = filesBelow(dir, diagnostics).flatMap((path) => readSource(dir, path, diagnostics) ?? []);
  const parsed = parseDefinitions(files);
  return { definitions: parsed.definitions, diagnostics: [...diagnostics, ...parsed.diagnostics] };
}

/** Paths of definitions and SQL files, from the folder on, with forward slashes. */
function filesBelow(dir: string, diagnostics: Diagnostic[]): readonly string[] {
  let entries: readonly Dirent[];
  try {
    entries = readdirSync(dir, { recursive: true, withFileTypes: true });
  } catch {
    diagnostics.push(report("file/no-folder", { path: dir }, null));
    return [];
  }
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => (isYaml(path) || path.endsWith(".sql")) && !path.split("/").some((part) => part.startsWith(".")))
    .sort(compareText);
}

function readSource(dir: string, path: string, diagnostics: Diagnostic[]): SourceFile | null {
  const shown = `${basename(resolve(dir))}/${path}`;
  try {
    const real = realpathSync(join(dir, path));
    const stats = statSync(real);
    if (!stats.isFile() || !real.startsWith(realpathSync(dir) + sep)) {
      diagnostics.push(report("file/link", { path: shown }, null));
      return null;
    }
    if (stats.size > MAX_BYTES) {
      diagnostics.push(report("file/too-large", { path: shown, bytes: stats.size, limit: MAX_BYTES }, null));
      return null;
    }
    return { path: shown, text: UTF8.decode(readFileSync(real)) };
  } catch (error) {
    diagnostics.push(
      error instanceof TypeError
        ? report("file/not-utf8", { path: shown }, null)
        : report(
            "file/unreadable",
            { path: shown, reason: error instanceof Error ? error.message : String(error) },
            null,
          ),
    );
    return null;
  }
}

/** Throws a TypeError for bytes that are not UTF-8; drops a byte order mark. */
const UTF8 = new TextDecoder("utf-8", { fatal: true });
