import { statSync } from "node:fs";
import { importMetricflow, type ReportEntry } from "../../importers/index.ts";
import { choice, many, one } from "../arguments.ts";
import { EXIT, unusable } from "../failure.ts";
import { plural } from "../plural.ts";
import type { Verb } from "../verb.ts";

export const importVerb: Verb<"out" | "source" | "format"> = {
  name: "import",
  summary: "Turns definitions of another tool into ours, and reports what could not be carried over.",
  operands: "metricflow DIR",
  flags: {
    out: { value: "DIR", about: "folder to write our definitions to; it must be empty or not exist" },
    source: { value: "NAME=TABLE", many: true, about: "the table of a dbt model; *=schema.* for all others" },
    format: { value: "FORMAT", about: "text (default) or json" },
  },
  examples: [
    "assay import metricflow my_dbt_project --out metrics",
    "assay import metricflow models --out metrics --source orders=shop.fct_orders --source '*=analytics.*'",
    "assay import metricflow my_dbt_project --out metrics --format json | jq '.report[].code'",
  ],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const [tool, dir, extra] = args.positionals;
    const out = one(args, "out");
    const help = "assay import metricflow DIR --out DIR";
    if (tool !== "metricflow") throw unusable(tool ? `"${tool}" cannot be imported.` : "Say what to import.", help);
    if (dir === undefined || extra !== undefined) throw unusable("Name the one folder to import.", help);
    if (out === null) throw unusable("--out says where the definitions are to be written.", help);
    if (!statSync(dir, { throwIfNoEntry: false })) throw unusable(`There is no folder "${dir}".`, help);
    const imported = importInto(dir, out, Object.fromEntries(many(args, "source").map(tableOf)));
    const { files, report, exitCode } = imported;
    if (exitCode === EXIT.unusable && format === "text") {
      for (const entry of report) terminal.say(inWords(entry));
      throw unusable(`No semantic model and no metric of dbt or MetricFlow can be read in "${dir}".`, help);
    }
    if (format === "json") await terminal.print(`${JSON.stringify({ files, report }, null, 2)}\n`);
    else
      await terminal.print([...report.map(inWords), summaryOf(files, report, out)].map((line) => `${line}\n`).join(""));
    return exitCode;
  },
};

function importInto(dir: string, out: string, tables: Readonly<Record<string, string>>) {
  try {
    return importMetricflow(dir, out, tables);
  } catch (error) {
    throw unusable(error instanceof Error ? error.message : String(error), "--out names a folder that is empty or new");
  }
}

function tableOf(flag: string): readonly [string, string] {
  const [, name, table] = /^([^=]+)=([^=]+)$/.exec(flag) ?? [];
  if (name === undefined || table === undefined) throw unusable(`--source ${flag} must be NAME=TABLE.`);
  return [name, table];
}

/** `models/orders.yml:12: warning UNKNOWN_FIELD metric "revenue": …` */
function inWords({ severity, code, file, line, object, message, written }: ReportEntry): string {
  const place = line === null ? file : `${file}:${line}`;
  return `${place}: ${severity} ${code} ${object}: ${message}${written === null ? "" : ` Written: ${written}.`}`;
}

function summaryOf(files: readonly string[], report: readonly ReportEntry[], out: string): string {
  const lost = report.filter(({ severity }) => severity !== "info").length;
  const rest = lost === 0 ? "everything was carried over" : `${plural(lost, "finding")} to look at`;
  return `${plural(files.length, "file")} written to ${out}, ${rest}.`;
}
