/**
 * The immutable semantic graph and the questions one may ask of it.
 * Imports std, diagnostics, expression, definition. See ARCHITECTURE.md.
 */
export { type CacheRule, modelsBelow, probedModels } from "./cache.ts";
export type * from "./catalog.ts";
export type { Certification, CertificationEvent, CertificationStatus } from "./certification.ts";
export { CERTIFICATION_STATUSES } from "./certification.ts";
export { columnsOfExpression, fieldsOfModel } from "./fields.ts";
export type { CustomGrains, ItemName } from "./item-name.ts";
export { isGrain, splitName } from "./item-name.ts";
export { fieldsOfJoins, isDated } from "./joins.ts";
export {
  additivityOf,
  certificationOf,
  metricsBelow,
  metricsNamed,
  reaggregationOf,
  restsOn,
  simpleMetricsBelow,
} from "./lineage.ts";
export * from "./metric.ts";
export type * from "./model.ts";
export type { Element, JoinPath, JoinStep, Located, Lookup } from "./paths.ts";
export { describePath, findElement, multiplyingPath, nameOf, reachableFrom, validityOf } from "./paths.ts";
export type * from "./policy.ts";
export type { GroupByOption } from "./reachable.ts";
export { grainsFrom, groupBysOf, groupBysOfModel, metricTimeOf } from "./reachable.ts";
export * from "./test.ts";
export {
  coordinateOf,
  findMetric,
  findVersion,
  isDefaultVersion,
  namesKnown,
  splitCoordinate,
  versionedName,
  versionsOf,
} from "./versions.ts";
export { definitionsOf, isElementSeen } from "./view.ts";
