import { printJson, printText } from "../../diagnostics/index.ts";
import { choice, isOn } from "../arguments.ts";
import { loadDefinitions, METRICS_FLAG } from "../definitions.ts";
import { EXIT } from "../failure.ts";
import { plural } from "../plural.ts";
import type { Verb } from "../verb.ts";

export const check: Verb<"metrics" | "format" | "strict"> = {
  name: "check",
  summary: "Loads and checks every definition, and says of each finding where it is and what to do.",
  operands: null,
  flags: {
    ...METRICS_FLAG,
    format: { value: "FORMAT", about: "text (default) or json" },
    strict: { about: "warnings count too: exit code 1" },
  },
  examples: ["assay check", "assay check --metrics shop/metrics --strict", "assay check --format json | jq '.[].code'"],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const { catalog, diagnostics } = loadDefinitions(args, terminal);
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
