import { statSync } from "node:fs";
import type { Catalog } from "../catalog/index.ts";
import { type Compiled, loadCatalog } from "../compile/index.ts";
import { printText } from "../diagnostics/index.ts";
import { type Arguments, type Flags, one } from "./arguments.ts";
import { CommandFailure, EXIT, unusable } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

export const METRICS_FLAG: Flags<"metrics"> = {
  metrics: { value: "DIR", about: "folder of definitions (else METRICS_DIR, else metrics)" },
};

/**
 * Reads and checks the folder of definitions.
 *
 * @returns catalog null: there are errors
 * @throws CommandFailure when there is no such folder or nothing in it: a check that looked at nothing fails
 */
export function loadDefinitions(args: Arguments<"metrics">, terminal: Terminal): Compiled {
  const directory = definitionsFolder(args, terminal);
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw unusable(`There is no folder "${directory}".`, "--metrics DIR names the folder of definitions");
  }
  const loaded = loadCatalog(directory);
  if (loaded.catalog?.models.size === 0 && loaded.catalog.metrics.size === 0) {
    throw unusable(
      `No model and no metric is defined in "${directory}".`,
      "--metrics DIR names the folder of definitions",
    );
  }
  return loaded;
}

export function definitionsFolder(args: Arguments<"metrics">, { env }: Terminal): string {
  return one(args, "metrics") ?? (env["METRICS_DIR"] || "metrics");
}

/** The catalog of definitions without errors. @throws CommandFailure otherwise, after the errors have been told. */
export function loadSoundDefinitions(args: Arguments<"metrics">, terminal: Terminal): Catalog {
  const { catalog, diagnostics } = loadDefinitions(args, terminal);
  if (catalog) return catalog;
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  terminal.say(printText(errors, { color: terminal.colors.messages }));
  throw new CommandFailure(EXIT.unusable, "INVALID_DEFINITIONS", "The definitions do not load.", {
    help: "assay check shows every finding",
  });
}
