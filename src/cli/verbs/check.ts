import { statSync } from "node:fs";
import path from "node:path";
import { printJson, printText } from "../../diagnostics/index.ts";
import { governanceFolder } from "../../governance/index.ts";
import { readSettings } from "../../settings/index.ts";
import { type Arguments, isOn, one } from "../arguments.ts";
import { definitionsFolder, loadDefinitions, METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { EXIT, type ExitCode, unusable } from "../failure.ts";
import { judgeTree, REPORT_FLAGS, type ReportFlag, reportFormat, tellReport } from "../governance.ts";
import { plural } from "../plural.ts";
import { hashKeyWarning } from "../policy.ts";
import type { Terminal } from "../terminal.ts";
import type { Verb } from "../verb.ts";

type CheckFlag = SettingsFlag | ReportFlag | "strict" | "all";

export const check: Verb<CheckFlag> = {
  name: "check",
  summary: `Loads and checks the settings and every definition, and says of each finding where it is and what to do. With
--base it judges a change: what it does to certified metrics, to whoever asks for them, and who has to sign.`,
  operands: null,
  flags: {
    ...METRICS_FLAG,
    ...REPORT_FLAGS,
    all: { about: "judge every metric by what was signed, as a nightly run does, whatever changed" },
    strict: { about: "warnings count too: exit code 1" },
  },
  examples: [
    "assay check",
    "assay check --metrics shop/metrics --strict",
    "assay check --format json | jq '.[].code'",
    "assay check --base origin/main --format github --out markdown=summary.md",
    "assay check --all --strict --now 2026-12-31",
  ],
  async run(args, terminal) {
    const judges = ["base", "all", "now", "out"].some((flag) => args.given.includes(flag));
    if (judges || !["text", "json"].includes(reportFormat(args))) return judged(args, terminal);
    const code = await checkDefinitions(args, terminal);
    if (code === EXIT.unusable || reportFormat(args) === "json" || !isGoverned(args, terminal)) return code;
    const worse = await judged(args, terminal);
    return worse === EXIT.fine ? code : worse;
  },
};

async function judged(args: Arguments<CheckFlag>, terminal: Terminal): Promise<ExitCode> {
  const isWhole = isOn(args, "all");
  if (isWhole && one(args, "base") !== null) throw unusable("--all judges everything, --base a change: take one.");
  const report = await judgeTree(args, terminal, { isWhole, isStrict: isOn(args, "strict") });
  await tellReport(report, args, terminal);
  return report.exit;
}

function isGoverned(args: Arguments<SettingsFlag>, terminal: Terminal): boolean {
  const file = path.join(governanceFolder(definitionsFolder(args, terminal)), "policy.yaml");
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

async function checkDefinitions(args: Arguments<CheckFlag>, terminal: Terminal): Promise<ExitCode> {
  const format = reportFormat(args);
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
}
