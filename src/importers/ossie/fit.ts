import type { Field, SemanticModel, Version } from "./document.ts";
import type { Tell } from "./telling.ts";

const OLD_VENDORS = ["COMMON", "SNOWFLAKE", "SALESFORCE", "DBT", "DATABRICKS", "GOODDATA"];
const OLD_DIALECTS = ["ANSI_SQL", "SNOWFLAKE", "MDX", "TABLEAU", "DATABRICKS", "MAQL"];
const DIALECTS = [...OLD_DIALECTS, "BIGQUERY"];

/** Leaves out what a version does not allow: dialects and vendors that it does not list. */
export function fitTo(version: Version, models: readonly SemanticModel[], tell: Tell): readonly SemanticModel[] {
  const lose = (object: string, what: string) =>
    tell("VERSION_LOSS", { file: "", line: null, object }, `Ossie ${version} allows no ${what}.`);
  const fit = <T extends { readonly name: string; readonly extensions: SemanticModel["extensions"] }>(
    kind: string,
    noted: T,
  ): T => {
    if (version !== "0.1.1") return noted;
    const extensions = noted.extensions.filter(({ vendor }) => {
      const isKnown = OLD_VENDORS.includes(vendor);
      if (!isKnown) lose(`${kind} "${noted.name}"`, `extension of ${vendor}`);
      return isKnown;
    });
    return { ...noted, extensions };
  };
  const dialects = version === "0.1.1" ? OLD_DIALECTS : DIALECTS;
  const fitField = (field: Field): readonly Field[] => {
    const texts = field.texts.filter(({ dialect }) => dialects.includes(dialect));
    for (const text of field.texts) if (!texts.includes(text)) lose(`field "${field.name}"`, `dialect ${text.dialect}`);
    return texts.length > 0 ? [{ ...fit("field", field), texts }] : [];
  };
  return models.map((model) => ({
    ...fit("semantic model", model),
    datasets: model.datasets.map((dataset) => ({
      ...fit("dataset", dataset),
      fields: dataset.fields.flatMap(fitField),
    })),
    relationships: model.relationships.map((relationship) => fit("relationship", relationship)),
    metrics: model.metrics.map((metric) => fit("metric", metric)),
  }));
}
