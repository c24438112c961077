import type { YamlMap, YamlValue } from "../../definition/index.ts";
import type { Origin } from "../metricflow/project.ts";

/** Of the Ossie specification; a file fits one of them only. */
export const VERSIONS = ["0.1.1", "0.2.0.dev0"] as const;
export type Version = (typeof VERSIONS)[number];

export const DATATYPES = [
  "String",
  "Integer",
  "Decimal",
  "Float",
  "Boolean",
  "Date",
  "Time",
  "DateTime",
  "DateTimeTz",
  "Opaque",
] as const;
export type Datatype = (typeof DATATYPES)[number];

/** Where an object of a document was written: `semantic_model[0].datasets[1]`. */
export interface Place extends Origin {
  readonly path: string;
}

/** What every object of a document may carry. `data` is JSON as text, kept letter by letter. */
interface Noted {
  readonly aiContext: YamlValue;
  readonly extensions: readonly { readonly vendor: string; readonly data: string }[];
  readonly place: Place;
}

interface Described extends Noted {
  readonly name: string;
  readonly description: string | null;
}

export interface DialectText {
  readonly dialect: string;
  readonly text: string;
}

export interface Field extends Described {
  readonly texts: readonly DialectText[];
  /** May be grouped by. */
  readonly isDimension: boolean;
  /** null: follows from the datatype. */
  readonly isTime: boolean | null;
  readonly label: string | null;
  readonly datatype: Datatype | null;
}

export interface Dataset extends Described {
  readonly source: string;
  readonly primaryKey: readonly string[];
  readonly uniqueKeys: readonly (readonly string[])[];
  readonly fields: readonly Field[];
}

export interface Relationship extends Noted {
  readonly name: string;
  /** The many side. */
  readonly from: string;
  readonly to: string;
  readonly fromColumns: readonly string[];
  readonly toColumns: readonly string[];
}

export interface OssieMetric extends Described {
  readonly texts: readonly DialectText[];
  readonly datatype: Datatype | null;
}

export interface SemanticModel extends Described {
  readonly datasets: readonly Dataset[];
  readonly relationships: readonly Relationship[];
  readonly metrics: readonly OssieMetric[];
}

/** As it is written in a document; null: as it is kept beside our definitions, where no version limits it. */
type Target = Version | null;

export function writeDocument(version: Version, models: readonly SemanticModel[]): YamlMap {
  return { version, semantic_model: models.map((model) => writeModel(model, version)) };
}

function writeModel(model: SemanticModel, target: Target): YamlMap {
  return {
    name: model.name,
    ...writeNotes(model),
    datasets: model.datasets.map((dataset) => writeDataset(dataset, target)),
    relationships: orNone(model.relationships.map(writeRelationship)),
    metrics: orNone(model.metrics.map((metric) => writeMetric(metric, target))),
  };
}

function writeDataset(dataset: Dataset, target: Target): YamlMap {
  return {
    name: dataset.name,
    source: dataset.source,
    primary_key: orNone(dataset.primaryKey),
    unique_keys: orNone(dataset.uniqueKeys),
    ...writeNotes(dataset),
    fields: orNone(dataset.fields.map((field) => writeField(field, target))),
  };
}

export function writeField(field: Field, target: Target): YamlMap {
  return {
    name: field.name,
    expression: writeTexts(field.texts),
    dimension: field.isDimension ? { is_time: field.isTime ?? undefined } : undefined,
    label: field.label ?? undefined,
    datatype: target === "0.1.1" ? undefined : (field.datatype ?? undefined),
    ...writeNotes(field),
  };
}

function writeRelationship(relationship: Relationship): YamlMap {
  return {
    name: relationship.name,
    from: relationship.from,
    to: relationship.to,
    from_columns: relationship.fromColumns,
    to_columns: relationship.toColumns,
    ...writeNotes(relationship),
  };
}

function writeMetric(metric: OssieMetric, target: Target): YamlMap {
  return {
    name: metric.name,
    expression: writeTexts(metric.texts),
    datatype: target === "0.1.1" ? undefined : (metric.datatype ?? undefined),
    ...writeNotes(metric),
  };
}

function writeTexts(texts: readonly DialectText[]): YamlMap {
  return { dialects: texts.map(({ dialect, text }) => ({ dialect, expression: text })) };
}

export function writeNotes(noted: Noted & { readonly description?: string | null }): YamlMap {
  return {
    description: noted.description ?? undefined,
    ai_context: noted.aiContext ?? undefined,
    custom_extensions: orNone(noted.extensions.map(({ vendor, data }) => ({ vendor_name: vendor, data }))),
  };
}

export function orNone<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length > 0 ? items : undefined;
}
