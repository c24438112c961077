import { closeSync, type Dirent, openSync, readdirSync, readSync, realpathSync, statSync } from "node:fs";
import { basename, join, resolve, sep } from "node:path";
import { type Diagnostic, report, type SourceFile } from "../diagnostics/index.ts";
import { compareText } from "../std/index.ts";
import { type Parsed, parseDefinitions } from "./parse.ts";

/** Largest file that is read, in bytes. */
const MAX_BYTES = 1024 * 1024;

/**
 * Every definition below a folder, in path order. Hidden files and folders are passed over; a link counts only if it
 * leads to a regular file inside the folder.
 */
export function readDefinitions(dir: string): Parsed {
  const diagnostics: Diagnostic[] = [];
  const folder = { dir, name: basename(resolve(dir)) };
  const buffer = new Uint8Array(MAX_BYTES + 1);
  const found = filesBelow(dir, diagnostics).toSorted((a, b) => compareText(a.path, b.path));
  const files = found.flatMap((file) => readSource(folder, file, buffer, diagnostics) ?? []);
  const parsed = parseDefinitions(files);
  return { ...parsed, diagnostics: [...diagnostics, ...parsed.diagnostics] };
}

interface FoundFile {
  /** From the folder on, with forward slashes. */
  readonly path: string;
  readonly isRegular: boolean;
}

/** Definitions and SQL files. Folders that are reached by a link are not entered: `recursive` of readdir would. */
function filesBelow(dir: string, diagnostics: Diagnostic[], folder = ""): readonly FoundFile[] {
  return entriesOf(dir, folder, diagnostics).flatMap((entry) => {
    const path = folder + entry.name;
    if (entry.name.startsWith(".")) return [];
    if (entry.isDirectory()) return filesBelow(dir, diagnostics, `${path}/`);
    return /\.(ya?ml|sql)$/.test(path) ? [{ path, isRegular: entry.isFile() }] : [];
  });
}

function entriesOf(dir: string, folder: string, diagnostics: Diagnostic[]): readonly Dirent[] {
  try {
    return readdirSync(join(dir, folder), { withFileTypes: true });
  } catch {
    diagnostics.push(report("file/no-folder", { path: join(dir, folder) }, null));
    return [];
  }
}

function readSource(
  folder: { readonly dir: string; readonly name: string },
  { path, isRegular }: FoundFile,
  buffer: Uint8Array,
  diagnostics: Diagnostic[],
): SourceFile | null {
  const shown = `${folder.name}/${path}`;
  return reading(shown, diagnostics, () => {
    if (isRegular || leadsInside(folder.dir, path))
      return textOfFile(join(folder.dir, path), shown, buffer, diagnostics);
    diagnostics.push(report("file/link", { path: shown }, null));
    return null;
  });
}

/** One file that stands alone, by the path it is called by. */
export function readFileText(path: string, diagnostics: Diagnostic[]): SourceFile | null {
  return reading(path, diagnostics, () => textOfFile(path, path, new Uint8Array(MAX_BYTES + 1), diagnostics));
}

function textOfFile(path: string, shown: string, buffer: Uint8Array, diagnostics: Diagnostic[]): SourceFile | null {
  const bytes = readUpTo(path, buffer);
  if (bytes <= MAX_BYTES) return { path: shown, text: UTF8.decode(buffer.subarray(0, bytes)) };
  diagnostics.push(report("file/too-large", { path: shown, limit: MAX_BYTES }, null));
  return null;
}

function reading(shown: string, diagnostics: Diagnostic[], read: () => SourceFile | null): SourceFile | null {
  try {
    return read();
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

/** Whether a link leads to a regular file inside the folder. */
function leadsInside(dir: string, path: string): boolean {
  const real = realpathSync(join(dir, path));
  return real.startsWith(realpathSync(dir) + sep) && statSync(real).isFile();
}

/** Fills the buffer from a file, and no more than that: how many bytes it read. */
function readUpTo(path: string, buffer: Uint8Array): number {
  const file = openSync(path, "r");
  try {
    let length = 0;
    for (;;) {
      const read = readSync(file, buffer, length, buffer.length - length, null);
      length += read;
      if (read === 0 || length === buffer.length) return length;
    }
  } finally {
    closeSync(file);
  }
}

/** Throws a TypeError for bytes that are not UTF-8; drops a byte order mark. */
const UTF8 = new TextDecoder("utf-8", { fatal: true });
