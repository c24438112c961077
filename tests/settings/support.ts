import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Writes a file in a folder of its own. @returns its path */
export function inFile(text: string, name = "assay.config.yaml"): string {
  const file = join(mkdtempSync(join(tmpdir(), "assay-settings-")), name);
  writeFileSync(file, text);
  return file;
}
