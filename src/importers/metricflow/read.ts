import { type MapTree, readForeignYaml, type Tree } from "../../definition/index.ts";
import { positionOf, type SourceFile } from "../../diagnostics/index.ts";
import { nearest } from "../../std/index.ts";
import { originOf } from "./fields.ts";
import type { Calendar, Origin, RawMetric, RawProject, SavedQuery, SemanticModel } from "./project.ts";
import { readDbtModel } from "./read-dbt-model.ts";
import { readMetric } from "./read-metric.ts";
import { readModel } from "./read-model.ts";
import { readPlainMetric } from "./read-plain-metric.ts";
import { readSavedQuery } from "./read-saved-query.ts";
import { oneCalendarAGrain, readProjectConfiguration } from "./read-time-spine.ts";
import { attempt, type Reading, tell } from "./reading.ts";
import { isArtifact } from "./source.ts";

/**
 * Every definition in the files. YAML is read first; the artifact `semantic_manifest.json`, which is made from it,
 * counts only where no YAML defines anything.
 */
export function readProject(files: readonly SourceFile[], reading: Reading): RawProject {
  const found: Found = { models: [], metrics: [], savedQueries: [], calendars: [] };
  for (const file of files) if (isYaml(file)) readFile(file, found, reading);
  if (found.models.length + found.metrics.length === 0) {
    for (const file of files) if (isArtifact(file, "semantic_manifest")) readFile(file, found, reading);
  }
  return { ...found, calendars: oneCalendarAGrain(found.calendars, reading) };
}

interface Found {
  readonly models: SemanticModel[];
  readonly metrics: RawMetric[];
  readonly savedQueries: SavedQuery[];
  readonly calendars: Calendar[];
}

/** Files in which dbt keeps its own settings. */
const SETTINGS = /(^|\/)(dbt_project|packages|dependencies|profiles|selectors|package-lock)\.ya?ml$/;

function isYaml({ path }: SourceFile): boolean {
  return /\.ya?ml$/.test(path) && !SETTINGS.test(path);
}

function readFile(file: SourceFile, found: Found, reading: Reading): void {
  const { trees, problem } = readForeignYaml(file);
  if (problem) {
    const line = positionOf(problem.span).line;
    const origin = { file: file.path, line, object: "file" };
    tell(reading, "UNREADABLE_FILE", origin, `This is not valid YAML: ${problem.message}`);
  }
  for (const tree of trees) if (tree.kind === "map") readDocument(tree, found, reading);
}

/** MetricFlow keeps one object a document, dbt lists of them; a document may hold any of these. */
function readDocument(tree: MapTree, found: Found, reading: Reading): void {
  for (const [key, { value, key: place }] of tree.entries) {
    const many = value.kind === "list" ? value.items : value.data === null ? [] : [value];
    const all = <T>(read: (item: Tree, reading: Reading) => T | null) =>
      many.flatMap((item) => attempt(reading, () => read(item, reading)) ?? []);
    switch (key) {
      case "semantic_model":
      case "semantic_models":
        found.models.push(...all(readModel));
        break;
      case "metric":
        found.metrics.push(...all(readMetric));
        break;
      case "metrics":
        found.metrics.push(...all((item) => (isOlder(item) ? readMetric : readAtTop)(item, reading)));
        break;
      case "saved_query":
      case "saved_queries":
        found.savedQueries.push(...all(readSavedQuery));
        break;
      case "project_configuration":
        found.calendars.push(...readProjectConfiguration(value, reading));
        break;
      case "models":
        for (const item of many) {
          const { model, metrics, calendar } = readDbtModel(item, reading);
          if (model) found.models.push(model);
          if (calendar) found.calendars.push(calendar);
          found.metrics.push(...metrics);
        }
        break;
      default:
        tellMisspelt(key, originOf(place, "file"), reading);
    }
  }
}

/** `type_params` is what the spec of 2026 did away with. */
function isOlder(metric: Tree): boolean {
  return metric.kind === "map" && metric.entries.has("type_params");
}

function readAtTop(tree: Tree, reading: Reading): RawMetric | null {
  return readPlainMetric(tree, null, reading);
}

const KEYS = [
  "semantic_model",
  "semantic_models",
  "metric",
  "metrics",
  "saved_query",
  "saved_queries",
  "project_configuration",
  "models",
];

/** What else dbt keeps in such files. */
const OTHER_KEYS =
  "version sources seeds snapshots exposures macros analyses tests data_tests unit_tests groups functions anchors metadata";

/** Files may hold much that is not about metrics; only what looks like one of our keys is worth a word. */
function tellMisspelt(key: string, origin: Origin, reading: Reading): void {
  const [near] = OTHER_KEYS.split(" ").includes(key) ? [] : nearest(key, KEYS, 1);
  if (near) tell(reading, "UNKNOWN_FIELD", origin, `"${key}" is not read; did you mean "${near}"?`);
}
