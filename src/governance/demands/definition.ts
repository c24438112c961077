import { type Catalog, groupBysOf, type Metric } from "../../catalog/index.ts";
import type { Lack } from "./lack.ts";

/**
 * What whoever reads a certified number has to be told of it. A zone and a rule for what is missing every metric has, since
 * what its author leaves out is what docs/definitions.md says, and part of what is signed; that a zone applies is only known of
 * a time whose type is.
 */
export function definitionLacks(catalog: Catalog, metric: Metric): readonly Lack[] {
  const options = groupBysOf(catalog, metric);
  const time = options.find(({ kind }) => kind === "metric_time");
  const isBareNumber = metric.format === "percent" || metric.format === "ratio";
  const missing = [
    ...(metric.description.trim() === "" ? ["a description"] : []),
    ...(metric.unit === null && !isBareNumber ? ["a unit, or a format (percent, ratio) that needs none"] : []),
    ...(time ? [] : ["a time that it is counted at"]),
    ...(time?.type === "unknown" ? ["the type of its time column, which tells whether a zone cuts it"] : []),
    ...(options.some(({ kind }) => kind !== "metric_time") ? [] : ["dimensions"]),
  ];
  const fix = `complete its definition, then assay certify ${metric.name}`;
  return missing.map((what) => ({ rule: "CERT_INCOMPLETE", what, span: metric.span, fix }));
}
