import { documentsOf } from "../../definition/index.ts";
import type { GovernedTree } from "../tree.ts";
import { ActError } from "./draft.ts";

/** The file with the version of a metric raised by one, all else as its author wrote it. */
export function raiseVersion(
  tree: GovernedTree,
  metric: string,
): { readonly path: string; readonly text: string; readonly version: number } {
  const defined = tree.catalog?.metrics.get(metric);
  if (!tree.catalog) throw new ActError("The definitions do not load.", "assay check shows why");
  const file = defined?.span?.file;
  if (!defined || !file) throw new ActError(`There is no metric "${metric}".`, "assay lock lists the metrics");
  const document = documentsOf([file]).find(({ kind, name }) => kind === "metric" && name === metric);
  const name = document?.tree.entries.get("metric");
  if (!document || !name) throw new Error(`The metric ${metric} is not where it was read.`);
  const version = defined.version + 1;
  const written = document.tree.entries.get("version")?.value;
  const { text } = file;
  const replace = (start: number, end: number, by: string): string => text.slice(0, start) + by + text.slice(end);
  if (written) return { path: file.path, version, text: replace(written.start, written.end, String(version)) };
  if (text[document.tree.start] === "{") {
    return { path: file.path, version, text: replace(name.value.end, name.value.end, `, version: ${version}`) };
  }
  const lineEnd = text.indexOf("\n", name.value.end);
  const indent = " ".repeat(name.key.start - (text.lastIndexOf("\n", name.key.start - 1) + 1));
  const lineBreak = text.includes("\r\n") ? "\r\n" : "\n";
  if (lineEnd < 0)
    return { path: file.path, version, text: `${text}${lineBreak}${indent}version: ${version}${lineBreak}` };
  return {
    path: file.path,
    version,
    text: replace(lineEnd + 1, lineEnd + 1, `${indent}version: ${version}${lineBreak}`),
  };
}
