import { writeFileSync } from "node:fs";
import { readDefinitions } from "../../definition/index.ts";
import { exportOssie, OSSIE_VERSIONS } from "../../importers/index.ts";
import { choice, one } from "../arguments.ts";
import { definitionsFolder, loadSoundDefinitions, METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { EXIT, unusable } from "../failure.ts";
import { plural } from "../plural.ts";
import { inWords } from "../report.ts";
import type { Verb } from "../verb.ts";

export const exportVerb: Verb<SettingsFlag | "spec" | "out" | "format"> = {
  name: "export",
  summary: "Writes the definitions for another tool, and reports what it cannot say.",
  operands: "ossie",
  flags: {
    ...METRICS_FLAG,
    spec: { value: "VERSION", about: `of the Ossie specification: ${OSSIE_VERSIONS.join(" (default) or ")}` },
    out: { value: "FILE", about: "file to write to, instead of standard output" },
    format: { value: "FORMAT", about: "text (default) or json" },
  },
  examples: [
    "assay export ossie > shop.yaml",
    "assay export ossie --spec 0.2.0.dev0 --metrics shop/metrics --out shop.yaml",
    "assay export ossie --format json | jq '.report[].code'",
  ],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "json"]);
    const spec = choice(args, "spec", OSSIE_VERSIONS);
    const [tool, extra] = args.positionals;
    const out = one(args, "out");
    const help = "assay export ossie [--spec VERSION] [--metrics DIR] [--out FILE]";
    if (tool !== "ossie") throw unusable(tool ? `There is no export to "${tool}".` : "Say what to export to.", help);
    if (extra !== undefined) throw unusable(`assay export ossie takes flags only, not "${extra}".`, help);
    const catalog = loadSoundDefinitions(args, terminal);
    const { definitions } = readDefinitions(definitionsFolder(args, terminal));
    const { text, document, report } = exportOssie(definitions, catalog, spec);
    if (out !== null) write(out, text);
    if (format === "json") {
      const written = out === null ? { document } : { file: out };
      await terminal.print(`${JSON.stringify({ ...written, report }, null, 2)}\n`);
    } else {
      for (const entry of report) terminal.say(inWords(entry));
      if (out === null) await terminal.print(text);
      else
        terminal.say(
          `${plural(catalog.metrics.size, "metric")} and ${plural(catalog.models.size, "model")} read, ${out} written.`,
        );
    }
    return report.some(({ severity }) => severity !== "info") ? EXIT.findings : EXIT.fine;
  },
};

function write(out: string, text: string): void {
  try {
    writeFileSync(out, text);
  } catch (error) {
    throw unusable(`"${out}" cannot be written: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
