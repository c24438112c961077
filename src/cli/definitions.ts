import { statSync } from "node:fs";
import type { Catalog } from "../catalog/index.ts";
import type { Compiled } from "../compile/index.ts";
import { printText } from "../diagnostics/index.ts";
import { loadGoverned, TRUST_ROOT } from "../governance/index.ts";
import { type Arguments, type Flags, one } from "./arguments.ts";
import { CommandFailure, EXIT, unusable } from "./failure.ts";
import { CONFIG_FLAG, settingsFor } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

export type SettingsFlag = "metrics" | "config";

export const METRICS_FLAG: Flags<SettingsFlag> = {
  metrics: { value: "DIR", about: "folder of definitions (else METRICS_DIR, else the setting metrics, else metrics)" },
  ...CONFIG_FLAG,
};

/**
 * Reads and checks the folder of definitions.
 *
 * @returns catalog null: there are errors
 * @throws CommandFailure when there is no such folder or nothing in it: a check that looked at nothing fails
 */
export function loadDefinitions(args: Arguments<SettingsFlag>, terminal: Terminal): Compiled {
  const directory = definitionsFolder(args, terminal);
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw unusable(`There is no folder "${directory}".`, namedBy(args, terminal));
  }
  const loaded = loadGoverned(directory, new Date(), terminal.env[TRUST_ROOT] ?? null);
  if (loaded.catalog?.models.size === 0 && loaded.catalog.metrics.size === 0) {
    throw unusable(`No model and no metric is defined in "${directory}".`, namedBy(args, terminal));
  }
  return loaded;
}

function namedBy(args: Arguments<SettingsFlag>, terminal: Terminal): string {
  const origin = one(args, "metrics") === null ? settingsFor(args, terminal).origins.get("metrics") : undefined;
  return `--metrics DIR names the folder of definitions${origin === undefined ? "" : `; this one comes from ${origin}`}`;
}

export function definitionsFolder(args: Arguments<SettingsFlag>, terminal: Terminal): string {
  return one(args, "metrics") ?? settingsFor(args, terminal).metrics;
}

/** The catalog of definitions without errors. @throws CommandFailure otherwise, after the errors have been told. */
export function loadSoundDefinitions(args: Arguments<SettingsFlag>, terminal: Terminal): Catalog {
  const { catalog, diagnostics } = loadDefinitions(args, terminal);
  if (catalog) return catalog;
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  terminal.say(printText(errors, { color: terminal.colors.messages }));
  throw new CommandFailure(EXIT.unusable, "INVALID_DEFINITIONS", "The definitions do not load.", {
    help: "assay check shows every finding",
  });
}
