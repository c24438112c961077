/**
 * The language of filters and metric expressions: text to typed tree, with an allow-list of functions.
 * Imports std, diagnostics. Owns libpg-query. See ARCHITECTURE.md.
 */
export { allOf, call, conjuncts, int, literal, ref, text } from "./build.ts";
export { isScalarType, numberLiteral, timeLiteral } from "./constants.ts";
export type { AggregateOf } from "./convert-aggregate.ts";
export type * from "./expr.ts";
export { mapRefs, refNodesOf, refsOf } from "./expr.ts";
export type { Aggregation, FunctionName } from "./functions.ts";
export { AGGREGATIONS, FUNCTIONS } from "./functions.ts";
export {
  parseAggregate,
  parseColumnExpression,
  parseFilter,
  parseMetricExpression,
  parsePolicyCondition,
} from "./parse.ts";
export { portablePattern } from "./pattern.ts";
export type { ConstantType } from "./print.ts";
export { print, printFilterConstant, printFilterName, printName } from "./print.ts";
export type { Parsed, Problem } from "./problem.ts";
export type { OpaqueSql, SqlAggregate, SqlName, SqlTerm } from "./sql.ts";
export { parseSql, readOpaqueSql } from "./sql.ts";
export type { DatePart, StandardGrain } from "./time.ts";
export { coarser, compareGrains, DATE_PARTS, isDatePart, isStandardGrain, STANDARD_GRAINS } from "./time.ts";
export { MAX_LENGTH } from "./tokens.ts";
export type { Typed } from "./types.ts";
export { typeOf } from "./types.ts";
