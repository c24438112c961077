import type { Catalog, Metric } from "../../catalog/index.ts";
import type { Access } from "../../policy/index.ts";
import type { Names } from "../names.ts";
import type { Membership } from "./membership.ts";

/** What every builder of one plan shares. */
export interface PlanContext {
  readonly catalog: Catalog;
  readonly timeZone: string;
  readonly names: Names;
  /** Stands before what a mask hashes; null: nothing does. */
  readonly hashKey: string | null;
  /** Which groups' rows are counted; none: all. */
  readonly memberships: readonly Membership[];
  /** What of each model may be read for the metric, or the values, being built. */
  readonly access: Access;
}

/** A metric in a sentence to the caller, who may not know of the inputs of those that they see. */
export function nameFor({ catalog }: PlanContext, { name }: Metric): string {
  return catalog.metrics.has(name) ? `Metric "${name}"` : "An input of the metric";
}
