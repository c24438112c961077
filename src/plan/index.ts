/**
 * Planning: an authorised query becomes a logical plan, then a cheaper one.
 * Imports std, diagnostics, expression, catalog, request, policy. See ARCHITECTURE.md.
 */
export { buildPlan } from "./build/build.ts";
export { bundlePlans, PART, type Slot, type Slots, slotsOf } from "./bundle.ts";
export { type CanonicalPlan, canonicalPlan } from "./canonical.ts";
export { toMermaid } from "./mermaid.ts";
export type {
  Aggregate,
  AggregateMeasure,
  Bundle,
  Column,
  Combine,
  Filter,
  Join,
  OutputColumn,
  Physical,
  PlanNode,
  Project,
  Result,
  Scan,
  Sort,
  Window,
} from "./node.ts";
export { columnsOf, inputsOf } from "./node.ts";
export type { OptimizeStep } from "./optimize/optimize.ts";
export { optimize } from "./optimize/optimize.ts";
export { print } from "./print.ts";
