/** What a caller asked for, and the same resolved against the catalog. Imports std, diagnostics, expression, catalog. */
export { isDayOrCoarser } from "./field.ts";
export { leavesOf } from "./leaves.ts";
export { mentionsMetricTime } from "./metric.ts";
export { typeOfAggregate, typeOfMetric } from "./metric-type.ts";
export { parseRequest } from "./parse.ts";
export { widen } from "./range.ts";
export { absoluteRange, customUnitOf, type Period } from "./relative-range.ts";
export type * from "./request.ts";
export { CALCS } from "./request.ts";
export { resolveRequest } from "./resolve.ts";
export type * from "./resolved.ts";
export { groupByFrom, orderByFrom } from "./shorthand.ts";
export { isRealZone } from "./zone.ts";
