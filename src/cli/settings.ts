import { type Diagnostic, placeOf } from "../diagnostics/index.ts";
import { readSettings, type Settings } from "../settings/index.ts";
import { type Arguments, type Flags, one } from "./arguments.ts";
import { CommandFailure, EXIT } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

export const CONFIG_FLAG: Flags<"config"> = {
  config: { value: "FILE", about: "settings (else ASSAY_CONFIG, else assay.config.yaml where it exists)" },
};

/** The settings of this run, read once. @throws CommandFailure when they cannot be used */
export function settingsFor(args: Arguments<"config">, { env }: Terminal): Settings {
  const known = read.get(args);
  if (known) return known;
  const { settings, diagnostics } = readSettings(one(args, "config"), env);
  if (settings === null) throw settingsFailure(diagnostics);
  read.set(args, settings);
  return settings;
}

const read = new WeakMap<object, Settings>();

export function settingsFailure(diagnostics: readonly Diagnostic[]): CommandFailure {
  const lines = diagnostics.map(({ message, span }) => (span ? `${placeOf(span)}: ${message}` : message));
  const help = diagnostics.map((diagnostic) => diagnostic.help).find((text) => text !== null) ?? null;
  return new CommandFailure(EXIT.unusable, "INVALID_SETTINGS", lines.join("\n"), { help });
}
