import type { Dialect } from "../../catalog/index.ts";
import { documentsOf, parseDefinitions, type YamlMap } from "../../definition/index.ts";
import type { SourceFile } from "../../diagnostics/index.ts";
import { parseMetricExpression, refsOf } from "../../expression/index.ts";
import { compareText, sameData } from "../../std/index.ts";
import type { Converted } from "../metricflow/convert.ts";
import type { OurDocument } from "../metricflow/document.ts";
import { settle } from "../metricflow/settle.ts";
import type { ReportEntry } from "../report.ts";
import { splitExtensions } from "./block.ts";
import { isMap, listAt, mapAt, textAt, yamlOf } from "./data.ts";
import { type SemanticModel, writeNotes } from "./document.ts";
import type { ModelDraft } from "./draft.ts";
import { joinBy } from "./entities.ts";
import { type MetricDraft, readMetrics } from "./import-metric.ts";
import { draftModel, settledName } from "./import-model.ts";
import { readOssie } from "./read.ts";
import { type Tell, teller } from "./telling.ts";
import { writeModel } from "./write-model.ts";

/**
 * An Ossie document as our definitions. Numbers do not change: what cannot be carried over is left out and reported; what
 * only Ossie has is kept beside the definitions, for the way back.
 *
 * @param dialect What the warehouse speaks: expressions are read in it, else in standard SQL.
 * @returns found 0: the file is no Ossie document, and nothing of it was read
 */
export function convertOssie(file: SourceFile, dialect: Dialect): Converted {
  const entries: ReportEntry[] = [];
  const tell = teller(entries);
  const document = readOssie(file, tell);
  const documents = document ? write(document.models, dialect, tell) : [];
  const files = settle(documents, { entries, tableOf: () => null, hasFailed: false });
  if (document) tellMisspelt(documents, files, tell);
  const report = entries.toSorted((a, b) => compareText(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0));
  const found = document?.models.reduce((sum, { datasets, metrics }) => sum + datasets.length + metrics.length, 0) ?? 0;
  return { files, report, found };
}

interface Taken {
  readonly models: Set<string>;
  readonly metrics: Set<string>;
}

function write(models: readonly SemanticModel[], dialect: Dialect, tell: Tell): readonly OurDocument[] {
  const taken: Taken = { models: new Set(), metrics: new Set() };
  const [first, ...others] = models;
  if (!first) return [];
  for (const { place, name } of others) {
    const message = `Its definitions stand beside those of "${first.name}"; ours have one catalog.`;
    tell("NO_EFFECT", place, message, { written: `no project called ${name}` });
  }
  return [
    writeProject(models, first, tell),
    ...models.flatMap((model) => writeSemanticModel(model, dialect, taken, tell)),
  ];
}

function writeProject(models: readonly SemanticModel[], first: SemanticModel, tell: Tell): OurDocument {
  const name = settledName(first, "project", new Set(), tell);
  const { block } = splitExtensions(first.extensions, first.place, () => {});
  const { time_zone, extensions } = block ? mapAt(block, "project") : {};
  const foreign = models.flatMap((model) => splitExtensions(model.extensions, model.place, tell).foreign);
  const ossie = { ...(name !== first.name && { name: first.name }), ...writeNotes({ ...first, extensions: foreign }) };
  const all = { ...(isMap(extensions) && extensions), ...(hasEntries(ossie) && { ossie }) };
  const data: YamlMap = { project: name, time_zone, extensions: hasEntries(all) ? all : undefined };
  return { path: "project.yaml", data, origin: first.place, parts: new Map() };
}

function writeSemanticModel(model: SemanticModel, dialect: Dialect, taken: Taken, tell: Tell): readonly OurDocument[] {
  const drafts = new Map<string, ModelDraft>();
  for (const dataset of model.datasets) {
    drafts.set(dataset.name.toLowerCase(), draftModel(dataset, taken.models, dialect, tell));
  }
  const scope = { dialect, tell, models: drafts };
  for (const relationship of model.relationships) {
    const same = model.relationships.filter(({ from, to }) => from === relationship.from && to === relationship.to);
    joinBy(relationship, same.length, scope);
  }
  const { block } = splitExtensions(model.extensions, model.place, () => {});
  const kept = documentsIn(block, "metrics").map(
    (data): MetricDraft => ({ name: textAt(data, "metric") ?? "", data, place: model.place }),
  );
  // Another version of a metric shares its name.
  const named = new Set(model.metrics.map(({ name }) => name.toLowerCase()));
  for (const { name } of kept) if (!named.has(name)) taken.metrics.add(name);
  const isOther = (data: YamlMap): boolean => kept.some((one) => one.data === data && named.has(one.name));
  const metrics = [...readMetrics(model.metrics, scope, taken.metrics), ...kept];
  return [
    ...[...drafts.values()].flatMap((draft) => writeModel(draft, tell) ?? []),
    ...metrics.map(({ name, data, place }) => ({
      path: `${folderOf(data, metrics)}/${name}${isOther(data) ? `@${Number(data["version"] ?? 1)}` : ""}.yaml`,
      data,
      origin: place,
      parts: new Map(),
    })),
    ...(["calendar", "saved_query"] as const).flatMap((kind) =>
      documentsIn(block, KEPT[kind]).map((data) => ({
        path: `${KEPT[kind]}/${textAt(data, kind)}.yaml`,
        data,
        origin: model.place,
        parts: new Map(),
      })),
    ),
  ];
}

const KEPT = { calendar: "calendars", saved_query: "saved_queries" } as const;

/** Definitions that our block holds as they are. */
function documentsIn(block: YamlMap | null, key: string): readonly YamlMap[] {
  return block ? listAt(block, key).filter(isMap) : [];
}

/** The model that a metric first rests on. */
function folderOf(data: YamlMap, metrics: readonly MetricDraft[], hops = 0): string {
  const model = textAt(data, "model");
  if (model !== null) return ["models", "calendars", "saved_queries"].includes(model) ? `${model}_metrics` : model;
  const inputs = [data["numerator"], data["input"], data["base"], ...listAt(data, "inputs")];
  const named = inputs.map((input) => (isMap(input) ? textAt(input, "metric") : input));
  const expr = parseMetricExpression(textAt(data, "expr") ?? "");
  const names = [...named, ...(expr.ok ? refsOf(expr.value) : [])];
  const below = metrics.find(({ name }) => names.includes(name));
  return below && hops < MOST_HOPS ? folderOf(below.data, metrics, hops + 1) : "metrics";
}

/** A metric that rests on itself does not load, but has to stop here. */
const MOST_HOPS = 20;

/** Letters that our YAML does not hold, such as those that turn the direction of text, are replaced by the printer. */
function tellMisspelt(documents: readonly OurDocument[], files: readonly SourceFile[], tell: Tell): void {
  const { definitions } = parseDefinitions(files);
  const read = new Map(documentsOf(definitions.files).map(({ tree }) => [tree.file.path, tree.data]));
  for (const { path, data, origin } of documents) {
    const found = read.get(path);
    if (found === undefined || sameData(yamlOf(found), yamlOf(data))) continue;
    tell("INVALID_VALUE", origin, "It holds invisible letters, which are written as spaces.", { severity: "warning" });
  }
}

function hasEntries(map: YamlMap): boolean {
  return Object.values(map).some((value) => value !== undefined);
}
