import { printJson, printText } from "../../diagnostics/index.ts";
import { readSettings } from "../../settings/index.ts";
import { choice, isOn, one } from "../arguments.ts";
import { loadDefinitions, METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { EXIT } from "../failure.ts";
import { plural } from "../plural.ts";
import { hashKeyWarning } from "../policy.ts";
import type { Verb } from "../verb.ts";

export const check: Verb<SettingsFlag | "format" | "strict"> = {
  name: "check",
  summary: "Loads and checks the settings and every definition, and says of each finding where it is and what to do.",
  operands: null,
  flags: {
    ...METRICS_FLAG,
    format: { value: "FORMAT", about: "text (default) or json" },
    strict: { about: "warnings count too: exit code 1" },
  },
  examples: ["assay check", "assay check --metrics shop/metrics --strict", "assay check --format json | jq '.[].code'"],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    // What the settings say of the warehouse is not needed here, but whoever checks wants to know whether it is sound.
    const settings = readSettings(one(args, "config"), terminal.env);
    if (settings.settings === null) {
      const told =
        format === "json"
          ? printJson
          : (all: typeof settings.diagnostics) => printText(all, { color: terminal.colors.output });
      await terminal.print(told(settings.diagnostics));
      return EXIT.unusable;
    }
    const { catalog, diagnostics: found } = loadDefinitions(args, terminal);
    const weakness = catalog && hashKeyWarning(settings.settings, catalog);
    const diagnostics = weakness ? [...found, weakness] : found;
    const counted = catalog
      ? ` in ${plural(catalog.metrics.size, "metric")} and ${plural(catalog.models.size, "model")}`
      : "";
    const text = () => `${printText(diagnostics, { color: terminal.colors.output }).trimEnd()}${counted}\n`;
    await terminal.print(format === "json" ? printJson(diagnostics) : text());
    if (catalog === null || diagnostics.some(({ severity }) => severity === "error")) return EXIT.unusable;
    const hasWarnings = diagnostics.some(({ severity }) => severity === "warning");
    return isOn(args, "strict") && hasWarnings ? EXIT.findings : EXIT.fine;
  },
};
