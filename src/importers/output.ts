import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SourceFile } from "../diagnostics/index.ts";
import type { ReportEntry } from "./report.ts";

export interface Imported {
  /** What was written, from the folder on. */
  readonly files: readonly string[];
  readonly report: readonly ReportEntry[];
  /** 0: everything was carried over; 1: something was lost or changed; 2: nothing was found, so nothing was written. */
  readonly exitCode: 0 | 1 | 2;
}

/** Definitions of an earlier import beside those of this one would be neither the one nor the other. */
export function refuseUnlessEmpty(out: string): void {
  const stat = statSync(out, { throwIfNoEntry: false });
  if (!stat) return;
  if (!stat.isDirectory()) throw new Error(`"${out}" is a file, not a folder.`);
  const [first] = readdirSync(out).filter((name) => !name.startsWith("."));
  if (first !== undefined) throw new Error(`The folder "${out}" is not empty: it holds ${first}.`);
}

/** Writes definitions below a folder; nothing where nothing was found. */
export function writeInto(
  out: string,
  files: readonly SourceFile[],
  report: readonly ReportEntry[],
  found: number,
): Imported {
  if (found === 0 || files.length === 0) return { files: [], report, exitCode: 2 };
  for (const { path, text } of files) {
    const target = join(out, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  const exitCode = report.some(({ severity }) => severity !== "info") ? 1 : 0;
  return { files: files.map(({ path }) => path), report, exitCode };
}
