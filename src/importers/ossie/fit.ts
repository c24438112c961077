import type { Field, SemanticModel, Version } from "./document.ts";
import type { Tell } from "./telling.ts";

const OLD_VENDORS = ["COMMON", "SNOWFLAKE", "SALESFORCE", "DBT", "DATABRICKS", "GOODDATA"];
const OLD_DIALECTS = ["ANSI_SQL", "SNOWFLAKE", "MDX", "TABLEAU", "DATABRICKS", "MAQL"];
const DIALECTS = [...OLD_DIALECTS, "BIGQUERY"];

/** A field in the dialects that a version lists; null where none of its texts is in one of them. */
export function fitField(field: Field, version: Version, tell: Tell): Field | null {
  const dialects = version === "0.1.1" ? OLD_DIALECTS : DIALECTS;
  const texts = field.texts.filter(({ dialect }) => dialects.includes(dialect));
  for (const text of field.texts) {
    if (!texts.includes(text)) lose(`field "${field.name}"`, `dialect ${text.dialect}`, version, tell);
  }
  return texts.length > 0 ? { ...field, texts } : null;
}

/** Leaves out extensions of vendors that a version does not list. */
export function fitTo(version: Version, models: readonly SemanticModel[], tell: Tell): readonly SemanticModel[] {
  if (version !== "0.1.1") return models;
  const fit = <T extends Pick<SemanticModel, "name" | "extensions">>(kind: string, noted: T): T => {
    const extensions = noted.extensions.filter(({ vendor }) => {
      const isKnown = OLD_VENDORS.includes(vendor);
      if (!isKnown) lose(`${kind} "${noted.name}"`, `extension of ${vendor}`, version, tell);
      return isKnown;
    });
    return { ...noted, extensions };
  };
  return models.map((model) => ({
    ...fit("semantic model", model),
    datasets: model.datasets.map((dataset) => ({
      ...fit("dataset", dataset),
      fields: dataset.fields.map((field) => fit("field", field)),
    })),
    relationships: model.relationships.map((relationship) => fit("relationship", relationship)),
    metrics: model.metrics.map((metric) => fit("metric", metric)),
  }));
}

function lose(object: string, what: string, version: Version, tell: Tell): void {
  tell("VERSION_LOSS", { file: "", line: null, object }, `Ossie ${version} allows no ${what}.`);
}
