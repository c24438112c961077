import { type Catalog, coordinateOf, inputsOf, isDefaultVersion, type Metric } from "../../catalog/index.ts";
import { type Definitions, documentsOf, printForeignYaml, type YamlMap } from "../../definition/index.ts";
import { refsOf } from "../../expression/index.ts";
import { compareText } from "../../std/index.ts";
import type { ReportEntry } from "../report.ts";
import { fingerprintOf, ourExtension } from "./block.ts";
import { mapAt, textAt, without, writtenData } from "./data.ts";
import { type OssieMetric, type SemanticModel, type Version, writeDocument } from "./document.ts";
import { type DatasetNames, datasetOf, nameFields } from "./export-dataset.ts";
import { spellMetric } from "./export-metric.ts";
import { relationshipsOf, tellNaturalKeys } from "./export-relationships.ts";
import { NOWHERE } from "./facts.ts";
import { fitTo } from "./fit.ts";
import { keptDatatype, keptNotes, keptOf } from "./kept.ts";
import { originOf } from "./origin.ts";
import { type Tell, teller } from "./telling.ts";

export interface OssieExport {
  readonly document: YamlMap;
  /** The document as YAML. */
  readonly text: string;
  /** What Ossie cannot say. Nothing of it is lost to an import here: our blocks hold it. */
  readonly report: readonly ReportEntry[];
}

/**
 * Definitions as one semantic model of Ossie. What Ossie lacks stands in extensions of ours, so that an import makes the
 * same definitions again and their export is the same text.
 *
 * @param definitions Without errors; `catalog` is made of them.
 */
export function exportOssie(definitions: Definitions, catalog: Catalog, version: Version): OssieExport {
  const entries: ReportEntry[] = [];
  const tell = teller(entries);
  const raws = rawsOf(definitions);
  const models = [...catalog.models.values()].toSorted((a, b) => compareText(a.name, b.name));
  const rawOf = (name: string) => raws.model.get(name) ?? {};
  const datasets = new Map(models.map((model) => [model.name, nameFields(model, rawOf(model.name), version, tell)]));
  tellNaturalKeys(catalog, tell);
  const { metrics, kept } = exportMetrics(catalog, raws.metric, datasets, version, tell);
  const relationships = relationshipsOf(catalog, raws.model, datasets, tell);
  const [project = {}] = raws.project.values();
  const ossie = keptOf(project);
  const notes = keptNotes(ossie);
  const model: SemanticModel = {
    name: textAt(ossie, "name") ?? textAt(project, "project") ?? "assay",
    description: textAt(ossie, "description"),
    ...notes,
    extensions: [ourExtension(blockOf(project, kept, raws, catalog), version), ...notes.extensions],
    datasets: models.map((found) =>
      datasetOf(found, rawOf(found.name), datasets.get(found.name) ?? never(found.name), version),
    ),
    relationships,
    metrics,
  };
  const document = writeDocument(version, fitTo(version, [model], tell));
  const report = entries.toSorted((a, b) => compareText(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0));
  return { document, text: printForeignYaml(document), report };
}

type Raws = Readonly<Record<"project" | "model" | "metric" | "calendar" | "saved_query", ReadonlyMap<string, YamlMap>>>;

/** Definitions as they were written, by kind and name; metrics by name and version. */
function rawsOf({ files }: Definitions): Raws {
  const documents = documentsOf(files);
  const ofKind = (wanted: string) =>
    new Map(
      documents
        .filter(({ kind }) => kind === wanted)
        .map(({ kind, name, tree }) => [
          kind === "metric" ? coordinateOf({ id: name, version: Number(tree.data["version"] ?? 1) }) : name,
          writtenData(tree),
        ]),
    );
  return {
    project: ofKind("project"),
    model: ofKind("model"),
    metric: ofKind("metric"),
    calendar: ofKind("calendar"),
    saved_query: ofKind("saved_query"),
  };
}

interface ExportedMetrics {
  readonly metrics: readonly OssieMetric[];
  /** Those that no expression says, and the private ones that others need: they stand in our block alone. */
  readonly kept: readonly YamlMap[];
}

