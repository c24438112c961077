import { findMetric } from "../../catalog/index.ts";
import { lineageJson, lineageMermaid, lineageOf, lineageText } from "../../governance/index.ts";
import { nearest } from "../../std/index.ts";
import { choice } from "../arguments.ts";
import { loadSoundDefinitions, METRICS_FLAG, type SettingsFlag } from "../definitions.ts";
import { EXIT, unusable } from "../failure.ts";
import type { Verb } from "../verb.ts";

export const lineage: Verb<SettingsFlag | "format"> = {
  name: "lineage",
  summary: `Shows what a metric is made of: its inputs, their models, and the columns that are read, each with how: for the
number itself (DIRECT), or for which rows count and who sees them (INDIRECT).`,
  operands: "METRIC",
  flags: {
    ...METRICS_FLAG,
    format: { value: "FORMAT", about: "text (default), mermaid (a drawing) or json" },
  },
  examples: [
    "assay lineage net_revenue",
    "assay lineage net_revenue --format mermaid > net_revenue.mmd",
    "assay lineage revenue --format json | jq '.columns[] | select(.subtype == \"RLS\")'",
  ],
  async run(args, terminal) {
    const format = choice(args, "format", ["text", "mermaid", "json"]);
    const [name, extra] = args.positionals;
    if (name === undefined || extra !== undefined) throw unusable("Name one metric.", "assay lineage revenue");
    const catalog = loadSoundDefinitions(args, terminal);
    const metric = findMetric(catalog.metrics, name);
    if (!metric) throw unusable(`There is no metric "${name}".`, null, nearest(name, [...catalog.metrics.keys()]));
    const found = lineageOf(catalog, metric);
    switch (format) {
      case "text":
        await terminal.print(lineageText(catalog, found));
        break;
      case "mermaid":
        await terminal.print(lineageMermaid(catalog, found));
        break;
      case "json":
        await terminal.print(`${JSON.stringify(lineageJson(catalog, metric, found))}\n`);
        break;
    }
    return EXIT.fine;
  },
};
