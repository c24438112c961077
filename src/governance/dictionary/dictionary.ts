import { type Catalog, certificationOf, type Metric } from "../../catalog/index.ts";
import { compareText } from "../../std/index.ts";
import { governedCatalog } from "../load.ts";
import { escaped, table } from "../report/markup.ts";
import type { GovernedTree } from "../tree.ts";
import { metricPage } from "./metric-page.ts";

/** Every page begins with it: what does not is somebody's own, and left alone. */
export const WRITTEN = "<!-- Written by assay docs. Edit the definitions instead. -->";

/** Pages of metrics, and nothing else, lie there. */
export const PAGES_FOLDER = "metrics";

/**
 * The data dictionary as Markdown, by path from its folder: `README.md`, and `metrics/<name>.md` for each metric. The same
 * definitions, events and day give the same letters.
 *
 * @param now Decides on what has expired.
 * @param trustRoot Digest of the first policy that is trusted; null: any
 * @returns null: the definitions do not load
 */
export function dictionaryOf(
  tree: GovernedTree,
  now: Date,
  trustRoot: string | null,
): ReadonlyMap<string, string> | null {
  const { catalog } = governedCatalog(tree, now, trustRoot) ?? {};
  if (!catalog) return null;
  const metrics = [...catalog.metrics.values()].toSorted((a, b) => compareText(a.name, b.name));
  const pages = metrics.map(
    (metric) => [`${PAGES_FOLDER}/${metric.name}.md`, metricPage(tree, catalog, metric)] as const,
  );
  const all = [["README.md", indexPage(catalog, metrics)] as const, ...pages];
  return new Map(all.map(([path, parts]) => [path, `${[WRITTEN, ...parts].join("\n\n")}\n`]));
}

function indexPage(catalog: Catalog, metrics: readonly Metric[]): readonly string[] {
  const groups = [...Map.groupBy(metrics, folderOf)].toSorted(([a], [b]) => compareText(a, b));
  return [
    "# Metrics",
    `${metrics.length} metrics. Each page says what a metric means, how it is computed, who answers for it, and what it is made of.`,
    ...groups.flatMap(([folder, members]) => [
      `## ${folder === "" ? "Others" : escaped(folder)}`,
      table(
        ["Metric", "What it is", "Unit", "Owner", "Tier", "Lifecycle", "Certification"],
        members.map((metric) => [
          `[${escaped(metric.label)}](${PAGES_FOLDER}/${metric.name}.md)`,
          escaped(firstSentence(metric.description)),
          escaped(metric.unit ?? ""),
          escaped(metric.owner?.business ?? ""),
          metric.tier ?? "",
          metric.lifecycle,
          certificationOf(catalog, metric),
        ]),
      ),
    ]),
  ];
}

/** `sales` of `metrics/sales/revenue.yaml`. */
function folderOf({ span }: Metric): string {
  return span?.file.path.split("/").slice(1, -1).join("/") ?? "";
}

function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;
}