function exportMetrics(
  catalog: Catalog,
  raws: Raws["metric"],
  datasets: ReadonlyMap<string, DatasetNames>,
  version: Version,
  tell: Tell,
): ExportedMetrics {
  const metrics: OssieMetric[] = [];
  const kept: YamlMap[] = [];
  const needed = neededMetrics(catalog);
  for (const metric of [...catalog.metrics.values()].toSorted((a, b) => compareText(a.name, b.name))) {
    const raw = raws.get(coordinateOf(metric)) ?? {};
    const origin = originOf(metric.span, `metric "${metric.name}"`);
    if (metric.isPrivate) {
      const isNeeded = needed.has(metric.name);
      const message = isNeeded
        ? "It is private: an input of other metrics."
        : "It is private, and nothing rests on it.";
      tell("PRIVATE_METRIC_DROPPED", origin, message, isNeeded ? { written: "our block only" } : {});
      if (isNeeded) kept.push(raw);
      continue;
    }
    const besides = whyBesides(metric);
    if (besides !== null) {
      tell("METRIC_DROPPED", origin, besides, { written: "our block only" });
      kept.push(raw);
      continue;
    }
    const spelled = spellMetric(metric, catalog, datasets);
    if (!spelled.ok) {
      tell(spelled.loss.code, origin, spelled.loss.message, { written: "our block only" });
      kept.push(raw);
      continue;
    }
    for (const { code, message } of spelled.losses) tell(code, origin, message, { written: spelled.text });
    metrics.push(metricOf(raw, metric, spelled.text, version));
  }
  return { metrics, kept };
}

/** Ossie knows one metric of a name, and no names for it but that one; null: that is this one. */
function whyBesides(metric: Metric): string | null {
  if (!isDefaultVersion(metric)) return `It is version ${metric.version}, which is not what its name means.`;
  return metric.aliasOf === null ? null : `It is a former name of "${metric.aliasOf}".`;
}

function metricOf(raw: YamlMap, { name }: Metric, text: string, version: Version): OssieMetric {
  const ossie = keptOf(raw);
  const notes = keptNotes(ossie);
  const texts = [{ dialect: "ANSI_SQL", text }];
  const others = without(mapAt(raw, "extensions"), "ossie");
  const said = without(raw, "metric", "description", "extensions");
  const metric = { ...said, ...(Object.keys(others).length > 0 && { extensions: others }) };
  const block = ourExtension({ metric, expression: fingerprintOf(texts) }, version);
  return {
    name,
    description: textAt(raw, "description"),
    texts,
    datatype: keptDatatype(ossie),
    ...notes,
    extensions: [block, ...notes.extensions],
    place: NOWHERE,
  };
}

/** Every metric that a public one or a saved query rests on, by name. */
function neededMetrics(catalog: Catalog): ReadonlySet<string> {
  const needed = new Set<string>();
  const visit = (name: string): void => {
    const metric = catalog.metrics.get(name);
    if (!metric || needed.has(name)) return;
    needed.add(name);
    const filters = [...metric.filters, ...inputsOf(metric).flatMap((input) => input.filters)];
    const filtered = filters
      .flatMap(({ expr }) => refsOf(expr))
      .flatMap((ref) => (ref.kind === "metric" ? [ref.metric] : []));
    for (const below of [...inputsOf(metric).map((input) => input.metric), ...filtered]) visit(below);
    if (metric.replacedBy !== null) visit(metric.replacedBy);
  };
  for (const metric of catalog.metrics.values()) if (!metric.isPrivate) visit(metric.name);
  for (const query of catalog.savedQueries.values()) for (const name of query.metrics) visit(name);
  return needed;
}

/** What holds for all definitions, and the kinds of definition that Ossie lacks. */
function blockOf(project: YamlMap, kept: readonly YamlMap[], raws: Raws, catalog: Catalog): YamlMap {
  const others = without(mapAt(project, "extensions"), "ossie");
  const sources = new Map(catalog.calendars.map(({ name, source }) => [name, source]));
  const calendars = sorted(raws.calendar).map((raw) => {
    const source = sources.get(textAt(raw, "calendar") ?? "");
    const sql = source?.kind === "sql" && "sql_file" in raw ? source.text.trim() : undefined;
    return sql === undefined
      ? raw
      : Object.fromEntries(
          Object.entries(raw).map(([key, value]) => (key === "sql_file" ? ["sql", sql] : [key, value])),
        );
  });
  const all: YamlMap = {
    project: {
      time_zone: project["time_zone"],
      extensions: Object.keys(others).length > 0 ? others : undefined,
    },
    calendars,
    saved_queries: sorted(raws.saved_query),
    metrics: kept,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => !Array.isArray(value) || value.length > 0));
}

function sorted(raws: ReadonlyMap<string, YamlMap>): readonly YamlMap[] {
  return [...raws].toSorted(([a], [b]) => compareText(a, b)).map(([, raw]) => raw);
}

function never(name: string): never {
  throw new Error(`No dataset was made of the model ${name}`);
}
