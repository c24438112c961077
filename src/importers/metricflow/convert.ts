import type { SourceFile } from "../../diagnostics/index.ts";
import { compareText } from "../../std/index.ts";
import type { ReportEntry } from "../report.ts";
import type { OurDocument } from "./document.ts";
import { settleNames } from "./names.ts";
import { measuresOf, normalise, type OwnMeasure } from "./normalise.ts";
import type { Metric, Project, SimpleMetric } from "./project.ts";
import { readProject } from "./read.ts";
import type { Reading } from "./reading.ts";
import { settle } from "./settle.ts";
import { tablesOf } from "./source.ts";
import { checkTexts, inputsOf } from "./texts.ts";
import { writeMetric } from "./write-metric.ts";
import { writeModel } from "./write-model.ts";
import { writeCalendar, writeSavedQuery } from "./write-others.ts";

export interface Converted {
  /** Our definitions; paths are relative to their folder. */
  readonly files: readonly SourceFile[];
  /** By file and line. */
  readonly report: readonly ReportEntry[];
  /** How many models and metrics were found. */
  readonly found: number;
}

/**
 * Definitions of dbt and MetricFlow as ours. Numbers do not change: what cannot be carried over is left out and
 * reported.
 *
 * @param files YAML, and dbt's `manifest.json` and `semantic_manifest.json`.
 * @param tables Tables of dbt models by name, where no manifest says; `*` for any other: `{"*": "analytics.*"}`.
 */
export function convert(files: readonly SourceFile[], tables: Readonly<Record<string, string>> = {}): Converted {
  const reading: Reading = { entries: [], tableOf: tablesOf(files, tables), hasFailed: false };
  const raw = readProject(files, reading);
  const project = checkTexts(normalise(raw, reading), reading);
  const written = settle(write(project, reading), reading);
  const report = reading.entries.toSorted((a, b) => compareText(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0));
  return { files: written, report, found: raw.models.length + raw.metrics.length };
}

function write(project: Project, reading: Reading): readonly OurDocument[] {
  const names = settleNames(project, reading);
  const measures = measuresOf(project.models);
  const kept = keptMeasures(project, measures);
  const customGrains = new Set(project.calendars.flatMap((calendar) => calendar.customGrains.map(({ name }) => name)));
  const scope = { names, measures, kept, customGrains };
  const calendars = new Set<string>();
  return [
    ...project.models.map((model) =>
      writeModel(
        model,
        model.measures.filter((measure) => measures.get(measure.name)?.measure !== measure || kept.has(measure.name)),
        names,
      ),
    ),
    ...project.calendars.map((calendar) => writeCalendar(calendar, names, calendars)),
    ...project.metrics.map((metric) => writeMetric(metric, folderOf(metric, project, measures), scope)),
    ...project.savedQueries.map((query) => writeSavedQuery(query, names)),
  ];
}

/** Measures that more than one metric uses, or none; and those that say something of themselves that the metric does not. */
function keptMeasures(project: Project, measures: ReadonlyMap<string, OwnMeasure>): ReadonlySet<string> {
  const users = new Map<string, SimpleMetric[]>();
  for (const metric of project.metrics) {
    if (metric.type === "simple" && metric.of.kind === "measure") {
      users.set(metric.of.measure, [...(users.get(metric.of.measure) ?? []), metric]);
    }
  }
  const isKept = ({ measure }: OwnMeasure) => {
    const [user, ...more] = users.get(measure.name) ?? [];
    if (!user || more.length > 0) return true;
    const saysMore = (["label", "description"] as const).some(
      (key) => measure[key] !== null && measure[key] !== user[key],
    );
    return saysMore;
  };
  return new Set([...measures.values()].filter(isKept).map(({ measure }) => measure.name));
}

/** The dbt group of a metric; else that of the model it first rests on, or the model's own name. */
function folderOf(metric: Metric, project: Project, measures: ReadonlyMap<string, OwnMeasure>): string {
  const group = metric.group ?? modelOf(metric, project, measures, new Set());
  const folder = (group ?? "metrics").toLowerCase().replace(/[^a-z0-9_-]+/g, "_");
  return ["models", "calendars", "saved_queries"].includes(folder) ? `${folder}_metrics` : folder;
}

function modelOf(
  metric: Metric,
  project: Project,
  measures: ReadonlyMap<string, OwnMeasure>,
  above: ReadonlySet<Metric>,
): string | null {
  if (metric.type === "simple") {
    const { of } = metric;
    const own =
      of.kind === "measure" ? measures.get(of.measure)?.model : project.models.find(({ name }) => name === of.model);
    return own ? (own.group ?? own.name) : null;
  }
  const [first] = inputsOf(metric);
  const input = project.metrics.find(({ name }) => name === first?.metric);
  return input && !above.has(input) ? modelOf(input, project, measures, new Set([...above, metric])) : null;
}
