import { examine, type Finding, type FindingSeverity } from "../../doctor/index.ts";
import { choice, isOn } from "../arguments.ts";
import { openChosenWarehouse, WAREHOUSE_FLAG, type WarehouseFlag } from "../data.ts";
import { loadSoundDefinitions, METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { EXIT } from "../failure.ts";
import { displayWidth, visible } from "../output/display.ts";
import { plural } from "../plural.ts";
import type { Terminal } from "../terminal.ts";
import type { Verb } from "../verb.ts";

export const doctor: Verb<SettingsFlag | WarehouseFlag | "full" | "format"> = {
  name: "doctor",
  summary: "Compares what the definitions say with what the warehouse holds: grants, columns, keys, joins, freshness.",
  operands: null,
  flags: {
    ...METRICS_FLAG,
    ...WAREHOUSE_FLAG,
    full: { about: "look at every row of large tables too, instead of a sample of their keys" },
    format: { value: "FORMAT", about: "text (default) or json" },
  },
  examples: [
    "assay doctor",
    "assay doctor --warehouse postgres://reader@db/shop --full",
    "assay doctor --format json | jq '.findings[] | select(.severity != \"ok\")'",
  ],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const catalog = loadSoundDefinitions(args, terminal);
    const warehouse = await openChosenWarehouse(args, terminal);
    const progress = terminal.progress();
    try {
      const options = {
        isFull: isOn(args, "full"),
        now: Date.now(),
        onProgress: (message: string) => progress.show(message),
      };
      const findings = (await examine(catalog, warehouse, options)).toSorted(bySeverity);
      progress.done();
      await terminal.print(format === "json" ? `${JSON.stringify({ findings })}\n` : tableOf(findings, terminal));
      return findings.some(({ severity }) => severity === "error") ? EXIT.findings : EXIT.fine;
    } finally {
      await warehouse.close();
    }
  },
};

const SEVERITIES: readonly FindingSeverity[] = ["error", "warning", "ok"];

function bySeverity(a: Finding, b: Finding): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
}

/** One line a finding, below it the way out; then one line that counts. */
function tableOf(findings: readonly Finding[], { colors }: Pick<Terminal, "colors">): string {
  const rows = findings.map((finding) => ({
    ...finding,
    subject: visible(finding.subject),
    place: finding.file === null ? "" : visible(`${finding.file}:${finding.line}`),
  }));
  const subjectWidth = Math.max(...rows.map(({ subject }) => displayWidth(subject)));
  const placeWidth = Math.max(...rows.map(({ place }) => displayWidth(place)));
  const lines = rows.flatMap(({ severity, subject, place, message, help }) => {
    const word = severity.padEnd(SEVERITY_WIDTH);
    const head = [colors.output ? painted(word, severity) : word, pad(subject, subjectWidth), pad(place, placeWidth)];
    const margin = " ".repeat(SEVERITY_WIDTH + subjectWidth + placeWidth + 3 * GAP.length);
    const way = help === null ? [] : [`${margin}help: ${visible(help)}`];
    return [[...head, visible(message)].join(GAP), ...way];
  });
  return `${lines.join("\n")}\n\n${countsOf(findings)}\n`;
}

const GAP = "  ";
const SEVERITY_WIDTH = Math.max(...SEVERITIES.map((severity) => severity.length));
const COLORS: Readonly<Record<FindingSeverity, number>> = { error: 31, warning: 33, ok: 32 };

function painted(text: string, severity: FindingSeverity): string {
  return `\u001b[${COLORS[severity]}m${text}\u001b[0m`;
}

function pad(text: string, width: number): string {
  return text + " ".repeat(width - displayWidth(text));
}

function countsOf(findings: readonly Finding[]): string {
  const count = (severity: FindingSeverity) => findings.filter((finding) => finding.severity === severity).length;
  return `${plural(count("error"), "error")}, ${plural(count("warning"), "warning")}, ${count("ok")} as it should be`;
}
