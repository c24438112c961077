import { statSync } from "node:fs";
import { type Imported, importMetricflow, importOssie, type ReportEntry } from "../../importers/index.ts";
import { choice, many, one } from "../arguments.ts";
import { dialectOf, warehouseUrl } from "../data.ts";
import { EXIT, unusable } from "../failure.ts";
import { plural } from "../plural.ts";
import { inWords } from "../report.ts";
import { CONFIG_FLAG } from "../settings.ts";
import type { Verb } from "../verb.ts";

export const importVerb: Verb<"out" | "source" | "warehouse" | "config" | "format"> = {
  name: "import",
  summary: "Turns definitions of another tool into ours, and reports what could not be carried over.",
  operands: "metricflow DIR | ossie FILE",
  flags: {
    out: { value: "DIR", about: "folder to write our definitions to; it must be empty or not exist" },
    source: { value: "NAME=TABLE", many: true, about: "the table of a dbt model; *=schema.* for all others" },
    warehouse: {
      value: "URL",
      about: "whose dialect is read where Ossie has several (else WAREHOUSE_URL, else the setting, else DuckDB)",
    },
    ...CONFIG_FLAG,
    format: { value: "FORMAT", about: "text (default) or json" },
  },
  examples: [
    "assay import metricflow my_dbt_project --out metrics",
    "assay import metricflow models --out metrics --source orders=shop.fct_orders --source '*=analytics.*'",
    "assay import metricflow my_dbt_project --out metrics --format json | jq '.report[].code'",
    "assay import ossie shop.yaml --out metrics",
  ],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const [tool, path, extra] = args.positionals;
    const out = one(args, "out");
    const isOssie = tool === "ossie";
    if (tool !== "metricflow" && !isOssie) {
      throw unusable(
        tool ? `"${tool}" cannot be imported.` : "Say what to import.",
        `${HELP.metricflow}, or ${HELP.ossie}`,
      );
    }
    const help = HELP[tool];
    const kind = isOssie ? "file" : "folder";
    if (path === undefined || extra !== undefined) throw unusable(`Name the one ${kind} to import.`, help);
    if (out === null) throw unusable("--out says where the definitions are to be written.", help);
    const other = isOssie ? "source" : "warehouse";
    if (args.given.includes(other)) throw unusable(`--${other} is not for ${tool}.`, help);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat || (isOssie && !stat.isFile())) throw unusable(`There is no ${kind} "${path}".`, help);
    const tables = Object.fromEntries(many(args, "source").map(tableOf));
    const dialect = dialectOf(isOssie ? warehouseUrl(args, terminal) : null);
    const { files, report, exitCode } = importInto(() =>
      isOssie ? importOssie(path, out, dialect) : importMetricflow(path, out, tables),
    );
    if (exitCode === EXIT.unusable && format === "text") {
      for (const entry of report) terminal.say(inWords(entry));
      const wanted = isOssie ? "No semantic model of Ossie" : "No semantic model and no metric of dbt or MetricFlow";
      throw unusable(`${wanted} can be read in "${path}".`, help);
    }
    if (format === "json") await terminal.print(`${JSON.stringify({ files, report }, null, 2)}\n`);
    else
      await terminal.print([...report.map(inWords), summaryOf(files, report, out)].map((line) => `${line}\n`).join(""));
    return exitCode;
  },
};

const HELP = {
  metricflow: "assay import metricflow DIR --out DIR",
  ossie: "assay import ossie FILE --out DIR",
} as const;

function importInto(read: () => Imported): Imported {
  try {
    return read();
  } catch (error) {
    throw unusable(error instanceof Error ? error.message : String(error), "--out names a folder that is empty or new");
  }
}

function tableOf(flag: string): readonly [string, string] {
  const [, name, table] = /^([^=]+)=([^=]+)$/.exec(flag) ?? [];
  if (name === undefined || table === undefined) throw unusable(`--source ${flag} must be NAME=TABLE.`);
  return [name, table];
}

function summaryOf(files: readonly string[], report: readonly ReportEntry[], out: string): string {
  const lost = report.filter(({ severity }) => severity !== "info").length;
  const rest = lost === 0 ? "everything was carried over" : `${plural(lost, "finding")} to look at`;
  return `${plural(files.length, "file")} written to ${out}, ${rest}.`;
}
